import SystemCalls

/// Measures the longest time for which a thread that should run often did not run.
///
/// Such a gap means that the process was stopped or its processor was given to others. A thread without priority may
/// also have waited for the process's other threads. A gap of such a thread counts only if the process used at most
/// half of it as CPU time.
public struct Heartbeat: Sendable {
  /// The longest time between two beats that counts as a gap.
  public private(set) var longestGap = Nanoseconds.zero
  private let isPreferred: Bool
  private var last: (at: Instant, used: Nanoseconds)?

  /// - Parameter isPreferred: whether the thread runs before all others: ``SystemCalls/ProcessControl/prefer()``.
  public init(isPreferred: Bool) { self.isPreferred = isPreferred }

  /// Must be called by that thread, much more often than the gaps to be found are long. It reads the process's CPU
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
