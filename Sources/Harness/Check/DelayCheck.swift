import Measurement
import Plan
import Records

/// Does a wait of a known length take that long, in every mode?
enum DelayCheck {
  private static let experiments = [
    experiment("sleep", .sleep(SleepSpec(duration: .milliseconds(10)))),
    experiment("http", .http(delay: .milliseconds(5))),
    experiment("http", .http(delay: .milliseconds(20))),
  ]

  /// Enough operations for a median, and few rounds of them in a mode with one lane.
  private static func experiment(_ name: String, _ workload: WorkloadSpec) -> Experiment {
    Experiment(name: name, workload: workload, concurrency: [4], operations: 32, rounds: 1)
  }

  static func carryOut(on bench: CheckBench) throws(HarnessFailure) -> [CheckResult] {
    let plans = experiments.flatMap(\.plansByMode)
    bench.announce(trials: plans.count, seconds: plans.reduce(0) { $0 + $1.expectedTime.seconds })
    var results: [CheckResult] = []
    for plan in plans { results.append(result(plan, try bench.record(plan))) }
    return results
  }

  /// The median must lie between the delay and 10 % or 1 ms more, whichever is larger. No operation may be shorter than
  /// the delay.
  static func result(_ plan: TrialPlan, _ record: TrialRecord) -> CheckResult {
    let delay = plan.workload.leastDuration
    let name = "\(plan.experiment.name) \(delay), \(plan.mode.rawValue): service p50"
    if !record.valid { return CheckResult(.delays, name, .nanoseconds, invalid: record) }
    guard let median = record.latency?.service.p50, let least = record.latency?.service.min else {
      return CheckResult(.delays, name, .nanoseconds, failed: "too few operations for a median")
    }
    let most = delay.count + max(delay.count / 10, Nanoseconds.milliseconds(1).count)
    var result = CheckResult(
      .delays, name, .nanoseconds, expected: Double(delay.count)...Double(most), measured: Double(median))
    if least < delay.count {
      result.verdict = .failed
      result.remark = "an operation took \(least) ns, less than its delay"
    }
    return result
  }
}
