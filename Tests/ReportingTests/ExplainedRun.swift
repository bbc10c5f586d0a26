import Records

@testable import Reporting

/// Runs with audits and costs of primitives.
enum ExplainedRun {
  /// Two modes in two rounds, each with an audit: `threads` with one call per operation, `dispatch` with three.
  static func run(audited: Bool = true, costs: Bool = true, machine: String = "Abacus") -> Run {
    var trials: [TrialRecord] = []
    func add(_ mode: String, _ round: Int, _ change: (inout TrialRecord) -> Void) {
      var trial = TinyRun.trial(mode, concurrency: 1, round: round)
      trial.trial = trials.count + 1
      change(&trial)
      trials.append(trial)
    }
    for (mode, cpu, calls) in [("threads", UInt64(400_000), UInt64(100)), ("dispatch", 900_000, 300)] {
      for round in 1...2 { add(mode, round) { $0.client = TinyRun.usage(user: cpu * UInt64(round), system: 0) } }
      if audited { add(mode, 0) { $0.audit = audit(calls: calls) } }
    }
    var run = TinyRun.run(trials)
    run.record.environment.clientCPUs = [0]
    guard costs else { return run }
    run.primitives = primitives(of: run.record)
    run.primitives?.machine.cpuModel = machine
    return run
  }

  /// The run with an audit of each point of an experiment, and with costs.
  static func explained(_ run: Run, _ experiment: String) -> Run {
    var run = run
    var points: Set<String> = []
    for trial in run.trials where trial.experiment == experiment && trial.skipped == nil {
      guard points.insert("\(trial.mode) \(trial.concurrency)").inserted else { continue }
      var audited = trial
      audited.trial = run.trials.count + 1
      audited.round = 0
      audited.audit = audit(calls: 200 + UInt64(points.count))
      run.trials.append(audited)
    }
    run.record.environment.clientCPUs = [0]
    run.primitives = primitives(of: run.record)
    return run
  }

  private static func audit(calls: UInt64) -> TrialRecord.Audit {
    var audit = TrialRecord.Audit(tool: "perf")
    audit.operations = 100
    audit.client = .init(syscalls: calls, switches: 0, allocations: 0, byName: [:])
    return audit
  }

  private static func primitives(of record: RunRecord) -> PrimitivesRecord {
    PrimitivesRecord(
      started: "2026-01-02T04:00:00Z", tool: record.tool, machine: record.environment, rounds: 2,
      primitives: [
        .init(.init("kernel-entry"), about: "", cpu: [100, 120]), .init(.init("sleep-lane"), about: "", cpu: [50, 50]),
      ])
  }
}
