import Measurement

/// Lanes with operations of their own, so that each does the same number.
extension ClientLane where C: ~Copyable {
  /// Deals operations in turn: the lane gets `first`, and then every n-th operation, for n lanes.
  public mutating func deal(from first: UInt64) { operation = first &- trial.pointee.dealtTo }

  /// Takes the lane's next operation. When none is left, it holds its connection until the trial ends.
  @usableFromInline
  mutating func takeDealt(_ now: Instant) -> Step {
    let next = operation &+ trial.pointee.dealtTo
    guard next < trial.pointee.asked ?? 0 else { return endpoint >= 0 ? hold(now) : .finished }
    operation = next
    intended = now
    return admit(now)
  }
}
