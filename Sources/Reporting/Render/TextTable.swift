/// A table that fits the terminal: a narrower one gets fewer columns. Drawings are dropped before numbers.
struct TextTable {
  let table: Table
  private let columns: [Column]
  /// The number of columns that name the rows.
  private let names: Int
  private let width: Int
  private static let drawnWidths = 8...24

  /// The first layout that fits `width`; they are ordered from wide to narrow. If none fits, the last.
  init(_ table: Table, width: Int) {
    self.table = table
    self.width = width
    let isName = Set(table.columns.prefix(table.names).map(\.key))
    let others = (table.layouts?.text ?? []).indices.map { table.placed(in: .text, $0, showsAll: false) }
    let placed = [table.placed(in: .text)] + others
    names = placed[0].prefix { isName.contains($0.column.key) }.count
    let layouts = placed.map { [names] in Self.columns(Table.informative($0, after: names), table) }
      .flatMap(Self.drawnLess)
    let fitting = layouts.first { $0.totalWidth <= width } ?? layouts[layouts.count - 1]
    columns = Self.widened(fitting, to: width)
  }

  /// The columns; a distribution is left out if there are none, and otherwise at least as wide as the ends of its axis.
  private static func columns(_ placed: [PlacedColumn], _ table: Table) -> [Column] {
    placed.compactMap { placed in
      switch placed.column.kind {
      case .text, .number, .mode, .remark: return Column(placed)
      case .bar: return Column(heading: placed.heading, drawn: .bar, width: drawnWidths.lowerBound)
      case .sparkline:
        let ends = table.groups.compactMap { SparklineAxis(placed.column, $0)?.ends }
        guard let widest = ends.map({ $0.lowest.count + 1 + $0.highest.count }).max() else { return nil }
        return Column(heading: placed.heading, drawn: .sparkline, width: max(drawnWidths.lowerBound, widest))
      }
    }
  }

  /// The layout with all drawings, with either one, and with none.
  private static func drawnLess(_ layout: [Column]) -> [[Column]] {
    [
      layout, layout.filter { $0.kind != .bar }, layout.filter { $0.kind != .sparkline },
      layout.filter { !$0.kind.isDrawn },
    ]
  }

  /// Distributes the remaining width among the drawings.
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

  /// The lines, the heading first; an empty line separates groups.
  func lines(color: Bool) -> [String] {
    var lines = [TextLine.row(columns.map { $0.aligned($0.heading) }, .dim, color)]
    let distributions = hasSparklines ? table.columns.first { $0.kind == .sparkline } : nil
    for (place, group) in table.groups.enumerated() {
      if place > 0 { lines.append("") }
      let axis = distributions.flatMap { SparklineAxis($0, group) }
      for row in group { lines += self.lines(row, axis, color) }
      if let axis { lines.append(scale(axis, color)) }
    }
    return lines
  }

  private func lines(_ index: Int, _ axis: SparklineAxis?, _ color: Bool) -> [String] {
    let row = table.rows[index]
    let names = columns.prefix(names).map { $0.aligned($0.cells[index]) }
    if let remark = row.remark { return TextLine.remark(remark, after: names, .dim, width: width, color) }
    var lines: [String] = []
    if row.hasNumbers {
      let cells = columns.map { column -> String in
        guard column.kind.isDrawn else { return column.aligned(column.cells[index]) }
        let style = Style(row.mode.flatMap { ModeTable.builtIn[$0] })
        return style.applied(to: column.aligned(drawn(column, index, axis)), color: color)
      }
      lines.append(TextLine.row(cells, .plain, color))
    }
    if let aside = row.aside {
      let start = row.hasNumbers ? names.map { String(repeating: " ", count: $0.count) } : names
      lines += TextLine.remark(aside, after: start, .warning, width: width, color)
    }
    return lines
  }

  private func drawn(_ column: Column, _ row: Int, _ axis: SparklineAxis?) -> String {
    switch table.columns.first(where: { $0.kind == column.kind })?.cells[row].drawing {
    case .bar(let part)?: Terminal.bar(part, width: column.width)
    case .distribution(let latency, _)?:
      axis.map { Terminal.sparkline($0.axis.counts(of: latency.histogram, parts: column.width)) } ?? ""
    case nil: ""
    }
  }

  /// The ends of an axis, below the drawings.
  private func scale(_ axis: SparklineAxis, _ color: Bool) -> String {
    let cells = columns.map { column in
      column.kind == .sparkline
        ? axis.ends.lowest + Terminal.rightAligned(axis.ends.highest, to: column.width - axis.ends.lowest.count)
        : column.aligned("")
    }
    return TextLine.row(cells, .dim, color)
  }
}

/// The axis that the rows of a group share.
private struct SparklineAxis {
  let axis: LatencyAxis
  /// The labels at its ends.
  let ends: (lowest: String, highest: String)

  /// Nil if the rows have no latencies.
  init?(_ column: TableColumn, _ rows: Range<Int>) {
    let drawn = rows.compactMap { row -> (latency: Summary.PooledLatency, unit: TimeUnit)? in
      if case .distribution(let latency, let unit)? = column.cells[row].drawing { (latency, unit) } else { nil }
    }
    guard let unit = drawn.first?.unit, let axis = LatencyAxis(drawn.map(\.latency)) else { return nil }
    func text(_ time: UInt64) -> String { NumberText.significant(Double(time) / unit.nanoseconds, digits: 2) }
    self.axis = axis
    ends = (text(axis.lowest), text(axis.highest))
  }
}

extension Table {
  /// For a small table: a row of headings and one row per point, in as many columns as fit.
  func lines(width: Int) -> [String] {
    var shown = Self.informative(placed(in: .text), after: 1).map { Column($0) }
    while shown.count > 3, shown.totalWidth > width { shown.removeLast() }
    let rows = rows.indices.map { row in shown.map { $0.aligned($0.cells[row]) } }
    return ([shown.map { $0.aligned($0.heading) }] + rows).map { TextLine.row($0, .plain, false) }
  }
}
