import Measurement

/// The URL of a request: `http://host:port/path`, RFC 9110, section 4.2.1.
public struct HTTPTarget: Hashable, Sendable, TextCodable {
  /// A name, an IPv4 address, or an IPv6 address without brackets and zone.
  public var host: String
  /// The network interface of an IPv6 address (RFC 6874); nil without one.
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
        description: "'\(text)': https is not supported, because TLS would dominate the measurement; "
          + "give an http:// address, or put a proxy that terminates TLS in front of it")
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

  /// The value of the Host field. It has no zone, which is meaningful on this machine only (RFC 6874, section 1).
  public var authority: String { authority(zone: "") }

  private func authority(zone: String) -> String {
    let name = host.contains(":") ? "[\(host)\(zone)]" : host
    return port == 80 ? name : "\(name):\(port)"
  }

  /// The name for getaddrinfo(3).
  public var resolvable: String { zone.map { "\(host)%\($0)" } ?? host }

  public var description: String {
    "http://\(authority(zone: zone.map { "%25" + HTTPAuthority.encoded(zone: $0) } ?? ""))\(path)"
  }
}
