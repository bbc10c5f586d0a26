import Glibc
import Measurement
import SystemCalls

/// Answers requests in their order with a greeting, or with what the query of the request asks for:
/// `/?delay=2ms&size=4096&op=17` waits for 2 ms and answers 4,096 bytes of the content of operation 17 (`Pattern`).
/// Replies to requests that came together go out together.
public struct HTTPServer: ServerConversation, ~Copyable {
  private var reader = HTTPReader(role: .request)
  /// `Hello, 127.0.0.1!`, with the peer's address.
  private let greeting: UnsafeMutableRawBufferPointer
  /// Replies that wait to be sent.
  private var buffer: UnsafeMutableRawPointer?
  private var capacity = 0
  private var count = 0
  /// The reply in hand.
  private var reply = Reply()
  private var isPending = false
  /// What is left to send of a body that does not go through the buffer.
  private var bodyOffset = 0
  private var bodyLeft = 0
  private var closes = false
  private var answered = 0

  private struct Reply {
    var status: StaticString = "200 OK"
    var delay = Nanoseconds.zero
    var size: Int?
    var operation: UInt64 = 0
    var isHEAD = false
    var keepsAlive = true
    var isOldVersion = false
  }

  /// Replies that fit are copied into one buffer of at most this size.
  private static let coalescing = 16 << 10
  private static let headRoom = 160
  private static let largestBody = 1 << 30

  public init(peer: String) {
    let text = "Hello, \(peer)!"
    greeting = .allocate(byteCount: text.utf8.count, alignment: 1)
    greeting.copyBytes(from: text.utf8)
  }

  deinit {
    greeting.deallocate()
    free(buffer)
  }

  public static var usesConnection: Bool { true }

  public mutating func begin(_ operation: UInt64) -> Need { .receive }

  public mutating func received(_ bytes: inout UnsafeRawBufferPointer) -> Need {
    while true {
      switch reader.next(&bytes) {
      case .needsMore: return count > 0 ? flush() : .receive
      case .head:
        readTarget()
        if reader.head.expectsContinue { append("HTTP/1.1 100 Continue\r\n\r\n") }
      case .body: break
      case .complete:
        reader.reset()
        isPending = true
        if let need = advance() { return need }
      case .malformed(let fault):
        refuse(fault)
        isPending = true
        return advance() ?? flush()
      }
    }
  }

  public mutating func sent() -> Need {
    count = 0
    if bodyLeft > 0 { return sendBody() }
    if isPending, let need = advance() { return need }
    if count > 0 { return flush() }
    return closes ? .done(.closed) : .receive
  }

  public mutating func woke(_ operation: UInt64, after elapsed: Nanoseconds) -> Need {
    reply.delay = .zero
    return advance() ?? flush()
  }

  public mutating func ended() -> Need {
    if case .malformed = reader.endOfInput(), !reader.isIdle { return .done(.failed(.prematureEnd)) }
    return .done(.closed)
  }

  public var waiting: Waiting { .request }

  public mutating func expired() -> Need { .done(.closed) }

  public mutating func disconnected() {}

  public mutating func takeAnswered() -> Int {
    defer { answered = 0 }
    return answered
  }

  // MARK: Replies

  /// Carries the reply in hand as far as it goes: nil once it is in the buffer and there is room for another.
  private mutating func advance() -> Need? {
    if reply.delay > .zero { return count > 0 ? flush() : .sleep(reply.delay) }
    isPending = false
    closes = !reply.keepsAlive
    let size = reply.size ?? greeting.count
    appendHead(size: size)
    if reply.isHEAD || size == 0 {
      answered += 1
    } else if count + size <= Self.coalescing {
      appendBody(size)
      answered += 1
    } else {
      bodyOffset = 0
      bodyLeft = size
      return flush()
    }
    return closes || count + Self.headRoom + greeting.count > Self.coalescing ? flush() : nil
  }

  private func flush() -> Need { .send(UnsafeRawBufferPointer(start: buffer, count: count)) }

  private mutating func sendBody() -> Need {
    let piece = Pattern.content(of: reply.operation, from: bodyOffset, count: bodyLeft)
    bodyOffset += piece.count
    bodyLeft -= piece.count
    if bodyLeft == 0 { answered += 1 }
    return .send(piece)
  }

  private mutating func appendHead(size: Int) {
    reserve(Self.headRoom)
    var writer = ByteWriter(buffer! + count)
    writer.write("HTTP/1.1 ")
    writer.write(reply.status)
    writer.write("\r\nContent-Type: text/plain\r\nContent-Length: ")
    writer.write(decimal: UInt64(size))
    if !reply.keepsAlive {
      writer.write("\r\nConnection: close")
    } else if reply.isOldVersion {
      writer.write("\r\nConnection: keep-alive")
    }
    writer.write("\r\n\r\n")
    count += writer.count
  }

  private mutating func appendBody(_ size: Int) {
    let content =
      reply.size == nil ? UnsafeRawBufferPointer(greeting) : Pattern.content(of: reply.operation, from: 0, count: size)
    append(content)
  }

  private mutating func append(_ text: StaticString) {
    append(UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }

  private mutating func append(_ bytes: UnsafeRawBufferPointer) {
    reserve(bytes.count)
    memcpy(buffer! + count, bytes.baseAddress!, bytes.count)
    count += bytes.count
  }

  private mutating func reserve(_ more: Int) {
    guard count + more > capacity else { return }
    capacity = max(2 * capacity, count + more, 256)
    buffer = realloc(buffer, capacity)!
  }

  // MARK: Requests

  /// Reads what the head asks for. A query that cannot be read is answered by 400.
  private mutating func readTarget() {
    let head = reader.head
    reply = Reply()
    reply.isHEAD = head.method == .head
    reply.keepsAlive = head.keepsAlive
    reply.isOldVersion = head.minorVersion == 0
    var query = HTTPQuery(target: reader.target)
    while let (name, value) = query.next() {
      let isRead: Bool
      switch name {
      case "delay":
        let delay = value.time
        reply.delay = min(delay ?? .zero, Delay.longest)
        isRead = delay != nil
      case "size":
        reply.size = value.decimal.map { Int($0) }
        isRead = reply.size.map { $0 <= Self.largestBody } ?? false
      case "op":
        let operation = value.decimal
        reply.operation = operation ?? 0
        isRead = operation != nil
      default: isRead = true
      }
      if !isRead {
        reply.status = "400 Bad Request"
        (reply.size, reply.delay) = (0, .zero)
        return
      }
    }
  }

  private mutating func refuse(_ fault: HTTPReader.Fault) {
    reply = Reply()
    reply.status =
      fault == .headTooLarge || fault == .lineTooLong ? "431 Request Header Fields Too Large" : "400 Bad Request"
    reply.size = 0
    reply.keepsAlive = false
  }
}
