import Plan

/// `HTTP-version SP status-code SP [ reason-phrase ]` (RFC 9112, section 4).
///
/// The second space may be missing if the reason is empty: the section lets a recipient ignore trailing whitespace, and
/// the framing stays clear.
struct HTTPStatusLine {
  let minorVersion: UInt8
  let status: UInt16

  init(_ line: HTTPBytes) throws(HTTPReader.Fault) {
    minorVersion = try HTTPVersion.minor(in: line, at: 0, else: .malformedStatusLine)
    guard line.count >= 12, line[8] == UInt8(ascii: " ") else { throw .malformedStatusLine }
    let digits = (line[9] &- 0x30, line[10] &- 0x30, line[11] &- 0x30)
    guard digits.0 >= 1, digits.0 <= 5, digits.1 <= 9, digits.2 <= 9 else { throw .malformedStatusLine }
    status = UInt16(digits.0) &* 100 &+ UInt16(digits.1) &* 10 &+ UInt16(digits.2)
    if line.count > 12 {
      guard line[12] == UInt8(ascii: " "), line.dropFirst(13).isText else { throw .malformedStatusLine }
    }
  }
}

/// `method SP request-target SP HTTP-version` (RFC 9112, section 3), with single spaces.
struct HTTPRequestLine {
  let method: HTTPReader.Method
  let target: HTTPBytes
  let minorVersion: UInt8

  @inline(__always)
  init(method: HTTPReader.Method, target: HTTPBytes, minorVersion: UInt8) {
    self.method = method
    self.target = target
    self.minorVersion = minorVersion
  }

  init(_ line: HTTPBytes) throws(HTTPReader.Fault) {
    let methodLength = line.lengthOfToken
    let targetOffset = methodLength &+ 1
    let versionOffset = line.count &- 8
    guard methodLength > 0, targetOffset &+ 1 < versionOffset,
      line[methodLength] == UInt8(ascii: " "), line[versionOffset &- 1] == UInt8(ascii: " ")
    else { throw .malformedRequestLine }
    minorVersion = try HTTPVersion.minor(in: line, at: versionOffset, else: .malformedRequestLine)
    method = HTTPReader.Method(line.prefix(methodLength))
    target = line.dropFirst(targetOffset).prefix(versionOffset &- 1 &- targetOffset)
    guard target.allSatisfy(.visible) else { throw .malformedRequestLine }
  }
}

enum HTTPVersion {
  /// The x of `HTTP/1.x` (RFC 9112, section 2.3) at `offset`.
  @inline(__always)
  static func minor(
    in line: HTTPBytes, at offset: Int, else malformed: HTTPReader.Fault
  ) throws(HTTPReader.Fault) -> UInt8 {
    guard line.count >= offset &+ 8 else { throw malformed }
    let word = line.word(at: offset)
    let major = UInt8(truncatingIfNeeded: word >> 40) &- 0x30
    let minor = UInt8(truncatingIfNeeded: word >> 56) &- 0x30
    guard word & 0x00FF_00FF_FFFF_FFFF == 0x002E_002F_5054_5448, major <= 9, minor <= 9 else { throw malformed }
    guard major == 1 else { throw .unsupportedVersion }
    return minor
  }
}

/// `field-name ":" OWS field-value OWS` (RFC 9112, section 5).
struct HTTPField {
  let name: HTTPBytes
  let value: HTTPBytes

  @inline(__always)
  init(name: HTTPBytes, value: HTTPBytes) {
    self.name = name
    self.value = value
  }

  init(_ line: HTTPBytes) throws(HTTPReader.Fault) {
    let nameLength = line.lengthOfToken
    guard nameLength > 0, nameLength < line.count, line[nameLength] == UInt8(ascii: ":") else {
      throw !line.isEmpty && line[0].isHTTPWhitespace ? .foldedField : .badFieldName
    }
    name = line.prefix(nameLength)
    value = line.dropFirst(nameLength &+ 1).trimmed
    guard value.isText else { throw .badFieldValue }
  }
}

/// `chunk-size [ chunk-ext ]` (RFC 9112, section 7.1); extensions are skipped.
struct HTTPChunkLine {
  let size: Int
  /// Whether spaces and tabs follow the size, which the grammar does not allow.
  let isPadded: Bool

  init(_ line: HTTPBytes) throws(HTTPReader.Fault) {
    var size = 0
    var length = 0
    while length < line.count, let digit = Self.hexDigit(line[length]) {
      guard size <= Int.max >> 4 else { throw .badChunkSize }
      size = size &<< 4 | digit
      length &+= 1
    }
    let rest = line.dropFirst(length)
    isPadded = !rest.isEmpty && rest.trimmed.isEmpty
    guard length > 0, rest.isEmpty || isPadded || Self.isExtension(rest) else { throw .badChunkSize }
    self.size = size
  }

  private static func isExtension(_ bytes: HTTPBytes) -> Bool {
    let bytes = bytes.trimmed
    return !bytes.isEmpty && bytes[0] == UInt8(ascii: ";") && bytes.isText
  }

  private static func hexDigit(_ byte: UInt8) -> Int? {
    let digit = byte &- 0x30
    if digit <= 9 { return Int(digit) }
    let letter = (byte | 0x20) &- UInt8(ascii: "a")
    return letter <= 5 ? Int(letter) &+ 10 : nil
  }
}
