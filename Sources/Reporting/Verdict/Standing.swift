import Plan
import Records
import Statistics

/// How one mode stands to the others at one place, by one metric: which of them it differs from significantly, and by
/// how much.
///
/// The mode is the one with the best median that no other is significantly better than. Each of the others is compared
/// with it as `compare --baseline` does: by the ratios within rounds, with p-values that are adjusted over the
/// experiment's family, at 5 %. Modes that do not differ significantly from the first are ties: the best of all is
/// among the first and its ties, but is not known to be the first (J. C. Hsu, “Constrained Simultaneous Confidence
/// Intervals for Multiple Comparisons with the Best”, *Annals of Statistics* 12 (1984), 1136–1144).
struct Standing {
  /// Where modes are beside each other.
  struct Place: Equatable {
    let concurrency: Int
    /// Offered operations per second, in open loop.
    var rate: Double?
    /// That a search looked for.
    var objective: String?
  }

  /// One of the others.
  struct Rival {
    let key: Coordinates
    /// The first mode's value over this one's: its median over the rounds that both have.
    let ratio: Estimate?
    /// On the first mode, beside this one.
    let verdict: PairedComparison.Verdict
  }

  let place: Place
  let quantity: Quantity
  let first: Coordinates
  /// How many of its lanes the first served, where that is a part: `255 of 10,000`.
  let firstServed: String?
  /// The best median first.
  let rivals: [Rival]
  /// Modes whose latencies are of a part of their lanes, and are not compared.
  let unranked: [(key: Coordinates, served: String)]
  /// Neighbours in the order of medians that do not differ significantly, but for those of which the first is one.
  var neighbours: [(Coordinates, Coordinates)] = []
  /// The number of comparisons that the p-values are adjusted for.
  let familySize: Int

  /// Those that differ significantly, the interval of the ratio included: the first is better.
  var apart: [Rival] { rivals.filter { $0.verdict == .faster && !$0.reachesOne } }
  /// Those that differ by the test, which judges means, and not by the interval, which is of the median.
  var close: [Rival] { rivals.filter { $0.verdict == .faster && $0.reachesOne } }
  var ties: [Rival] { rivals.filter { $0.verdict == .notSignificant } }
  var undecided: [Rival] { rivals.filter { $0.verdict == .tooFewRounds } }
  var incomparable: [Rival] { rivals.filter { $0.verdict == .notComparable } }

  /// Whether any of the others has rounds enough to be compared.
  var isJudged: Bool { rivals.contains { $0.verdict == .faster || $0.verdict == .notSignificant } }
  /// Whether the first is significantly better than each of the others.
  var isLedByOne: Bool { !rivals.isEmpty && apart.count == rivals.count }
  /// The first and those that are not significantly worse, where that is judged.
  var leaders: [Coordinates] { isJudged ? [first] + (ties + close).map(\.key) : [] }
}

extension Standing.Rival {
  fileprivate var reachesOne: Bool { ratio.map { $0.low <= 1 && 1 <= $0.high } ?? true }
}

extension Standing {
  /// - Parameters:
  ///   - points: those of one concurrency of the experiment.
  ///   - leastEffect: a difference is that a ratio lies beyond so much of 1; 0 for none.
  /// - Returns: nil where fewer than two points have a value.
  init?(
    _ points: [Summary.Point], _ experiment: Summary.MeasuredExperiment, by metric: ComparisonMetric,
    leastEffect: Double, _ trials: RunPoints
  ) {
    guard let concurrency = points.first?.concurrency else { return nil }
    let quantity = Quantity(metric)
    let isHigherBetter = metric.preference == .higherIsFaster
    // Stable, so that of equals the first in the order of reports comes first.
    let ranked = points.enumerated().compactMap { index, point in
      quantity.estimate(of: point).map { (index: index, point: point, median: $0.median) }
    }.sorted { a, b in a.median == b.median ? a.index < b.index : (a.median > b.median) == isHigherBetter }
      .map(\.point)
    let rounds = ranked.count > 1 ? ranked : []
    for first in rounds {
      let rows = Comparison.rows(
        of: first.coordinates, in: experiment.plannedName, trials, by: metric, leastEffect: leastEffect)
      let rivals = ranked.filter { $0.name != first.name }.compactMap { point -> Rival? in
        let key = RunPoints.Key(experiment.plannedName, point.coordinates.at(experiment.setting))
        return rows[key].map { Rival(key: point.coordinates, ratio: $0.ratio, verdict: $0.verdict) }
      }
      // Its median may be the best though another mode does better in the rounds that both have.
      if rivals.contains(where: { $0.verdict == .slower }) { continue }
      self.init(
        place: Place(concurrency: concurrency, rate: experiment.rate), quantity: quantity, first: first.coordinates,
        firstServed: first.leavesLanesUnserved ? first.servedText : nil, rivals: rivals,
        unranked: metric.isLatency
          ? points.compactMap { point in
            point.servesAll ? nil : point.servedText.map { (point.coordinates, $0) }
          } : [],
        familySize: rows.values.first?.familySize ?? 1)
      neighbours = zip(ranked, ranked.dropFirst()).filter { point, next in
        guard first.name != point.name, first.name != next.name else { return false }
        let rows = Comparison.rows(
          of: point.coordinates, in: experiment.plannedName, trials, by: metric, leastEffect: leastEffect)
        let key = RunPoints.Key(experiment.plannedName, next.coordinates.at(experiment.setting))
        return rows[key]?.verdict == .notSignificant
      }.map { ($0.coordinates, $1.coordinates) }
      return
    }
    return nil
  }

  /// By the highest rate that met the objective in each round.
  ///
  /// - Returns: nil where fewer than two modes met it at the highest concurrency that any did.
  init?(_ search: Summary.Search) {
    let met = search.results.filter { !$0.met.isEmpty && $0.key.mode != "null" }
    guard let concurrency = met.compactMap(\.key.concurrency).max() else { return nil }
    let ranked = met.filter { $0.key.concurrency == concurrency }
      .sorted { $0.highestMet?.median ?? 0 > $1.highestMet?.median ?? 0 }
    let rounds = ranked.count > 1 ? ranked : []
    for first in rounds {
      let own = Dictionary(met.filter { $0.key.name == first.key.name }.map { ($0.key.concurrency, $0.met) }) {
        one, _ in
        one
      }
      let members = met.filter { $0.key.name != first.key.name && own[$0.key.concurrency] != nil }
      let series = members.map { other in
        let mine = own[other.key.concurrency] ?? [:]
        let shared = mine.keys.filter { other.met[$0] != nil }.sorted()
        return PairedSeries(
          name: other.key.name, candidate: shared.compactMap { mine[$0] },
          baseline: shared.compactMap { other.met[$0] },
          preference: .higherIsFaster)
      }
      let family = comparePairs(series, family: search.objective)
      let rivals = ranked.compactMap { other -> Rival? in
        guard let index = members.firstIndex(where: { $0.key == other.key }), let family else { return nil }
        let comparison = family.comparisons[index]
        return Rival(key: other.key, ratio: comparison.ratio, verdict: comparison.verdict)
      }
      if rivals.contains(where: { $0.verdict == .slower }) { continue }
      self.init(
        place: Place(concurrency: concurrency, objective: search.objective), quantity: .rate, first: first.key,
        firstServed: nil, rivals: rivals, unranked: [], familySize: members.count)
      return
    }
    return nil
  }
}
