import Records
import Statistics

/// The answer of an experiment at its highest concurrency: the leading mode, and the modes that are not significantly
/// different from it.
///
/// A closed loop is ranked by throughput; an open loop, whose schedule fixes the throughput, by response time. Two
/// modes differ significantly if the 95 % interval of their ratio, round by round, excludes 1. The level is not
/// adjusted for the number of modes. A mode leads *all* others only if it differs from each (R. L. Berger,
/// “Multiparameter hypothesis testing and acceptance sampling”, *Technometrics* 24, 1982: an intersection–union test).
struct Answer {
  let experiment: Summary.MeasuredExperiment
  let concurrency: Int
  let metric: ComparisonMetric
  /// The mode with the highest throughput or the lowest response time, among those with a value.
  let first: Summary.Point
  /// The modes that do not differ significantly from it, in the order of reports.
  let equal: [Summary.Point]
  /// The modes that share too few rounds with it for an interval, although every shared round agrees.
  let undecided: [Summary.Point]
  /// The nearest mode that differs significantly, with its ratio to the first.
  let next: (point: Summary.Point, ratio: Estimate)?
  /// Neighbours in the order of the values that cannot be told apart.
  let ties: [(Summary.Point, Summary.Point)]
  /// Whether there is any other with rounds enough to be told apart.
  let isJudged: Bool
  /// Whether there is no other mode.
  let isAlone: Bool
  /// The modes without a value at this concurrency.
  let missing: [Summary.Point]

  /// Nil if no point has a value.
  init?(_ experiment: Summary.MeasuredExperiment, _ trials: RunPoints) {
    self.experiment = experiment
    metric = Self.metric(experiment)
    let groups = experiment.byConcurrency.map { group in
      // The control mode does not wait, so it is not ranked.
      (concurrency: group.concurrency, points: group.points.filter { $0.mode != "null" })
    }
    let metric = metric
    func value(_ point: Summary.Point) -> Double? { Self.estimate(of: point, metric)?.median }
    guard let group = groups.last(where: { $0.points.contains { value($0) != nil } }) else { return nil }
    concurrency = group.concurrency
    missing = group.points.filter { value($0) == nil }
    let isHigherBetter = metric == .throughput
    // Stable, so that among equals the first in the order of reports leads.
    let ranked = group.points.enumerated().compactMap { index, point in value(point).map { (index, point, $0) } }
      .sorted { a, b in a.2 == b.2 ? a.0 < b.0 : (a.2 > b.2) == isHigherBetter }.map(\.1)
    let first = ranked[0]
    self.first = first
    let rivals = ranked.dropFirst().map { point in
      (point: point, ratio: Self.ratio(of: point, over: first, experiment, metric, trials))
    }
    let standings = rivals.map { Standing($0.ratio, isHigherBetter: isHigherBetter) }
    ties = zip(ranked, ranked.dropFirst()).filter { point, other in
      let ratio = Self.ratio(of: other, over: point, experiment, metric, trials)
      return ratio?.kind == .interval95 && Standing(ratio, isHigherBetter: isHigherBetter) == .equal
    }
    isAlone = rivals.isEmpty
    isJudged = rivals.contains { $0.ratio?.kind == .interval95 }
    func points(_ standing: Standing) -> [Summary.Point] {
      let names = zip(rivals, standings).filter { $0.1 == standing }.map(\.0.point.name)
      return group.points.filter { names.contains($0.name) }
    }
    equal = points(.equal)
    undecided = points(.undecided)
    next = zip(rivals, standings).first { $0.1 == .apart }.flatMap { rival, _ in rival.ratio.map { (rival.point, $0) } }
  }

  private enum Standing {
    case apart, equal, undecided

    /// - Parameter ratio: to the first.
    init(_ ratio: Estimate?, isHigherBetter: Bool) {
      guard let ratio, isHigherBetter ? ratio.high < 1 : ratio.low > 1 else {
        self = ratio == nil ? .undecided : .equal
        return
      }
      self = ratio.kind == .interval95 ? .apart : .undecided
    }
  }

  /// The median and interval by which modes are ranked.
  static func estimate(of point: Summary.Point, _ metric: ComparisonMetric) -> Estimate? {
    guard metric.isLatency else { return point.throughput }
    guard point.servesAll else { return nil }
    return metric == .p99 ? point.responsePercentiles.p99 : point.responsePercentiles.p50
  }

  private static func metric(_ experiment: Summary.MeasuredExperiment) -> ComparisonMetric {
    guard experiment.rate != nil else { return .throughput }
    return experiment.points.contains { $0.responsePercentiles.p99 != nil } ? .p99 : .p50
  }

