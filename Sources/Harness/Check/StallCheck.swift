import Measurement
import Modes
import Plan
import Records
import Synchronization
import SystemCalls

/// Do response times include the delay that a stalled server causes? The server of an open loop is stopped once, for a
/// second. Operations that arrive meanwhile, and until the backlog is served, wait as long as arithmetic predicts. A
/// harness would miss this if it measured only from the actual starts, or started no operations meanwhile. This mistake
/// is called coordinated omission (G. Tene, "How NOT to Measure Latency", 2013).
enum StallCheck {
  /// Offered rate in operations/s: enough for p99.9 within ten seconds.
  private static let rate = 1037.0
  private static let length = Nanoseconds.seconds(1)
  /// How far a percentile may deviate from its expectation, as a share of it.
  private static let tolerance = 0.02
  private static let experiment = Experiment(
    name: "stall", workload: .http(delay: .microseconds(200)), concurrency: [4], arrivals: "constant", rates: [rate],
    duration: .seconds(10), rounds: 1)

  /// Runs all modes, up to three times in all if the machine disturbed them.
  static func carryOut(on bench: CheckBench) throws(HarnessFailure) -> [CheckResult] {
    var results = try carryOutOnce(on: bench)
    for _ in 0..<Agenda.mostRepeats where results.contains(where: { $0.verdict == .undecided }) {
      results = try carryOutOnce(on: bench)
    }
    return results
  }

  /// Runs all modes at once, each with its own server, because the load is small. The stalls take turns, so that each
  /// backlog is served before the next stall.
  private static func carryOutOnce(on bench: CheckBench) throws(HarnessFailure) -> [CheckResult] {
    let plans = experiment.plansByMode
    let seconds = plans[0].expectedTime.seconds
    bench.announce(trials: plans.count, seconds: seconds)
    let start = MonotonicClock.now
    let board = Board()
    let runner = bench.runner
    var threads: [SystemCalls.Thread] = []
    for (index, plan) in plans.enumerated() {
      do throws(Errno) {
        threads.append(
          try SystemCalls.Thread(name: "stall") {
            board.post(index, Result { () throws(HarnessFailure) in try judged(plan, index: index, runner) })
          })
      } catch {
        board.post(index, .failure(HarnessFailure("cannot start a thread: \(error)")))
      }
    }
    while board.count < plans.count {
      bench.tell("stall of \(length) in \(plans.count) modes", since: start)
      Interruption.pause(milliseconds: 100)
    }
    for thread in threads { thread.join() }
    bench.finished(trials: plans.count, seconds: seconds)
    var results: [CheckResult] = []
    for result in board.inOrder { results += try result.get() }
    return results
  }

  private static func judged(
    _ plan: TrialPlan, index: Int, _ runner: TrialRunner
  ) throws(HarnessFailure) -> [CheckResult] {
    let stall = ProcessStop(.server, after: .milliseconds(2500 + 1500 * UInt64(index)), for: length)
    let (record, opens) = try runner.measure(plan, stop: stall)
    return results(plan, record, opens: opens, stall: stall.span)
  }

