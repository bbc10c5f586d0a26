import Measurement
import SystemCalls

/// Where a request goes: `http://host:port/path`, RFC 9110, section 4.2.1.
public struct HTTPTarget: Hashable, Sendable, TextCodable {
  /// A name, an IPv4 address, or an IPv6 address without its brackets.
  public var host: String
  public var port: UInt16
  /// The path with its query; `{i}` in it stands for the operation's number.
  public var path: String

  public struct Malformed: Error, CustomStringConvertible {
    public let description: String
  }

  public init(parsing text: String) throws(Malformed) {
    if text.hasPrefix("https://") {
      throw Malformed(
        description: "'\(text)': https is not spoken here, TLS would be measured instead of the waits; "
          + "name an http:// address, or put a proxy that ends TLS in front of it")
    }
    guard text.hasPrefix("http://") else { throw Malformed(description: "'\(text)' is not http://HOST[:PORT][/PATH]") }
    let rest = text.dropFirst("http://".count)
    let authority = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
    path = String(rest.dropFirst(authority.count).prefix { $0 != "#" })
    if !path.hasPrefix("/") { path = "/" + path }
    guard path.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) else {
      throw Malformed(description: "'\(text)': the path has characters that must be percent-encoded")
    }
    var name = authority
    port = 80
    if let colon = authority.lastIndex(of: ":"), !authority.hasSuffix("]") {
      guard let number = UInt16(authority[authority.index(after: colon)...]), number > 0 else {
        throw Malformed(description: "'\(text)': the port is not a number from 1 to 65535")
      }
      name = authority[..<colon]
      port = number
    }
    if name.hasPrefix("[") && name.hasSuffix("]") { name = name.dropFirst().dropLast() }
    guard !name.isEmpty, name.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f && $0 != UInt8(ascii: "@") }) else {
      throw Malformed(description: "'\(text)' names no host (user names are not supported)")
    }
    host = String(name)
  }

  /// The value of the Host field.
  public var authority: String {
    let name = host.contains(":") ? "[\(host)]" : host
    return port == 80 ? name : "\(name):\(port)"
  }

  /// Whether a request target is in absolute form (RFC 9112, section 3.2.2): a scheme (RFC 3986, section 3.1), and what
  /// belongs to it.
  static func isAbsolute(_ target: UnsafeRawBufferPointer) -> Bool {
    guard let colon = target.firstIndex(of: UInt8(ascii: ":")), target[(colon + 1)...].starts(with: "//".utf8) else {
      return false
    }
    return HTTPBytes(start: target.baseAddress!, count: colon).isScheme
  }

  public var description: String { "http://\(authority)\(path)" }
}

/// What may stand in a message that people write by hand, RFC 9110, section 5.6.2.
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
}
