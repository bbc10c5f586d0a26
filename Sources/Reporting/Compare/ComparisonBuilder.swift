import Measurement
import Plan
import Records
import Statistics

extension Comparison {
  /// Compares the second run with the first, at every point that both have.
  ///
  /// - Parameters:
  ///   - modes: the modes to compare, with or without their variant; nil for all.
  ///   - leastEffect: see the initializer for several runs.
  public init(
    _ first: Run, _ second: Run, modes: [String]? = nil, leastEffect: Double? = nil
  ) throws(ComparisonFailure) {
    try self.init([first], [second], modes: modes, leastEffect: leastEffect)
  }

  /// Compares runs with baseline runs, at every point that both sides have. With several runs per side, a run is the
  /// unit of observation.
  ///
  /// - Parameters:
  ///   - modes: the modes to compare, with or without their variant; nil for all.
  ///   - isPaired: whether the runs were measured in pairs, the first of one side with the first of the other, and so
  ///     on. Both sides then have the same number.
  ///   - leastEffect: a difference must exceed this, such as 0.05 for 5 %. Nil means ``leastEffectBetweenTwoRuns`` for
  ///     one run per side, because the variance between runs is then unknown, and otherwise none.
  public init(
    _ first: [Run], _ second: [Run], modes: [String]? = nil, isPaired: Bool = false, leastEffect: Double? = nil
  ) throws(ComparisonFailure) {
    let (old, new) = (SideOfRuns(first, modes), SideOfRuns(second, modes))
    try Self.check(modes, among: first + second)
    let differences = SideOfRuns.differences(first, second)
    let unit: Unit = first.count == 1 && second.count == 1 ? .trial : isPaired ? .pairOfRuns : .run
    let pairs = new.keys.compactMap { key -> Pair? in
      guard let before = old.trials(key), let after = new.trials(key) else { return nil }
      return Pair(key: key, first: before, second: after, unit: unit)
    }
    kind = .runs
    self.unit = unit
    let effect = leastEffect ?? (unit == .trial ? Self.leastEffectBetweenTwoRuns : 0)
    self.leastEffect = effect
    runs = (first.map(\.record.runID), second.map(\.record.runID))
    self.first = SideOfRuns.name(first)
    self.second = SideOfRuns.name(second)
    machineDifferences = differences.machines
    workDifferences = differences.work.map(\.text)
    let changed = Set(differences.work.map(\.experiment))
    experiments = Self.experiments(pairs, unit, effect) { !differences.machines.isEmpty || changed.contains($0) }
    let (one, other) = unit == .trial ? ("first run", "second run") : ("first runs", "second runs")
    let has = unit == .trial ? "has" : "have"
    remarks =
      Self.shortages(experiments, unit) + differences.remarks + Self.exclusions(pairs, one, \.first)
      + Self.exclusions(pairs, other, \.second) + old.missing(in: new, "only the \(one) \(has)")
      + new.missing(in: old, "only the \(other) \(has)")
  }

  /// Compares each mode of a run with `baseline`, at the same experiment, rate and concurrency, and in the same variant
  /// if the baseline has it.
  ///
  /// - Parameter modes: the modes to compare, with or without their variant; nil for all.
  public init(
    _ run: Run, baseline: String, modes: [String]? = nil, leastEffect: Double? = nil
  ) throws(ComparisonFailure) {
    try Self.check([baseline], among: [run])
    try Self.check(modes, among: [run])
    let all = RunPoints(run, nil)
    func judged(by key: RunPoints.Key) -> [TrialRecord]? {
      [key.point.variant, nil].lazy.compactMap { variant in
        all.trials[key.with(Coordinates(mode: baseline, variant: variant, concurrency: key.point.concurrency))]
      }.first
    }
    let candidates = all.keys.filter { $0.point.mode != baseline && RunPoints.matches($0.point, modes) }
    let pairs = candidates.compactMap { key in
      judged(by: key).map { Pair(key: key, first: [$0], second: [all.trials[key] ?? []], unit: .round) }
    }
    kind = .modes
    unit = .round
    self.leastEffect = leastEffect ?? 0
    runs = ([run.record.runID], [run.record.runID])
    first = baseline
    second = run.record.runID
    machineDifferences = run.record.mixture
    workDifferences = []
    let isMixed = !machineDifferences.isEmpty
    experiments = Self.experiments(pairs, .round, self.leastEffect, baseline: baseline) { _ in isMixed }
    var told: Set<String> = []
    let baselineRemarks = Self.exclusions(pairs, nil, \.first, name: baseline).filter { told.insert($0).inserted }
    let alone = candidates.filter { judged(by: $0) == nil }
    remarks =
      Self.shortages(experiments, .round) + baselineRemarks + Self.exclusions(pairs, nil, \.second)
      + RunPoints.list(alone, "without \(baseline) beside them, and not compared")
  }

  /// Without this check, a missing mode would be ignored silently.
  static func check(_ modes: [String]?, among runs: [Run]) throws(ComparisonFailure) {
    let points = runs.flatMap(\.trials).map(\.coordinates.point)
    for mode in modes ?? [] where !points.contains(where: { RunPoints.matches($0, [mode]) }) {
      let known = Set(points.map(\.mode)).sorted(by: ModeTable.precedes)
      throw ComparisonFailure(description: Spelling.isNot(mode, "a mode of what is compared", among: known))
    }
  }

