import Glibc
import Measurement
import Plan

/// Sends back the bytes as they arrive, after the delay or with the fault that the message asks for. A client that
/// shuts down its sending half during the delay gets no answer.
@frozen public struct EchoServer: ServerConversation, ~Copyable {
  /// The bytes to send back; at most a window.
  @usableFromInline var buffer: UnsafeMutableRawPointer?
  @usableFromInline var capacity = 0
  @usableFromInline var count = 0
  /// The bytes of the current message that are still to be received; nil while its header is incomplete.
  @usableFromInline var left: Int?
  @usableFromInline var answered = 0
  /// The fault that the current message asks for; nil for a right answer.
  @usableFromInline var fault: FaultKind?
  /// The bytes of the window that have been sent in pieces.
  @usableFromInline var dripped = 0
  public internal(set) var isFaulty = false
  public private(set) var isRefused = false
  private let limits: UnsafePointer<RequestLimits>

  /// - Parameter limits: must outlive the conversation.
  public init(limits: UnsafePointer<RequestLimits> = RequestLimits.noneShared) { self.limits = limits }

  @inlinable deinit { free(buffer) }

  @inlinable public static var usesConnection: Bool { true }

  @inlinable public mutating func begin(_ operation: UInt64) -> Need { .receive }

  @inlinable
  public mutating func received(_ bytes: inout UnsafeRawBufferPointer) -> Need {
    if isFaulty { return swallow(&bytes) }
    var delay = Nanoseconds.zero
    if left == nil {
      take(&bytes, upTo: EchoMessage.headerSize - count)
      guard count == EchoMessage.headerSize else { return .receive }
      let (code, size, microseconds) = EchoMessage.readHeader(buffer!)
      fault = FaultKind(code: code)
      guard size >= EchoMessage.headerSize, microseconds * 1000 <= Delay.longest.count, code == fault?.code ?? 0,
        allows(size, .microseconds(microseconds))
      else {
        return .done(.failed(.wrongContent))
      }
      left = size - EchoMessage.headerSize
      delay = .microseconds(microseconds)
    }
    let piece = min(left!, EchoMessage.window - count, bytes.count)
    take(&bytes, upTo: piece)
    left! -= piece
    return delay > .zero ? .sleep(delay) : answer()
  }

  @usableFromInline
  mutating func allows(_ size: Int, _ delay: Nanoseconds) -> Bool {
    isRefused = size > limits.pointee.size.count || delay > limits.pointee.delay
    return !isRefused
  }

  @inlinable
  mutating func take(_ bytes: inout UnsafeRawBufferPointer, upTo limit: Int) {
    let piece = min(limit, bytes.count)
    guard piece > 0 else { return }
    if count + piece > capacity { reserve(count + piece) }
    memcpy(buffer! + count, bytes.baseAddress!, piece)
    count += piece
    bytes = UnsafeRawBufferPointer(rebasing: bytes[piece...])
  }

  @usableFromInline
  mutating func reserve(_ wanted: Int) {
    capacity = max(64, wanted)
    buffer = realloc(buffer, capacity)!
  }

  @inlinable @inline(__always)
  mutating func answer() -> Need { fault == nil ? reply() : answerWrongly() }

  @inlinable
  func reply() -> Need { .send(UnsafeRawBufferPointer(start: buffer, count: count)) }

  @inlinable
  public mutating func sent() -> Need {
    if fault != nil, let need = sentWrongly() { return need }
    count = 0
    if left == 0 {
      left = nil
      answered += 1
    }
    return .receive
  }

  @inlinable
  public mutating func takeAnswered() -> Int {
    defer { answered = 0 }
    return answered
  }

  @inlinable public mutating func woke(_ operation: UInt64, after elapsed: Nanoseconds) -> Need { answer() }

  @inlinable
  public mutating func ended() -> Need { .done(left == nil && count == 0 ? .closed : .failed(.prematureEnd)) }

  @inlinable public var waiting: Waiting {
    isFaulty ? fault == .stall ? .request : .end : left == nil && count == 0 ? .request : .body
  }

  @inlinable public mutating func expired() -> Need { ended() }

  @inlinable public mutating func disconnected() {}
}
