import Measurement
import Plan

/// A request and the reply to it.
struct HTTPReply {
  var status = Status.ok
  var fault: FaultKind?
  /// The size of the reply's content, which is that of `operation` (`Pattern`); nil for the greeting.
  var size: UInt32?
  var isHEAD = false
  var keepsAlive = true
  var isOldVersion = false
  /// Whether the request exceeds the server's limits.
  var isRefused = false
  var operation: UInt64 = 0
  var delay = Nanoseconds(0)

  /// The largest content of a request or a reply, in bytes.
  static let largestContent = 1 << 30

  init() {}

  /// A reply without content.
  init(_ status: Status, keepsAlive: Bool) {
    self.status = status
    size = 0
    self.keepsAlive = keepsAlive
  }

  /// RFC 9110, section 15, and RFC 6585, section 5.
  enum Status: UInt8 {
    case ok, badRequest, requestTimeout, contentTooLarge, uriTooLong, headerFieldsTooLarge, notImplemented,
      versionNotSupported

    var line: StaticString {
      switch self {
      case .ok: "HTTP/1.1 200 OK\r\n"
      case .badRequest: "HTTP/1.1 400 Bad Request\r\n"
      case .requestTimeout: "HTTP/1.1 408 Request Timeout\r\n"
      case .contentTooLarge: "HTTP/1.1 413 Content Too Large\r\n"
      case .uriTooLong: "HTTP/1.1 414 URI Too Long\r\n"
      case .headerFieldsTooLarge: "HTTP/1.1 431 Request Header Fields Too Large\r\n"
      case .notImplemented: "HTTP/1.1 501 Not Implemented\r\n"
      case .versionNotSupported: "HTTP/1.1 505 HTTP Version Not Supported\r\n"
      }
    }

    /// The status of the reply to a request that a reader has refused.
    init(_ fault: HTTPReader.Fault, in part: HTTPReader.Part, of head: HTTPReader.Head) {
      self =
        switch (fault, part) {
        case (.lineTooLong, .startLine): .uriTooLong
        case (.lineTooLong, .fields), (.headTooLarge, _): .headerFieldsTooLarge
        case (.unsupportedVersion, _): .versionNotSupported
        // A coding before `chunked` is unknown (RFC 9112, section 6.1). If `chunked` is not last, the request's end
        // cannot be determined (section 6.3), which is worse.
        case (.unsupportedTransferCoding, _) where head.isCodedInChunks: .notImplemented
        default: .badRequest
        }
    }
  }
}
