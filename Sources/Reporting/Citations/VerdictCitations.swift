import Plan
import Records
import Statistics

extension Citable {
  /// What verdicts say beside the tables: by how much the first mode differs from the next, and how often which mode is
  /// ahead.
  static func all(of verdicts: Verdicts) -> [Citable] {
    verdicts.all.flatMap { verdict in verdict.standings.compactMap { ofNext($0, verdict) } }
      + all(of: VerdictCounts(verdicts.all))
  }

  private static func ofNext(_ standing: Standing, _ verdict: Verdict) -> Citable? {
    guard let next = standing.apart.first, let value = CitedValue(next.ratio) else { return nil }
    let (first, other) = (standing.first.point, next.key.point)
    let setting = Setting(rate: standing.place.rate)
    let isSearched = standing.place.objective != nil
    let metric = isSearched ? "highest-met" : standing.quantity.metric.rawValue
    let rate: TrialSelector.Rate = isSearched ? .open : setting.rate.map { .exactly($0) } ?? .closed
    return Citable(
      Place(verdict.plannedName, first.at(setting)), "\(metric)-over-\(CitationQuery.word(other.name))",
      "\(standing.quantity.noun) over that of \(other.name): median of rounds", value, .ratio,
      .trials([
        TrialSelector(verdict.plannedName, [first, other], concurrency: first.concurrency, rate: rate, setting)
      ]))
  }

  private static func all(of counts: VerdictCounts) -> [Citable] {
    let all = counts.compared.count
    let values: [(String, String, Int)] =
      [
        ("closed-loops", "experiments in closed loop that compare modes", all),
        ("led-by-one", "those in which one mode sustains a higher rate than every other", counts.ledByOne.count),
        ("led-by-several", "those in which no mode does", counts.ledBySeveral),
        ("led-undecided", "those with too few rounds for a verdict", counts.undecided),
      ]
      + counts.leaders.map { name, count in
        ("led-by-one-\(word(name))", "those in which \(name) sustains a higher rate than every other", count)
      }
    return values.compactMap { name, about, value in
      CitedValue(value, n: all).flatMap { Citable(.run, name, about, $0, .count("experiments"), .allTrials) }
    }
  }
}
