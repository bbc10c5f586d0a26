import Plan

/// A borrowed run of bytes: a line of a message, or a part of one.
///
/// An `UnsafeRawBufferPointer` without its optional base address and without the checks of its slices: every offset
/// used on it has been bounded by `count` at the place of use.
struct HTTPBytes {
  let start: UnsafeRawPointer
  let count: Int

  @inline(__always)
  init(start: UnsafeRawPointer, count: Int) {
    assert(count >= 0)
    self.start = start
    self.count = count
  }

  var isEmpty: Bool { count == 0 }

  @inline(__always)
  subscript(offset: Int) -> UInt8 {
    assert(offset >= 0 && offset < count)
    return start.load(fromByteOffset: offset, as: UInt8.self)
  }

  /// The eight bytes at `offset`, the first in the least significant place.
  @inline(__always)
  func word(at offset: Int) -> UInt64 {
    assert(offset >= 0 && offset &+ 8 <= count)
    return UInt64(littleEndian: start.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
  }

  @inline(__always)
  func prefix(_ length: Int) -> HTTPBytes {
    assert(length <= count)
    return HTTPBytes(start: start, count: length)
  }

  @inline(__always)
  func dropFirst(_ length: Int) -> HTTPBytes {
    HTTPBytes(start: start + length, count: count &- length)
  }

  /// The bytes without surrounding optional whitespace (RFC 9110, section 5.6.3).
  @inline(__always)
  var trimmed: HTTPBytes {
    var first = 0
    var end = count
    while first < end, self[first].isHTTPWhitespace { first &+= 1 }
    while end > first, self[end &- 1].isHTTPWhitespace { end &-= 1 }
    return HTTPBytes(start: start + first, count: end &- first)
  }

  func firstIndex(of byte: UInt8) -> Int? {
    var offset = 0
    while offset < count {
      if self[offset] == byte { return offset }
      offset &+= 1
    }
    return nil
  }

  /// The last member of a comma-separated list (RFC 9110, section 5.6.1).
  var lastListMember: HTTPBytes {
    var start = count
    while start > 0, self[start &- 1] != UInt8(ascii: ",") { start &-= 1 }
    return dropFirst(start).trimmed
  }

  func allSatisfy(_ set: HTTPByteSet) -> Bool {
    lengthOfPrefix(in: set) == count
  }

  /// Whether this is `uri-host [ ":" port ]` (RFC 3986, section 3.2.2), judged by single characters.
  var isHost: Bool {
    guard count >= 8 else { return allSatisfy(.host) }
    var others: UInt64 = 0
    var offset = 0
    while offset < count &- 8 {
      others |= HTTPWord.othersThanHostBytes(in: word(at: offset))
      offset &+= 8
    }
    return others | HTTPWord.othersThanHostBytes(in: word(at: count &- 8)) == 0 || allSatisfy(.host)
  }

  func lengthOfPrefix(in set: HTTPByteSet) -> Int { lengthOfPrefix(in: set, from: 0) }

  private func lengthOfPrefix(in set: HTTPByteSet, from first: Int) -> Int {
    var offset = first
    while offset < count, set.contains(self[offset]) { offset &+= 1 }
    return offset
  }

  /// The length of the token at the start of these bytes.
  ///
  /// Letters, digits and hyphens, which make up nearly all field names, are scanned eight at a time.
  @inline(__always)
  var lengthOfToken: Int {
    var offset = 0
    while offset &+ 8 <= count {
      let others = HTTPWord.othersThanNameBytes(in: word(at: offset))
      if others != 0 {
        offset &+= others.trailingZeroBitCount &>> 3
        // A colon ends the token, so the scan is usually over here.
        return self[offset] == UInt8(ascii: ":") ? offset : lengthOfPrefix(in: .token, from: offset)
      }
      offset &+= 8
    }
    return lengthOfPrefix(in: .token, from: offset)
  }

  /// `ALPHA *( ALPHA / DIGIT / "+" / "-" / "." )` (RFC 3986, section 3.1).
  var isScheme: Bool { !isEmpty && HTTPByteSet.letter.contains(self[0]) && allSatisfy(.scheme) }

  @inline(__always)
  func equals(_ text: StaticString) -> Bool {
    guard count == text.utf8CodeUnitCount else { return false }
    for offset in 0..<count where self[offset] != text.utf8Start[offset] { return false }
    return true
  }

  /// Whether these bytes equal `lowercase` (letters, digits and hyphens), ignoring case.
  ///
  /// Setting bit 5 folds the letters. Of the other bytes, it only turns control characters into digits and hyphens. So
  /// the answer is exact for bytes that are known to be a token or field text.
  @inline(__always)
  func equalsIgnoringCase(_ lowercase: StaticString) -> Bool {
    guard count == lowercase.utf8CodeUnitCount else { return false }
    let other = HTTPBytes(start: UnsafeRawPointer(lowercase.utf8Start), count: count)
    guard count >= 8 else {
      for offset in 0..<count where self[offset] | 0x20 != other[offset] { return false }
      return true
    }
    var offset = 0
    while offset < count &- 8 {
      guard word(at: offset) | HTTPWord.bit5 == other.word(at: offset) else { return false }
      offset &+= 8
    }
    return word(at: count &- 8) | HTTPWord.bit5 == other.word(at: count &- 8)
  }

  /// Whether every byte may stand in a field value or reason phrase (RFC 9110, section 5.5): no control character
  /// other than the tab.
  var isText: Bool {
    guard count >= 8 else { return isTextBytewise }
    var controls: UInt64 = 0
    var offset = 0
    while offset < count &- 8 {
      controls |= HTTPWord.controls(in: word(at: offset))
      offset &+= 8
    }
    controls |= HTTPWord.controls(in: word(at: count &- 8))
    return controls == 0 || isTextBytewise
  }

  private var isTextBytewise: Bool {
    for offset in 0..<count where !self[offset].isHTTPText { return false }
    return true
  }
}

/// Eight bytes handled as one integer.
enum HTTPWord {
  static var bit5: UInt64 { 0x2020_2020_2020_2020 }

