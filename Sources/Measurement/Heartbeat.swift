import SystemCalls

/// The beat of a thread that should run often, whatever the rest of its process does: finds out for how long it did not.
///
/// A gap says that the process was stopped, or that its processor was given to others. Where the thread has no priority
/// over the process's other threads, they may have kept it waiting: then a gap counts only if the process used no more than
/// half of it.
public struct Heartbeat: Sendable {
  /// Between two beats.
  public private(set) var longestGap = Nanoseconds.zero
  private let isPreferred: Bool
  private var last: (at: Instant, used: Nanoseconds)?

  /// - Parameter isPreferred: whether the thread runs before all others, ``SystemCalls/ProcessControl/prefer()``.
  public init(isPreferred: Bool) { self.isPreferred = isPreferred }

  /// To be called by that thread, much more often than the gaps to be found are long. Costs a reading of the process's
  /// clock.
  public mutating func beat(at now: Instant) {
    let used = ResourceUsage.processorTime(of: 0) ?? .zero
    defer { last = (now, used) }
    guard let last else { return }
    let gap = now.since(last.at)
    guard gap > longestGap else { return }
    if isPreferred || used.count - min(used.count, last.used.count) <= gap.count / 2 { longestGap = gap }
  }
}
