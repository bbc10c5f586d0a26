import Measurement
import SystemCalls

/// Where a request goes: `http://host:port/path`, RFC 9110, section 4.2.1.
public struct HTTPTarget: Hashable, Sendable, TextCodable {
  /// A name, an IPv4 address, or an IPv6 address without its brackets and its zone.
  public var host: String
  /// Of an IPv6 address, the network interface that it is reached by (RFC 6874); nil without one.
  public var zone: String?
  public var port: UInt16
  /// The path with its query; `{i}` in it stands for the operation's number.
  public var path: String

  public struct Malformed: Error, CustomStringConvertible {
    public let description: String
  }

  public init(parsing text: String) throws(Malformed) {
    guard let end = text.firstRange(of: "://") else {
      throw Malformed(description: "'\(text)' is not http://HOST[:PORT][/PATH]")
    }
    switch text[..<end.lowerBound].lowercased() {
    case "http": break
    case "https":
      throw Malformed(
        description: "'\(text)': https is not spoken here, TLS would be measured instead of the waits; "
          + "name an http:// address, or put a proxy that ends TLS in front of it")
    default: throw Malformed(description: "'\(text)' is not http://HOST[:PORT][/PATH]")
    }
    let rest = text[end.upperBound...]
    let authority = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
    path = String(rest.dropFirst(authority.count).prefix { $0 != "#" })
    if !path.hasPrefix("/") { path = "/" + path }
    guard path.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) else {
      throw Malformed(description: "'\(text)': the path has characters that must be percent-encoded")
    }
    do throws(HTTPAuthority.Objection) {
      let authority = try HTTPAuthority(authority)
      (host, zone, port) = (authority.host, authority.zone, authority.port)
    } catch {
      throw Malformed(description: "'\(text)'\(error.text)")
    }
  }

  /// The value of the Host field. A zone is no part of it: it means something on this machine alone (RFC 6874, section 1).
  public var authority: String { authority(zone: "") }

  private func authority(zone: String) -> String {
    let name = host.contains(":") ? "[\(host)\(zone)]" : host
    return port == 80 ? name : "\(name):\(port)"
  }

  /// What getaddrinfo(3) is asked for.
  public var resolvable: String { zone.map { "\(host)%\($0)" } ?? host }

  /// Whether a request target is in absolute form (RFC 9112, section 3.2.2): a scheme (RFC 3986, section 3.1), and what
  /// belongs to it.
  static func isAbsolute(_ target: UnsafeRawBufferPointer) -> Bool {
    guard let colon = target.firstIndex(of: UInt8(ascii: ":")), target[(colon + 1)...].starts(with: "//".utf8) else {
      return false
    }
    return HTTPBytes(start: target.baseAddress!, count: colon).isScheme
  }

  public var description: String {
    "http://\(authority(zone: zone.map { "%25" + HTTPAuthority.encoded(zone: $0) } ?? ""))\(path)"
  }
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

  static func isHost(_ line: String) -> Bool { line.prefix { $0 != ":" }.lowercased() == "host" }

  /// Why a Host line is none that servers take; nil where it is one. `{i}` in it is an operation's number.
  static func complaint(aboutHost line: String) -> String? {
    let value = line.drop { $0 != ":" }.dropFirst().replacing("{i}", with: "0").utf8
    let name = Array(value.drop { $0.isHTTPWhitespace }.reversed().drop { $0.isHTTPWhitespace })
    guard !name.allSatisfy(HTTPByteSet.host.contains) else { return nil }
    return "'\(line)' names no host, such as 'Host: example.com:8080'; names that are not ASCII have the form xn--…"
  }
}
