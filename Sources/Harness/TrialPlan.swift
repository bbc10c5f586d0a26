import Measurement
import Modes
import Workloads

/// One trial that a run is to carry out.
public struct TrialPlan: Sendable {
  /// From 1, in the order in which the run carries them out.
  public var number: Int
  public var experiment: Experiment
  public var mode: ModeID
  public var concurrency: Int
  public var arrivals: Arrivals
  public var round: Int
  /// Within the round, from 1.
  public var order: Int
  public var seed: UInt64

  /// The longest that a trial of a number of operations may take, unless it is known to take longer.
  static let usualDeadline = Nanoseconds.seconds(60)

  var predictedWindow: Nanoseconds { spec(endpoints: [], isOwnServer: false).predictedWindow }

  /// About how long it takes from start to end.
  var expectedTime: Nanoseconds {
    Nanoseconds(predictedWindow.count &+ experiment.warmup.count &+ Nanoseconds.milliseconds(150).count)
  }

  func spec(endpoints: [String], isOwnServer: Bool) -> TrialSpec {
    var spec = TrialSpec(
      mode: mode, workload: experiment.workload, concurrency: concurrency, operations: experiment.operations,
      duration: experiment.duration, warmup: experiment.warmup, arrivals: arrivals, limit: experiment.limit,
      deadline: .zero, seed: seed, endpoints: endpoints,
      isOwnServer: isOwnServer)
    let twice = Nanoseconds(min(spec.predictedWindow.count, UInt64.max / 4) * 2)
    spec.deadline = max(Self.usualDeadline, twice)
    return spec
  }
}

extension Experiment {
  /// One for each rate; the closed loop has one.
  var arrivalPoints: [Arrivals] {
    switch arrivals {
    case "constant": rates.map { .constant(rate: $0) }
    case "poisson": rates.map { .poisson(rate: $0) }
    default: [.closed]
    }
  }
}

/// The order of the trials: experiment by experiment, in rounds; within a round every point once, in an order drawn from
/// the seed, so that what drifts on the machine meets all points alike.
public enum Schedule {
  public static func trials(of suite: Suite, seed: UInt64) -> [TrialPlan] {
    var plans: [TrialPlan] = []
    for (index, experiment) in suite.experiments.enumerated() {
      let points = experiment.modes.flatMap { mode in
        experiment.concurrency.flatMap { concurrency in
          experiment.arrivalPoints.map { (mode, concurrency, $0) }
        }
      }
      for round in 1...experiment.rounds {
        // The same in every mode: the operations of a round are one and the same work.
        let roundSeed = Randomness.mix(seed ^ Randomness.mix(UInt64(index) << 32 | UInt64(round)))
        for (order, point) in shuffled(points, seed: roundSeed).enumerated() {
          plans.append(
            TrialPlan(
              number: plans.count + 1, experiment: experiment, mode: point.0, concurrency: point.1, arrivals: point.2,
              round: round,
              order: order + 1, seed: roundSeed))
        }
      }
    }
    return plans
  }

  /// Fisher and Yates, as in Knuth, *The Art of Computer Programming*, volume 2, algorithm 3.4.2P.
  private static func shuffled<T>(_ items: [T], seed: UInt64) -> [T] {
    var items = items
    for last in stride(from: items.count - 1, to: 0, by: -1) {
      items.swapAt(last, Int(Randomness.mix(seed &+ UInt64(last)) % UInt64(last + 1)))
    }
    return items
  }
}
