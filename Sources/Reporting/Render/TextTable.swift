/// A table that fits: the narrower the terminal, the fewer the columns. What is drawn goes before the numbers do.
struct TextTable {
  let table: ResultTable
  private let columns: [Column]
  private let width: Int
  private static let drawnWidths = 8...24

  /// The first of the layouts, which get poorer, that is not wider than `width`; the last, if none fits.
  static func fitting(_ table: ResultTable, width: Int) -> TextTable {
    let make = ColumnMaker(table: table)
    let (mode, concurrency) = (make.mode(), make.concurrency())
    let served = table.showsServed ? [make.served()] : []
    let start = [mode, concurrency] + served + [Column(heading: "", drawn: .bar, width: drawnWidths.lowerBound)]
    let wall = table.countsOperations ? [make.wall()] : []
    let (throughput, throughputInterval) = (make.throughput(interval: false), make.throughput(interval: true))
    let (ratio, ratioInterval) = (make.ratio(interval: false), make.ratio(interval: true))
    let (cpu, cpuInterval) = (make.cpu(interval: false), make.cpu(interval: true))
    let percentiles = [make.percentile(50), make.percentile(99)]
    let sparkline = make.sparkline(width: drawnWidths.lowerBound)
    let byTrial = percentiles + [make.trialPercentile()] + sparkline
    let latencies = percentiles + sparkline
    let server = [cpuInterval, make.threads(), make.memory()]
    let serving = [
      start + wall + [throughputInterval] + byTrial + server + [ratio],
      start + wall + [throughputInterval] + byTrial + server,
      start + wall + [throughputInterval] + latencies + server,
      start + wall + [throughput] + latencies + server,
    ]
    // A ratio follows from the throughputs; processor time from nothing else.
    let asking = [
      start + wall + [throughputInterval] + byTrial + [cpuInterval, ratioInterval],
      start + wall + [throughputInterval] + latencies + [cpuInterval, ratioInterval],
      start + wall + [throughputInterval] + latencies + [cpuInterval, ratio],
      start + wall + [throughputInterval] + latencies + [cpu, ratio],
      start + wall + [throughput] + latencies + [cpu, ratio],
      start + wall + [throughput] + latencies + [cpu],
      start + [throughput, cpu],
      start + [throughput],
    ]
    let layouts = ((table.experiment.isServing ? serving : []) + asking).map { $0.informative(after: 2) }
      .flatMap(drawnLess)
    let columns = layouts.first { $0.totalWidth <= width } ?? layouts[layouts.count - 1]
    return TextTable(table: table, columns: widened(columns, to: width), width: width)
  }

  /// The layout with all that is drawn, with either, and with none.
  private static func drawnLess(_ layout: [Column]) -> [[Column]] {
    [
      layout, layout.filter { $0.kind != .bar }, layout.filter { $0.kind != .sparkline },
      layout.filter { !$0.kind.isDrawn },
    ]
  }

  /// Gives what is drawn the room that is left.
  private static func widened(_ layout: [Column], to width: Int) -> [Column] {
    var columns = layout
    let drawn = columns.indices.filter { columns[$0].kind.isDrawn }
    for (place, index) in drawn.enumerated() {
      let share = max(0, width - columns.totalWidth) / (drawn.count - place)
      columns[index].width = max(columns[index].width, min(drawnWidths.upperBound, columns[index].width + share))
    }
    return columns
  }

  var hasSparklines: Bool { columns.contains { $0.kind == .sparkline } }

  /// The lines, the heading first; concurrencies are apart by an empty line.
  func lines(color: Bool) -> [String] {
    var lines = [TextLine.row(columns.map { $0.aligned($0.heading) }, .dim, color)]
    var index = 0
    for group in table.experiment.byConcurrency {
      if index > 0 { lines.append("") }
      let best = group.points.compactMap(\.throughput?.median).max() ?? 0
      let axis = hasSparklines ? table.axis(group.points) : nil
      for point in group.points {
        if let prediction = point.prediction {
          let names = columns.prefix(2).map { $0.aligned($0.cells[index]) }
          lines += TextLine.remark(prediction, after: names, .dim, width: width, color)
        } else {
          let cells = columns.map { column in
            let drawn: String
            switch column.kind {
            case .text, .number: return column.aligned(column.cells[index])
            case .bar:
              drawn = Terminal.bar(best > 0 ? (point.throughput?.median ?? 0) / best : 0, width: column.width)
            case .sparkline:
              drawn = axis.map { table.sparkline(of: point, on: $0, width: column.width) } ?? ""
            }
            return Style(ModeTable.builtIn[point.mode]).applied(to: column.aligned(drawn), color: color)
          }
          lines.append(TextLine.row(cells, .plain, color))
        }
        index += 1
      }
      if let axis { lines.append(scale(axis, color)) }
    }
    return lines
  }

  /// The ends of an axis, below what is drawn on it.
  private func scale(_ axis: LatencyAxis, _ color: Bool) -> String {
    let ends = table.ends(axis)
    let cells = columns.map { column in
      column.kind == .sparkline
        ? ends.lowest + Terminal.rightAligned(ends.highest, to: column.width - ends.lowest.count) : column.aligned("")
    }
    return TextLine.row(cells, .dim, color)
  }
}

private struct ColumnMaker {
  let table: ResultTable

  func mode() -> Column { make("mode", .text, \.name) }
  func concurrency() -> Column { make("conc.", .number) { NumberText.grouped($0.concurrency) } }
  func served() -> Column { make("served", .number, table.served) }
  func wall() -> Column { make("wall s", .number, table.wall) }
  func threads() -> Column { make("threads", .number, table.threads) }
  func memory() -> Column { make("MiB", .number, table.memory) }
  func cpu(interval: Bool) -> Column { estimates("CPU µs/op", table.cpu, interval) }

  func percentile(_ percentile: Int) -> Column {
    make(table.percentileHeading("\(percentile)"), .number) { table.percentile(Double(percentile), $0) }
  }

  /// None where there are no latencies; at least as wide as the ends of its axes.
  func sparkline(width: Int) -> [Column] {
    let ends = table.experiment.byConcurrency.compactMap { table.axis($0.points) }.map(table.ends)
    guard let widest = ends.map({ $0.lowest.count + 1 + $0.highest.count }).max() else { return [] }
    return [Column(heading: table.latencyHeading, drawn: .sparkline, width: max(width, widest))]
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
