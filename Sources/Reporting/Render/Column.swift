/// A column of a text table: the words of every cell, and their width.
struct Column {
  let heading: String
  let cells: [String]
  let kind: TableColumn.Kind
  /// The numbers behind the cells; empty if there are none.
  var sources: [Cell.Source?] = []
  /// The minimum width of a drawing.
  var width: Int

  init(heading: String, cells: [String], kind: TableColumn.Kind, sources: [Cell.Source?] = []) {
    self.heading = heading
    self.cells = cells
    self.kind = kind
    self.sources = sources
    width = max(heading.count, cells.map(\.count).max() ?? 0)
  }

  /// A drawn column, at least `width` columns wide.
  init(heading: String, drawn kind: TableColumn.Kind, width: Int) {
    self.init(heading: heading, cells: [], kind: kind)
    self.width = max(heading.count, width)
  }

  /// Medians and intervals, each aligned with those of the other rows.
  init(_ placed: PlacedColumn) {
    let (cells, sources) = (placed.column.cells, placed.column.cells.map(\.source))
    guard placed.hasIntervals else {
      let kind = placed.column.kind == .number ? TableColumn.Kind.number : .text
      self.init(heading: placed.heading, cells: cells.map(\.text), kind: kind, sources: sources)
      return
    }
    let medianWidth = cells.map(\.text.count).max() ?? 0
    let intervalWidth = cells.map(\.interval.count).max() ?? 0
    let aligned = cells.map {
      Terminal.rightAligned($0.text, to: medianWidth) + " " + Terminal.padded($0.interval, to: intervalWidth)
    }
    self.init(
      heading: Terminal.rightAligned(placed.heading, to: medianWidth), cells: aligned, kind: .text, sources: sources)
  }

  func aligned(_ text: String) -> String {
    kind == .number ? Terminal.rightAligned(text, to: width) : Terminal.padded(text, to: width)
  }
}

extension [Column] {
  /// Drops columns in which every cell is empty, except for the first ones, which name the rows.
  func informative(after names: Int) -> [Column] {
    prefix(names) + dropFirst(names).filter { $0.kind.isDrawn || !NumberText.areNone($0.cells) }
  }

  /// The width of a row of all these columns.
  var totalWidth: Int { map { $0.width + TextLine.gap.count }.reduce(0, +) }
}

/// The lines of a text table.
enum TextLine {
  static let gap = "  "

  static func row(_ cells: [String], _ style: Style, _ color: Bool) -> String {
    var text = cells.map { gap + $0 }.joined()
    while text.last == " " { text.removeLast() }
    return style.applied(to: text, color: color)
  }

  /// A remark in place of numbers, over all columns after `names`.
  static func remark(_ text: String, after names: [String], _ style: Style, width: Int, _ color: Bool) -> [String] {
    let start = names.map { gap + $0 }.joined() + gap
    let lines = Terminal.wrapped(text, width: max(20, width - start.count))
    return lines.enumerated().map { index, line in
      (index == 0 ? start : String(repeating: " ", count: start.count)) + style.applied(to: line, color: color)
    }
  }
}
