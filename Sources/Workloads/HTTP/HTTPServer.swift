import Measurement
import Plan
import SystemCalls

/// Answers requests in their order with a greeting, or with what the query of the request asks for:
/// `/?delay=2ms&size=4096&op=17` waits for 2 ms and answers 4,096 bytes of the content of operation 17 (`Pattern`).
/// Replies to requests that came together go out together, up to `longestTurn` of them. `/?fault=reset` is answered
/// wrongly (`FaultKind`).
///
/// HTTP/1.1 and HTTP/1.0 as RFC 9110 and RFC 9112 have them. Every method is answered as GET is but HEAD, `OPTIONS *`,
/// which has no content, and CONNECT and TRACE, which are not implemented (501). Contents of requests are read and
/// dropped, up to 1 GiB. Expectations other than 100-continue are ignored, as section 10.1.1 of RFC 9110 allows.
///
/// After a request that cannot be understood, the connection is closed; so it is where the client asked for it. A socket
/// that is closed on unread bytes takes back what was sent last, so where there are any, or may be, the server ends its
/// half first, and drops what comes until the client has ended its own (RFC 9112, section 9.6). A client that ends its
/// half while a reply to it is delayed gets none: it is taken to have gone, as nginx does (499) where `delay` is an upstream.
public struct HTTPServer: ServerConversation, ~Copyable {
  private(set) var reader = HTTPReader(role: .request)
  var replies: HTTPReplies
  /// The reply in hand.
  var reply = HTTPReply()
  /// What is left to send of content that is not copied to the replies.
  private var contentLeft: UInt32 = 0
  /// What was dropped of what came after the last request.
  private var dropped: UInt32 = 0
  private var answered: UInt32 = 0
  /// In how many pieces a reply has dripped out so far.
  var drops: UInt8 = 0
  var isPending = false
  /// Whether the head of a first request has come.
  private var hasBegun = false
  var ending = Ending.none
  private let limits: UnsafePointer<RequestLimits>

  enum Ending: UInt8 {
    case none
    /// Nothing follows the reply in hand: the connection is closed behind it.
    case closing
    /// The client may have sent more: its end is awaited.
    case lingering
    /// Nothing more is sent.
    case draining
  }

  /// The most that is dropped while a connection ends.
  private static var longestDrain: Int { 256 << 10 }

  /// - Parameters:
  ///   - peer: the client's address, which it is greeted with.
  ///   - date: outlives the conversation.
  ///   - limits: what asks for more is answered by 400 or 413, and the connection is closed. They outlive it, too.
  public init(
    peer: String, date: UnsafePointer<HTTPDate>, limits: UnsafePointer<RequestLimits> = RequestLimits.noneShared
  ) {
    self.limits = limits
    replies = HTTPReplies(greeting: "Hello, \(peer)!", date: date)
  }

  /// What a connection is told that the server has no place for (RFC 9110, section 15.6.4).
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

  /// A request that was begun is answered by 408 (RFC 9110, section 15.5.9). Where none was, the connection is closed
  /// without a word: the client would take a reply for that to its next request, which may be on its way.
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

  /// Whether the head is that of a mere `GET /`, without content, on a connection that is kept.
  private var isPlain: Bool {
    let head = reader.head
    let target = reader.target
    return head.method == .get && target.count == 1 && target[0] == UInt8(ascii: "/") && head.isPlain
      && reader.isComplete
  }

  /// Reads what a head asks for. A query that cannot be read is answered by 400.
  /// - Returns: the status of a request that cannot be understood.
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

  /// - Returns: the status of a target that cannot be understood (RFC 9112, section 3.2).
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

  /// Of a request, and of a reply.
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

  /// The request in hand has been read in full.
  private mutating func complete(_ bytes: inout UnsafeRawBufferPointer) -> Need? {
    reader.reset()
    isPending = true
    if !reply.keepsAlive {
      ending = bytes.isEmpty ? .closing : .lingering
      drop(&bytes)
    }
    return advance()
  }

  /// Answers what is no request, or none that can be served. Where the next one begins cannot be told.
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

  /// Carries the reply in hand as far as it goes: nil once it waits to be sent, and there is room for another.
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

  /// Whether the replies that wait are all that go out at once.
  private var isFull: Bool { replies.isFull || answered >= Self.longestTurn }

  /// Of the reply in hand.
  var contentSize: Int { Int(reply.size ?? replies.contentCount) }

  private mutating func appendWhole(_ size: Int) {
    let isReadyMade = reply.size == nil && reply.keepsAlive && !reply.isOldVersion && reply.fault == nil
    if isReadyMade { return replies.appendGreeting() }
    replies.append(headOf: reply, size: size, following: size)
    appendContent(size)
  }

  /// The first bytes of the content in hand.
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