  /// The trials of a point on both sides, run by run, in the order of their rounds.
  private struct Pair {
    let key: RunPoints.Key
    let first: [[TrialRecord]]
    let second: [[TrialRecord]]
    let unit: Unit

    var isResponse: Bool {
      let trials = (first + second).joined().filter(\.valid)
      return !trials.isEmpty && trials.allSatisfy { $0.latency?.response != nil }
    }

    /// The note for latencies of only some lanes, if the other side served a different number; nil if they can be
    /// compared.
    func servedInPart(_ name: String) -> String? {
      func served(_ trials: [TrialRecord]) -> TrialRecord? {
        trials.filter { $0.valid && !$0.servesAll }.min { $0.lanesServed ?? 0 < $1.lanesServed ?? 0 }
      }
      let (before, after) = (served(first.flatMap { $0 }), served(second.flatMap { $0 }))
      guard before?.lanesServed != after?.lanesServed, let least = after ?? before else { return nil }
      let count = "served \(NumberText.grouped(least.lanesServed ?? 0)) of \(NumberText.grouped(least.concurrency))"
      return after == nil ? "\(name) \(count)" : count
    }

    func series(_ metric: ComparisonMetric) -> ComparisonSeries {
      let isResponse = isResponse
      func values(_ trials: [TrialRecord]) -> [(round: Int, value: Double)] {
        trials.filter(\.valid).compactMap { trial in
          metric.value(trial, isResponse: isResponse).map { (trial.round, $0) }
        }
      }
      var (before, after) = (first.map(values), second.map(values))
      if unit == .round {
        let byRound = Dictionary(before.joined().map { ($0.round, $0.value) }) { first, _ in first }
        var used: Set<Int> = []
        let shared = after.joined().filter { byRound[$0.round] != nil && used.insert($0.round).inserted }
        after = [shared]
        before = [shared.map { ($0.round, byRound[$0.round] ?? .nan) }]
      }
      return ComparisonSeries(
        name: key.point.mode, metric: metric, unit: unit, isResponse: isResponse,
        first: before.map { $0.map(\.value) }, second: after.map { $0.map(\.value) })
    }
  }

  /// - Parameter baseline: the baseline mode, if modes are compared.
  private static func experiments(
    _ pairs: [Pair], _ unit: Unit, _ leastEffect: Double, baseline: String? = nil, isFlagged: (String) -> Bool
  ) -> [ComparedExperiment] {
    // All rates of an experiment form one family.
    var names: [String] = []
    for pair in pairs where !names.contains(pair.key.experiment) { names.append(pair.key.experiment) }
    return names.flatMap { name -> [ComparedExperiment] in
      let members = pairs.filter { $0.key.experiment == name }
      var rows = Array(repeating: [Row](), count: members.count)
      for metric in ComparisonMetric.allCases {
        let family = family(members, metric, unit, leastEffect, baseline: baseline, isFlagged: isFlagged(name))
        for index in members.indices { rows[index].append(family[index]) }
      }
      var names: [String] = []
      for member in members where !names.contains(member.key.experimentName) { names.append(member.key.experimentName) }
      return names.compactMap { full in
        let indices = members.indices.filter { members[$0].key.experimentName == full }
        guard let one = indices.first.map({ members[$0] }) else { return nil }
        return ComparedExperiment(
          name: one.key.experimentName, baseName: name, workload: one.second.joined().first?.recordedWorkload.kind,
          points: indices.map { index in
            let point = members[index].key.point
            return Point(
              mode: point.mode, variant: point.variant, concurrency: point.concurrency ?? 0, rows: rows[index])
          })
      }
    }
  }

  /// A row for each of some pairs of an experiment, by one metric: a family.
  private static func family(
    _ members: [Pair], _ metric: ComparisonMetric, _ unit: Unit, _ leastEffect: Double, baseline: String?,
    isFlagged: Bool
  ) -> [Row] {
    let series = members.map { $0.series(metric) }
    let remarks = members.map { metric.isLatency ? $0.servedInPart(baseline ?? "first run") : nil }
    // Those that cannot be compared are no part of the family.
    let family = members.indices.filter { remarks[$0] == nil }
    let name = "\(metric.rawValue) of \(members.first?.key.experiment ?? "")"
    let judged = ComparisonSeries.outcomes(family.map { series[$0] }, unit, leastEffect, name: name)
    let byPlace = Dictionary(uniqueKeysWithValues: zip(family, judged))
    return members.indices.map { index in
      let one = series[index]
      let outcome = byPlace[index]
      return Row(
        metric: metric, isResponse: one.isResponse, first: one.estimate(\.first), second: one.estimate(\.second),
        ratio: outcome?.ratio, pValue: outcome?.pValue, familySize: family.count,
        verdict: outcome?.verdict ?? .notComparable, isFlagged: isFlagged, servedInPart: remarks[index],
        isOfTwoRuns: unit == .trial, spread: one.spread, recommended: one.recommended(familySize: family.count))
    }
  }

