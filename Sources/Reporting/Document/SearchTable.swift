import Statistics

/// The cells of a search's table: what text and Markdown have in common.
struct SearchTable {
  let search: Summary.Search
  let rateUnit: RateUnit

  init(_ search: Summary.Search) {
    self.search = search
    rateUnit = .fitting(search.results.compactMap { [$0.saturation, $0.lowestMissed].compactMap { $0?.high }.max() })
  }

  private var unit: String { "\(rateUnit.rawValue)\(rateUnit == .one ? "" : " ")" }
  var saturationHeading: String { "\(unit)op/s closed" }
  var metHeading: String { "meets at \(unit)/s" }
  var missedHeading: String { "misses at \(unit)/s" }

  func saturation(_ result: Summary.Search.Result) -> EstimateText { text(result.saturation) }
  func met(_ result: Summary.Search.Result) -> EstimateText { text(result.highestMet) }
  func missed(_ result: Summary.Search.Result) -> EstimateText { text(result.lowestMissed) }

  private func text(_ estimate: Estimate?) -> EstimateText { EstimateText(estimate, over: rateUnit.factor) }

  /// What stopped each mode, and where rounds have no end of the bracket.
  var notes: [Summary.MeasuredExperiment.Note] {
    search.results.flatMap { result -> [Summary.MeasuredExperiment.Note] in
      let place = "\(result.key.name) at \(result.key.lanesText)"
      let unmet = result.rounds - (result.highestMet?.n ?? 0)
      let unmissed = result.rounds - (result.lowestMissed?.n ?? 0)
      var notes: [Summary.MeasuredExperiment.Note] = []
      if !result.stopped.isEmpty {
        notes.append(.init(text: "\(place): stopped by \(Summary.Point.list(result.stopped))", isWarning: false))
      }
      if unmet > 0 { notes.append(.init(text: "\(place): no rate met it in \(unmet) of \(result.rounds) rounds")) }
      if unmissed > 0 {
        notes.append(.init(text: "\(place): no rate missed it in \(unmissed) of \(result.rounds) rounds"))
      }
      return notes
    }
  }

  func lines(width: Int, color: Bool) -> [String] {
    let results = search.results
    let names = [
      Column(heading: "mode", cells: results.map(\.key.name), kind: .text),
      Column(heading: "conc.", cells: results.map { $0.key.lanesText }, kind: .number),
    ]
    let rounds = Column(heading: "rounds", cells: results.map { "\($0.rounds)" }, kind: .number)
    func columns(_ withInterval: Bool) -> [Column] {
      [
        Column(heading: saturationHeading, results.map(saturation), withInterval: withInterval),
        Column(heading: metHeading, results.map(met), withInterval: withInterval),
        Column(heading: missedHeading, results.map(missed), withInterval: false),
      ]
    }
    let layouts = [
      names + columns(true) + [rounds], names + columns(false) + [rounds], names + columns(false),
    ].map { $0.informative(after: names.count) }
    let widest = layouts.first { $0.totalWidth <= width } ?? layouts[2]
    return [TextLine.row(widest.map { $0.aligned($0.heading) }, .dim, color)]
      + results.indices.map { row in TextLine.row(widest.map { $0.aligned($0.cells[row]) }, .plain, color) }
  }
}