  /// The results from the record of a stalled trial.
  static func results(
    _ plan: TrialPlan, _ record: TrialRecord, opens: Instant?, stall: Range<Instant>?
  ) -> [CheckResult] {
    // The stall makes the trial invalid, but affects no other condition of validity. Counts agree, and the counters are
    // read outside the stall. Operations in flight during the stall are in the service times, too.
    var record = record
    guard let mark = record.reasons.firstIndex(where: { $0.hasPrefix("stalled:") }) else {
      return [
        record.valid
          ? failed(plan, "the trial is valid, and does not say that its server stood still")
          : CheckResult(.stall, plan.mode.rawValue, .nanoseconds, invalid: record)
      ]
    }
    record.reasons.remove(at: mark)
    if !record.reasons.isEmpty { return [CheckResult(.stall, plan.mode.rawValue, .nanoseconds, invalid: record)] }
    guard let opens, let stall, let rate = plan.arrivals.rate else {
      return [failed(plan, "the trial's record lacks the stall, the window or the rate")]
    }
    guard let serviceTimes = decoded(record.latency?.service), let responses = decoded(record.latency?.response) else {
      return [failed(plan, "the trial's histograms cannot be read")]
    }
    let half = stall.upperBound.since(stall.lowerBound).count / 2
    // The operations of the backlog are some of the trial's: their mean is between those of as many of the fastest and as
    // many of the slowest. They are faster where a lane need not be woken up for each, and slower where all lanes are busy.
    let undelayed = serviceTimes.slots.filter { $0.lowestEquivalent < half }
    let backlog = UInt64(rate * length.seconds)
    guard let fastest = mean(of: backlog, undelayed), let slowest = mean(of: backlog, undelayed.reversed()) else {
      return [failed(plan, "fewer operations took less than half the stall than arrive during it")]
    }
    let warmup = plan.experiment.warmup
    func sinceStart(_ instant: Instant) -> UInt64 { (instant + warmup).since(opens).count }
    let lanes = plan.mode.lanes(for: plan.concurrency)
    let bounds = [fastest, slowest].map { service in
      StalledQueue(
        rate: rate, lanes: lanes, service: service,
        stall: sinceStart(stall.lowerBound)..<sinceStart(stall.upperBound),
        window: warmup.count..<warmup.count + (record.wall ?? 0)
      ).responses
    }

    var results = [("p95", 950), ("p99", 990), ("p99.9", 999)].map { name, thousandths in
      let percentile = Double(thousandths) / 10
      guard responses.percentileIsSupported(percentile), let measured = responses.percentile(percentile),
        let low = StalledQueue.percentile(thousandths, of: bounds[0]),
        let high = StalledQueue.percentile(thousandths, of: bounds[1])
      else { return failed(plan, "too few operations for the response's \(name)") }
      return CheckResult(
        .stall, "\(plan.mode.rawValue): response \(name)", .nanoseconds,
        expected: Double(low) * (1 - tolerance)...Double(high) * (1 + tolerance), measured: Double(measured))
    }
    let held = serviceTimes.slots.filter { $0.lowestEquivalent >= half }.reduce(0) { $0 + $1.count }
    results.append(
      CheckResult(
        .stall, "\(plan.mode.rawValue): services ≥ half the stall", .operations, expected: 1...Double(lanes),
        measured: Double(held)))
    results.append(
      CheckResult(
        .stall, "\(plan.mode.rawValue): service p99", .nanoseconds, expected: 0...Double(half),
        measured: serviceTimes.percentile(99).map { Double($0) } ?? .infinity))
    return results
  }

  private static func failed(_ plan: TrialPlan, _ reason: String) -> CheckResult {
    CheckResult(.stall, plan.mode.rawValue, .nanoseconds, failed: reason)
  }

  /// The mean of the first `count` latencies, in nanoseconds, to three digits; nil if there are fewer.
  private static func mean(of count: UInt64, _ slots: [LatencyHistogram.Slot]) -> UInt64? {
    var (left, sum) = (count, 0.0)
    for slot in slots {
      let taken = min(left, slot.count)
      sum += Double(slot.lowestEquivalent) * Double(taken)
      left -= taken
    }
    return left == 0 && count > 0 ? UInt64(sum / Double(count)) : nil
  }

  private static func decoded(_ summary: LatencySummary?) -> LatencyHistogram? {
    summary.flatMap { try? LatencyHistogram(encoded: $0.histogram) }
  }

  /// Collects the results of the threads.
  private final class Board: Sendable {
    private let entries = Mutex<[Int: Result<[CheckResult], HarnessFailure>]>([:])

    func post(_ index: Int, _ entry: Result<[CheckResult], HarnessFailure>) { entries.withLock { $0[index] = entry } }
    var count: Int { entries.withLock { $0.count } }
    var inOrder: [Result<[CheckResult], HarnessFailure>] {
      entries.withLock { entries in entries.sorted { $0.key < $1.key }.map(\.value) }
    }
  }
}
