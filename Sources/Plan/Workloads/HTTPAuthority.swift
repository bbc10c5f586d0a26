import Glibc

/// `host [ ":" port ]` of an http URL (RFC 3986, section 3.2). Each refusal says what to write instead.
struct HTTPAuthority {
  let host: String
  let zone: String?
  let port: UInt16

  /// Why a URL's authority cannot be used; the text follows the URL in a message.
  struct Objection: Error { let text: String }

  init(_ text: Substring) throws(Objection) {
    if text.contains("@") {
      throw Objection(
        text: ": user information is not sent from a URL (RFC 9110, section 4.2.4); give it as "
          + "a header 'Authorization: Basic …', with what `printf USER:PASSWORD | base64` prints")
    }
    guard text.hasPrefix("[") else {
      let colon = text.firstIndex(of: ":")
      zone = nil
      host = try Self.name(text[..<(colon ?? text.endIndex)], of: text)
      port = try Self.port(text[(colon ?? text.endIndex)...])
      return
    }
    guard let bracket = text.firstIndex(of: "]") else {
      throw Objection(text: ": the IPv6 address that begins with '[' has no ']'")
    }
    let literal = text[text.index(after: text.startIndex)..<bracket]
    host = String(literal.prefix { $0 != "%" })
    zone = try Self.zone(literal.dropFirst(host.count))
    guard Self.isIPv6(host) else {
      throw Objection(text: ": '\(host)' in brackets is no IPv6 address, such as [::1]")
    }
    port = try Self.port(text[text.index(after: bracket)...])
  }

  private static func name(_ name: Substring, of text: Substring) throws(Objection) -> String {
    guard !name.isEmpty || text.hasPrefix("::") else { throw Objection(text: " names no host") }
    if isIPv6(String(text)) {
      throw Objection(text: ": write an IPv6 address in brackets: http://[\(text)]/")
    }
    guard name.utf8.allSatisfy({ $0 < 0x80 }) else {
      throw Objection(text: ": the host is not ASCII; write it as DNS has it, xn--…, which `idn2 \(name)` prints")
    }
    guard name.utf8.allSatisfy({ HTTPByteSet.host.contains($0) && $0 != UInt8(ascii: "]") }), !name.contains("%"),
      !name.isEmpty
    else { throw Objection(text: ": the host has a character that is not allowed in a host name") }
    return String(name)
  }

  /// Checks with inet_pton(3), which stops at a NUL.
  private static func isIPv6(_ text: String) -> Bool {
    var address = in6_addr()
    return !text.utf8.contains(0) && inet_pton(AF_INET6, text, &address) == 1
  }

  /// `":" port`; an empty port means the default (RFC 3986, section 6.2.3).
  private static func port(_ text: Substring) throws(Objection) -> UInt16 {
    let digits = text.dropFirst()
    if digits.isEmpty, text.isEmpty || text == ":" { return 80 }
    guard text.hasPrefix(":"), digits.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
      let number = UInt16(digits), number > 0
    else { throw Objection(text: ": the port is not a number from 1 to 65535") }
    return number
  }

  /// `"%25" ZoneID` (RFC 6874, section 2).
  private static func zone(_ text: Substring) throws(Objection) -> String? {
    if text.isEmpty { return nil }
    guard text.hasPrefix("%25"), let zone = decoded(text.dropFirst(3)) else {
      throw Objection(text: ": write the zone of an IPv6 address after %25, as in [fe80::1%25eth0]")
    }
    return zone
  }

  /// Nil if the text is empty, is badly percent-encoded, or cannot be an interface's name.
  private static func decoded(_ text: Substring) -> String? {
    var bytes: [UInt8] = []
    var rest = Array(text.utf8)[...]
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "%") else {
        guard isUnreserved(byte) else { return nil }
        bytes.append(byte)
        continue
      }
      let digits = String(decoding: rest.prefix(2), as: UTF8.self)
      guard digits.utf8.count == 2, !digits.hasPrefix("+"), let decoded = UInt8(digits, radix: 16), decoded > 0x20,
        decoded != 0x7F
      else { return nil }
      bytes.append(decoded)
      rest = rest.dropFirst(2)
    }
    return bytes.isEmpty ? nil : String(validating: bytes, as: UTF8.self)
  }

  /// The zone in its URL form.
  static func encoded(zone: String) -> String {
    zone.utf8.map { byte in
      if isUnreserved(byte) { return String(UnicodeScalar(byte)) }
      let digits = String(byte, radix: 16, uppercase: true)
      return "%" + String(repeating: "0", count: 2 - digits.count) + digits
    }.joined()
  }

  /// Unreserved characters: RFC 3986, section 2.3.
  private static func isUnreserved(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "a")...UInt8(ascii: "z"):
      true
    default: "-._~".utf8.contains(byte)
    }
  }
}
