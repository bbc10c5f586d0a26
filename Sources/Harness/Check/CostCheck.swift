import Measurement
import Modes
import Plan
import Records

/// What does the harness itself cost? It is measured without a verdict.
enum CostCheck {
  private static let experiments = [
    experiment("sleep 0", .sleep(SleepSpec(duration: .zero))), experiment("echo 64B", .echo(EchoSpec())),
    experiment("http", .http(HTTPSpec())),
  ]

  private static func experiment(_ name: String, _ workload: WorkloadSpec) -> Experiment {
    Experiment(
      name: name, workload: workload, modes: [.null], concurrency: [1], operations: 1_000_000, rounds: 1)
  }

  static func carryOut(on bench: CheckBench) throws(HarnessFailure) -> [CheckResult] {
    let plans = experiments.flatMap(\.plansByMode)
    bench.announce(trials: plans.count, seconds: plans.reduce(0) { $0 + $1.expectedTime.seconds })
    var results: [CheckResult] = []
    for plan in plans { results.append(result(plan, try bench.record(plan))) }
    results.append(
      CheckResult(.costs, "histogram: time per latency recorded", .nanoseconds, measured: costOfRecording()))
    return results
  }

  static func result(_ plan: TrialPlan, _ record: TrialRecord) -> CheckResult {
    let name = "null, \(plan.experiment.name): CPU per operation"
    if !record.valid { return CheckResult(.costs, name, .nanoseconds, invalid: record) }
    guard let done = record.operations.done, done > 0, let cpu = record.client?.totalCPU else {
      return CheckResult(.costs, name, .nanoseconds, failed: "the record has no processor time")
    }
    return CheckResult(.costs, name, .nanoseconds, measured: Double(cpu) / Double(done))
  }

  /// Nanoseconds per recorded latency: the minimum of several passes over latencies from 1 µs to 1 s, spread evenly
  /// over the magnitudes.
  private static func costOfRecording() -> Double {
    let latencies = (0..<4096).map { index in
      UInt64(1) << (10 + Randomness.mix(index) % 20) | Randomness.mix(index + 4096) % 1024
    }
    let recorder = HistogramRecorder.allocate()
    defer { recorder.deallocate() }
    let rounds = 100
    let times = (0..<5).map { _ in
      let start = MonotonicClock.now
      for _ in 0..<rounds {
        for latency in latencies { recorder.record(latency) }
      }
      return Double(MonotonicClock.now.since(start).count) / Double(rounds * latencies.count)
    }
    return times.min() ?? .nan
  }
}
