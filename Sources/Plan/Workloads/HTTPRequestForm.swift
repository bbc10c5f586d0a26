import Measurement

/// A piece of a request: fixed text, or a value that each operation has of its own.
package enum HTTPPiece: Sendable {
  case text(String)
  case operation
  case delay

  /// Splits a user's text at `{i}`, which stands for the operation's number. Nothing else is replaced.
  static func pieces(ofUser text: String) -> [HTTPPiece] {
    let texts = text.split(separator: "{i}", omittingEmptySubsequences: false)
    return Array(texts.map { [HTTPPiece.text(String($0))] }.joined(separator: [.operation]))
  }

  /// The maximum length in bytes.
  package var capacity: Int { if case .text(let text) = self { text.utf8.count } else { 22 } }
}

extension HTTPSpec {
  /// The requests to the targets, in their order; without targets, the request to the built-in server.
  /// - Parameter server: the built-in server's authority.
  package func requests(toServer server: String?) -> [[HTTPPiece]] {
    if let server, targets.isEmpty { return [request(to: server, Self.path(of: self, fault: nil))] }
    return targets.map { request(to: $0.authority, HTTPPiece.pieces(ofUser: $0.path)) }
  }

  /// The request that asks the built-in server for a fault.
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

  /// The path on the built-in server; `/` asks for an immediate greeting.
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
  /// Methods that are idempotent (RFC 9110, section 9.2.2). They may be repeated after a lost connection, and so be
  /// pipelined (RFC 9112, section 9.3.2).
  public static let idempotentMethods = ["GET", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE"]

  public var isIdempotent: Bool { Self.idempotentMethods.contains(method) }

  /// The maximum number of bytes to send before a reply is read. It is below what both sides buffer, so that client and
  /// server cannot block each other.
  public static let longestPipeline = ByteCount(32 << 10)

  /// The maximum length of a request in bytes.
  public var longestRequest: Int {
    requests(toServer: "255.255.255.255:65535").map { $0.map(\.capacity).reduce(0, +) }.max() ?? 0
  }

  /// The maximum number of requests to send before a reply is read.
  public var deepestPipeline: Int { Self.longestPipeline.count / longestRequest }
}
