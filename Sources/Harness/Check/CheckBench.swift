import Foundation
import Measurement
import Plan
import Records
import SystemCalls
import Workloads

/// Runs the trials of a check as those of a run, but records nothing.
final class CheckBench {
  let runner: TrialRunner
  private let report: (RunSession.Progress) -> Void
  private var done = 0
  private var total = 0
  /// Expected seconds of the trials that were announced and are not done.
  private var ahead = 0.0

  init(processors: Processors, report: @escaping (RunSession.Progress) -> Void) throws(HarnessFailure) {
    if let objection = Loopback.objection { throw HarnessFailure(objection) }
    // Without this a write to a child that has gone would end the process; reading shows that it has gone.
    ProcessControl.ignoreBrokenPipes()
    let folder = RunFolder(path: "")
    runner = TrialRunner(
      processors: processors, targets: [:], folder: folder,
      files: DataFiles(in: Leftovers.temporary, of: folder))
    self.report = report
  }

  /// Adds trials that will run to the expected progress.
  func announce(trials: Int, seconds: Double) {
    total += trials
    ahead += seconds
  }

  /// Reports progress of the trial `label`, which has run since `start`.
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

  /// Runs a trial and returns its record. A trial that the machine disturbed is repeated, up to three in all.
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
  /// Runs a trial and judges it. Returns its record and the time when its window opened.
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

  /// The trials of one round, in the experiment's order of modes.
  var plansByMode: [TrialPlan] {
    let plans = plans(seed: 1)
    return modes.flatMap { mode in plans.filter { $0.mode == mode } }
  }
}

extension WorkloadSpec {
  /// HTTP with the own server, which waits for `delay` before each reply.
  static func http(delay: Nanoseconds) -> WorkloadSpec {
    var spec = HTTPSpec()
    spec.delay = .fixed(delay)
    return .http(spec)
  }
}

extension TrialRecord {
  /// Why the record must not be used; nil if it is valid.
  var objection: String? { valid ? nil : "the trial is not valid: " + reasons.joined(separator: "; ") }
}
