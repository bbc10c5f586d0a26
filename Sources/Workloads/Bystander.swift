import Measurement
import Plan
import SystemCalls

/// The behaviour of bystander lanes, where it differs from that of measured lanes.
extension ClientLane where C: ~Copyable {
  /// Takes the next operation of a lane that does not start operations back to back.
  @inlinable @inline(never)
  mutating func takeInTime(_ now: Instant) -> Step {
    if trial.pointee.dealtTo > 0 { return takeDealt(now) }
    switch trial.pointee.bystanders?.manner {
    case nil, .paced: return takeArrival(now)
    case .idle:
      // An idle lane has done its one operation.
      if intended.nanoseconds > 0 { return hold(now) }
      intended = now
    case .slow:
      // At its rate, the lane is still taking the bytes of its last receive.
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

  /// A slow lane waits until its rate allows another receive.
  @inlinable @inline(never)
  mutating func inTime(_ step: Step) -> Step {
    if case .receive = step, let start = operationStart, intended > start { return pause() }
    return step
  }

  /// Waits for the time that the received bytes take at a slow lane's rate.
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

  /// Waits for the connection's end, which comes with the trial's end.
  @usableFromInline
  mutating func hold(_ now: Instant) -> Step {
    guard C.usesConnection else { return .finished }
    guard endpoint >= 0 else { return lose(.prematureEnd, now) }
    sleeps = .holding
    return .receive
  }

  /// The peer sent unexpected bytes to a lane that holds its connection. At best they announce a close; then the lane
  /// holds a new connection.
  @usableFromInline
  mutating func receivedHolding(_ bytes: UnsafeRawBufferPointer, _ now: Instant) -> Step {
    if now >= trial.pointee.closes { return .finished }
    return bytes.isEmpty || conversation.isFarewell(bytes) ? reconnect() : lose(.unexpectedBytes, now)
  }

  /// Holds the new connection in place of the closed one.
  @usableFromInline
  mutating func holdOn() -> Step {
    endpoint = Int16(truncatingIfNeeded: conversation.endpoint(of: number))
    return .receive
  }

  /// Ends without a connection to hold.
  @usableFromInline
  mutating func lose(_ kind: OutcomeKind, _ now: Instant) -> Step {
    if now < trial.pointee.closes { recorder.count(kind: Int(kind.rawValue)) }
    return .finished
  }
}