  /// The high bit of each byte of `word` that is not an ASCII letter, digit or hyphen.
  @inline(__always)
  static func othersThanNameBytes(in word: UInt64) -> UInt64 {
    // Below 0x80 no sum carries into the next byte; bytes from 0x80 on are excluded at the end.
    let low = word & ~high
    let letters = from(0x61, in: low | bit5) & ~from(0x7B, in: low | bit5)
    let digits = from(0x30, in: low) & ~from(0x3A, in: low)
    let hyphens = ~from(1, in: low ^ (ones &* 0x2D))
    return ~((letters | digits | hyphens) & ~word) & high
  }

  /// The high bit of each byte of `word` that is not an ASCII letter, a digit or one of `-.:`.
  @inline(__always)
  static func othersThanHostBytes(in word: UInt64) -> UInt64 {
    let low = word & ~high
    let letters = from(0x61, in: low | bit5) & ~from(0x7B, in: low | bit5)
    let digitsAndColon = from(0x30, in: low) & ~from(0x3B, in: low)
    let hyphenAndDot = from(0x2D, in: low) & ~from(0x2F, in: low)
    return ~((letters | digitsAndColon | hyphenAndDot) & ~word) & high
  }

  /// Nonzero exactly if some byte of `word` is not a visible ASCII character. The lowest set bit marks the first one.
  @inline(__always)
  static func invisibles(in word: UInt64) -> UInt64 {
    let below = (word &- ones &* 0x21) & ~word
    let folded = word ^ deletes
    return (below | (folded &- ones) & ~folded | word) & high
  }

  /// The high bit of each byte that is at least `bound`, for bytes below 0x80; the other bits are undefined.
  @inline(__always)
  private static func from(_ bound: UInt64, in word: UInt64) -> UInt64 { word &+ ones &* (0x80 &- bound) }

  private static var ones: UInt64 { 0x0101_0101_0101_0101 }
  private static var high: UInt64 { 0x8080_8080_8080_8080 }
  private static var deletes: UInt64 { 0x7F7F_7F7F_7F7F_7F7F }

  /// Nonzero exactly if some byte of `word` is below 0x20 or is 0x7F. The lowest set bit marks the first one.
  @inline(__always)
  static func controls(in word: UInt64) -> UInt64 {
    let below = (word &- bit5) & ~word
    let folded = word ^ deletes
    let delete = (folded &- ones) & ~folded
    return (below | delete) & high
  }
}

extension UInt8 {
  /// HTAB, SP, VCHAR or obs-text.
  var isHTTPText: Bool { (self >= 0x20 && self != 0x7F) || self == 0x09 }
}

extension UnsafeRawBufferPointer {
  /// Removes `count` bytes from the front; `count` is at most the length.
  @inline(__always)
  mutating func advance(by count: Int) {
    guard let baseAddress else { return }
    self = UnsafeRawBufferPointer(start: baseAddress + count, count: self.count &- count)
  }
}
