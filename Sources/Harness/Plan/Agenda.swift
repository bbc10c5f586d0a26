import Measurement
import Plan
import Records
import Workloads

/// Decides which trial a run does next, from the results so far: experiment by experiment, in rounds.
///
/// It is pure: it has no clock and reads nothing. So a stopped run continues correctly after its records are replayed.
/// A round begins with every point of its experiment. With an objective, the steps of its search follow; with a
/// precision, more rounds. After the rounds, trials that the machine disturbed are repeated, at most ``mostRepeats``
/// times each.
struct Agenda: Sendable {
  let suiteName: String
  let experiments: [Experiment]
  private let seed: UInt64
  /// The number of the client's CPUs.
  private let processors: Int
  /// Nil for the suite's number of rounds.
  private let precision: Precision?
  /// Whether to run trials that are predicted to take minutes.
  private let isPatient: Bool
  /// Whether each experiment ends with an audit of every point.
  private let audits: Bool

  /// The current experiment, round and step.
  private var experiment = 0
  private var round = 0
  private var step = 0
  /// The trials of the step that have no result yet.
  private var pending: ArraySlice<TrialPlan> = []
  private var planned = 0
  private var plannedInRound = 0
  /// The round's trials of a search.
  private var searched: [TrialRecord] = []
  /// Disturbed trials of the experiment that have not been repeated.
  private var disturbed: [TrialPlan] = []
  /// How often the experiment's disturbed trials were repeated, and how many there were the last time.
  private var repeats = 0
  private var repeated = 0
  /// Repeats are pointless on a machine that is never quiet.
  private(set) var hasGivenUpRepeating = false
  /// The throughputs of the experiment's valid trials, by point; a point without trials is absent.
  private var throughputs: [Point: [Double]] = [:]
  /// One line for each point that missed the precision.
  private(set) var shortfalls: [String] = []

  init(
    _ suite: Suite, seed: UInt64, processors: Int = 1, precision: Precision? = nil, isPatient: Bool = false,
    audits: Bool = false
  ) {
    suiteName = suite.name
    experiments = suite.experiments
    self.seed = seed
    self.processors = processors
    self.precision = precision
    self.isPatient = isPatient
    self.audits = audits
  }

  /// The next trial, until `take` gets its result; nil if none is left.
  mutating func next() -> TrialPlan? {
    while pending.isEmpty && experiment < experiments.count { advance() }
    return pending.first
  }

  /// Takes the result of the next trial.
  /// - Returns: whether the record belongs to that plan; if not, nothing has changed.
  @discardableResult
  mutating func take(_ record: TrialRecord) -> Bool {
    guard let plan = pending.first, record.trial == plan.number, record.experiment == plan.experiment.name,
      record.round == plan.round, record.coordinates == plan.coordinates, record.repeats == plan.repeats
    else { return false }
    pending.removeFirst()
    if plan.isAudit { return true }
    if plan.experiment.objective != nil {
      searched.append(record)
      return true
    }
    if record.wasDisturbed { disturbed.append(plan) }
    if record.skipped == nil {
      throughputs[plan.point, default: []] += record.valid ? [record.throughput].compactMap { $0 } : []
    }
    return true
  }

  // MARK: Steps, rounds and experiments

  private mutating func advance() {
    let current = experiments[experiment]
    if round > 0, let objective = current.objective, step < Bracket.mostSteps {
      step += 1
      plan(search(current, objective), of: current)
      if !pending.isEmpty { return }
    }
    let vague = vaguePoints(of: current)
    guard round < current.rounds || (round < precision?.maxRounds ?? 0 && !vague.isEmpty) else {
      planRepeats()
      if !pending.isEmpty { return }
      shortfalls += vague.map { shortfall($0, of: current) }
      pending = auditPlans(of: current)[...]
      planned += pending.count
      experiment += 1
      round = 0
      (disturbed, repeats, repeated) = ([], 0, 0)
      throughputs = [:]
      return
    }
    round += 1
    step = 0
    plannedInRound = 0
    searched = []
    plan(current.points, of: current)
  }

  private mutating func plan(_ points: [Point], of current: Experiment) {
    pending =
      Schedule.plans(
        points, of: current, at: experiment, round: round, step: step, seed: seed, after: planned,
        order: plannedInRound, processors: processors)[...]
    planned += points.count
    plannedInRound += points.count
  }

  /// The maximum number of repeats of a disturbed trial.
  static let mostRepeats = 2
  /// With fewer trials, it is unknown whether the machine is ever quiet.
  private static let fewestToGiveUp = 4

