import Plan
import Records
import Statistics

extension Summary {
  /// One varied number, with all other settings equal: its best setting in each mode.
  struct Tuning: Sendable {
    /// The name in the summary, with the rate if there is one.
    let experiment: String
    let plannedName: String
    /// The rate of an open loop, in operations per second.
    let rate: Double?
    /// The experiment in words, without the varied setting.
    let description: String
    let axis: Axis
    /// The values of the experiment's other varied settings, such as `concurrency` 1000.
    let fixed: [Fixed]
    /// All measured settings, ascending.
    let settings: [Int]
    /// By mode, then by variant.
    let curves: [Curve]
    /// The settings of a curve that have no valid trial.
    let gaps: [(name: String, setting: Int, isInvalid: Bool)]

    struct Fixed: Hashable, Sendable {
      let axis: Axis
      let value: Int?
    }

    struct Curve: Sendable {
      let mode: String
      let variant: String?
      /// The settings with a valid trial, ascending.
      let points: [(setting: Int, throughput: Estimate)]
      /// Indices into `points`.
      let choice: SettingChoice

      var name: String { variant.map { "\(mode)/\($0)" } ?? mode }
      var recommended: (setting: Int, throughput: Estimate)? { choice.recommended.map { points[$0] } }
      var best: (setting: Int, throughput: Estimate) { points[choice.best] }
      /// The settings that cannot be distinguished from the best.
      var contenders: [Int] { choice.contenders.map { points[$0].setting } }
    }

    /// Two settings make a comparison, but not a curve.
    static let fewestSettings = 3

    /// - Parameter run: in a search, rates are steps, so nothing is tuned.
    static func all(of run: Run) -> [Tuning] {
      let timed = run.trials.filter { $0.isTimed && run.record.objectives[$0.experiment] == nil }
      let trials = timed.filter { $0.valid && $0.skipped == nil && $0.throughput ?? 0 > 0 }
      let failed = Dictionary(grouping: timed.filter { !$0.valid || $0.skipped != nil }, by: \.experimentName)
      var names: [String] = []
      for trial in trials.sorted(by: { $0.trial < $1.trial }) where !names.contains(trial.experimentName) {
        names.append(trial.experimentName)
      }
      let groups = Dictionary(grouping: trials, by: \.experimentName)
      return names.flatMap { name in
        Axis.tuned.flatMap { tunings(of: name, groups[name] ?? [], failed[name] ?? [], by: $0) }
      }
    }

    private static func tunings(
      of name: String, _ trials: [TrialRecord], _ failed: [TrialRecord], by axis: Axis
    ) -> [Tuning] {
      func values(_ axis: Axis) -> Set<Int> { Set(trials.compactMap { $0.coordinates[axis]?.count }) }
      guard values(axis).count >= fewestSettings else { return [] }
      let others = Axis.tuned.filter { $0 != axis && values($0).count > 1 }
      let groups = Dictionary(grouping: trials.filter { $0.coordinates[axis]?.count != nil }) { trial in
        others.map { Fixed(axis: $0, value: trial.coordinates[$0]?.count) }
      }
      return groups.sorted { $0.key.map { $0.value ?? 0 }.lexicographicallyPrecedes($1.key.map { $0.value ?? 0 }) }
        .compactMap { Tuning(name, $1, failed, by: axis, at: $0) }
    }

    private init?(
      _ name: String, _ trials: [TrialRecord], _ failed: [TrialRecord], by axis: Axis, at fixed: [Fixed]
    ) {
      experiment = name
      plannedName = trials[0].experiment
      rate = trials[0].arrivals.rate
      description = WorkloadDescription(trials[0].withoutSettings).text
      self.axis = axis
      self.fixed = fixed
      settings = Set(trials.compactMap { $0.coordinates[axis]?.count }).sorted()
      curves = Dictionary(grouping: trials) { Coordinates(mode: $0.mode, variant: $0.variant) }
        .sorted { $0.key.precedesByMode($1.key) }
        .compactMap { Curve($0.key, $0.value, by: axis) }
      if curves.isEmpty { return nil }
      let here = failed.filter { trial in fixed.allSatisfy { trial.coordinates[$0.axis]?.count == $0.value } }
      gaps = curves.flatMap { curve in
        let trials = here.filter { $0.mode == curve.mode && $0.variant == curve.variant }
        let missing = Set(trials.compactMap { $0.coordinates[axis]?.count }).subtracting(curve.points.map(\.setting))
        return missing.sorted().map { setting in
          let isInvalid = trials.contains { $0.coordinates[axis]?.count == setting && $0.skipped == nil }
          return (curve.name, setting, isInvalid)
        }
      }
    }

