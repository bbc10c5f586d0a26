import Measurement

extension HTTPSpec {
  /// Those that may be repeated where a connection is lost (RFC 9110, section 9.2.2), and so be sent before the reply to
  /// the last (RFC 9112, section 9.3.2).
  public static let idempotentMethods = ["GET", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE"]

  public var isIdempotent: Bool { Self.idempotentMethods.contains(method) }

  /// The most that is sent before a reply is read: below what buffers hold at either side, so that the two cannot fill
  /// each other's and stop.
  public static let longestPipeline = ByteCount(32 << 10)

  /// The most bytes that one of its requests can come to.
  public var longestRequest: Int { HTTPRequests(self, server: ("255.255.255.255:65535", ""), seed: 0).longest }

  /// How many requests may be sent before a reply is read.
  public var deepestPipeline: Int { Self.longestPipeline.count / longestRequest }
}
