import Measurement

/// Handles a connection that changed while it was idle.
extension ClientLane where C: ~Copyable {
  /// Checks the connection before it carries the operation in hand.
  @inlinable
  mutating func check() -> Step {
    hasWaited = false
    return .check
  }

  /// Checks once more, and ends with nothing in hand.
  @usableFromInline
  mutating func leave() -> Step {
    guard C.usesConnection, endpoint >= 0, wasServed else { return .finished }
    sleeps = .leaving
    return .check
  }

  @usableFromInline
  mutating func checked(_ found: UnsafeRawBufferPointer?, _ now: Instant) -> Step {
    if sleeps == .leaving {
      guard let found, !found.isEmpty, !conversation.isFarewell(found) else { return .finished }
      return lose(.unexpectedBytes, now)
    }
    guard let found else { return interpret(conversation.begin(number), now) }
    return found.isEmpty || conversation.isFarewell(found)
      ? reconnect() : complete(.failed(.unexpectedBytes), now)
  }

  /// Whether the peer had closed the operation's connection, or was about to. No byte was answered, so the operation
  /// may be repeated.
  @inlinable
  func isStale(_ outcome: Outcome) -> Bool {
    guard isReused, outcome.isOfClosing, conversation.mayRepeat(number) else { return false }
    return receivedBytes == 0 || outcome.kind.status != nil
  }

  /// Continues on a new connection, after the old one was closed while idle.
  @usableFromInline
  mutating func reconnect() -> Step {
    recorder.reconnected()
    sentBytes = 0
    receivedBytes = 0
    return close()
  }
}

extension Outcome {
  /// Whether the outcome fits a peer that closes an idle connection: a closed or broken connection, or a final 408 (RFC
  /// 9110, section 15.5.9).
  @usableFromInline var isOfClosing: Bool { kind.isOfBrokenConnection || kind.status == 408 && !keepsConnection }
}
