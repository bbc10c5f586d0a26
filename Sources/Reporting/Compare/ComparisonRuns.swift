import Glibc
import Records
import Statistics

extension Comparison {
  /// The minimum effect of a verdict with one run per side. Such a comparison's interval does not include the variation
  /// between runs of one build. Of six runs of `quick` on one virtual machine, one was up to 30 % faster in places. With
  /// 5 % as minimum, 10.6 % of the families in their 15 pairs had a finding; with 10 %, 6.7 %; with 15 %, 2.2 %.
  public static let leastEffectBetweenTwoRuns = 0.15

  /// The spread of the runs of one experiment, and the number of runs that find a difference of 5 %, one line each.
  /// Medians over the points.
  public var notes: [String] {
    var names: [String] = []
    for experiment in experiments where !names.contains(experiment.baseName) { names.append(experiment.baseName) }
    return names.flatMap { name -> [String] in
      let rows = experiments.filter { $0.baseName == name }.flatMap(\.points).flatMap(\.rows)
      let spreads = rows.compactMap { row in row.spread.map { (row.metric, $0) } }
      return [SpreadOfRuns.text(spreads), recommendation(rows)].compactMap { $0 }.map { "\(name): \($0)" }
    }
  }

  private func recommendation(_ rows: [Row]) -> String? {
    let all = rows.filter { $0.metric == .throughput }.compactMap(\.recommended)
    guard let most = all.max(by: { $0.rounds < $1.rounds }) else { return nil }
    let count = NumberText.grouped(most.rounds)
    return most.isSufficient
      ? "\(count) \(unit.plural) find a difference of 5 % in op/s at every point, nine times in ten"
      : "more than \(count) \(unit.plural) are needed to find a difference of 5 % in op/s at every point"
  }
}

extension Comparison.Unit {
  var plural: String {
    switch self {
    case .trial, .round: "rounds"
    case .run: "runs a side"
    case .pairOfRuns: "pairs of runs"
    }
  }

  /// The minimum number with which a difference can be significant, however large.
  func fewest(familySize: Int) -> String {
    switch self {
    case .trial: "\(fewestTrials(familySize: familySize)) \(plural)"
    case .run: "3 runs in all"
    case .round, .pairOfRuns: "\(fewestRounds(familySize: familySize)) \(plural)"
    }
  }

  var test: String {
    switch self {
    case .trial: "mann-whitney"
    case .run: "student-t"
    case .round, .pairOfRuns: "sign-flip"
    }
  }

  /// Explains the columns, the family and the test, and their limits.
  func legend(family: String) -> String {
    switch self {
    case .trial:
      """
      first, second: medians over the valid trials. ratio: second ÷ first, Hodges–Lehmann [Moses's 95 % interval; * \
      the range, of too few]. \(family) Test: Mann–Whitney, two-sided, trials unpaired. It takes the trials of a run as \
      independent: what a whole run shared, such as its hour, counts as a difference between these two runs. Name \
      several runs a side (compare A1,A2,A3 B1,B2,B3) to have the variance between runs in the interval.
      """
    case .run:
      """
      first, second: medians over the runs, of each run's median. ratio: second ÷ first, of the geometric means of the \
      runs' medians [95 % interval, with the variance between runs in it]. \(family) Test: Student's t of the logarithms \
      of the runs' medians, two-sided; the unit is the run.
      """
    case .pairOfRuns:
      """
      first, second: medians over the runs, of each run's median. ratio: second ÷ first, its median over the pairs of \
      runs [its 95 % interval; * the range, of fewer than six]. \(family) Test: sign flips of log ratios, two-sided; \
      the unit is the pair of runs.
      """
    case .round:
      """
      baseline, mode: medians over the rounds. ratio: mode ÷ baseline, its median over the rounds, paired [its 95 % \
      interval; * the range, of fewer than six]. \(family) Test: sign flips of log ratios, two-sided, paired by round.
      """
    }
  }
}

/// One metric at one point on both sides: the values of each run's trials, paired by round if that is the unit.
struct ComparisonSeries {
  let name: String
  let metric: ComparisonMetric
  let unit: Comparison.Unit
  let isResponse: Bool
  let first: [[Double]]
  let second: [[Double]]

  /// The observations on both sides.
  private var observations: (first: [Double], second: [Double]) {
    switch unit {
    case .trial, .round: return (first.flatMap { $0 }, second.flatMap { $0 })
    case .run: return (first.compactMap(median), second.compactMap(median))
    case .pairOfRuns:
      let pairs = zip(first, second).compactMap { before, after -> (Double, Double)? in
        guard let before = median(before), let after = median(after) else { return nil }
        return (before, after)
      }
      return (pairs.map(\.0), pairs.map(\.1))
    }
  }

  func estimate(_ side: KeyPath<(first: [Double], second: [Double]), [Double]>) -> Estimate? {
    medianEstimate(of: observations[keyPath: side])
  }

  /// Nil for one run per side.
  var spread: RunSpread? { unit == .run || unit == .pairOfRuns ? runSpread(of: [first, second]) : nil }

