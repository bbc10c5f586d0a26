import Measurement
import Plan
import SystemCalls

/// Answers requests in order, with a greeting or with what the query asks for. `/?delay=2ms&size=4096&op=17` waits 2 ms
/// and answers 4,096 bytes of the content of operation 17 (`Pattern`). Replies to requests that arrived together go out
/// together, up to `longestTurn` of them. `/?fault=reset` is answered wrongly (`FaultKind`).
///
/// It serves HTTP/1.1 and HTTP/1.0 (RFC 9110, RFC 9112). Methods are answered like GET, with three exceptions: HEAD and
/// `OPTIONS *` get no content, and CONNECT and TRACE get 501. Request contents of up to 1 GiB are read and dropped.
/// Expectations other than 100-continue are ignored, as RFC 9110, section 10.1.1, allows.
///
/// The connection is closed after a malformed request, or if the client asks for it. Closing a socket with unread bytes
/// can destroy the last reply. So if there may be any, the server shuts down its sending half first, and drops bytes
/// until the client ends its half (RFC 9112, section 9.6). A client that ends its half during the delay gets no reply:
/// like nginx with a slow upstream (499), the server treats it as gone.
public struct HTTPServer: ServerConversation, ~Copyable {
  private(set) var reader = HTTPReader(role: .request)
  var replies: HTTPReplies
  /// The reply in hand.
  var reply = HTTPReply()
  /// The rest of content that is not copied to the replies.
  private var contentLeft: UInt32 = 0
  /// The bytes dropped after the last request.
  private var dropped: UInt32 = 0
  private var answered: UInt32 = 0
  /// The number of pieces of a dripping reply that were sent.
  var drops: UInt8 = 0
  var isPending = false
  /// Whether the head of the first request has arrived.
  private var hasBegun = false
  var ending = Ending.none
  private let limits: UnsafePointer<RequestLimits>

  enum Ending: UInt8 {
    case none
    /// No reply follows the current one; the connection is closed after it.
    case closing
    /// The client may still send; the server waits for its end.
    case lingering
    /// Nothing more is sent.
    case draining
  }

  /// The maximum bytes to drop while a connection ends.
  private static var longestDrain: Int { 256 << 10 }

  /// - Parameters:
  ///   - peer: the client's address, which the greeting contains.
  ///   - date: must outlive the conversation.
  ///   - limits: requests beyond them get 400 or 413, and the connection is closed. Must outlive the conversation.
  public init(
    peer: String, date: UnsafePointer<HTTPDate>, limits: UnsafePointer<RequestLimits> = RequestLimits.noneShared
  ) {
    self.limits = limits
    replies = HTTPReplies(greeting: "Hello, \(peer)!", date: date)
  }

  /// The reply on a connection beyond the server's limit (RFC 9110, section 15.6.4).
  public static let overload: StaticString =
    "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"

  public static var usesConnection: Bool { true }

  public mutating func begin(_ operation: UInt64) -> Need { .receive }

  public mutating func received(_ bytes: inout UnsafeRawBufferPointer) -> Need {
    if ending != .none { return drain(&bytes) }
    while true {
      switch reader.next(&bytes) {
      case .needsMore: return replies.isEmpty ? .receive : flush()
      case .head:
        hasBegun = true
        if isPlain {
          reader.reset()
          replies.appendGreeting()
          answered &+= 1
          if bytes.isEmpty || isFull { return flush() }
          continue
        }
        if reader.head.contentLength ?? 0 > largestContent { return refuseContent(&bytes) }
        if let status = readHead() { return refuse(status, &bytes) }
        if reader.isComplete, let need = complete(&bytes) { return need }
      case .body:
        if reader.bodyBytes > largestContent { return refuseContent(&bytes) }
      case .complete:
        if let need = complete(&bytes) { return need }
      case .malformed(let fault):
        return refuse(HTTPReply.Status(fault, in: reader.part, of: reader.head), &bytes)
      }
    }
  }

