import Glibc
import Measurement
import Plan

/// One operation sends a message and receives the same bytes back, compared with what was sent.
@frozen public struct EchoClient: Conversation, ~Copyable {
  @usableFromInline let size: Int
  @usableFromInline let delay: Delay
  @usableFromInline let seed: UInt64
  @usableFromInline let faults: UnsafePointer<FaultMix>?
  @usableFromInline var operation: UInt64 = 0
  /// The first window of the message in hand.
  @usableFromInline let head: UnsafeMutableRawPointer
  @usableFromInline let headCount: Int
  @usableFromInline var sentCount = 0
  @usableFromInline var receivedCount = 0

  /// - Parameters:
  ///   - size: the bytes of a message, at least `smallestSize`.
  ///   - delay: the delay that the server is asked for.
  ///   - faults: the faults that the server is asked for; shared by all lanes.
  public init(size: Int, delay: Delay, seed: UInt64, faults: UnsafePointer<FaultMix>? = nil) {
    precondition(size >= Self.smallestSize)
    self.size = size
    self.delay = delay
    self.seed = seed
    self.faults = faults
    headCount = min(size, EchoMessage.window)
    head = malloc(headCount)!
  }

  @inlinable deinit { free(head) }

  public static let smallestSize = EchoSpec.smallestSize

  @inlinable public static var usesConnection: Bool { true }

  @inlinable public func mayRepeat(_ operation: UInt64) -> Bool {
    faults?.pointee.drawn(seed: seed, operation: operation) == nil
  }

  @inlinable
  public mutating func begin(_ operation: UInt64) -> Need {
    self.operation = operation
    let asked = delay.drawn(seed: seed, operation: operation).count / 1000
    let fault = faults?.pointee.drawn(seed: seed, operation: operation)
    EchoMessage.writeHeader(head, operation: operation, fault: fault, size: size, delayMicroseconds: asked)
    let content = Pattern.content(
      of: operation, from: EchoMessage.headerSize, count: headCount - EchoMessage.headerSize)
    memcpy(head + EchoMessage.headerSize, content.baseAddress!, content.count)
    sentCount = headCount
    receivedCount = 0
    return .send(UnsafeRawBufferPointer(start: head, count: headCount))
  }

  @inlinable public mutating func sent() -> Need { .receive }

  @inlinable
  public mutating func received(_ bytes: inout UnsafeRawBufferPointer) -> Need {
    let count = min(bytes.count, sentCount - receivedCount)
    let piece = UnsafeRawBufferPointer(rebasing: bytes[..<count])
    bytes = UnsafeRawBufferPointer(rebasing: bytes[count...])
    let isEqual =
      receivedCount < headCount
      ? memcmp(piece.baseAddress!, head + receivedCount, count) == 0
      : Pattern.matches(piece, operation: operation, offset: receivedCount)
    guard isEqual else { return .done(.failed(.wrongContent)) }
    receivedCount += count
    if receivedCount == size {
      return .done(.verified(checksum: Checksum.ofEcho(operation, size: size), keepsConnection: true))
    }
    guard receivedCount == sentCount else { return .receive }
    let next = Pattern.content(of: operation, from: sentCount, count: min(size - sentCount, EchoMessage.window))
    sentCount += next.count
    return .send(next)
  }

  @inlinable public mutating func ended() -> Need { .done(.failed(.prematureEnd)) }
  @inlinable public mutating func woke(_ operation: UInt64, after elapsed: Nanoseconds) -> Need { .receive }
  @inlinable public mutating func disconnected() {}
}
