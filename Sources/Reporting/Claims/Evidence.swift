import Measurement
import Plan
import Records
import Statistics

/// The samples of a run by which claims are judged. They are found by their properties, not by a suite's name.
struct Evidence: Sendable {
  /// Modes at the points of experiments in a closed loop, in the order of the plan.
  let samples: [Sample]
  /// The same in an open loop, for bystanders' latencies beside lightly loaded lanes.
  let atRates: [Sample]
  /// By name.
  let limits: [String: LimitsRecord.Entry]
  /// The number of processors of the client.
  let processors: Int?

  init(_ run: Run, _ summary: Summary) {
    let sweeps = SweptAxes(run.trials)
    // Claims are about one client: several hosts have more processors, and one lane of `blocking` each.
    let timed = run.trials.filter { $0.isTimed && $0.skipped == nil && $0.loadHosts.count <= 1 }
    let trials = Dictionary(grouping: timed) {
      RunPoints.Key($0.experiment, $0.coordinates.at(sweeps.setting(of: $0)))
    }
    let modes = ModeTable(run.record)
    let all = summary.experiments.filter { !$0.isSearchStep }.flatMap { experiment in
      experiment.points.compactMap { point in
        let key = RunPoints.Key(experiment.plannedName, point.coordinates.at(experiment.setting))
        return trials[key].map { Sample(experiment, point, $0, language: modes[point.mode]?.peer?.language) }
      }
    }
    samples = all.filter { $0.experiment.rate == nil }
    atRates = all.filter { $0.experiment.rate != nil }
    limits = Dictionary((run.limits?.experiments ?? []).map { ($0.name, $0) }) { first, _ in first }
    processors = run.record.environment.clientCPUs?.count
  }

  /// The samples that meet a condition, from the one experiment and concurrency whose sample has the most valid trials;
  /// the first among equals.
  /// - Parameter mode: a mode that must be among them.
  func best(having mode: String? = nil, where condition: (Sample) -> Bool) -> [Sample] {
    let groups = groups(where: condition).filter { group in mode == nil || group.contains { $0.mode == mode } }
    let most = groups.map(Self.rounds).max()
    return groups.first { Self.rounds($0) == most } ?? []
  }

  /// The samples that meet a condition, by experiment and concurrency.
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
  /// All trials that were run.
  let carriedOut: [TrialRecord]
  /// The valid ones.
  let trials: [TrialRecord]
  /// What the mode is written in, if it is a peer.
  let language: String?
  /// A trial that shows the plan of them all.
  private let first: TrialRecord

  /// - Parameter carriedOut: at least one trial.
  init(
    _ experiment: Summary.MeasuredExperiment, _ point: Summary.Point, _ carriedOut: [TrialRecord], language: String?
  ) {
    self.init(experiment, point, carriedOut, language, first: carriedOut[0])
  }

  private init(
    _ experiment: Summary.MeasuredExperiment, _ point: Summary.Point, _ carriedOut: [TrialRecord], _ language: String?,
    first: TrialRecord
  ) {
    self.experiment = experiment
    self.point = point
    self.carriedOut = carriedOut
    self.language = language
    self.first = first
    trials = carriedOut.filter(\.valid)
  }

  /// The trials of some of its rounds; there may be none.
  func inRounds(_ isIncluded: (Int) -> Bool) -> Sample {
    Sample(experiment, point, carriedOut.filter { isIncluded($0.round) }, language, first: first)
  }

  var kind: String { experiment.kind }
  var mode: String { point.mode }
  var lanes: Int { point.concurrency }
  /// The number of operations of each trial; nil if it was not fixed.
  var asked: Int? { first.operations.asked.flatMap { Int(exactly: $0) } }
  var limit: Int? { first.limit }
  var pipeline: Int { first.pipeline ?? 1 }
  var each: Int? { first.each }
  var isPython: Bool { language == "Python" }
  var hasBystanders: Bool { first.lanes != nil }
  /// The bystanders, such as `100 paced`; nil if there are none.
  var bystanders: String? { first.bystanders.map { "\($0.lanes.count) \($0.manner)" } }
  /// The average minimum wait of an operation in seconds; 0 if unknown.
  var wait: Double { experiment.serviceTime ?? 0 }
  /// The computation of an operation in seconds.
  var work: Double { spec?.work.seconds ?? 0 }
  /// The constant delay before each of the server's replies in seconds; 0 if there is none.
  var delay: Double { if case .fixed(let span)? = spec?.delay { span.seconds } else { 0 } }
  /// A span such as `20 ms`.
  var waitText: String { Self.span(wait) }
  var workText: String { Self.span(work) }
  var offload: String { spec?.manner ?? "inline" }
  var gathers: Bool { spec?.http?.gather ?? false }

  var spec: WorkloadSpec? { experiment.spec }
  /// Whether it is served over HTTP, where it is served.
  var servesHTTP: Bool { if case .http? = spec?.asked { true } else { false } }

  static func span(_ seconds: Double) -> String { NumberText.briefSpan(nanoseconds: (seconds * 1e9).rounded()) }

  // MARK: Estimates

  func estimate(_ value: (TrialRecord) -> Double?) -> Estimate? { medianEstimate(of: trials.compactMap(value)) }

  /// The ratio of throughputs to those of another sample: paired by round within an experiment, independent between
  /// two. Its *n* counts trials.
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

  /// The bystanders' p99 in seconds: of response times if there are any, otherwise of service times. Nil in a closed
  /// loop if busy lanes were starved, because bystanders beside a part of the lanes say nothing about all. In an open
  /// loop, lanes may have nothing to do.
  var bystanderP99: Double? {
    guard servesAll || arrivals.kind != "closed" else { return nil }
    let latency = bystanders?.lanes.latency
    return (latency?.response ?? latency?.service)?.p99.map { Double($0) / 1e9 }
  }

  /// The bystanders' operations done per second.
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

/// The modes that a claim is about.
enum ClaimModes {
  /// Modes in which one thread waits for many lanes.
  static let asynchronous = names(where: \.isAsynchronous)
  /// Modes in which all lanes can wait at once.
  static let concurrent = names(where: \.isConcurrent)
  /// Modes whose lanes run on several threads, and so on several processors.
  static let parallel = names(where: \.isParallel)

  private static func names(where isMeant: (ModeDescription) -> Bool) -> [String] {
    ModeDescription.builtIn.filter { $0.kind != .control && isMeant($0) }.map(\.id.rawValue)
  }

  /// The number of the client's processors that can work for a mode's lanes at once.
  static func processors(of mode: String, lanes: Int, among processors: Int) -> Int {
    parallel.contains(mode) ? max(1, min(processors, lanes)) : 1
  }
}