  /// Repeats the disturbed trials in the same order, unless most of the repeated ones were disturbed again.
  private mutating func planRepeats() {
    if repeated >= Self.fewestToGiveUp, 2 * disturbed.count > repeated { hasGivenUpRepeating = true }
    guard repeats < Self.mostRepeats, !hasGivenUpRepeating else { return }
    repeats += 1
    repeated = disturbed.count
    pending =
      disturbed.enumerated().map { place, plan in
        var plan = plan
        plan.repeats = plan.repeats ?? plan.number
        plan.number = planned + place + 1
        return plan
      }[...]
    planned += pending.count
    disturbed = []
  }

  /// The rates to try next; empty if the bracket is narrow enough.
  private func search(_ current: Experiment, _ objective: Objective) -> [Point] {
    current.points.compactMap { point in
      let trials = searched.filter { $0.mode == point.mode.rawValue && $0.concurrency == point.concurrency }
      guard let rate = brackets(of: trials, objective: objective)[round]?.nextRate else { return nil }
      var next = point
      next.arrivals = current.arrivals == "poisson" ? .poisson(rate: rate) : .constant(rate: rate)
      return next
    }
  }

  // MARK: Precision

  /// The points with results whose throughput is not precise enough.
  private func vaguePoints(of current: Experiment) -> [Point] {
    guard let precision, current.objective == nil else { return [] }
    return current.points.filter { throughputs[$0].map { !precision.isReached(by: $0) } ?? false }
  }

  private func shortfall(_ point: Point, of current: Experiment) -> String {
    func percent(_ fraction: Double?) -> String {
      fraction.map { "±\(($0 * 10_000).rounded() / 100)%" } ?? "no interval"
    }
    let values = throughputs[point] ?? []
    return "precision of \(percent(precision?.halfWidth)) not reached: \(point.label(in: current)): "
      + "\(percent(Precision.reached(by: values))) with \(values.count) valid trials"
  }

  // MARK: What lies ahead

  /// The number of trials that run in any case.
  var certainTrials: Int {
    experiments.reduce(0) { $0 + $1.rounds * $1.points.count + auditPlans(of: $1).count }
  }

  private func auditPlans(of experiment: Experiment) -> [TrialPlan] {
    audits ? Schedule.audits(of: experiment, seed: seed, after: planned, processors: processors) : []
  }

  /// The maximum that remains to do, in trials and seconds.
  var most: (trials: Int, seconds: Double) {
    var most = pending.reduce((trials: 0, seconds: 0.0)) { ($0.trials + 1, $0.seconds + seconds($1)) }
    for (index, current) in experiments.enumerated().dropFirst(experiment) {
      let plans = current.points.map {
        TrialPlan(
          number: 0, experiment: current, point: $0, round: 1, order: 0, seed: 0, processors: processors)
      }
      let isSearch = current.objective != nil
      let rounds = isSearch ? current.rounds : max(current.rounds, precision?.maxRounds ?? 0)
      let stepsOfRound = isSearch ? 1 + Bracket.mostSteps : 1
      let begun = index == experiment && round > 0 ? (round - 1) * stepsOfRound + 1 + step : 0
      let steps = rounds * stepsOfRound - begun
      most.trials += steps * plans.count
      most.seconds += Double(steps) * plans.reduce(0) { $0 + seconds($1) }
      let audits = auditPlans(of: current)
      most.trials += audits.count
      most.seconds += audits.reduce(0) { $0 + seconds($1) }
    }
    return most
  }

  /// The expected duration in seconds.
  private func seconds(_ plan: TrialPlan) -> Double {
    plan.reasonToSkip(isPatient: isPatient) == nil ? plan.expectedTime.seconds : 0
  }
}

extension Bracket {
  /// How far a search goes beyond the throughput of the closed loop, and how narrow it makes the bracket: both as
  /// fractions of that throughput.
  static let reach = 1.25
  static let resolution = 0.03
  /// Six halvings lead from one to the other; two more allow for disturbed trials.
  static let mostSteps = 8

  /// The middle of the bracket; nil if the bracket is narrow, or its upper end is unknown.
  var nextRate: Double? {
    guard let saturation, saturation > 0 else { return nil }
    let low = highestMet ?? 0
    let high = lowestMissed ?? min(Self.reach * saturation, Arrivals.highestRate)
    return high - low < Self.resolution * saturation ? nil : (low + high) / 2
  }
}