  public mutating func sent() -> Need {
    if drops > 0, let need = sentDrop() { return need }
    replies.sent()
    if contentLeft > 0 { return sendContent() }
    if isPending, let need = advance() { return need }
    if !replies.isEmpty { return flush() }
    switch ending {
    case .none, .draining: return .receive
    case .closing: return .done(.closed)
    case .lingering:
      ending = .draining
      return .finishSending
    }
  }

  public mutating func woke(_ operation: UInt64, after elapsed: Nanoseconds) -> Need {
    if drops > 0 { return nextDrop() }
    reply.delay = Nanoseconds(0)
    return advance() ?? flush()
  }

  public mutating func ended() -> Need {
    if isPending || drops > 0 { return .done(.failed(.prematureEnd)) }
    if ending == .none, case .malformed = reader.endOfInput(), !reader.isIdle { return .done(.failed(.prematureEnd)) }
    return .done(.closed)
  }

  public var waiting: Waiting {
    if ending != .none { return reply.fault == .stall ? .request : .end }
    if reader.part == .body { return .body }
    return hasBegun && reader.isIdle ? .request : .head
  }

  /// A partial request is answered with 408 (RFC 9110, section 15.5.9). An idle connection is closed silently: a client
  /// would take a 408 as the reply to its next request, which may be on its way.
  public mutating func expired() -> Need {
    if ending != .none || reader.isIdle { return .done(.closed) }
    reply = HTTPReply(.requestTimeout, keepsAlive: false)
    ending = .closing
    return advance() ?? flush()
  }

  public var isRefused: Bool { reply.isRefused }

  public mutating func disconnected() {}

  public mutating func takeAnswered() -> Int {
    defer { answered = 0 }
    return Int(answered)
  }

  // MARK: Requests

  /// Whether the head is a plain `GET /` without content, on a connection that stays open.
  private var isPlain: Bool {
    let head = reader.head
    let target = reader.target
    return head.method == .get && target.count == 1 && target[0] == UInt8(ascii: "/") && head.isPlain
      && reader.isComplete
  }

  /// Reads what a head asks for. A malformed query is answered with 400.
  /// - Returns: the status for a malformed request; nil for a valid one.
  private mutating func readHead() -> HTTPReply.Status? {
    let head = reader.head
    reply = HTTPReply()
    reply.isHEAD = head.method == .head
    reply.keepsAlive = head.keepsAlive
    reply.isOldVersion = head.minorVersion == 0
    if let status = readTarget(reader.target, of: head.method) { return status }
    if head.expectsContinue && !reader.isComplete { replies.append("HTTP/1.1 100 Continue\r\n\r\n") }
    return nil
  }

  /// - Returns: the status for a malformed target (RFC 9112, section 3.2); nil for a valid one.
  private mutating func readTarget(
    _ target: UnsafeRawBufferPointer, of method: HTTPReader.Method
  ) -> HTTPReply.Status? {
    switch method {
    case .connect: return .notImplemented
    case .trace: (reply.status, reply.size) = (.notImplemented, 0)
    case .options where target.elementsEqual("*".utf8): reply.size = 0
    default:
      guard target[0] == UInt8(ascii: "/") || HTTPTarget.isAbsolute(target) else { return .badRequest }
      if !readQuery(of: target) {
        reply.status = .badRequest
        (reply.size, reply.delay, reply.fault) = (0, Nanoseconds(0), nil)
      } else if reply.delay > limits.pointee.delay || reply.size ?? 0 > largestContent {
        reply = HTTPReply(.badRequest, keepsAlive: false)
        reply.isRefused = true
      }
    }
    return nil
  }

  /// The largest content of a request or a reply, in bytes.
  private var largestContent: Int { min(limits.pointee.size.count, HTTPReply.largestContent) }

