import Records

/// The trials that are left out because they are not valid, point by point, with all their reasons.
struct InvalidTable: SideTable {
  let title = "Trials that are not valid, and left out:"
  let columns: [Column]

  /// Nil where all trials are valid.
  init?(_ summary: Summary) {
    let points = summary.experiments.flatMap { experiment in
      experiment.points.filter { $0.invalidTrials > 0 }.map { (experiment: experiment.name, point: $0) }
    }
    guard !points.isEmpty else { return nil }
    func column(_ heading: String, _ kind: Column.Kind, _ cell: (String, Summary.Point) -> String) -> Column {
      Column(heading: heading, cells: points.map(cell), kind: kind)
    }
    columns = [
      column("experiment", .text) { experiment, _ in experiment },
      column("mode", .text) { $1.name },
      column("conc.", .number) { NumberText.grouped($1.concurrency) },
      column("not valid", .number) { "\($1.invalidTrials)" },
      column("of", .number) { "\($1.carriedOut)" },
      column("reasons (trials)", .text) { $1.reasons },
    ]
  }
}