  /// The number of units that find a difference of 5 % at the observed noise; nil for one run per side, whose noise is
  /// unknown.
  func recommended(familySize: Int) -> RecommendedRounds? {
    let noise: Double?
    switch unit {
    case .trial: noise = nil
    case .round, .pairOfRuns:
      let (before, after) = observations
      noise = noiseLimit(ofLogRatios: zip(after, before).map { log($0 / $1) })
    case .run:
      let sides = [observations.first, observations.second]
      let logs = sides.flatMap { values -> [Double] in
        let level = values.map { log($0) }.reduce(0, +) / Double(max(1, values.count))
        let freedom = Double(max(1, values.count - 1))
        return values.count < 2 ? [] : values.map { (log($0) - level) * (Double(values.count) / freedom).squareRoot() }
      }
      noise = noiseLimit(ofLogRatios: logs).map { $0 * 2.0.squareRoot() }
    }
    return noise.flatMap { recommendedRounds(detecting: 0.05, noise: $0, familySize: familySize) }
  }

  struct Outcome {
    let ratio: Estimate?
    let pValue: Double?
    let verdict: PairedComparison.Verdict
  }

  /// Judges a family with the test that fits the unit.
  static func outcomes(
    _ family: [ComparisonSeries], _ unit: Comparison.Unit, _ leastEffect: Double, name: String
  ) -> [Outcome] {
    switch unit {
    case .trial:
      let members = family.map {
        UnpairedSeries(
          name: $0.name, candidate: $0.observations.second, baseline: $0.observations.first,
          preference: $0.metric.preference)
      }
      return (compareUnpaired(members, family: name, leastEffect: leastEffect) ?? [])
        .map { Outcome(ratio: $0.ratio, pValue: $0.adjustedPValue, verdict: $0.verdict) }
    case .run:
      let members = family.map {
        RunSeries(name: $0.name, candidate: $0.second, baseline: $0.first, preference: $0.metric.preference)
      }
      return (compareRuns(members, family: name, leastEffect: leastEffect) ?? [])
        .map { Outcome(ratio: $0.ratio, pValue: $0.adjustedPValue, verdict: $0.verdict) }
    case .round, .pairOfRuns:
      let members = family.map {
        PairedSeries(
          name: $0.name, candidate: $0.observations.second, baseline: $0.observations.first,
          preference: $0.metric.preference)
      }
      return (comparePairs(members, family: name, leastEffect: leastEffect)?.comparisons ?? [])
        .map { Outcome(ratio: $0.ratio, pValue: $0.adjustedPValue, verdict: $0.verdict) }
    }
  }
}

/// The runs of one side of a comparison.
struct SideOfRuns {
  private let runs: [RunPoints]
  /// The points that any run has, in the order of the plan.
  let keys: [RunPoints.Key]

  init(_ runs: [Run], _ modes: [String]?) {
    self.runs = runs.map { RunPoints($0, modes) }
    var known: Set<RunPoints.Key> = []
    keys = self.runs.flatMap(\.keys).filter { known.insert($0).inserted }
  }

  /// The trials of a point in each run; nil if no run has it.
  func trials(_ key: RunPoints.Key) -> [[TrialRecord]]? {
    let all = runs.map { $0.trials[key] ?? [] }
    return all.allSatisfy(\.isEmpty) ? nil : all
  }

  /// The points that the other side lacks, in at most one line.
  func missing(in other: SideOfRuns, _ words: String) -> [String] {
    RunPoints.list(keys.filter { other.trials($0) == nil }, words)
  }

  /// The runs as a title shows them.
  static func name(_ runs: [Run]) -> String {
    let names = runs.map(\.record.runID)
    guard let first = names.first, let last = names.last, names.count > 3 else { return names.joined(separator: ", ") }
    return "\(first) … \(last) (\(names.count) runs)"
  }

  /// The differences between runs, other than the compared one: each run against the first.
  static func differences(
    _ first: [Run], _ second: [Run]
  ) -> (machines: [String], work: [(experiment: String, text: String)], remarks: [String]) {
    let all = first + second
    guard let one = all.first, let last = all.last else { return ([], [], []) }
    if all.count == 2 {
      return (
        RunDifferences.machines(one.record, last.record), RunDifferences.work(one, last),
        RunDifferences.remarks(one, last)
      )
    }
    func several(_ line: String) -> String { line.replacing(" in the second", with: " in another") }
    var told: Set<String> = []
    let others = all.dropFirst()
    let machines = others.flatMap { RunDifferences.machines(one.record, $0.record).map(several) }
    let work = others.flatMap { other in
      RunDifferences.work(one, other).map { (experiment: $0.experiment, text: several($0.text)) }
    }
    let remarks = others.filter { $0.record.runID != one.record.runID }
      .flatMap { RunDifferences.remarks(one, $0).map(several) }
    let twice = Set(all.map(\.record.runID)).count < all.count ? ["a run is there twice: not independent"] : []
    return (
      machines.filter { told.insert($0).inserted }, work.filter { told.insert($0.text).inserted },
      twice + remarks.filter { told.insert($0).inserted }
    )
  }
}
