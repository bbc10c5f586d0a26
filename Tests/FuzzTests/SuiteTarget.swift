import Foundation
import Measurement
import Plan
import Records
import Workloads

@testable import Harness
@testable import Modes

/// A suite as a run plans and announces it, on a machine that never changes.
enum SuiteTarget {
  static let machine = Feasibility(
    descriptorLimit: 1 << 20, ephemeralPorts: 32_768...60_999, availableMemory: 8 << 30,
    threadCeiling: ThreadCeiling(name: "kernel.threads-max", room: 10_000),
    freeDisk: 1 << 40, descriptorsLeft: 1 << 20, trackedLeft: 1 << 18)

  static func run(_ input: [UInt8]) {
    guard let suite = try? JSONDecoder().decode(Suite.self, from: Data(input)) else { return }
    guard let valid = try? suite.validated() else { preconditionFailure("it is read, and not when it is written") }
    for experiment in valid.experiments { plan(experiment) }
    for audits in [false, true] {
      let agenda = Agenda(valid, seed: 1, processors: 2, precision: Precision(halfWidth: 0.02), audits: audits)
      precondition(agenda.certainTrials >= 0 && agenda.most.trials >= 0 && agenda.most.seconds >= 0)
    }
  }

  private static func plan(_ experiment: Experiment) {
    for mode in experiment.modes {
      for concurrency in experiment.concurrency.prefix(4) {
        _ = machine.objection(to: experiment, mode: mode, concurrency: concurrency)
        _ = machine.announcement(of: experiment, mode: mode, concurrency: concurrency)
      }
    }
    let points = experiment.points
    for (number, point) in points.prefix(8).enumerated() {
      var plans = [
        TrialPlan(
          number: number + 1, experiment: experiment, point: point, round: 1, order: number + 1, seed: 1, processors: 2)
      ]
      plans += Schedule.audits(of: experiment, seed: 1, after: number).prefix(1)
      for plan in plans {
        let spec = plan.spec(endpoints: ["127.0.0.1:1"], isOwnServer: experiment.needsServer)
        _ = plan.reasonToSkip(isPatient: number % 2 == 0)
        let patience = plan.patience(deadline: spec.deadline)
        precondition(plan.expectedTime >= plan.predictedWindow, "it is announced as shorter than its window")
        precondition(patience >= spec.deadline, "nobody waits for its deadline")
        precondition(!plan.label.isEmpty)
        let start = Instant(nanoseconds: 1 << 50)
        let opens = start + spec.warmup
        let closes = spec.duration.map { opens + $0 } ?? start + spec.deadline
        precondition(opens <= closes && start <= opens, "its window ends before it opens")
        if let duration = spec.duration {
          precondition(closes.since(opens) == duration, "its window is not its duration")
        }
        let written = (try? JSONEncoder().encode(spec)).flatMap { try? JSONDecoder().decode(TrialSpec.self, from: $0) }
        precondition(written?.workload == spec.workload && written?.duration == spec.duration)
      }
    }
  }
}

/// The records of a trial's processes, which are merged, taken in and judged.
enum PartialTarget {
  private static let suite = Suite(
    name: "fuzz", about: "",
    experiments: [
      Experiment(name: "closed", workload: .http(HTTPSpec()), concurrency: [4], duration: .seconds(1)),
      Experiment(
        name: "open", workload: .http(HTTPSpec()), concurrency: [4], arrivals: "constant", rates: [100],
        duration: .seconds(1)),
      Experiment(name: "counted", workload: .compute(ComputeSpec()), concurrency: [4], operations: 100),
    ])

  static func run(_ input: [UInt8]) {
    let decoder = JSONDecoder()
    let parts = input.split(separator: UInt8(ascii: "\n")).prefix(3).compactMap { line in
      try? decoder.decode(PartialRecord.self, from: Data(line))
    }
    guard let first = parts.first else { return }
    let merged = try? PartialRecord(merging: parts)
    let report = ServerReport(
      usage: first.usage, openRead: first.window?.openRead ?? 0, closeRead: .max, totalDone: .max, faultsInAll: 1)
    var server = ServerReport(merging: [report, report]).usage
    server.edgeLag = first.window?.lag(openRead: 0, closeRead: .max)
    let memory = MachineMemory(available: 1, slab: .max, tcp: 0, tcpSockets: nil)
    let leading = StartTimings(
      connectWall: .max, closeWall: .max,
      memory: MachineUsage.Memory(before: memory, connected: memory, done: memory, closed: memory))
    for partial in [first, merged].compactMap({ $0 }) {
      for experiment in suite.experiments {
        let plan = TrialPlan(
          number: 1, experiment: experiment,
          point: Point(
            mode: .epoll, concurrency: 4, arrivals: experiment.rates.first.map { .constant(rate: $0) } ?? .closed),
          round: 1, order: 1, seed: 1)
        var faults = HTTPSpec()
        faults.faults = FaultMix()
        faults.faults?.reset = 0.5
        for workload in experiment.name == "closed" ? [experiment.workload, .http(faults)] : [experiment.workload] {
          var record = TrialRecord(plan, of: "fuzz", workload: .object(["kind": .string("http")]))
          record.fill(
            with: .measured(partial, server: server, machine: MachineUsage(steal: .max, memory: memory.pair), leading),
            doing: workload, hasWarmup: true)
          precondition(record.valid == record.reasons.isEmpty)
          record.fill(
            with: .audited(partial, served: .max, TrialRecord.Audit(tool: "perf")), doing: workload, hasWarmup: false)
        }
      }
    }
  }
}

extension MachineMemory {
  fileprivate var pair: MachineUsage.Memory { .init(before: self, connected: self, closed: self) }
}
