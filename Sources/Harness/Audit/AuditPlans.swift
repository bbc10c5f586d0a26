import Measurement
import Modes
import Plan

extension Schedule {
  /// No round: those are numbered from 1.
  static let auditRound = 0

  /// One more trial of every point that can be carried out, to be counted from outside.
  static func audits(of experiment: Experiment, seed: UInt64, after number: Int, processors: Int = 1) -> [TrialPlan] {
    experiment.points.filter {
      experiment.objection(in: $0.mode) == nil
    }.enumerated().map { place, point in
      TrialPlan(
        number: number + place + 1,
        experiment: experiment.audited(lanes: experiment.client(of: point.mode).lanes(for: point.concurrency)),
        point: point, round: auditRound,
        order: place + 1, seed: seed, processors: processors)
    }
  }
}

extension Experiment {
  /// The same, without a warm-up, so that whatever is counted belongs to an operation that is; and with so many operations
  /// that setting up, some hundred system calls and ten for a lane, weighs little.
  func audited(lanes: Int) -> Experiment {
    var experiment = self
    experiment.operations = 20_000 + 200 * UInt64(lanes)
    experiment.duration = nil
    experiment.warmup = .zero
    return experiment
  }

  /// An audit ends by then, with what has been done: long enough for some rounds of all lanes.
  var auditDeadline: Nanoseconds {
    Nanoseconds(5 * min(max(workload.leastDuration.count, 2_000_000_000), 12_000_000_000))
  }
}
