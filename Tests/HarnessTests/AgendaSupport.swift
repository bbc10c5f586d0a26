import Measurement
import Plan
import Records
import Workloads

@testable import Harness

extension Agenda {
  /// The plans of a run that does not depend on measurements.
  static func plans(of suite: Suite, seed: UInt64, processors: Int = 1, audits: Bool = false) -> [TrialPlan] {
    var agenda = Agenda(suite, seed: seed, processors: processors, audits: audits)
    return agenda.carryOut { TrialRecord($0) }.map(\.plan)
  }

  /// Plays the rest of a run without measuring.
  /// - Parameter measured: the result of each trial.
  mutating func carryOut(_ measured: (TrialPlan) -> TrialRecord) -> [(plan: TrialPlan, record: TrialRecord)] {
    var all: [(plan: TrialPlan, record: TrialRecord)] = []
    while let plan = next(), all.count < 100_000 {
      let record = measured(plan)
      guard take(record) else { break }
      all.append((plan, record))
    }
    return all
  }
}

extension TrialRecord {
  init(_ plan: TrialPlan) { self.init(plan, of: "run-1", workload: .null) }

  /// A valid trial.
  init(_ plan: TrialPlan, throughput: Double) {
    self.init(plan)
    valid = true
    self.throughput = throughput
  }

  /// A trial of a service that meets 10 ms at rates up to `threshold`, and whose closed loop has the throughput
  /// `saturation`.
  init(_ plan: TrialPlan, threshold: Double, saturation: Double) {
    self.init(plan, throughput: plan.arrivals.rate ?? saturation)
    guard let rate = plan.arrivals.rate else { return }
    arrivals.scheduled = UInt64(rate.rounded(.up))
    operations.done = arrivals.scheduled
    let summary = rate <= threshold ? Self.fast : Self.slow
    latency = Latency(service: summary, response: summary)
  }

  private static let fast = summary(of: 3_000_000)
  private static let slow = summary(of: 30_000_000)

  private static func summary(of latency: UInt64) -> LatencySummary {
    var latencies = LatencyHistogram()
    for _ in 0..<2000 { latencies.record(latency) }
    return LatencySummary(latencies)
  }
}
