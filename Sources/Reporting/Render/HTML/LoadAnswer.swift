import Statistics

/// The answer of an experiment at several offered rates: the highest rate that each mode sustains, or at which it meets
/// its objective.
enum LoadAnswer {
  static func sentences(_ load: Summary.Load) -> Markup? {
    if let search = load.search { return searched(search) }
    let highest = load.curves.flatMap { $0.points.map(\.rate) }.max() ?? 0
    let keeping = load.curves.filter { $0.saturation == nil }
    let limits = Set(load.curves.compactMap { $0.saturation?.rate }).sorted(by: >)
    let saturated = limits.map { limit in
      let names = load.curves.filter { $0.saturation?.rate == limit }.map { load.name(of: $0.key) }
      return "\(names.joined(separator: ", ")) from \(rate(limit)) on"
    }
    guard !load.curves.isEmpty else { return nil }
    var text: Markup = ""
    if !keeping.isEmpty {
      text =
        "\(keeping.map { load.name(of: $0.key) }.joined(separator: ", ")) "
        + "\(keeping.count == 1 ? "keeps" : "keep") up with every rate offered, \(rate(highest)) at most. "
    }
    guard !saturated.isEmpty else { return text }
    return text + "Less than 95 % of what is offered is done by \(saturated.joined(separator: "; by "))."
  }

  private static func searched(_ search: Summary.Search) -> Markup? {
    let met = search.results.filter { $0.highestMet != nil }
      .sorted { $0.highestMet?.median ?? 0 > $1.highestMet?.median ?? 0 }
      .map { result in
        let estimate = EstimateText(result.highestMet)
        let place = result.key.lanesText
        let interval = estimate.interval.isEmpty ? "" : " \(estimate.interval)"
        return "\(result.key.name) at \(place) lanes \(estimate.median)/s\(interval)"
      }
    return met.isEmpty
      ? "No rate meets \(search.objective)." : "Highest rate with \(search.objective): \(met.joined(separator: "; "))."
  }

  private static func rate(_ rate: Double) -> String { "\(NumberText.brief(rate))/s" }
}
