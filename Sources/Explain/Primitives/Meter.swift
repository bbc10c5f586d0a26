import Glibc
import Measurement

/// Adds up the costs of the parts of a batch. A part is timed as a whole or in pieces.
struct Meter {
  /// Whose CPU time counts.
  enum Clock {
    /// All threads of the process; those that still run lag by at most one kernel tick.
    case process
    case callingThread

    fileprivate var identifier: clockid_t {
      switch self {
      case .process: CLOCK_PROCESS_CPUTIME_ID
      case .callingThread: CLOCK_THREAD_CPUTIME_ID
      }
    }
  }

  private var parts: [(total: Cost, count: Double)]

  init(parts count: Int) { parts = Array(repeating: (.zero, 0), count: count) }

  /// Times the body as `count` occurrences of a part. What the clocks take themselves is subtracted.
  mutating func time(
    _ part: Int, _ count: Int, by clock: Clock = .process, _ body: () throws -> Void
  ) rethrows {
    let before = Self.reading(clock)
    try body()
    let spent = Self.reading(clock) - before
    parts[part].total = parts[part].total + spent - Self.ownCost(clock)
    parts[part].count += Double(count)
  }

  /// Adds what was measured by other means.
  mutating func add(_ cost: Cost, to part: Int, _ count: Int) {
    parts[part].total = parts[part].total + cost
    parts[part].count += Double(count)
  }

  /// The elapsed time of all parts in nanoseconds.
  var elapsed: Double { parts.reduce(0) { $0 + ($1.total.wall ?? 0) } }

  func total(_ part: Int) -> Cost { parts[part].total }
  func count(_ part: Int) -> Double { parts[part].count }

  /// The mean cost of one occurrence.
  subscript(part: Int) -> Cost { parts[part].total / max(1, parts[part].count) }

  // MARK: Clocks

  private static func reading(_ clock: Clock) -> Cost {
    var time = timespec()
    clock_gettime(clock.identifier, &time)
    return Cost(
      cpu: Double(time.tv_sec) * 1e9 + Double(time.tv_nsec), wall: Double(MonotonicClock.now.nanoseconds))
  }

  private static func ownCost(_ clock: Clock) -> Cost {
    switch clock {
    case .process: ownCostOfProcess
    case .callingThread: ownCostOfThread
    }
  }

  private static let ownCostOfProcess = costOfNothing(.process)
  private static let ownCostOfThread = costOfNothing(.callingThread)

  /// The median cost of timing nothing.
  private static func costOfNothing(_ clock: Clock) -> Cost {
    let costs = (0..<999).map { _ in
      let before = reading(clock)
      return reading(clock) - before
    }
    func middle(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }
    return Cost(cpu: middle(costs.map(\.cpu)), wall: middle(costs.compactMap(\.wall)))
  }
}
