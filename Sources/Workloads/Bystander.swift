import Measurement
import Plan
import SystemCalls

/// What lanes do otherwise that are beside those that are measured.
extension ClientLane where C: ~Copyable {
  /// Takes the next operation of lanes that do not start one as soon as the last is done.
  @inlinable @inline(never)
  mutating func takeInTime(_ now: Instant) -> Step {
    if trial.pointee.dealtTo > 0 { return takeDealt(now) }
    switch trial.pointee.bystanders?.manner {
    case nil, .paced: return takeArrival(now)
    case .idle:
      // It has been taken once.
      if intended.nanoseconds > 0 { return hold(now) }
      intended = now
    case .slow:
      // Until when the last receive keeps it.
      if intended > now { return pause() }
    }
    guard let next = trial.pointee.take(now: now) else { return .finished }
    operation = next
    return start(now)
  }

  @inlinable @inline(never)
  mutating func receivedBeside(_ bytes: UnsafeRawBufferPointer, _ now: Instant) -> Step {
    if sleeps == .holding { return receivedHolding(bytes, now) }
    guard let rate = trial.pointee.bystanders?.rate, !bytes.isEmpty else { return received(bytes, now) }
    intended = now + Nanoseconds(UInt64(bytes.count) * 1_000_000_000 / UInt64(rate.count))
    return inTime(received(bytes, now))
  }

  /// A slow lane does not receive before the time for what it has received is over.
  @inlinable @inline(never)
  mutating func inTime(_ step: Step) -> Step {
    if case .receive = step, let start = operationStart, intended > start { return pause() }
    return step
  }

  /// Lets the time pass that a slow lane takes for what it has received.
  @inlinable
  mutating func pause() -> Step {
    sleeps = .betweenReceives
    return .sleep(until: min(intended, trial.pointee.closes))
  }

  @inlinable
  mutating func readOn(_ now: Instant) -> Step {
    sleeps = .inConversation
    if now >= trial.pointee.closes { return .finished }
    return operationStart == nil ? takeNext(now) : .receive
  }

  /// Waits for the connection's end, which the trial's end brings.
  @usableFromInline
  mutating func hold(_ now: Instant) -> Step {
    guard C.usesConnection else { return .finished }
    guard endpoint >= 0 else { return lose(.prematureEnd, now) }
    sleeps = .holding
    return .receive
  }

  /// The peer has said something of its own accord to a lane that holds its connection; at best that it is over, for then
  /// there is another one to be held.
  @usableFromInline
  mutating func receivedHolding(_ bytes: UnsafeRawBufferPointer, _ now: Instant) -> Step {
    if now >= trial.pointee.closes { return .finished }
    return bytes.isEmpty || conversation.isFarewell(bytes) ? reconnect() : lose(.unexpectedBytes, now)
  }

  /// Holds the connection that it has in the place of the one before.
  @usableFromInline
  mutating func holdOn() -> Step {
    endpoint = Int16(truncatingIfNeeded: conversation.endpoint(of: number))
    return .receive
  }

  /// Ends without the connection that was to be held.
  @usableFromInline
  mutating func lose(_ kind: OutcomeKind, _ now: Instant) -> Step {
    if now < trial.pointee.closes { recorder.count(kind: Int(kind.rawValue)) }
    return .finished
  }
}