  private mutating func readQuery(of target: UnsafeRawBufferPointer) -> Bool {
    var query = HTTPQuery(target: target)
    while let (name, value) = query.next() {
      switch name {
      case "delay":
        guard let delay = value.time else { return false }
        reply.delay = min(delay, Delay.longest)
      case "size":
        guard let size = value.decimal else { return false }
        reply.size = UInt32(clamping: size)
      case "op":
        guard let operation = value.decimal else { return false }
        reply.operation = operation
      case "fault":
        guard let fault = value.fault else { return false }
        reply.fault = fault
      default: break
      }
    }
    return true
  }

  /// The current request has been read in full.
  private mutating func complete(_ bytes: inout UnsafeRawBufferPointer) -> Need? {
    reader.reset()
    isPending = true
    if !reply.keepsAlive {
      ending = bytes.isEmpty ? .closing : .lingering
      drop(&bytes)
    }
    return advance()
  }

  /// Answers a malformed or unsupported request. The start of the next one is unknown, so the connection ends.
  private mutating func refuse(_ status: HTTPReply.Status, _ bytes: inout UnsafeRawBufferPointer) -> Need {
    reader.reset()
    reply = HTTPReply(status, keepsAlive: false)
    ending = .lingering
    drop(&bytes)
    return advance() ?? flush()
  }

  private mutating func refuseContent(_ bytes: inout UnsafeRawBufferPointer) -> Need {
    let need = refuse(.contentTooLarge, &bytes)
    reply.isRefused = true
    return need
  }

  // MARK: Replies

  /// Advances the current reply; nil once all of it waits to be sent, and another one fits.
  private mutating func advance() -> Need? {
    isPending = true
    if reply.delay.count > 0 { return replies.isEmpty ? .sleep(reply.delay) : flush() }
    if let fault = reply.fault, let need = answerWrongly(fault) { return need }
    isPending = false
    let size = contentSize
    if reply.isHEAD || size == 0 {
      replies.append(headOf: reply, size: size, following: 0)
      answered &+= 1
    } else if replies.hasRoom(for: size) {
      appendWhole(size)
      answered &+= 1
    } else {
      replies.append(headOf: reply, size: size, following: 0)
      contentLeft = UInt32(size)
      return flush()
    }
    return ending != .none || reply.fault != nil || isFull ? flush() : nil
  }

  /// Whether the replies that wait are as many as go out at once.
  private var isFull: Bool { replies.isFull || answered >= Self.longestTurn }

  /// The content size of the current reply.
  var contentSize: Int { Int(reply.size ?? replies.contentCount) }

  private mutating func appendWhole(_ size: Int) {
    let isReadyMade = reply.size == nil && reply.keepsAlive && !reply.isOldVersion && reply.fault == nil
    if isReadyMade { return replies.appendGreeting() }
    replies.append(headOf: reply, size: size, following: size)
    appendContent(size)
  }

  /// The first bytes of the current content.
  mutating func appendContent(_ count: Int) {
    replies.append(
      reply.size == nil
        ? UnsafeRawBufferPointer(rebasing: replies.content[..<count])
        : Pattern.content(of: reply.operation, from: 0, count: count))
  }

  mutating func flush() -> Need { reply.fault == .drip && !isPending ? nextDrop() : .send(replies.takeAll()) }

  private mutating func sendContent() -> Need {
    let offset = Int(reply.size ?? 0) - Int(contentLeft)
    let piece = Pattern.content(of: reply.operation, from: offset, count: Int(contentLeft))
    contentLeft -= UInt32(piece.count)
    if contentLeft == 0 { answered &+= 1 }
    return .send(piece)
  }

  // MARK: Ending

  private mutating func drain(_ bytes: inout UnsafeRawBufferPointer) -> Need {
    drop(&bytes)
    return dropped > Self.longestDrain ? .done(.closed) : .receive
  }

  private mutating func drop(_ bytes: inout UnsafeRawBufferPointer) {
    dropped &+= UInt32(truncatingIfNeeded: bytes.count)
    bytes = UnsafeRawBufferPointer(start: nil, count: 0)
  }
}