    /// The curves for which the rounds do not decide.
    var undecided: [Curve] { curves.filter { $0.recommended == nil } }

    /// The standing of a trial's setting: `recommended`, `best`, `indistinguishable` from the best, or `worse`. Without
    /// a recommendation, `undecided` replaces the first three. Nil for other experiments.
    func standing(of trial: TrialRecord) -> String? {
      guard trial.experimentName == experiment, fixed.allSatisfy({ trial.coordinates[$0.axis]?.count == $0.value }),
        let curve = curves.first(where: { $0.mode == trial.mode && $0.variant == trial.variant }),
        let place = curve.points.firstIndex(where: { $0.setting == trial.coordinates[axis]?.count })
      else { return nil }
      let choice = curve.choice
      if !choice.contenders.contains(place) { return "worse" }
      guard let recommended = choice.recommended else { return "undecided" }
      return place == recommended ? "recommended" : place == choice.best ? "best" : "indistinguishable"
    }
  }
}

extension Summary.Tuning.Curve {
  /// Nil if too few settings were measured, or if the mode has one lane, which no setting changes.
  fileprivate init?(_ key: Coordinates, _ trials: [TrialRecord], by axis: Axis) {
    let bySetting = Dictionary(grouping: trials) { $0.coordinates[axis]?.count ?? 0 }.sorted { $0.key < $1.key }
    guard bySetting.count >= Summary.Tuning.fewestSettings,
      axis == .pool || trials.contains(where: { $0.inFlight?.max ?? .max > 1 }),
      let choice = chooseSetting(
        bySetting.map { _, trials in
          Dictionary(trials.compactMap { trial in trial.throughput.map { (trial.round, $0) } }) { first, _ in first }
        })
    else { return nil }
    mode = key.mode
    variant = key.variant
    points = bySetting.compactMap { setting, trials in
      medianEstimate(of: trials.compactMap(\.throughput)).map { (setting, $0) }
    }
    self.choice = choice
  }
}

extension TrialRecord {
  /// The experiment, with the rate of an open loop.
  fileprivate var experimentName: String { Setting(rate: arrivals.rate).name(of: experiment) }
}

extension GnuplotData {
  /// A figure of throughput against the setting.
  init(_ tuning: Summary.Tuning, _ provenance: Provenance) {
    let fixed = tuning.fixed.compactMap { fixed in fixed.value.map { (fixed.axis.rawValue, $0) } }
    let place = fixed.map { ", \($0.0) \(NumberText.grouped($0.1))" }.joined()
    self.init(
      .tuning, tuning.experiment, tuning.description + place, provenance,
      question: "Which \(tuning.axis == .pool ? "pool width" : tuning.axis.rawValue) gives the highest throughput?",
      subject: "throughput against \(tuning.axis == .pool ? "width of the pool" : tuning.axis.rawValue)",
      place: "-\(tuning.axis.rawValue)" + fixed.map { "-\($0.1)" }.joined(),
      remarks: [
        ("columns", "the setting, then those named"), ("setting", tuning.axis.rawValue), Self.intervals,
        (
          "recommended",
          "the smallest setting that is not significantly below the best; NaN elsewhere, and where the rounds do not decide"
        ),
      ]
        + (tuning.undecided.isEmpty
          ? [] : [("undecided", tuning.undecided.map { Block.word($0.name) }.joined(separator: " "))])
        + Self.gaps(tuning.gaps.map { Self.gap($0.name, Double($0.setting), isInvalid: $0.isInvalid) }),
      blocks: tuning.curves.map { curve in
        Block(
          name: curve.name, columns: ["throughput_per_s", "low_per_s", "high_per_s", "trials", "recommended_per_s"],
          rows: tuning.settings.map { setting in
            let throughput = curve.points.first { $0.setting == setting }?.throughput
            return [Double(setting)] + Self.columns(throughput)
              + [
                Double(throughput?.n ?? 0), curve.recommended?.setting == setting ? throughput?.median : nil,
              ]
          })
      })
  }
}
