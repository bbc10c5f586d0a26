// Lines that lie whole in the input and are written as nearly all are: read in one pass, eight bytes at a time. What
// is not of that form is nil here, and judged by the grammar, so that nothing passes here that does not pass there.

extension HTTPRequestLine {
  /// The line that `bytes` begin with, and where the next one begins.
  @inline(__always)
  static func whole(in bytes: HTTPBytes) -> (line: HTTPRequestLine, end: Int)? {
    guard bytes.count >= 16 else { return nil }
    let method: HTTPReader.Method
    let methodLength: Int
    if bytes.word(at: 0) & 0xFFFF_FFFF == 0x2054_4547 {
      (method, methodLength) = (.get, 3)
    } else {
      methodLength = bytes.lengthOfToken
      guard methodLength > 0, methodLength < bytes.count, bytes[methodLength] == UInt8(ascii: " ") else { return nil }
      method = HTTPReader.Method(bytes.prefix(methodLength))
    }
    let start = methodLength &+ 1
    let space = bytes.endOfVisibles(from: start)
    guard space > start, space &+ 11 <= bytes.count, bytes[space] == UInt8(ascii: " "), bytes.isLineEnd(at: space &+ 9)
    else { return nil }
    let version = bytes.word(at: space &+ 1)
    let minorVersion = UInt8(truncatingIfNeeded: version >> 56) &- 0x30
    guard version & 0x00FF_FFFF_FFFF_FFFF == 0x002E_312F_5054_5448, minorVersion <= 9 else { return nil }
    let target = bytes.dropFirst(start).prefix(space &- start)
    return (HTTPRequestLine(method: method, target: target, minorVersion: minorVersion), space &+ 11)
  }
}

extension HTTPField {
  /// The field at `offset` of `bytes`, and where the next line begins.
  @inline(__always)
  static func whole(in bytes: HTTPBytes, at offset: Int) -> (field: HTTPField, end: Int)? {
    let colon = bytes.endOfName(from: offset)
    guard colon > offset, colon < bytes.count, bytes[colon] == UInt8(ascii: ":") else { return nil }
    let start = colon &+ 1
    let end = bytes.endOfPrintables(from: start)
    guard end &+ 2 <= bytes.count, bytes.isLineEnd(at: end) else { return nil }
    let name = bytes.dropFirst(offset).prefix(colon &- offset)
    return (HTTPField(name: name, value: bytes.dropFirst(start).prefix(end &- start).trimmed), end &+ 2)
  }
}

extension HTTPBytes {
  /// Whether CRLF stands at `offset`, where there are two bytes.
  @inline(__always)
  func isLineEnd(at offset: Int) -> Bool {
    assert(offset >= 0 && offset &+ 2 <= count)
    return UInt16(littleEndian: start.loadUnaligned(fromByteOffset: offset, as: UInt16.self)) == 0x0A0D
  }

  // Not inlined: in one function, the loops take one another's registers. There are at least eight bytes in all.

  /// The offset of the first byte from `first` on that is no visible ASCII character; the end where all are.
  @inline(never)
  func endOfVisibles(from first: Int) -> Int { end(from: first) { HTTPWord.invisibles(in: $0) } }

  /// The offset of the first byte from `first` on that is no letter, digit or hyphen; the end where all are.
  @inline(never)
  func endOfName(from first: Int) -> Int { end(from: first) { HTTPWord.othersThanNameBytes(in: $0) } }

  /// The offset of the first control character from `first` on, as which the tab counts; the end where there is none.
  @inline(never)
  func endOfPrintables(from first: Int) -> Int { end(from: first) { HTTPWord.controls(in: $0) } }

  /// - Parameter others: not zero where there is one of the bytes sought, and then the lowest bit tells the first;
  ///   a byte of zero must be one.
  @inline(__always)
  private func end(from first: Int, _ others: (UInt64) -> UInt64) -> Int {
    var place = first
    while place &+ 8 <= count {
      let found = others(word(at: place))
      if found != 0 { return place &+ found.trailingZeroBitCount &>> 3 }
      place &+= 8
    }
    guard place < count else { return count }
    let rest = word(at: count &- 8) &>> UInt64(truncatingIfNeeded: (8 &- (count &- place)) &* 8)
    return min(count, place &+ others(rest).trailingZeroBitCount &>> 3)
  }
}
