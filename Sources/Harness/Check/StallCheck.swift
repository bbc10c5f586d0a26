import Measurement
import Modes
import Plan
import Records
import Synchronization
import SystemCalls

/// Does response time hold what a stalled server costs? The server of an open loop is stopped once, for a second. What
/// arrives meanwhile, and until the backlog is served, waits as long as arithmetic says; a harness that measured only
/// from the actual starts, or started no operation meanwhile, would not see it (coordinated omission; G. Tene, "How NOT
/// to Measure Latency", 2013).
enum StallCheck {
  /// Enough in ten seconds for p99.9.
  private static let rate = 1037.0
  private static let length = Nanoseconds.seconds(1)
  /// How far, of what is expected, a percentile may be from it.
  private static let tolerance = 0.02
  private static let experiment = Experiment(
    name: "stall", workload: .http(delay: .microseconds(200)), concurrency: [4], arrivals: "constant", rates: [rate],
    duration: .seconds(10), rounds: 1)

  /// All modes at once, each with a server of its own: the load is small. The stalls take turns, so that no backlog is
  /// served while another is.
  static func carryOut(on bench: CheckBench) throws(HarnessFailure) -> [CheckResult] {
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

  /// What the record of a stalled trial is worth.
  static func results(
    _ plan: TrialPlan, _ record: TrialRecord, opens: Instant?, stall: Range<Instant>?
  ) -> [CheckResult] {
    // Apart from the stall itself nothing that validity looks at is moved by it: counts agree, the counters are read
    // outside it, and what is in flight meanwhile is in the service times too.
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
    guard let service = serviceTimes.mean(below: half) else {
      return [failed(plan, "no operation of the trial took less than half the stall")]
    }
    let warmup = plan.experiment.warmup
    func sinceStart(_ instant: Instant) -> UInt64 { (instant + warmup).since(opens).count }
    let lanes = plan.mode.lanes(for: plan.concurrency)
    let expected = StalledQueue(
      rate: rate, lanes: lanes, service: service,
      stall: sinceStart(stall.lowerBound)..<sinceStart(stall.upperBound),
      window: warmup.count..<warmup.count + (record.wall ?? 0)
    ).responses

    var results = [("p95", 950), ("p99", 990), ("p99.9", 999)].map { name, thousandths in
      let percentile = Double(thousandths) / 10
      guard responses.percentileIsSupported(percentile), let measured = responses.percentile(percentile),
        let value = StalledQueue.percentile(thousandths, of: expected).map({ Double($0) })
      else { return failed(plan, "too few operations for the response's \(name)") }
      return CheckResult(
        .stall, "\(plan.mode.rawValue): response \(name)", .nanoseconds,
        expected: value * (1 - tolerance)...value * (1 + tolerance), measured: Double(measured))
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

  private static func decoded(_ summary: LatencySummary?) -> LatencyHistogram? {
    summary.flatMap { try? LatencyHistogram(encoded: $0.histogram) }
  }

  /// Where the threads leave what they found.
  private final class Board: Sendable {
    private let entries = Mutex<[Int: Result<[CheckResult], HarnessFailure>]>([:])

    func post(_ index: Int, _ entry: Result<[CheckResult], HarnessFailure>) { entries.withLock { $0[index] = entry } }
    var count: Int { entries.withLock { $0.count } }
    var inOrder: [Result<[CheckResult], HarnessFailure>] {
      entries.withLock { entries in entries.sorted { $0.key < $1.key }.map(\.value) }
    }
  }
}

extension LatencyHistogram {
  /// Of what took less than `bound`, to three digits: how long a backlog of them takes, the slow ones among them. Nil where
  /// nothing did.
  fileprivate func mean(below bound: UInt64) -> UInt64? {
    let slots = slots.filter { $0.lowestEquivalent < bound }
    let count = slots.reduce(0) { $0 + $1.count }
    let sum = slots.reduce(0.0) { $0 + Double($1.lowestEquivalent) * Double($1.count) }
    return count > 0 ? UInt64(sum / Double(count)) : nil
  }
}
