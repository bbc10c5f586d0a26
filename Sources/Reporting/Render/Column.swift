/// A column of a table that is set in text: the words of every cell, and their width.
struct Column {
  let heading: String
  let cells: [String]
  let kind: TableColumn.Kind
  /// What the numbers of the cells are; empty where they are none.
  var sources: [Cell.Source?] = []
  /// Of what is drawn, at least.
  var width: Int

  init(heading: String, cells: [String], kind: TableColumn.Kind, sources: [Cell.Source?] = []) {
    self.heading = heading
    self.cells = cells
    self.kind = kind
    self.sources = sources
    width = max(heading.count, cells.map(\.count).max() ?? 0)
  }

  /// What is drawn, `width` columns wide at least.
  init(heading: String, drawn kind: TableColumn.Kind, width: Int) {
    self.init(heading: heading, cells: [], kind: kind)
    self.width = max(heading.count, width)
  }

  /// Medians and, where there are any, intervals, each aligned with those of the other rows.
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
  /// Without those in which no row has anything to say, but for the first ones, which name the rows.
  func informative(after names: Int) -> [Column] {
    prefix(names) + dropFirst(names).filter { $0.kind.isDrawn || !NumberText.areNone($0.cells) }
  }

  /// Of a row of all of them.
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

  /// What is to be said instead of numbers, over all columns after `names`.
  static func remark(_ text: String, after names: [String], _ style: Style, width: Int, _ color: Bool) -> [String] {
    let start = names.map { gap + $0 }.joined() + gap
    let lines = Terminal.wrapped(text, width: max(20, width - start.count))
    return lines.enumerated().map { index, line in
      (index == 0 ? start : String(repeating: " ", count: start.count)) + style.applied(to: line, color: color)
    }
  }
}
