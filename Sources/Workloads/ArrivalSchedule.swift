import Glibc
import Measurement
import Plan

/// The intended starts of an open loop's operations: one schedule for all lanes, in ascending order. Operation *i*
/// starts at an offset from the trial's start that depends on the seed and *i* alone.
public struct ArrivalSchedule: ~Copyable, @unchecked Sendable {
  /// Nanoseconds from the trial's start; for a Poisson process.
  private let offsets: UnsafeMutableBufferPointer<UInt64>
  /// Nanoseconds between two operations; for a constant rate.
  private let interval: Double
  /// The trial's start. It is set last, because drawing a schedule takes time.
  public var start: Instant
  /// The number of operations.
  public let count: UInt64
  /// The number of operations that start before the window opens.
  public let warmUpCount: UInt64

  /// The schedule of a trial; nil for a closed loop. A Poisson process takes eight bytes per operation.
  /// - Parameters:
  ///   - operations: the number that start once the window has opened; nil for as many as start before `span` ends.
  ///   - span: from the start to the window's end.
  public init?(
    _ arrivals: Arrivals, seed: UInt64, start: Instant = Instant(nanoseconds: 0), warmup: Nanoseconds,
    operations: UInt64?, span: Nanoseconds
  ) {
    guard let rate = arrivals.rate else { return nil }
    self.start = start
    interval = 1e9 / rate
    if case .poisson = arrivals {
      let expected = arrivals.drawnCount(warmup: warmup, operations: operations, span: span)
      var room = UnsafeMutableBufferPointer<UInt64>.allocate(capacity: Int(expected + 6 * expected.squareRoot()) + 1)
      var drawn = 0
      var time = 0.0
      var before: UInt64 = 0
      while true {
        time -= log(Randomness.uniform(seed, UInt64(drawn))) * interval
        guard time < Double(span.count) else { break }
        if time < Double(warmup.count) { before += 1 }
        if drawn == room.count {
          let larger = UnsafeMutableBufferPointer<UInt64>.allocate(capacity: 2 * drawn)
          _ = larger.moveInitialize(fromContentsOf: room)
          room.deallocate()
          room = larger
        }
        room.initializeElement(at: drawn, to: UInt64(time))
        drawn += 1
        if let operations, UInt64(drawn) - before == operations { break }
      }
      offsets = UnsafeMutableBufferPointer(rebasing: room[..<drawn])
      count = UInt64(drawn)
      warmUpCount = before
    } else {
      offsets = .allocate(capacity: 0)
      warmUpCount = Arrivals.count(before: warmup, rate: rate)
      let (asked, overflow) = warmUpCount.addingReportingOverflow(operations ?? 0)
      count = operations == nil ? Arrivals.count(before: span, rate: rate) : overflow ? .max : asked
    }
  }

  /// A schedule with given starts.
  /// - Parameter offsets: nanoseconds from the start, ascending.
  public init(offsets: [UInt64], warmup: Nanoseconds) {
    start = Instant(nanoseconds: 0)
    interval = 0
    let room = UnsafeMutableBufferPointer<UInt64>.allocate(capacity: offsets.count)
    _ = room.initialize(from: offsets)
    self.offsets = room
    count = UInt64(offsets.count)
    warmUpCount = UInt64(offsets.prefix { $0 < warmup.count }.count)
  }

  deinit { offsets.deallocate() }

  /// How many operations are to start before `instant`.
  func count(before instant: Instant) -> UInt64 { (0..<count).partitionPoint { start(of: $0) >= instant } }

  /// The intended start of `operation`, which must be below `count`.
  public func start(of operation: UInt64) -> Instant {
    start
      + (offsets.isEmpty ? Nanoseconds(saturating: Double(operation) * interval) : Nanoseconds(offsets[Int(operation)]))
  }

  /// The number of operations due in the window, and those of them that were left at its end.
  /// - Parameters:
  ///   - inHand: the operations that lanes had taken and not ended.
  ///   - next: the first operation that no lane of this process had taken; from there on, one in every `stride` is this
  ///     process's.
  func outcome(
    before closes: Instant, inHand: some Sequence<UInt64>, untakenFrom next: UInt64, stride: UInt64, share: Share
  ) -> ArrivalOutcome {
    let due = warmUpCount..<max(warmUpCount, count(before: closes))
    var outcome = ArrivalOutcome(due: share.count(of: due.upperBound) - share.count(of: due.lowerBound))
    for operation in inHand where due.contains(operation) {
      outcome.leave(for: closes.since(start(of: operation)))
    }
    // A backlog from before the window does not count as due in it.
    var operation = next
    if operation < due.lowerBound { operation += (due.lowerBound - operation + stride - 1) / stride * stride }
    guard operation < due.upperBound else { return outcome }
    if offsets.isEmpty {
      let steps = (due.upperBound - 1 - operation) / stride
      let last = start(of: operation + steps * stride)
      outcome.leave(steps + 1, from: closes.since(start(of: operation)), to: closes.since(last))
      return outcome
    }
    while operation < due.upperBound {
      outcome.leave(for: closes.since(start(of: operation)))
      operation += stride
    }
    return outcome
  }
}

/// The operations that a schedule asked for in a window, and those of them that were left at its end, started or not.
public struct ArrivalOutcome: Hashable, Sendable {
  /// The number of operations due in the window.
  public var due: UInt64
  /// Of those due: neither done nor failed at the window's end.
  public private(set) var unanswered: UInt64 = 0
  /// The least, greatest and total time since the unanswered operations were due.
  public private(set) var leastAge = Nanoseconds(UInt64.max)
  public private(set) var mostAge = Nanoseconds.zero
  private var ages = 0.0

  public init(due: UInt64) { self.due = due }

  /// The mean in nanoseconds, with at least one unanswered operation.
  public var meanAge: Double { ages / Double(max(1, unanswered)) }

  /// Counts operations that are left. They were due at even intervals: `first` is the first one's time since it was
  /// due, and `last` the last one's.
  mutating func leave(_ count: UInt64, from first: Nanoseconds, to last: Nanoseconds) {
    unanswered += count
    leastAge = min(leastAge, last)
    mostAge = max(mostAge, first)
    ages += Double(count) * (Double(first.count) + Double(last.count)) / 2
  }

  /// Counts one operation that is left, with the time since it was due.
  package mutating func leave(for age: Nanoseconds) {
    unanswered += 1
    leastAge = min(leastAge, age)
    mostAge = max(mostAge, age)
    ages += Double(age.count)
  }
}
