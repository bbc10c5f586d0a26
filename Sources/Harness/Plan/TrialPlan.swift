import Measurement
import Modes
import Plan
import Records
import Workloads

/// One trial that a run is to carry out.
public struct TrialPlan: Sendable {
  /// From 1, in the order in which the run carries them out.
  public var number: Int
  /// As its suite has it, with all its points.
  public var experiment: Experiment
  /// The one point that it is of.
  public var point: Point
  public var round: Int
  /// Within the round, from 1.
  public var order: Int
  public var seed: UInt64
  /// The number of the disturbed trial in whose place it is carried out.
  public var repeats: Int?
  /// How many processors the mode under test has.
  public var processors = 1

  /// The longest that a trial of a number of operations may take, unless it is known to take longer.
  static let usualDeadline = Nanoseconds.seconds(60)

  /// Whether it is counted from outside, and not timed.
  var isAudit: Bool { round == Schedule.auditRound }

  var mode: ModeID { point.mode }
  var concurrency: Int { point.concurrency }
  var arrivals: Arrivals { point.arrivals }
  /// What it does, with the width of its pool.
  var workload: WorkloadSpec { experiment.workload(at: point) }
  /// Where it stands among others: its record has the same.
  var coordinates: Coordinates { experiment.coordinates(at: point) }

  /// The client's mode.
  var client: ModeID { experiment.client(of: mode) }
  /// The shares of its client processes.
  var shares: [Share] { experiment.shares }
  /// Whether processes say when they are ready, and are told when to start.
  var isLed: Bool { shares.count > 1 || experiment.each != nil }

  /// The lanes that one of the processes has, of all classes.
  func lanes(of share: Share) -> Int { experiment.lanes(of: share, mode: mode, concurrency: concurrency) }

  var predictedWindow: Nanoseconds {
    let spec = spec(endpoints: [], isOwnServer: false)
    let predicted = predictedWindow(spec)
    return isAudit ? min(predicted, spec.deadline) : predicted
  }

  /// What can be under way at once is up to the mode under test, on whichever side it is.
  private func predictedWindow(_ spec: TrialSpec) -> Nanoseconds {
    var spec = spec
    spec.mode = mode
    return spec.predictedWindow(processors: processors)
  }

  /// About how long it takes from start to end.
  var expectedTime: Nanoseconds {
    predictedWindow + experiment.warmup + .milliseconds(150) + connectingBystanders + startingProcesses
      + drawingArrivals
  }

  /// About how long it takes to start several processes, and to connect and close their lanes.
  private var startingProcesses: Nanoseconds {
    guard isLed else { return .zero }
    let lanes = workload.descriptorsPerLane == 0 ? 0 : concurrency
    return .milliseconds(UInt64(15 * (shares.count + experiment.servers)))
      + .microseconds(UInt64(lanes) * 60)
  }

  /// About how long it takes to connect the bystanders, and to let them go.
  private var connectingBystanders: Nanoseconds { .microseconds(UInt64(experiment.bystanders?.count ?? 0) * 100) }

  /// About how long it takes to draw when operations start, before any does.
  private var drawingArrivals: Nanoseconds {
    let spec = spec(endpoints: [], isOwnServer: false)
    let count = arrivals.drawnCount(
      warmup: spec.warmup, operations: spec.operations, span: spec.duration.map { spec.warmup + $0 } ?? spec.deadline)
    return Nanoseconds(saturating: count * 50)
  }

  /// When to give up on the process of its client.
  func patience(deadline: Nanoseconds) -> Nanoseconds {
    let asleep = experiment.bystanders == nil ? Nanoseconds.zero : BystanderSpec.longestWait
    return deadline + predictedWindow + experiment.warmup + .seconds(30) + connectingBystanders
      + startingProcesses + asleep + Nanoseconds(10 * drawingArrivals.count)
  }

