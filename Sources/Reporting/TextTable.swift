/// A table that fits: the narrower the terminal, the fewer the columns.
struct TextTable {
  private let table: ResultTable
  private let columns: [Column]
  private let width: Int
  private static let gap = "  "
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
    let layouts = [
      start + wall + [throughputInterval] + percentiles + [cpu, ratioInterval],
      start + wall + [throughputInterval] + percentiles + [cpu, ratio],
      start + wall + [throughputInterval] + percentiles + [ratio],
      start + wall + [throughput] + percentiles + [ratio],
      start + [throughput, ratio],
      [mode, concurrency, throughput],
    ].map { TextTable(table: table, columns: $0, width: width) }
    return layouts.first { $0.leastWidth <= width } ?? layouts[layouts.count - 1]
  }

  private var leastWidth: Int {
    columns.map { $0.kind == .bar ? Self.barWidths.lowerBound : $0.width }.reduce(0, +)
      + Self.gap.count * columns.count
  }

  /// The lines, the heading first; concurrencies are apart by an empty line.
  func lines(color: Bool) -> [String] {
    let barWidth = min(Self.barWidths.upperBound, Self.barWidths.lowerBound + max(0, width - leastWidth))
    var lines = [line(columns.map { $0.kind == .bar ? spaces(barWidth) : $0.aligned($0.heading) }, .dim, color)]
    var index = 0
    for group in table.experiment.byConcurrency {
      if index > 0 { lines.append("") }
      let best = group.points.compactMap(\.throughput?.median).max() ?? 0
      for point in group.points {
        if let prediction = point.prediction {
          lines.append(predictedLine(columns.prefix(2).map { $0.aligned($0.cells[index]) }, prediction, color))
        } else {
          let fraction = best > 0 ? (point.throughput?.median ?? 0) / best : 0
          let bar = Terminal.padded(Terminal.bar(fraction, width: barWidth), to: barWidth)
          let colored = Style(mode: point.mode).applied(to: bar, color: color)
          lines.append(line(columns.map { $0.kind == .bar ? colored : $0.aligned($0.cells[index]) }, .plain, color))
        }
        index += 1
      }
    }
    return lines
  }

  private func line(_ cells: [String], _ style: Style, _ color: Bool) -> String {
    var text = cells.map { Self.gap + $0 }.joined()
    while text.last == " " { text.removeLast() }
    return style.applied(to: text, color: color)
  }

  /// A row that is not measured says so, over all columns.
  private func predictedLine(_ names: [String], _ prediction: String, _ color: Bool) -> String {
    let start = names.map { Self.gap + $0 }.joined() + Self.gap
    let lines = Terminal.wrapped(prediction, width: max(20, width - start.count))
    return start
      + lines.map { Style.dim.applied(to: $0, color: color) }.joined(separator: "\n" + spaces(start.count))
  }

  private func spaces(_ count: Int) -> String { String(repeating: " ", count: count) }
}

/// A column of a text table, with a cell for every point.
private struct Column {
  enum Kind { case text, number, bar }

  let heading: String
  let cells: [String]
  let kind: Kind
  let width: Int

  init(heading: String, cells: [String], kind: Kind) {
    self.heading = heading
    self.cells = cells
    self.kind = kind
    width = max(heading.count, cells.map(\.count).max() ?? 0)
  }

  func aligned(_ text: String) -> String {
    kind == .number ? Terminal.rightAligned(text, to: width) : Terminal.padded(text, to: width)
  }
}

private struct ColumnMaker {
  let table: ResultTable

  func mode() -> Column { make("mode", .text, \.name) }
  func concurrency() -> Column { make("conc.", .number) { NumberText.grouped($0.concurrency) } }
  func wall() -> Column { make("wall s", .number, table.wall) }
  func cpu() -> Column { make("CPU µs/op", .number, table.cpu) }

  func percentile(_ percentile: Int) -> Column {
    make(table.percentileHeading("\(percentile)"), .number) { table.percentile(Double(percentile), $0) }
  }

  func throughput(interval: Bool) -> Column { estimates(table.rateHeading, table.throughput, interval) }
  func ratio(interval: Bool) -> Column { estimates("× blocking", table.ratio, interval) }

  private func make(_ heading: String, _ kind: Column.Kind, _ cell: (Summary.Point) -> String) -> Column {
    Column(heading: heading, cells: table.experiment.points.map(cell), kind: kind)
  }

  /// Medians and, where there are any, intervals, each aligned with those of the other points.
  private func estimates(
    _ heading: String, _ text: (Summary.Point) -> EstimateText, _ withInterval: Bool
  ) -> Column {
    let all = table.experiment.points.map(text)
    let medianWidth = all.map(\.median.count).max() ?? 0
    let intervalWidth = withInterval ? all.map(\.interval.count).max() ?? 0 : 0
    guard intervalWidth > 0 else { return Column(heading: heading, cells: all.map(\.median), kind: .number) }
    let cells = all.map {
      Terminal.rightAligned($0.median, to: medianWidth) + " " + Terminal.padded($0.interval, to: intervalWidth)
    }
    return Column(heading: Terminal.rightAligned(heading, to: medianWidth), cells: cells, kind: .text)
  }
}
