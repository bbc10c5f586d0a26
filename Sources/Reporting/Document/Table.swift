/// A table of a report: what its cells say, and of which numbers, before any format sets it.
struct Table {
  /// Above it, where what stands before does not say enough.
  var title: String?
  /// Each once, in whatever formats it is shown.
  var columns: [TableColumn]
  var rows: [Row]
  /// How many columns stand before a remark: they name the row.
  var names: Int
  /// What each format shows, the richest first; nil where all show all columns, in their order.
  var layouts: TableLayouts?

  struct Row {
    var mode: String?
    /// What is to be said instead of numbers.
    var remark: String?
    /// What is to be said below them.
    var aside: String?
    /// False where there is nothing but the aside.
    var hasNumbers = true
    /// Whether it is set off from the one before.
    var startsGroup = false
  }

  /// The columns of a format as they are placed there.
  ///
  /// - Parameters:
  ///   - richness: which of its layouts.
  ///   - showsAll: whether what no layout names comes behind what they do.
  func placed(in format: OutputFormat, _ richness: Int = 0, showsAll: Bool = true) -> [PlacedColumn] {
    guard let layouts else { return columns.map { PlacedColumn($0, about: nil) } }
    let named = layouts[format][richness].map { place in PlacedColumn(column(place.key), place) }
    guard showsAll else { return named }
    let known = layouts.keys
    return named + columns.filter { !known.contains($0.key) }.map { PlacedColumn($0, about: $0.about) }
  }

  /// Without columns in which no row has anything to say, but for the first ones, which name the rows.
  static func informative(_ columns: [PlacedColumn], after names: Int) -> [PlacedColumn] {
    columns.prefix(names) + columns.dropFirst(names).filter { $0.column.kind.isDrawn || !$0.column.isEmpty }
  }

  private func column(_ key: String) -> TableColumn {
    guard let column = columns.first(where: { $0.key == key }) else { preconditionFailure("no column '\(key)'") }
    return column
  }
}

/// A column with a cell for every row.
struct TableColumn {
  enum Kind {
    case text, number
    /// The name of a mode, with its variant.
    case mode
    /// What is to be said of trials, where there is anything; a remark on the row may stand in its place.
    case remark
    /// Drawn as wide as there is room; has no words.
    case bar, sparkline

    var isDrawn: Bool { self == .bar || self == .sparkline }
  }

  /// What layouts call it.
  let key: String
  let heading: String
  /// What it means, where the heading does not say.
  var about: String?
  let kind: Kind
  let cells: [Cell]
  /// In place of what is in braces in headings of layouts.
  var units: [String: String] = [:]

  init(
    _ heading: String, key: String? = nil, _ kind: Kind, _ cells: [Cell], about: String? = nil,
    units: [String: String] = [:]
  ) {
    self.key = key ?? heading
    self.heading = heading
    self.kind = kind
    self.cells = cells
    self.about = about
    self.units = units
  }

  static func text(_ heading: String, _ cells: [String]) -> TableColumn {
    TableColumn(heading, .text, cells.map { Cell($0) })
  }

  static func number(_ heading: String, _ cells: [String]) -> TableColumn {
    TableColumn(heading, .number, cells.map { Cell($0) })
  }

  static func estimates(_ heading: String, _ cells: [EstimateText]) -> TableColumn {
    TableColumn(heading, .number, cells.map { Cell($0.median, interval: $0.interval) })
  }

  static func modes(_ names: [String]) -> TableColumn { TableColumn("mode", .mode, names.map { Cell($0) }) }

  /// - Parameter key: other than the heading, where another column of the table has the same one.
  static func concurrency(_ lanes: [Int?]) -> TableColumn {
    TableColumn(
      "conc.", .number, lanes.map { Cell($0.map { NumberText.grouped($0) } ?? NumberText.none) },
      about: "concurrency: the number of lanes")
  }

  /// The same with medians alone.
  var withoutIntervals: TableColumn {
    TableColumn(
      heading, key: key, kind, cells.map { Cell($0.text, source: $0.source) }, about: about, units: units)
  }

  /// - Parameter other: in place of its own.
  func heading(_ other: String?) -> String {
    units.reduce(other ?? heading) { $0.replacing($1.key, with: $1.value) }
  }

  var isEmpty: Bool { NumberText.areNone(cells.map { $0.text + $0.interval }) }
}

/// What a table says at one place.
struct Cell {
  /// A number that can be cited.
  struct Source {
    let place: Citable.Place
    /// The key of the metric.
    let metric: String
  }

  /// Words, a number, or a median.
  var text: String
  /// Of the median; empty where there is none.
  var interval = ""
  var source: Source?
  var drawing: Drawing?

  enum Drawing {
    /// A part of a whole, from 0 to 1.
    case bar(Double)
    /// In the unit of the axis.
    case distribution(Summary.PooledLatency, TimeUnit)
  }

  init(_ text: String, interval: String = "", source: Source? = nil) {
    self.text = text
    self.interval = interval
    self.source = source
  }

  init(_ drawing: Drawing?) {
    text = ""
    self.drawing = drawing
  }

  /// The median with its interval.
  var whole: String { interval.isEmpty ? text : "\(text) \(interval)" }
}

/// A column in a format.
struct PlacedColumn {
  let column: TableColumn
  let heading: String
  let about: String?
  let showsInterval: Bool

  init(_ column: TableColumn, _ place: TableLayouts.Place) {
    self.column = column
    heading = column.heading(place.heading)
    about = place.about ?? column.about
    showsInterval = place.showsInterval
  }

  init(_ column: TableColumn, about: String?) {
    self.column = column
    heading = column.heading(nil)
    self.about = about
    showsInterval = true
  }

  var hasIntervals: Bool { showsInterval && column.cells.contains { !$0.interval.isEmpty } }
}

/// Which columns each format shows, in which order, and under which heading. A column that none of them names is shown
/// by all, behind the others.
struct TableLayouts {
  struct Place: ExpressibleByStringLiteral, ExpressibleByStringInterpolation {
    let key: String
    var heading: String?
    var about: String?
    var showsInterval = true

    init(_ key: String, _ heading: String? = nil, about: String? = nil, showsInterval: Bool = true) {
      self.key = key
      self.heading = heading
      self.about = about
      self.showsInterval = showsInterval
    }

    init(stringLiteral key: String) { self.init(key) }

    /// A median without its interval.
    static func median(_ key: String, _ heading: String? = nil, about: String? = nil) -> Place {
      Place(key, heading, about: about, showsInterval: false)
    }
  }

  /// In a terminal the first that fits is shown.
  var text: [[Place]]
  var markdown: [Place]
  var latex: [Place]
  var html: [Place]

  subscript(format: OutputFormat) -> [[Place]] {
    switch format {
    case .text: text
    case .md: [markdown]
    case .latex: [latex]
    case .html: [html]
    // They have no tables.
    case .json, .csv: [[]]
    }
  }

  /// All that they name.
  var keys: Set<String> {
    Set((text.joined() + markdown + latex + html).map(\.key))
  }
}
