import Measurement

/// A piece of a request: text that goes out as it is, or what each operation has of its own.
package enum HTTPPiece: Sendable {
  case text(String)
  case operation
  case delay

  /// Of text that a user has written: `{i}` stands for the operation's number, and nothing else for anything.
  static func pieces(ofUser text: String) -> [HTTPPiece] {
    let texts = text.split(separator: "{i}", omittingEmptySubsequences: false)
    return Array(texts.map { [HTTPPiece.text(String($0))] }.joined(separator: [.operation]))
  }

  /// The most bytes that it can come to.
  package var capacity: Int { if case .text(let text) = self { text.utf8.count } else { 22 } }
}

extension HTTPSpec {
  /// The requests that go to the targets, in their order; to the own server where there are none.
  /// - Parameter server: the own server's authority.
  package func requests(toServer server: String?) -> [[HTTPPiece]] {
    if let server, targets.isEmpty { return [request(to: server, Self.path(of: self, fault: nil))] }
    return targets.map { request(to: $0.authority, HTTPPiece.pieces(ofUser: $0.path)) }
  }

  /// What asks the own server for a fault.
  package func request(toServer server: String, asking fault: FaultKind) -> [HTTPPiece] {
    request(to: server, Self.path(of: self, fault: fault))
  }

  private func request(to authority: String, _ path: [HTTPPiece]) -> [HTTPPiece] {
    var pieces = [.text("\(method) ")] + path + [.text(" HTTP/1.1\r\n")]
    pieces += (host.map { HTTPPiece.pieces(ofUser: $0) } ?? [.text("Host: \(authority)")]) + [.text("\r\n")]
    for header in headers where !HTTPSyntax.isHost(header) {
      pieces += HTTPPiece.pieces(ofUser: header) + [.text("\r\n")]
    }
    if connection == .new { pieces.append(.text("Connection: close\r\n")) }
    if !body.isEmpty || method == "POST" || method == "PUT" {
      pieces.append(.text("Content-Length: \(body.utf8.count)\r\n"))
    }
    return pieces + [.text("\r\n" + body)]
  }

  /// What is asked of the own server: for a greeting at once, `/`.
  private static func path(of spec: HTTPSpec, fault: FaultKind?) -> [HTTPPiece] {
    let asked: [[HTTPPiece]?] = [
      fault.map { [.text("fault=\($0.rawValue)")] }, spec.delay == .none ? nil : [.text("delay="), .delay],
      spec.size.map { [.text("size=\($0.count)")] },
    ]
    let fields = asked.compactMap { $0 }
    guard !fields.isEmpty else { return [.text("/")] }
    return [.text("/?")] + fields.joined(separator: [.text("&")]) + [.text("&op="), .operation]
  }
}

extension HTTPSpec {
  /// Those that may be repeated where a connection is lost (RFC 9110, section 9.2.2), and so be sent before the reply to
  /// the last (RFC 9112, section 9.3.2).
  public static let idempotentMethods = ["GET", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE"]

  public var isIdempotent: Bool { Self.idempotentMethods.contains(method) }

  /// The most that is sent before a reply is read: below what buffers hold at either side, so that the two cannot fill
  /// each other's and stop.
  public static let longestPipeline = ByteCount(32 << 10)

  /// The most bytes that one of its requests can come to.
  public var longestRequest: Int {
    requests(toServer: "255.255.255.255:65535").map { $0.map(\.capacity).reduce(0, +) }.max() ?? 0
  }

  /// How many requests may be sent before a reply is read.
  public var deepestPipeline: Int { Self.longestPipeline.count / longestRequest }
}