  /// One mode beside each of the others of an experiment, by one metric, paired by round. It is the family of a
  /// comparison with that mode as baseline, but each ratio is the mode's value over the other's.
  ///
  /// - Parameter points: those of the run.
  /// - Returns: a row for each point of another mode, but for the control, at a place that the mode has, too.
  static func rows(
    of mode: Coordinates, in experiment: String, _ points: RunPoints, by metric: ComparisonMetric, leastEffect: Double
  ) -> [RunPoints.Key: Row] {
    let pairs = points.keys.compactMap { key -> Pair? in
      guard key.experiment == experiment, key.point.name != mode.name, key.point.mode != "null" else { return nil }
      let own = key.with(Coordinates(mode: mode.mode, variant: mode.variant, concurrency: key.point.concurrency))
      guard let first = points.trials[key], let second = points.trials[own] else { return nil }
      return Pair(key: key, first: [first], second: [second], unit: .round)
    }
    let rows = family(pairs, metric, .round, leastEffect, baseline: nil, isFlagged: false)
    return Dictionary(uniqueKeysWithValues: zip(pairs.map(\.key), rows))
  }

  /// Points at which no difference could be significant, with the number of rounds or runs that it takes.
  private static func shortages(_ experiments: [ComparedExperiment], _ unit: Unit) -> [String] {
    var told: Set<String> = []
    return experiments.compactMap { experiment in
      let short = experiment.points.flatMap(\.rows).first { $0.verdict == .tooFewRounds && $0.ratio != nil }
      guard let size = short?.familySize, told.insert(experiment.baseName).inserted else { return nil }
      return "\(experiment.baseName): a difference can be found from \(unit.fewest(familySize: size)) on, in a family "
        + "of \(size)"
    }
  }

  /// Notes about invalid trials that are left out.
  private static func exclusions(
    _ pairs: [Pair], _ side: String?, _ trials: KeyPath<Pair, [[TrialRecord]]>, name: String? = nil
  ) -> [String] {
    pairs.compactMap { pair in
      let all = pair[keyPath: trials].joined()
      let invalid = all.filter { !$0.valid }
      guard !invalid.isEmpty else { return nil }
      var reasons: [String] = []
      for reason in invalid.flatMap(\.reasons) {
        let name = TrialRecord.name(ofReason: reason)
        if !reasons.contains(name) { reasons.append(name) }
      }
      let why = reasons.isEmpty ? "" : " (\(reasons.joined(separator: ", ")))"
      let count = "\(invalid.count) of \(all.count) trials"
      return "\(pair.key.name(mode: name)): \(count)\(side.map { " of the \($0)" } ?? "") not valid, left out\(why)"
    }
  }
}

/// The trials of a run that ran, by their points.
struct RunPoints {
  let trials: [Key: [TrialRecord]]
  /// By the plan's order of experiments, then by rate, concurrency and mode.
  let keys: [Key]

  /// - Parameter modes: the modes to include; nil for all.
  init(_ run: Run, _ modes: [String]?) {
    let wanted = run.trials.filter { $0.skipped == nil && $0.isTimed && Self.matches($0.coordinates.point, modes) }
    let sweeps = SweptAxes(run.trials)
    trials = Dictionary(grouping: wanted) { Key($0.experiment, $0.coordinates.at(sweeps.setting(of: $0))) }
      .mapValues { $0.sorted { ($0.round, $0.trial) < ($1.round, $1.trial) } }
    var first: [String: Int] = [:]
    for trial in run.trials { first[trial.experiment] = min(first[trial.experiment] ?? .max, trial.trial) }
    keys = trials.keys.sorted { a, b in
      if a.experiment != b.experiment {
        return (first[a.experiment] ?? 0, a.experiment) < (first[b.experiment] ?? 0, b.experiment)
      }
      return a.coordinates < b.coordinates
    }
  }

  /// The identity of a point.
  struct Key: Hashable {
    let experiment: String
    /// Includes the rate and the other varied settings.
    let coordinates: Coordinates

    init(_ experiment: String, _ coordinates: Coordinates) {
      self.experiment = experiment
      self.coordinates = coordinates
    }

    var point: Coordinates { coordinates.point }
    var setting: Setting { coordinates.setting }
    func with(_ point: Coordinates) -> Key { Key(experiment, point.at(setting)) }

    var experimentName: String { setting.name(of: experiment) }

    /// The name in a remark; optionally with another mode.
    func name(mode: String? = nil) -> String {
      "\(experimentName), \(mode ?? point.name) at \(point.lanesText)"
    }
  }

  static func matches(_ point: Coordinates, _ modes: [String]?) -> Bool {
    guard let modes else { return true }
    return modes.contains(point.mode) || modes.contains(point.name)
  }

  static func list(_ keys: [Key], _ words: String) -> [String] {
    let shown = keys.prefix(4).map { $0.name() }.joined(separator: "; ")
    return keys.isEmpty ? [] : ["\(words): \(shown)" + (keys.count > 4 ? " and \(keys.count - 4) more points" : "")]
  }
}
