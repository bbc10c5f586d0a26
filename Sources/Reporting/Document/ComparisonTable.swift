import Statistics

extension Table {
  /// The column whose cells are estimates: medians with intervals.
  static let ratio = "ratio"
  /// The columns that name a point; the rows of a point repeat them.
  static let ofPoint: Set = ["mode", "concurrency"]
  /// The last column, which stands even if it is empty.
  static let verdictOfRows = "verdict of rows"

  /// An experiment's comparisons: a group of rows for each point, with a row for each metric.
  static func comparison(of experiment: Comparison.ComparedExperiment, in comparison: Comparison) -> Table {
    let rows = experiment.points.flatMap { point in
      point.rows.enumerated().map { (point: point, isFirst: $0 == 0, row: $1) }
    }
    let ratios = rows.map { EstimateText($0.row.ratio, digits: 3) }
    let names = comparison.columnNames
    func column(
      _ key: String, _ heading: String, _ kind: TableColumn.Kind,
      _ text: (Comparison.Point, Comparison.Row) -> String
    ) -> TableColumn {
      TableColumn(heading, key: key, kind, rows.map { Cell(text($0.point, $0.row)) })
    }
    let shared: [TableLayouts.Place] = ["mode", "concurrency", "metric"]
    let (sides, end): ([TableLayouts.Place], TableLayouts.Place) = (["first", "second"], .init(verdictOfRows))
    return Table(
      columns: [
        column("mode", "mode", .text) { point, _ in point.name },
        column("concurrency", "conc.", .number) { point, _ in NumberText.grouped(point.concurrency) },
        column("metric", "metric", .text) { $1.metric.name(isResponse: $1.isResponse) },
        column("first", names[0], .number) { $1.text($1.first) },
        column("second", names[1], .number) { $1.text($1.second) },
        TableColumn(names[2], key: ratio, .number, ratios.map { Cell($0.median, interval: $0.interval) }),
        column("p", "p", .number) { $1.pText },
        column("verdict", "verdict", .text) { $1.words },
        // Its heading says what the verdicts are on.
        column(verdictOfRows, comparison.unit == .trial ? "these two runs" : "verdict", .text) { $1.words("") },
      ],
      rows: rows.map { Row(isWarning: $0.row.verdict == .slower, startsGroup: $0.isFirst) }, names: 3,
      layouts: TableLayouts(
        text: [
          shared + sides + [.init(ratio), "p", end], shared + [.init(ratio), "p", end],
          shared + [.median(ratio), "p", end], shared + [.median(ratio), end],
        ],
        markdown: ["mode", .init("concurrency", "concurrency"), "metric"] + sides + [.init(ratio), "p", "verdict"],
        latex: [], html: []))
  }
}
