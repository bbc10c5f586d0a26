import Statistics

/// The table of a search, with its notes.
struct SearchTable {
  let load: Summary.Load
  let search: Summary.Search

  /// The bracket of every mode.
  var table: Table {
    let results = search.results
    let places = results.map { Citable.Place(load, $0.key, rate: nil) }
    let unit = RateUnit.fitting(
      results.compactMap { [$0.saturation, $0.lowestMissed].compactMap { $0?.high }.max() })
    func column(_ key: String, _ heading: String, _ value: (Summary.Search.Result) -> Estimate?) -> TableColumn {
      let cells = zip(results, places).map { result, place in
        let text = EstimateText(value(result), over: unit.factor)
        return Cell(text.median, interval: text.interval, source: Cell.Source(place: place, metric: key))
      }
      let units = ["{k}": unit == .one ? "" : "\(unit.rawValue) "]
      return TableColumn(heading, key: key, .number, cells, units: units)
    }
    return Table(
      columns: [
        .modes(results.map(\.key.name)), .concurrency(results.map(\.key.concurrency)),
        TableColumn(
          "rounds", .number,
          zip(results, places).map { Cell("\($0.rounds)", source: Cell.Source(place: $1, metric: "rounds")) }),
        column("throughput", "{k}op/s closed", \.saturation), column("highest-met", "meets at {k}/s", \.highestMet),
        column("lowest-missed", "misses at {k}/s", \.lowestMissed),
      ], rows: results.map { Table.Row(mode: $0.key.mode) }, names: 2, layouts: Self.layouts)
  }

  private static var layouts: TableLayouts {
    typealias Place = TableLayouts.Place
    let names: [Place] = ["mode", "conc."]
    let estimates: [Place] = ["throughput", "highest-met", "lowest-missed"]
    let medians = estimates.map { Place.median($0.key) }
    return TableLayouts(
      text: [
        names + estimates.prefix(2) + [medians[2]] + ["rounds"], names + medians + ["rounds"], names + medians,
      ],
      markdown: ["mode", Place("conc.", "concurrency"), "rounds"] + estimates,
      latex: names + ["rounds"] + estimates, html: ["mode", Place("conc.", about: "")] + estimates + ["rounds"])
  }

  /// What stopped each mode, and the rounds in which one end of the bracket is missing.
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
}
