import Measurement

/// What may have happened to a connection while nobody asked anything of it.
extension ClientLane where C: ~Copyable {
  /// Looks at the connection before the operation in hand is asked for on it.
  @inlinable
  mutating func check() -> Step {
    hasWaited = false
    return .check
  }

  /// Ends, with nothing in hand, after a last look.
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

  /// Whether the operation has come to a connection that the peer had closed, or was about to: nothing of it has been
  /// answered, and it may be asked for again.
  @inlinable
  func isStale(_ outcome: Outcome) -> Bool {
    guard isReused, outcome.isOfClosing, conversation.mayRepeat(number) else { return false }
    return receivedBytes == 0 || outcome.kind.status != nil
  }

  /// Goes on with a new connection in the place of one that was closed while it was idle.
  @usableFromInline
  mutating func reconnect() -> Step {
    recorder.reconnected()
    sentBytes = 0
    receivedBytes = 0
    return close()
  }
}

extension Outcome {
  /// Whether a peer that closes an idle connection may be why: it has closed or broken the connection, or says as its last
  /// word that it has waited for too long (408; RFC 9110, section 15.5.9).
  @usableFromInline var isOfClosing: Bool { kind.isOfBrokenConnection || kind.status == 408 && !keepsConnection }
}
