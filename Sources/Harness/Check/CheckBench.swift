import Foundation
import Measurement
import Plan
import Records
import SystemCalls
import Workloads

/// Where the trials of a check are carried out: as those of a run, and nothing is written down.
final class CheckBench {
  let runner: TrialRunner
  private let report: (RunSession.Progress) -> Void
  private var done = 0
  private var total = 0
  /// Seconds, of what has been announced and is not done.
  private var ahead = 0.0

  init(processors: Processors, report: @escaping (RunSession.Progress) -> Void) throws(HarnessFailure) {
    if let objection = Loopback.objection { throw HarnessFailure(objection) }
    // A child that is gone is found out by reading from it.
    ProcessControl.ignoreBrokenPipes()
    let folder = RunFolder(path: "")
    runner = TrialRunner(
      processors: processors, targets: [:], folder: folder,
      files: DataFiles(in: Leftovers.temporary, of: folder))
    self.report = report
  }

  /// Takes into account what will be done.
  func announce(trials: Int, seconds: Double) {
    total += trials
    ahead += seconds
  }

  /// Tells whoever watches, while something of `label` has been under way since `start`.
  func tell(_ label: String, since start: Instant) {
    report(
      RunSession.Progress(
        done: done, total: max(total, done), label: label,
        remaining: max(0, ahead - MonotonicClock.now.since(start).seconds)))
  }

  func finished(trials: Int, seconds: Double) {
    done += trials
    ahead = max(0, ahead - seconds)
  }

  /// The record of a trial; of one that the machine disturbed, that of another, three in all at most.
  func record(_ plan: TrialPlan) throws(HarnessFailure) -> TrialRecord {
    var record = try recordOnce(plan)
    for _ in 0..<Agenda.mostRepeats where record.wasDisturbed {
      announce(trials: 1, seconds: plan.expectedTime.seconds)
      record = try recordOnce(plan)
    }
    return record
  }

  func recordOnce(_ plan: TrialPlan, stop: ProcessStop? = nil) throws(HarnessFailure) -> TrialRecord {
    let start = MonotonicClock.now
    let record = try runner.measure(plan, stop: stop) { tell(plan.label, since: start) }.record
    finished(trials: 1, seconds: plan.expectedTime.seconds)
    return record
  }
}

extension TrialRunner {
  /// Carries out a trial and judges it. Answers its record, and when its window opened.
  func measure(
    _ plan: TrialPlan, stop: ProcessStop? = nil, idle: () -> Void = {}
  ) throws(HarnessFailure) -> (record: TrialRecord, opens: Instant?) {
    if let signal = Interruption.signal { throw HarnessFailure(.interrupted(signal), "interrupted") }
    var record = TrialRecord(
      plan, of: "check", workload: .object(["kind": .string(plan.workload.kind)]))
    let result = try run(plan, stop: stop, idle: idle)
    record.fill(with: result, doing: plan.workload, hasWarmup: plan.experiment.warmup > .zero)
    guard case .measured(let partial, _, _, _) = result else { return (record, nil) }
    return (record, partial.window.map { Instant(nanoseconds: $0.opens) })
  }
}

extension Experiment {
  /// The trials of this experiment alone.
  func plans(seed: UInt64) -> [TrialPlan] {
    (1...rounds).flatMap { Schedule.plans(points, of: self, at: 0, round: $0, seed: seed, after: 0) }
  }

  /// Those of one round, in the order in which the experiment names its modes.
  var plansByMode: [TrialPlan] {
    let plans = plans(seed: 1)
    return modes.flatMap { mode in plans.filter { $0.mode == mode } }
  }
}

extension WorkloadSpec {
  /// HTTP with the own server, which waits so long before it answers.
  static func http(delay: Nanoseconds) -> WorkloadSpec {
    var spec = HTTPSpec()
    spec.delay = .fixed(delay)
    return .http(spec)
  }
}

extension TrialRecord {
  /// Why nothing is to be read from it; nil where it is valid.
  var objection: String? { valid ? nil : "the trial is not valid: " + reasons.joined(separator: "; ") }
}
