import Measurement
import Plan
import Records
import Statistics

/// What a run has for claims to be judged by: found by what it is, and not by the name of a suite.
struct Evidence: Sendable {
  /// A mode at one point of an experiment in a closed loop, in the order of the plan.
  let samples: [Sample]
  /// The same in an open loop, for what bystanders take beside lanes that ask for little.
  let atRates: [Sample]
  /// By name.
  let limits: [String: LimitsRecord.Entry]
  /// How many the client had.
  let processors: Int?

  init(_ run: Run, _ summary: Summary) {
    let sweeps = SweptAxes(run.trials)
    let timed = run.trials.filter { $0.isTimed && $0.skipped == nil }
    let trials = Dictionary(grouping: timed) {
      RunPoints.Key($0.experiment, $0.coordinates.at(sweeps.setting(of: $0)))
    }
    let all = summary.experiments.filter { !$0.isSearchStep }.flatMap { experiment in
      experiment.points.compactMap { point in
        let key = RunPoints.Key(experiment.plannedName, point.coordinates.at(experiment.setting))
        return trials[key].map { Sample(experiment, point, $0) }
      }
    }
    samples = all.filter { $0.experiment.rate == nil }
    atRates = all.filter { $0.experiment.rate != nil }
    limits = Dictionary((run.limits?.experiments ?? []).map { ($0.name, $0) }) { first, _ in first }
    processors = run.record.environment.clientCPUs?.count
  }

  /// The samples of that experiment and concurrency which has the most valid trials for a sample, of those that a
  /// condition leaves; the first, where several have.
  /// - Parameter mode: one that must be among them.
  func best(having mode: String? = nil, where condition: (Sample) -> Bool) -> [Sample] {
    let groups = groups(where: condition).filter { group in mode == nil || group.contains { $0.mode == mode } }
    let most = groups.map(Self.rounds).max()
    return groups.first { Self.rounds($0) == most } ?? []
  }

  /// The samples that a condition leaves, by experiment and concurrency.
  func groups(where condition: (Sample) -> Bool) -> [[Sample]] {
    struct Key: Hashable {
      var experiment: String
      var concurrency: Int
    }
    var keys: [Key] = []
    var groups: [Key: [Sample]] = [:]
    for sample in samples where condition(sample) {
      let key = Key(experiment: sample.experiment.name, concurrency: sample.point.concurrency)
      if groups[key] == nil { keys.append(key) }
      groups[key, default: []].append(sample)
    }
    return keys.compactMap { groups[$0] }
  }

  private static func rounds(_ samples: [Sample]) -> Int { samples.map(\.trials.count).max() ?? 0 }
}

/// The trials of a mode at one point of an experiment.
struct Sample: Sendable {
  let experiment: Summary.MeasuredExperiment
  let point: Summary.Point
  /// All that were carried out.
  let carriedOut: [TrialRecord]
  /// Those that are valid.
  let trials: [TrialRecord]
  /// What the plan has of each.
  private let first: TrialRecord

  /// - Parameter carriedOut: at least one.
  init(_ experiment: Summary.MeasuredExperiment, _ point: Summary.Point, _ carriedOut: [TrialRecord]) {
    self.init(experiment, point, carriedOut, first: carriedOut[0])
  }

  private init(
    _ experiment: Summary.MeasuredExperiment, _ point: Summary.Point, _ carriedOut: [TrialRecord], first: TrialRecord
  ) {
    self.experiment = experiment
    self.point = point
    self.carriedOut = carriedOut
    self.first = first
    trials = carriedOut.filter(\.valid)
  }

  /// The trials of some of its rounds, possibly none.
  func inRounds(_ isIncluded: (Int) -> Bool) -> Sample {
    Sample(experiment, point, carriedOut.filter { isIncluded($0.round) }, first: first)
  }

