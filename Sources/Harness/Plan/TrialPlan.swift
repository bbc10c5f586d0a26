import Measurement
import Modes
import Plan
import Records

/// One trial of a run.
public struct TrialPlan: Sendable {
  /// The number in the run's order, from 1.
  public var number: Int
  /// The experiment of the suite, with all its points.
  public var experiment: Experiment
  /// The point of this trial.
  public var point: Point
  public var round: Int
  /// The position within the round, from 1.
  public var order: Int
  public var seed: UInt64
  /// The number of the disturbed trial that this one repeats; nil for others.
  public var repeats: Int?
  /// The number of CPUs of the mode under test.
  public var processors = 1

  /// The maximum duration of a fixed-count trial, unless it is predicted to take longer.
  static let usualDeadline = Nanoseconds.seconds(60)

  /// Whether the trial is an audit, which counts and has no times.
  var isAudit: Bool { round == Schedule.auditRound }

  var mode: ModeID { point.mode }
  var concurrency: Int { point.concurrency }
  var arrivals: Arrivals { point.arrivals }
  /// The workload, with the point's pool size.
  var workload: WorkloadSpec { experiment.workload(at: point) }
  /// The coordinates, which its record has, too.
  var coordinates: Coordinates { experiment.coordinates(at: point) }

  /// The client's mode.
  var client: ModeID { experiment.client(of: mode) }
  /// The shares of its client processes.
  var shares: [Share] { experiment.shares }
  /// Whether processes report when they are ready, and start together on command.
  var isLed: Bool { shares.count > 1 || experiment.each != nil }

  /// The lanes of one process, of all classes.
  func lanes(of share: Share) -> Int { experiment.lanes(of: share, mode: mode, concurrency: concurrency) }

  var predictedWindow: Nanoseconds {
    let spec = spec()
    let predicted = predictedWindow(spec)
    return isAudit ? min(predicted, spec.deadline) : predicted
  }

  /// The number in flight depends on the mode under test, as client or server.
  private func predictedWindow(_ spec: TrialSpec) -> Nanoseconds {
    var spec = spec
    spec.mode = mode
    return spec.predictedWindow(processors: processors)
  }

  /// The approximate duration from start to end.
  var expectedTime: Nanoseconds {
    predictedWindow + experiment.warmup + .milliseconds(150) + connectingBystanders + startingProcesses
      + drawingArrivals
  }

  /// The approximate time to start several processes, and to connect and close their lanes.
  private var startingProcesses: Nanoseconds {
    guard isLed else { return .zero }
    let lanes = workload.descriptorsPerLane == 0 ? 0 : concurrency
    return .milliseconds(UInt64(15 * (shares.count + experiment.servers)))
      + .microseconds(UInt64(lanes) * 60)
  }

  /// The approximate time to connect the bystanders and to close their connections.
  private var connectingBystanders: Nanoseconds { .microseconds(UInt64(experiment.bystanders?.count ?? 0) * 100) }

  /// The approximate time to draw the intended starts, before the first operation.
  private var drawingArrivals: Nanoseconds {
    let spec = spec()
    let count = arrivals.drawnCount(
      warmup: spec.warmup, operations: spec.operations, span: spec.duration.map { spec.warmup + $0 } ?? spec.deadline)
    return Nanoseconds(saturating: count * 50)
  }

  /// The time limit for the client's process.
  func patience(deadline: Nanoseconds) -> Nanoseconds {
    let asleep = experiment.bystanders == nil ? Nanoseconds.zero : BystanderSpec.longestWait
    return deadline + predictedWindow + experiment.warmup + .seconds(30) + connectingBystanders
      + startingProcesses + asleep + Nanoseconds(10 * drawingArrivals.count)
  }

  /// What a process of its client is told.
  /// - Parameters:
  ///   - share: that of the process; nil for the first.
  ///   - contender: what serves in place of a mode, and is asked in its own way.
  func spec(
    _ share: Share? = nil, endpoints: [String] = [], isOwnServer: Bool = false, serverProcesses: [Int32]? = nil,
    file: String? = nil, iterations: UInt64? = nil, asking contender: Contender? = nil
  ) -> TrialSpec {
    var spec = TrialSpec(
      mode: client, workload: workload.asked, concurrency: concurrency, operations: nil,
      duration: experiment.duration, warmup: experiment.warmup, arrivals: arrivals, limit: point.limit,
      pipeline: experiment.pipeline ?? 1, bystanders: experiment.bystanders, deadline: .zero, seed: seed,
      endpoints: endpoints, isOwnServer: isOwnServer)
    spec.mayStayUnconnected = workload.isServe
    spec.share = share ?? shares[0]
    spec.serverProcesses = serverProcesses
    spec.file = file
    spec.iterations = iterations
    spec.each = experiment.each.map { UInt64($0) }
    spec.operations = spec.each.map { $0 * UInt64(spec.lanes) } ?? experiment.operations
    spec.deadline =
      isAudit ? experiment.auditDeadline : max(Self.usualDeadline, predictedWindow(spec) * 2) + startingProcesses
    // How long it may take is up to the workload, whoever serves.
    if let contender { spec.workload = contender.asked(spec.workload) }
    return spec
  }
}

extension TrialPlan {
  /// Why the trial is skipped; nil if it runs.
  func reasonToSkip(isPatient: Bool) -> TrialRecord.Skipped? {
    if let objection = experiment.objection(in: mode) {
      return TrialRecord.Skipped(reason: "unsupported: \(objection)")
    }
    if let reason = mode.unavailability ?? Peers.named(mode)?.unavailability {
      return TrialRecord.Skipped(reason: "unavailable: \(reason)")
    }
    if experiment.each != nil, workload.descriptorsPerLane > 0 {
      let spec = spec()
      let most = spec.mostUnderWay(processors: processors)
      if most < spec.lanes {
        return TrialRecord.Skipped(
          reason:
            "unsupported: with each, lanes hold their connections, but \(client.rawValue) has threads for only \(most) "
            + "of \(spec.lanes)")
      }
    }
    let predicted = predictedWindow
    guard predicted > Self.usualDeadline, !isPatient else { return nil }
    return TrialRecord.Skipped(
      reason: "more than \(Self.usualDeadline) predicted; a patient run measures it", predictedWall: predicted.count)
  }

  /// A few words that identify the trial.
  var label: String { point.label(in: experiment) + (isAudit ? ", audit" : "") + (repeats == nil ? "" : ", again") }
}

/// The order of trials. A round has every point once, in a random order drawn from the seed, so that a drift of the
/// machine affects all points alike.
package enum Schedule {
  /// The same in every mode, so that all trials of a round do the same operations.
  package static func seed(ofRound round: Int, experiment index: Int, seed: UInt64) -> UInt64 {
    Randomness.mix(seed ^ Randomness.mix(UInt64(index) << 32 | UInt64(round)))
  }

  /// The trials of one step of a round.
  /// - Parameters:
  ///   - index: the index of the experiment in its suite.
  ///   - step: the step within the round, from 0.
  ///   - number: the number of the last trial before.
  ///   - order: the position in the round of the last trial before.
  ///   - processors: the number of the client's CPUs.
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