  /// Round by round, so that a disturbance of a whole round cancels out.
  private static func ratio(
    of point: Summary.Point, over other: Summary.Point, _ experiment: Summary.MeasuredExperiment,
    _ metric: ComparisonMetric,
    _ trials: RunPoints
  ) -> Estimate? {
    func values(_ point: Summary.Point) -> [(round: Int, value: Double)] {
      (trials.trials[RunPoints.Key(experiment.plannedName, point.coordinates.at(experiment.setting))] ?? [])
        .filter(\.valid)
        .compactMap { trial in
          metric.value(trial, isResponse: experiment.rate != nil).map { (trial.round, $0) }
        }
    }
    let byRound = Dictionary(values(other).map { ($0.round, $0.value) }) { first, _ in first }
    let pairs = values(point).compactMap { round, value in byRound[round].map { (value, $0) } }
    return ratioEstimate(pairs.map(\.0), over: pairs.map(\.1))
  }
}

extension Answer {
  /// The answers of a run's experiments, in the order of the plan.
  static func all(_ run: Run, _ summary: Summary) -> [Answer] {
    let trials = RunPoints(run, nil)
    return summary.sections.compactMap { section in
      if case .experiment(let experiment) = section { Answer(experiment, trials) } else { nil }
    }
  }

  /// `first` and the modes that do not differ significantly from it; empty without a comparison.
  var leaders: [Summary.Point] { isJudged ? [first] + equal : [] }

  /// Up to three sentences.
  var sentences: Markup {
    let lanes = "\(NumberText.grouped(concurrency)) \(concurrency == 1 ? "lane" : "lanes")"
    var parts: [Markup] = []
    if metric.isLatency {
      let has = isAlone ? "has a" : "has the lowest"
      let estimate = Self.estimate(of: first, metric).map(Self.time)
      parts.append(
        "<b>\(first.name)</b> \(has) \(metric.rawValue) of response times at \(lanes): \(estimate), of trials.")
    } else {
      let does =
        isAlone
        ? "does \(Self.rate(first.throughput)) at \(lanes)" as Markup
        : "has the highest throughput at \(lanes): \(Self.rate(first.throughput))"
      let ratio: Markup? = first.ratioToBlocking.map { ", \(Self.times($0)) that of blocking" }
      let wall = first.wallSeconds.map { "; a trial took \(NumberText.significant($0.median, digits: 3)) s" } ?? ""
      parts.append("<b>\(first.name)</b> \(does)\(ratio)\(wall).")
    }
    if isJudged {
      if !equal.isEmpty { parts.append("\(Self.list(equal)) cannot be told apart from it.") }
      if !undecided.isEmpty { parts.append("There are too few rounds to tell of \(Self.list(undecided)).") }
      // The ratio to blocking is already in the first sentence.
      if let next, next.point.mode != "blocking" || metric != .throughput {
        parts.append("Next is \(next.point.name), with \(Self.times(next.ratio)) that.")
      }
    } else if !isAlone {
      parts.append("That is the median: with fewer than six rounds, modes are not told apart.")
    }
    if !missing.isEmpty { parts.append("Without a value there: \(Self.list(missing)).") }
    return parts.joined(" ")
  }

  /// Which neighbours in the ranking cannot be told apart, where any can.
  var tiesNote: Summary.MeasuredExperiment.Note? {
    guard !ties.isEmpty else { return nil }
    let pairs = ties.map { "\($0.name) and \($1.name)" }.joined(separator: "; ")
    let lanes = "\(NumberText.grouped(concurrency)) \(concurrency == 1 ? "lane" : "lanes")"
    return .init(
      text: "neighbours in the ranking by \(metric.rawValue) at \(lanes) that cannot be told apart: \(pairs)",
      isWarning: false)
  }

  /// `a, b and c`.
  private static func list(_ points: [Summary.Point]) -> String {
    let names = points.map(\.name)
    guard let last = names.last, names.count > 1 else { return names.first ?? "" }
    return "\(names.dropLast().joined(separator: ", ")) and \(last)"
  }

  /// `203.6k op/s [165.9k–209.5k]`.
  private static func rate(_ estimate: Estimate?) -> Markup {
    guard let estimate else { return Markup(NumberText.none) }
    let unit = RateUnit.fitting([estimate.high])
    return text(estimate, unit: " op/s") { NumberText.significant($0 / unit.factor) + unit.rawValue }
  }

  /// `65.3 times [63.5–67.1]`.
  private static func times(_ ratio: Estimate) -> Markup {
    text(ratio, unit: " times") { NumberText.significant($0, digits: 3) }
  }

  private static func time(_ estimate: Estimate) -> Markup {
    let unit = TimeUnit.fitting([estimate.median])
    return text(estimate, unit: " \(unit.rawValue)") { NumberText.significant($0 / unit.nanoseconds, digits: 3) }
  }

  private static func text(_ estimate: Estimate, unit: String, _ number: (Double) -> String) -> Markup {
    let mark = estimate.kind == .range ? "*" : ""
    let interval: Markup? =
      estimate.kind == .single
      ? nil : " <span class=\"interval\">[\(number(estimate.low))–\(number(estimate.high))]\(mark)</span>"
    return "\(number(estimate.median))\(unit)\(interval)"
  }
}
