import Measurement
import Records

@testable import Reporting

/// A run small enough to know every answer: two modes, one lane and four, two rounds.
enum TinyRun {
  static func trial(
    _ mode: String, concurrency: Int = 4, round: Int = 1, throughput: Double? = 100, latencies: [UInt64] = [],
    experiment: String = "tiny"
  ) -> TrialRecord {
    var trial = TrialRecord(
      runID: "run-1", experiment: experiment, trial: round, round: round, order: 1, seed: 7, mode: mode,
      workload: .object(["kind": .string("sleep"), "duration": .string("10ms")]), concurrency: concurrency,
      operations: .init(), valid: true, reasons: [])
    trial.throughput = throughput
    trial.operations.done = 1000
    if !latencies.isEmpty {
      var histogram = LatencyHistogram()
      for latency in latencies { histogram.record(latency) }
      trial.latency = .init(service: LatencySummary(histogram))
    }
    return trial
  }

  static func run(_ trials: [TrialRecord], planned: Int? = nil) -> Run {
    var environment = Environment()
    environment.cpuModel = "Abacus"
    environment.cpusOnline = 2
    environment.kernel = "6.1.0"
    let record = RunRecord(
      runID: "run-1", started: "2026-01-02T03:04:05Z",
      tool: .init(version: "1.0.0", commit: nil, configuration: "release"), command: [], seed: 7, suite: .null,
      trialsPlanned: planned ?? trials.count, environment: environment)
    return Run(record: record, trials: trials)
  }

  static func usage(user: UInt64, system: UInt64) -> ProcessUsage {
    var usage = ProcessUsage()
    usage.userTime = user
    usage.systemTime = system
    return usage
  }

  /// Blocking did not run with four lanes, and one trial of `epoll` is invalid.
  static let example: Run = {
    var trials: [TrialRecord] = []
    for round in 1...2 {
      let scale = Double(round)
      var blocking = trial(
        "blocking", concurrency: 1, round: round, throughput: 90 + scale, latencies: .init(repeating: 1000, count: 20))
      blocking.client = usage(user: 2_000_000 * UInt64(round), system: 1_000_000)
      blocking.inFlight = .init(mean: 1, max: 1, samples: 10)
      var epoll = trial(
        "epoll", concurrency: 1, round: round, throughput: (90 + scale) * 1.5,
        latencies: .init(repeating: 2000, count: 600))
      epoll.client = usage(user: 1_000_000, system: 3_000_000)
      var skipped = trial("blocking", round: round, throughput: nil)
      skipped.valid = false
      skipped.operations.done = nil
      skipped.skipped = .init(reason: "it would pass the limit of 60 s", predictedWall: 100_000_000_000)
      var wide = trial("epoll", round: round, throughput: 390, latencies: [1000])
      wide.valid = round == 1
      wide.reasons = round == 1 ? [] : ["steal 12 %"]
      wide.inFlight = .init(mean: 2.5, max: 3, samples: 10)
      wide.operations.failed = ["timeout": UInt64(round)]
      trials += [epoll, blocking, wide, skipped]
    }
    return run(trials)
  }()
}
