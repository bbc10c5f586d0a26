extension HTTPReader {
  /// The method of a request.
  public enum Method: UInt8, Sendable {
    case get, head, post, options, connect, trace
    /// Any other valid token.
    case other

    /// The method that `token` names; methods are case-sensitive (RFC 9110, section 9.1).
    init(_ token: HTTPBytes) {
      switch token.count {
      case 3 where token.equals("GET"): self = .get
      case 4 where token.equals("HEAD"): self = .head
      case 4 where token.equals("POST"): self = .post
      case 5 where token.equals("TRACE"): self = .trace
      case 7 where token.equals("OPTIONS"): self = .options
      case 7 where token.equals("CONNECT"): self = .connect
      default: self = .other
      }
    }
  }

  /// A message's head, as far as framing and the connection need it.
  public struct Head: Equatable, Sendable {
    /// Negative without a Content-Length: an optional would push a reader past its cache line.
    private var statedLength = -1
    /// The status code of a response, 200...599; 0 in a request.
    public internal(set) var status: UInt16 = 0
    /// The method of a request; `.other` in a response.
    public internal(set) var method = Method.other
    /// The x of HTTP/1.x. A recipient treats versions above 1.1 as 1.1 (RFC 9110, section 6.2).
    public internal(set) var minorVersion: UInt8 = 0
    var marks: Marks = []

    /// The value of Content-Length; nil without one. Replies to HEAD have it, too, although they have no body.
    public var contentLength: Int? { statedLength < 0 ? nil : statedLength }

    /// Whether the chunked transfer coding delimits the body (RFC 9112, section 7.1).
    public var isChunked: Bool { marks.contains(.chunked) }

    /// Whether the connection can carry another message after this one (RFC 9112, section 9.3).
    public var keepsAlive: Bool {
      !marks.contains(.close) && (minorVersion > 0 || marks.contains(.keepAlive))
    }

    /// Whether the head needs no special handling.
    var isPlain: Bool { minorVersion > 0 && marks.isDisjoint(with: [.close, .expectsContinue]) }

    /// Whether the client waits for 100 Continue before it sends the body (RFC 9110, section 10.1.1).
    public var expectsContinue: Bool { marks.contains(.expectsContinue) && minorVersion > 0 }

    /// Whether part of the message was accepted only because of ``Rules/isLenient``.
    public var wasReadLeniently: Bool { marks.contains(.readLeniently) }

    /// Whether a request has a Host field.
    public var hasHost: Bool { marks.contains(.host) }

    /// Content-Length and Transfer-Encoding must not occur together (RFC 9112, section 6.1). HTTP/1.0 must not have
    /// Transfer-Encoding. An HTTP/1.1 request must have a Host (section 3.2).
    func validate(as role: Role) throws(Fault) {
      if isChunked {
        guard minorVersion > 0 else { throw .unsupportedTransferCoding }
        guard contentLength == nil else { throw .conflictingFraming }
      }
      guard role == .response || hasHost || minorVersion == 0 else { throw .missingHost }
    }

    /// Whether another transfer coding precedes `chunked`, which still delimits the body (RFC 9112, section 6.3). Such
    /// a message is refused, but its framing is clear.
    public var isCodedInChunks: Bool { marks.contains(.codedChunks) && minorVersion > 0 }

    /// Notes a field that affects framing or the connection.
    @inline(__always)
    mutating func note(_ field: HTTPField, as role: Role) throws(Fault) {
      let name = field.name
      let initial = name[0] | 0x20
      switch name.count {
      case 4 where initial == UInt8(ascii: "h") && role == .request && name.equalsIgnoringCase("host"):
        guard !marks.contains(.host), field.value.isHost else { throw .badHost }
        marks.insert(.host)
      case 6 where initial == UInt8(ascii: "e") && role == .request && name.equalsIgnoringCase("expect"):
        if field.value.equalsIgnoringCase("100-continue") { marks.insert(.expectsContinue) }
      case 10 where initial == UInt8(ascii: "c") && name.equalsIgnoringCase("connection"):
        noteConnection(field.value)
      case 14 where initial == UInt8(ascii: "c") && name.equalsIgnoringCase("content-length"):
        guard statedLength < 0 else { throw .repeatedContentLength }
        statedLength = try Self.length(field.value)
      case 17 where initial == UInt8(ascii: "t") && name.equalsIgnoringCase("transfer-encoding"):
        guard !isChunked, field.value.equalsIgnoringCase("chunked") else {
          if !isChunked && field.value.lastListMember.equalsIgnoringCase("chunked") { marks.insert(.codedChunks) }
          throw .unsupportedTransferCoding
        }
        marks.insert(.chunked)
      default:
        break
      }
    }

    /// Connection is a list (RFC 9110, section 7.6.1), possibly over several fields; `close` wins.
    private mutating func noteConnection(_ value: HTTPBytes) {
      if value.equalsIgnoringCase("keep-alive") { return marks.formUnion(.keepAlive) }
      var rest = value
      while true {
        let comma = rest.firstIndex(of: UInt8(ascii: ","))
        let option = rest.prefix(comma ?? rest.count).trimmed
        if option.equalsIgnoringCase("close") {
          marks.insert(.close)
        } else if option.equalsIgnoringCase("keep-alive") {
          marks.insert(.keepAlive)
        }
        guard let comma else { return }
        rest = rest.dropFirst(comma &+ 1)
      }
    }

    /// Exactly `1*DIGIT` (RFC 9110, section 8.6): no sign, no list.
    private static func length(_ digits: HTTPBytes) throws(Fault) -> Int {
      guard !digits.isEmpty else { throw .badContentLength }
      var length = 0
      for offset in 0..<digits.count {
        let digit = digits[offset] &- 0x30
        let (tenfold, isPastTenfold) = length.multipliedReportingOverflow(by: 10)
        let (sum, isPastSum) = tenfold.addingReportingOverflow(Int(digit))
        guard digit <= 9, !isPastTenfold, !isPastSum else { throw .badContentLength }
        length = sum
      }
      return length
    }
  }

  /// The yes-or-no facts of a head.
  struct Marks: OptionSet, Sendable {
    let rawValue: UInt8

    static var chunked: Marks { Marks(rawValue: 1 << 0) }
    static var close: Marks { Marks(rawValue: 1 << 1) }
    static var keepAlive: Marks { Marks(rawValue: 1 << 2) }
    static var expectsContinue: Marks { Marks(rawValue: 1 << 3) }
    static var host: Marks { Marks(rawValue: 1 << 4) }
    static var codedChunks: Marks { Marks(rawValue: 1 << 5) }
    static var readLeniently: Marks { Marks(rawValue: 1 << 6) }
  }
}
