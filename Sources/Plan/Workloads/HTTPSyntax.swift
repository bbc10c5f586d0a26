/// The syntax of hand-written parts of a message: RFC 9110, section 5.6.2.
enum HTTPSyntax {
  static func isToken(_ text: some StringProtocol) -> Bool {
    !text.isEmpty
      && text.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "a")...UInt8(ascii: "z"):
          true
        default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
      }
  }

  static func isField(_ line: String) -> Bool {
    guard let colon = line.firstIndex(of: ":"), isToken(line[..<colon]) else { return false }
    return line[colon...].utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7f }
  }

  static func isHost(_ line: String) -> Bool { line.prefix { $0 != ":" }.lowercased() == "host" }

  /// Why servers refuse a Host line; nil if they accept it. `{i}` in it is an operation's number.
  static func complaint(aboutHost line: String) -> String? {
    let value = line.drop { $0 != ":" }.dropFirst().replacing("{i}", with: "0").utf8
    let name = Array(value.drop { $0.isHTTPWhitespace }.reversed().drop { $0.isHTTPWhitespace })
    guard !name.allSatisfy(HTTPByteSet.host.contains) else { return nil }
    return "'\(line)' names no host, such as 'Host: example.com:8080'; names that are not ASCII have the form xn--…"
  }
}