  var kind: String { experiment.kind }
  var mode: String { point.mode }
  var lanes: Int { point.concurrency }
  /// Operations of each trial, where they were counted beforehand.
  var asked: Int? { first.operations.asked.flatMap { Int(exactly: $0) } }
  var limit: Int? { first.limit }
  var pipeline: Int { first.pipeline ?? 1 }
  var each: Int? { first.each }
  var hasBystanders: Bool { first.lanes != nil }
  /// `100 paced`; nil where there are none.
  var bystanders: String? { first.bystanders.map { "\($0.lanes.count) \($0.manner)" } }
  /// Seconds that an operation waits at least, on average; 0 where nothing says so.
  var wait: Double { experiment.serviceTime ?? 0 }
  /// Seconds of work for a processor.
  var work: Double { spec?.work.seconds ?? 0 }
  /// Seconds that the server waits before each answer, where that is always as long.
  var delay: Double { if case .fixed(let span)? = spec?.delay { span.seconds } else { 0 } }
  /// `20 ms`.
  var waitText: String { Self.span(wait) }
  var workText: String { Self.span(work) }
  var offload: String { spec?.manner ?? "inline" }
  var gathers: Bool { spec?.http?.gather ?? false }

  var spec: WorkloadSpec? { experiment.spec }
  /// Whether it is served over HTTP, where it is served.
  var servesHTTP: Bool { if case .http? = spec?.asked { true } else { false } }

  static func span(_ seconds: Double) -> String {
    let nanoseconds = (seconds * 1e9).rounded()
    let unit = TimeUnit.allCases.last { nanoseconds >= $0.nanoseconds } ?? .nanoseconds
    return "\(NumberText.brief(nanoseconds / unit.nanoseconds)) \(unit.rawValue)"
  }

  // MARK: Estimates

  func estimate(_ value: (TrialRecord) -> Double?) -> Estimate? { medianEstimate(of: trials.compactMap(value)) }

  /// The ratio of throughputs to those of another sample: round by round within an experiment, and of independent
  /// samples between two. Its *n* is that of trials.
  func throughput(over other: Sample) -> Estimate? { ratio(over: other, \.throughput) }

  func ratio(over other: Sample, _ value: (TrialRecord) -> Double?) -> Estimate? {
    let rounds = trials.compactMap { trial in value(trial).map { (round: trial.round, value: $0) } }
    let others = other.trials.compactMap { trial in value(trial).map { (round: trial.round, value: $0) } }
    guard experiment.plannedName == other.experiment.plannedName else {
      var ratio = unpairedRatioEstimate(rounds.map(\.value), over: others.map(\.value))
      ratio?.n = min(rounds.count, others.count)
      return ratio
    }
    let byRound = Dictionary(others.map { ($0.round, $0.value) }) { first, _ in first }
    let pairs = rounds.compactMap { round, value in byRound[round].map { (value, $0) } }
    return ratioEstimate(pairs.map(\.0), over: pairs.map(\.1))
  }
}

extension TrialRecord {
  /// Seconds.
  var wallSeconds: Double? { wall.map { Double($0) / 1e9 } }

  /// The p99 of the bystanders, in seconds: of their response times, where they have any. Nil where lanes at work were
  /// starved, as what bystanders take beside a part of them says nothing of all; in an open loop lanes may have nothing
  /// to do.
  var bystanderP99: Double? {
    guard servesAll || arrivals.kind != "closed" else { return nil }
    let latency = bystanders?.lanes.latency
    return (latency?.response ?? latency?.service)?.p99.map { Double($0) / 1e9 }
  }

  /// Bystanders' operations that were done, in each second.
  var bystanderRate: Double? {
    guard let done = bystanders?.lanes.operations.done, let wall, wall > 0 else { return nil }
    return Double(done) / Double(wall) * 1e9
  }
}

extension Estimate {
  func divided(by factor: Double) -> Estimate? {
    factor > 0 ? Estimate(median: median / factor, low: low / factor, high: high / factor, kind: kind, n: n) : nil
  }
}

/// Modes by what a claim says of them.
enum ClaimModes {
  /// One thread waits for many.
  static let asynchronous = names(where: \.isAsynchronous)
  /// As many wait at once as there are lanes.
  static let concurrent = names(where: \.isConcurrent)
  /// Lanes run on several threads, and so on several processors at once.
  static let parallel = names(where: \.isParallel)

  private static func names(where isMeant: (ModeDescription) -> Bool) -> [String] {
    ModeDescription.builtIn.filter { $0.kind != .control && isMeant($0) }.map(\.id.rawValue)
  }

  /// How many processors of those that the client has can work for the lanes of a mode at once.
  static func processors(of mode: String, lanes: Int, among processors: Int) -> Int {
    parallel.contains(mode) ? max(1, min(processors, lanes)) : 1
  }
}
