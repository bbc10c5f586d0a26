/// A table that fits: the narrower the terminal, the fewer the columns.
struct TextTable {
  private let table: ResultTable
  private let columns: [Column]
  private let width: Int
  private static let barWidths = 8...24

  /// The first of the layouts, which get poorer, that is not wider than `width`; the last, if none fits.
  static func fitting(_ table: ResultTable, width: Int) -> TextTable {
    let make = ColumnMaker(table: table)
    let (mode, concurrency, bar) = (make.mode(), make.concurrency(), Column(heading: "", cells: [], kind: .bar))
    let start = [mode, concurrency, bar]
    let wall = table.countsOperations ? [make.wall()] : []
    let (throughput, throughputInterval) = (make.throughput(interval: false), make.throughput(interval: true))
    let (ratio, ratioInterval) = (make.ratio(interval: false), make.ratio(interval: true))
    let (percentiles, cpu) = ([make.percentile(50), make.percentile(99)], make.cpu())
    let byTrial = make.trialPercentile()
    let server = [cpu, make.threads(), make.memory()]
    let serving = [
      start + wall + [throughputInterval] + percentiles + server + [ratio],
      [mode, concurrency] + wall + [throughputInterval] + percentiles + server + [ratio],
      [mode, concurrency] + wall + [throughputInterval] + percentiles + server,
      [mode, concurrency] + wall + [throughput] + percentiles + server,
    ]
    let layouts =
      (table.experiment.isServing ? serving : []) + [
        start + wall + [throughputInterval] + percentiles + [byTrial, cpu, ratioInterval],
        start + wall + [throughputInterval] + percentiles + [cpu, ratioInterval],
        start + wall + [throughputInterval] + percentiles + [cpu, ratio],
        start + wall + [throughputInterval] + percentiles + [ratio],
        start + wall + [throughput] + percentiles + [ratio],
        start + [throughput, ratio],
        [mode, concurrency, throughput],
      ]
    let tables = layouts.map { TextTable(table: table, columns: $0, width: width) }
    return tables.first { $0.leastWidth <= width } ?? tables[tables.count - 1]
  }

  private var leastWidth: Int {
    columns.map { $0.kind == .bar ? Self.barWidths.lowerBound : $0.width }.reduce(0, +)
      + TextLine.gap.count * columns.count
  }

  /// The lines, the heading first; concurrencies are apart by an empty line.
  func lines(color: Bool) -> [String] {
    let barWidth = min(Self.barWidths.upperBound, Self.barWidths.lowerBound + max(0, width - leastWidth))
    var lines = [TextLine.row(columns.map { $0.kind == .bar ? spaces(barWidth) : $0.aligned($0.heading) }, .dim, color)]
    var index = 0
    for group in table.experiment.byConcurrency {
      if index > 0 { lines.append("") }
      let best = group.points.compactMap(\.throughput?.median).max() ?? 0
      for point in group.points {
        if let prediction = point.prediction {
          let names = columns.prefix(2).map { $0.aligned($0.cells[index]) }
          lines += TextLine.remark(prediction, after: names, .dim, width: width, color)
        } else {
          let fraction = best > 0 ? (point.throughput?.median ?? 0) / best : 0
          let bar = Terminal.padded(Terminal.bar(fraction, width: barWidth), to: barWidth)
          let colored = Style(mode: point.mode).applied(to: bar, color: color)
          let cells = columns.map { $0.kind == .bar ? colored : $0.aligned($0.cells[index]) }
          lines.append(TextLine.row(cells, .plain, color))
        }
        index += 1
      }
    }
    return lines
  }

  private func spaces(_ count: Int) -> String { String(repeating: " ", count: count) }
}

private struct ColumnMaker {
  let table: ResultTable

  func mode() -> Column { make("mode", .text, \.name) }
  func concurrency() -> Column { make("conc.", .number) { NumberText.grouped($0.concurrency) } }
  func wall() -> Column { make("wall s", .number, table.wall) }
  func threads() -> Column { make("threads", .number, table.threads) }
  func memory() -> Column { make("MiB", .number, table.memory) }
  func cpu() -> Column { make("CPU µs/op", .number, table.cpu) }

  func percentile(_ percentile: Int) -> Column {
    make(table.percentileHeading("\(percentile)"), .number) { table.percentile(Double(percentile), $0) }
  }

  /// What stands beside the percentile of all operations: the median over the trials of their own.
  func trialPercentile() -> Column { estimates("of trials", table.trialPercentile99, true) }

  func throughput(interval: Bool) -> Column { estimates(table.rateHeading, table.throughput, interval) }
  func ratio(interval: Bool) -> Column { estimates("× blocking", table.ratio, interval) }

  private func make(_ heading: String, _ kind: Column.Kind, _ cell: (Summary.Point) -> String) -> Column {
    Column(heading: heading, cells: table.experiment.points.map(cell), kind: kind)
  }

  private func estimates(
    _ heading: String, _ text: (Summary.Point) -> EstimateText, _ withInterval: Bool
  ) -> Column {
    Column(heading: heading, table.experiment.points.map(text), withInterval: withInterval)
  }
}
