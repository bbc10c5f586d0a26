import Glibc
import Measurement

/// One operation is a request and its reply. Status, framing and known content are verified.
public struct HTTPClient: Conversation, ~Copyable {
  private var reply: HTTPReplyCheck
  /// Space for requests that differ between operations; nil if none do.
  private let buffer: UnsafeMutableRawPointer?

  public init(_ requests: UnsafePointer<HTTPRequests>) {
    reply = HTTPReplyCheck(requests)
    let capacity = requests.pointee.capacity
    buffer = capacity > 0 ? malloc(capacity)! : nil
  }

  deinit { free(buffer) }

  public static var usesConnection: Bool { true }

  public func endpoint(of operation: UInt64) -> Int32 {
    reply.requests.pointee.endpoint(of: operation)
  }

  public func mayRepeat(_ operation: UInt64) -> Bool { reply.requests.pointee.mayRepeat(operation) }

  public func isFarewell(_ bytes: UnsafeRawBufferPointer) -> Bool { HTTPReplyCheck.isIdleTimeout(bytes) }

  public mutating func begin(_ operation: UInt64) -> Need {
    reply.begin(operation)
    return .send(reply.requests.pointee.request(of: operation, in: buffer))
  }

  public mutating func sent() -> Need { .receive }

  public mutating func received(_ bytes: inout UnsafeRawBufferPointer) -> Need {
    if let outcome = reply.received(&bytes) { .done(outcome) } else { .receive }
  }

  public mutating func ended() -> Need { .done(reply.ended()) }

  public mutating func woke(_ operation: UInt64, after elapsed: Nanoseconds) -> Need { .receive }

  public mutating func disconnected() { reply.abandon() }
}