  func spec(endpoints: [String], isOwnServer: Bool) -> TrialSpec {
    var spec = TrialSpec(
      mode: client, workload: workload.asked, concurrency: concurrency, operations: nil,
      duration: experiment.duration, warmup: experiment.warmup, arrivals: arrivals, limit: point.limit,
      pipeline: experiment.pipeline ?? 1, bystanders: experiment.bystanders, deadline: .zero, seed: seed,
      endpoints: endpoints, isOwnServer: isOwnServer)
    spec.mayStayUnconnected = workload.isServe
    spec.share = shares[0]
    spec.each = experiment.each.map { UInt64($0) }
    spec.operations = spec.each.map { $0 * UInt64(spec.lanes) } ?? experiment.operations
    spec.deadline =
      isAudit ? experiment.auditDeadline : max(Self.usualDeadline, predictedWindow(spec) * 2) + startingProcesses
    return spec
  }
}

extension TrialPlan {
  /// Why it is not carried out; nil where it is.
  func reasonToSkip(isPatient: Bool) -> TrialRecord.Skipped? {
    if let objection = experiment.objection(in: mode) {
      return TrialRecord.Skipped(reason: "unsupported: \(objection)")
    }
    if let reason = mode.unavailability ?? Peers.named(mode)?.unavailability {
      return TrialRecord.Skipped(reason: "unavailable: \(reason)")
    }
    if experiment.each != nil, workload.descriptorsPerLane > 0 {
      let spec = spec(endpoints: [], isOwnServer: false)
      let most = spec.mostUnderWay(processors: processors)
      if most < spec.lanes {
        return TrialRecord.Skipped(
          reason:
            "unsupported: with each, lanes hold their connections, and \(client.rawValue) has threads for \(most) "
            + "of \(spec.lanes)")
      }
    }
    let predicted = predictedWindow
    guard predicted > Self.usualDeadline, !isPatient else { return nil }
    return TrialRecord.Skipped(
      reason: "more than \(Self.usualDeadline) by arithmetic; --patient carries it out", predictedWall: predicted.count)
  }

  /// What it is, in a few words.
  var label: String { point.label(in: experiment) + (isAudit ? ", audit" : "") + (repeats == nil ? "" : ", again") }
}

/// The order of the trials: within a round every point once, in an order drawn from the seed, so that what drifts on the
/// machine meets all points alike.
package enum Schedule {
  /// The same in every mode: the operations of a round are one and the same work.
  package static func seed(ofRound round: Int, experiment index: Int, seed: UInt64) -> UInt64 {
    Randomness.mix(seed ^ Randomness.mix(UInt64(index) << 32 | UInt64(round)))
  }

  /// What a round carries out of an experiment.
  /// - Parameters:
  ///   - index: the experiment's place in its suite.
  ///   - step: within a round that has several; the first is 0.
  ///   - number: of the last trial before.
  ///   - order: in the round, of the last trial before.
  ///   - processors: how many the client has.
  static func plans(
    _ points: [Point], of experiment: Experiment, at index: Int, round: Int, step: Int = 0, seed: UInt64,
    after number: Int, order: Int = 0, processors: Int = 1
  ) -> [TrialPlan] {
    let roundSeed = Schedule.seed(ofRound: round, experiment: index, seed: seed)
    let shuffled = Schedule.shuffled(points, seed: step == 0 ? roundSeed : Randomness.mix(roundSeed ^ UInt64(step)))
    return shuffled.enumerated().map { place, point in
      TrialPlan(
        number: number + place + 1, experiment: experiment, point: point, round: round, order: order + place + 1,
        seed: roundSeed, processors: processors)
    }
  }

  /// Fisher and Yates, as in Knuth, *The Art of Computer Programming*, volume 2, algorithm 3.4.2P.
  package static func shuffled<T>(_ items: [T], seed: UInt64) -> [T] {
    var items = items
    for last in stride(from: items.count - 1, to: 0, by: -1) {
      items.swapAt(last, Int(Randomness.mix(seed &+ UInt64(last)) % UInt64(last + 1)))
    }
    return items
  }
}
