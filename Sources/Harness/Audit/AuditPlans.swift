import Measurement
import Plan

extension Schedule {
  /// Not a round of the run: those are numbered from 1.
  static let auditRound = 0

  /// One additional trial of every point that can run, to be counted from outside.
  static func audits(of experiment: Experiment, seed: UInt64, after number: Int, processors: Int = 1) -> [TrialPlan] {
    experiment.points.filter {
      experiment.objection(in: $0.mode) == nil
    }.enumerated().map { place, point in
      TrialPlan(
        number: number + place + 1, experiment: experiment.audited(at: point), point: point, round: auditRound,
        order: place + 1, seed: seed, processors: processors)
    }
  }
}

extension Experiment {
  /// The same experiment without a warm-up, so that all calls counted belong to operations counted. It has enough
  /// operations that setup weighs little: some hundred system calls, and ten per lane.
  func audited(at point: Point) -> Experiment {
    var experiment = self
    let client = client(of: point.mode)
    experiment.warmup = .zero
    if client.traits.peer != nil {
      // It is counted from its start on, and cannot be told to end before it has done what it was asked for.
      (experiment.operations, experiment.duration) = (nil, Nanoseconds(auditDeadline.count / 5))
    } else {
      experiment.operations = 20_000 + 200 * UInt64(client.lanes(for: point.concurrency))
      experiment.duration = nil
    }
    return experiment
  }

  /// The time limit of an audit, which then ends with what has been done: long enough for some rounds of all lanes.
  var auditDeadline: Nanoseconds {
    Nanoseconds(5 * min(max(workload.leastDuration.count, 2_000_000_000), 12_000_000_000))
  }
}
