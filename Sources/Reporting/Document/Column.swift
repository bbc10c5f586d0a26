/// A column of a text table, with a cell for every row.
struct Column {
  enum Kind {
    case text, number
    /// Drawn as wide as there is room.
    case bar, sparkline

    var isDrawn: Bool { self == .bar || self == .sparkline }
  }

  let heading: String
  let cells: [String]
  let kind: Kind
  /// Of what is drawn, at least.
  var width: Int

  init(heading: String, cells: [String], kind: Kind) {
    self.heading = heading
    self.cells = cells
    self.kind = kind
    width = max(heading.count, cells.map(\.count).max() ?? 0)
  }

  /// What is drawn, `width` columns wide at least.
  init(heading: String, drawn kind: Kind, width: Int) {
    self.heading = heading
    self.kind = kind
    self.width = max(heading.count, width)
    cells = []
  }

  /// Medians and, where there are any, intervals, each aligned with those of the other rows.
  init(heading: String, _ estimates: [EstimateText], withInterval: Bool) {
    let medianWidth = estimates.map(\.median.count).max() ?? 0
    let intervalWidth = withInterval ? estimates.map(\.interval.count).max() ?? 0 : 0
    guard intervalWidth > 0 else {
      self.init(heading: heading, cells: estimates.map(\.median), kind: .number)
      return
    }
    let cells = estimates.map {
      Terminal.rightAligned($0.median, to: medianWidth) + " " + Terminal.padded($0.interval, to: intervalWidth)
    }
    self.init(heading: Terminal.rightAligned(heading, to: medianWidth), cells: cells, kind: .text)
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
