// Reads whole lines of the usual form in one pass, eight bytes at a time. Any other line yields nil here and goes to
// the full grammar, so nothing passes here that the grammar would refuse.

extension HTTPRequestLine {
  /// The line at the start of `bytes`, and the start of the next one.
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
  /// The field at `offset` of `bytes`, and the start of the next line.
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
  /// Whether CRLF is at `offset`; two bytes must be there.
  @inline(__always)
  func isLineEnd(at offset: Int) -> Bool {
    assert(offset >= 0 && offset &+ 2 <= count)
    return UInt16(littleEndian: start.loadUnaligned(fromByteOffset: offset, as: UInt16.self)) == 0x0A0D
  }

  // Not inlined: in one function, the loops compete for registers. At least eight bytes must be there.

  /// The offset of the first byte from `first` on that is not a visible ASCII character; the end if there is none.
  @inline(never)
  func endOfVisibles(from first: Int) -> Int { end(from: first) { HTTPWord.invisibles(in: $0) } }

  /// The offset of the first byte from `first` on that is not a letter, digit or hyphen; the end if there is none.
  @inline(never)
  func endOfName(from first: Int) -> Int { end(from: first) { HTTPWord.othersThanNameBytes(in: $0) } }

  /// The offset of the first control character from `first` on, including the tab; the end if there is none.
  @inline(never)
  func endOfPrintables(from first: Int) -> Int { end(from: first) { HTTPWord.controls(in: $0) } }

  /// - Parameter others: nonzero if the word contains a wanted byte; the lowest set bit marks the first. A zero byte
  ///   must be wanted.
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
