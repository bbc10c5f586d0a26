import Measurement
import Plan

/// One operation waits for a fixed time: the `sleep(1)` of every tutorial. There may be a million at once, so it stores
/// nothing else.
@frozen public struct SleepConversation: Conversation, ~Copyable {
  @usableFromInline let duration: Nanoseconds

  @inlinable public init(duration: Nanoseconds) { self.duration = duration }

  @inlinable public static var usesConnection: Bool { false }

  @inlinable
  public mutating func begin(_ operation: UInt64) -> Need { .sleep(duration) }

  @inlinable
  public mutating func woke(_ operation: UInt64, after elapsed: Nanoseconds) -> Need {
    guard elapsed >= duration else { return .done(.failed(.wokeEarly)) }
    return .done(.verified(checksum: Checksum.ofSleep(operation), keepsConnection: true))
  }

  @inlinable public mutating func sent() -> Need { .receive }
  @inlinable public mutating func received(_ bytes: inout UnsafeRawBufferPointer) -> Need {
    .done(.failed(.unexpectedBytes))
  }
  @inlinable public mutating func ended() -> Need { .done(.failed(.prematureEnd)) }
  @inlinable public mutating func disconnected() {}
}
