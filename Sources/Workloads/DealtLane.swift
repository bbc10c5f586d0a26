import Measurement

/// Lanes that each have operations of their own, so that every one of them does as many.
extension ClientLane where C: ~Copyable {
  /// Operations are dealt out in turn: the lane's are `first`, and from there on every one as many further as there are lanes.
  public mutating func deal(from first: UInt64) { operation = first &- trial.pointee.dealtTo }

  /// Takes the next of its own. Without one it holds its connection until the trial ends.
  @usableFromInline
  mutating func takeDealt(_ now: Instant) -> Step {
    let next = operation &+ trial.pointee.dealtTo
    guard next < trial.pointee.asked ?? 0 else { return endpoint >= 0 ? hold(now) : .finished }
    operation = next
    intended = now
    return admit(now)
  }
}
