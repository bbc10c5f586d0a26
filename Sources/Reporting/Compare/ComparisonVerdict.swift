import Glibc
import Statistics

extension Comparison {
  /// Of more experiments, one line counts.
  private static let mostVerdicts = 5
  /// As many differences are named.
  private static let mostDifferences = 3

  /// What it comes to: a line for each experiment, and one of many.
  public var verdict: [String] {
    var names: [String] = []
    for experiment in experiments where !names.contains(experiment.baseName) { names.append(experiment.baseName) }
    let mark =
      experiments.flatMap(\.points).flatMap(\.rows).contains(where: \.isFlagged) ? " (flagged: see the top)" : ""
    guard names.count <= Self.mostVerdicts else {
      return ["verdict\(mark): in \(names.count) experiments, \(tally(experiments, naming: 0))"]
    }
    return names.map { name in
      let members = experiments.filter { $0.baseName == name }
      return "verdict on \(name)\(mark): \(standings(members) ?? tally(members, naming: Self.mostDifferences))"
    }
  }

  /// How modes stand to the baseline at the highest concurrency; nil of runs, of open loops and of several settings.
  private func standings(_ members: [ComparedExperiment]) -> String? {
    guard kind == .modes, members.count == 1, let concurrency = members[0].points.map(\.concurrency).max() else {
      return nil
    }
    let points = members[0].points.filter { $0.concurrency == concurrency && $0.mode != "null" }
    guard !points.isEmpty, !points.flatMap(\.rows).contains(where: \.isResponse) else { return nil }
    let rows = [ComparisonMetric.throughput, .cpu].map { metric in
      points.compactMap { point in point.rows.first { $0.metric == metric }.map { (name: point.name, row: $0) } }
    }
    let sentences = rows.compactMap { rows in rows.isEmpty ? nil : sentence(rows) }
    return "at \(NumberText.grouped(concurrency)) \(concurrency == 1 ? "lane" : "lanes"), "
      + sentences.joined(separator: " ")
  }

  private func sentence(_ rows: [(name: String, row: Row)]) -> String {
    let quantity = Quantity(rows[0].row.metric)
    func names(_ isWanted: (Row) -> Bool) -> [String] { rows.filter { isWanted($0.row) }.map(\.name) }
    let apart = rows.compactMap { name, row in row.isApart ? row.ratio.map { (name: name, ratio: $0) } : nil }
    var clauses: [String] = []
    if !apart.isEmpty {
      let texts = apart.prefix(Self.mostDifferences).enumerated().map { index, one in
        let start = index == 0 ? "\(one.name) \(quantity.verb)" : one.name
        let end = index == 0 ? " \(VerdictWords.possessive(first)) \(quantity.noun)" : ""
        return "\(start) \(VerdictWords.times(one.ratio))\(end)"
      }
      let more = apart.count - texts.count
      clauses.append(VerdictWords.list(texts + (more > 0 ? ["\(more) other modes differ"] : [])))
    }
    let ties = names { $0.verdict == .notSignificant }
    clauses += VerdictWords.ties(
      ties.count == 1 ? [first] + ties : ties, with: first, in: clauses.isEmpty ? quantity : nil)
    clauses += VerdictWords.close(
      names { [.faster, .slower].contains($0.verdict) && !$0.isApart }, to: first,
      in: clauses.isEmpty ? quantity : nil)
    clauses += VerdictWords.undecided(
      names { $0.verdict == .tooFewRounds }, ofAll: clauses.isEmpty,
      remedy: unit.recommended(familySize: rows[0].row.familySize))
    let odd = names { $0.verdict == .notComparable }
    if !odd.isEmpty { clauses.append("\(VerdictWords.list(odd)) cannot be compared in \(quantity.noun)") }
    return clauses.joined(separator: "; ") + "."
  }

  /// How many ratios differ, and the largest differences, of rates before those of other metrics.
  private func tally(_ members: [ComparedExperiment], naming most: Int) -> String {
    let all = members.flatMap { experiment in
      experiment.points.flatMap { point in point.rows.map { (experiment: experiment.name, point: point, row: $0) } }
    }.filter { $0.row.first != nil && $0.row.second != nil }
    func count(_ verdicts: PairedComparison.Verdict...) -> Int { all.count { verdicts.contains($0.row.verdict) } }
    let (few, ties, odd) = (count(.tooFewRounds), count(.notSignificant), count(.notComparable))
    let differing = count(.faster, .slower)
    guard ties + differing > 0 else {
      let size = all.map(\.row.familySize).max() ?? 1
      return few > 0
        ? "there are too few \(unit.observations) for a verdict; \(unit.recommended(familySize: size))."
        : "nothing can be compared."
    }
    let apart = all.filter(\.row.isApart).sorted { a, b in
      let (first, second) = (a.row.order, b.row.order)
      return first.metric == second.metric ? first.size > second.size : first.metric < second.metric
    }
    let shown = apart.prefix(most).compactMap { one in
      one.row.ratio.map { ratio in
        "\(one.row.metric.name(isResponse: one.row.isResponse)) of \(one.point.name) at "
          + NumberText.grouped(one.point.concurrency) + (members.count > 1 ? " in \(one.experiment)" : "")
          + " \(VerdictWords.times(ratio))"
      }
    }
    let more = apart.count > shown.count ? " and \(apart.count - shown.count) more" : ""
    let parts = [
      (apart.isEmpty ? "none of" : "\(apart.count) of") + " \(ties + differing) ratios "
        + (apart.count < 2 ? "differs" : "differ") + " significantly"
        + (leastEffect > 0 ? " by more than \(leastEffectText)" : "")
        + (unit == .trial ? " between these two runs" : "")
        + (shown.isEmpty ? "" : ": \(shown.joined(separator: ", "))\(more)"),
      ties > 0 && differing > 0 ? "\(ties) are not significantly different" : nil,
      differing > apart.count ? "\(differing - apart.count) are too close for a verdict" : nil,
      few > 0 ? "too few \(unit.observations) for a verdict on \(few) more" : nil,
      odd > 0 ? "\(odd) cannot be compared" : nil,
    ].compactMap { $0 }
    return parts.joined(separator: "; ") + "."
  }
}

extension Comparison.Unit {
  /// What there may be too few of.
  fileprivate var observations: String {
    switch self {
    case .trial, .round: "rounds"
    case .run: "runs"
    case .pairOfRuns: "pairs of runs"
    }
  }
}

extension Comparison.Row {
  /// Whether a difference was found that the interval of the ratio shows too.
  fileprivate var isApart: Bool {
    [.faster, .slower].contains(verdict) && (ratio.map { 1 < $0.low || $0.high < 1 } ?? false)
  }

  /// Rates before other metrics, and of one metric by how far the ratio is from 1.
  fileprivate var order: (metric: Int, size: Double) {
    (ComparisonMetric.allCases.firstIndex(of: metric) ?? 0, abs(log(ratio?.median ?? 1)))
  }
}
