extension HTTPReader {
  /// Why a message was refused. Faults are data, counted by ``name``.
  public enum Fault: UInt8, Error, CaseIterable, Sendable {
    /// The first line of a response is not `HTTP/1.x SP 3DIGIT [SP reason]`, or its status is not in 100...599.
    case malformedStatusLine = 1
    /// The first line of a request is not `method SP target SP HTTP/1.x`.
    case malformedRequestLine
    /// The version is well-formed, and its major number is not 1.
    case unsupportedVersion
    /// 101 Switching Protocols, which no request of iomodes asks for.
    case unexpectedUpgrade
    /// A field name is empty, is not a token, or is not directly followed by a colon.
    case badFieldName
    /// A field value contains a control character, a bare CR among them.
    case badFieldValue
    /// A field line begins with whitespace (`obs-fold`).
    case foldedField
    /// Content-Length is not a single number of digits, or is too large.
    case badContentLength
    /// More than one Content-Length field, equal or not.
    case repeatedContentLength
    /// Transfer-Encoding is not exactly one `chunked`, or stands in an HTTP/1.0 message.
    case unsupportedTransferCoding
    /// Transfer-Encoding and Content-Length in one message.
    case conflictingFraming
    /// An HTTP/1.1 request without a Host field.
    case missingHost
    /// More than one Host field, or one that is not a host and port.
    case badHost
    /// A start line exceeds ``HTTPReader/maximumStartLineLength``, a field line ``Rules/line``, or a chunk-size line
    /// ``HTTPReader/maximumChunkLineLength``.
    case lineTooLong
    /// A head or trailer section exceeds ``Rules/head`` or ``Rules/fields``.
    case headTooLarge
    /// A chunk-size line is not `1*HEXDIG [;extensions] CRLF`, or the size is too large. Lenient reading allows spaces
    /// and tabs before the line's end.
    case badChunkSize
    /// The data of a chunk is not followed by CRLF.
    case badChunkEnd
    /// The peer closed the connection inside a message, or before an expected one.
    case prematureEnd

    /// The name under which the fault is counted in records.
    public var name: String {
      switch self {
      case .malformedStatusLine: "malformed-status-line"
      case .malformedRequestLine: "malformed-request-line"
      case .unsupportedVersion: "unsupported-version"
      case .unexpectedUpgrade: "unexpected-upgrade"
      case .badFieldName: "bad-field-name"
      case .badFieldValue: "bad-field-value"
      case .foldedField: "folded-field"
      case .badContentLength: "bad-content-length"
      case .repeatedContentLength: "repeated-content-length"
      case .unsupportedTransferCoding: "unsupported-transfer-coding"
      case .conflictingFraming: "conflicting-framing"
      case .missingHost: "missing-host"
      case .badHost: "bad-host"
      case .lineTooLong: "line-too-long"
      case .headTooLarge: "head-too-large"
      case .badChunkSize: "bad-chunk-size"
      case .badChunkEnd: "bad-chunk-end"
      case .prematureEnd: "premature-end"
      }
    }
  }
}
