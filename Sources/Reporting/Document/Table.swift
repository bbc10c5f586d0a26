/// A table of a report before it is rendered: the cells' texts, and the numbers behind them.
struct Table {
  /// The title above it; nil if the section's heading is enough.
  var title: String?
  /// Each column once, even if several formats show it.
  var columns: [TableColumn]
  var rows: [Row]
  /// The number of columns that name the row; a remark starts after them.
  var names: Int
  /// The layouts of each format, the widest first; nil if all formats show all columns in order.
  var layouts: TableLayouts?

  struct Row {
    var mode: String?
    /// A remark in place of numbers.
    var remark: String?
    /// A remark below the numbers.
    var aside: String?
    /// False for a row with nothing but its aside.
    var hasNumbers = true
    /// Whether a reader should not miss it: a number that misses its prediction, or a worse one.
    var isWarning = false
    /// Whether the row begins a new group.
    var startsGroup = false
  }

  /// The columns in a format's layout.
  ///
  /// - Parameters:
  ///   - richness: the index of the layout; 0 is the widest.
  ///   - showsAll: whether columns that no layout names follow.
  func placed(in format: OutputFormat, _ richness: Int = 0, showsAll: Bool = true) -> [PlacedColumn] {
    guard let layouts else { return columns.map { PlacedColumn($0, about: nil) } }
    let named = layouts[format][richness].map { place in PlacedColumn(column(place.key), place) }
    guard showsAll else { return named }
    let known = layouts.keys
    return named + columns.filter { !known.contains($0.key) }.map { PlacedColumn($0, about: $0.about) }
  }

  /// The groups of rows.
  var groups: [Range<Int>] {
    let starts = rows.indices.filter { $0 == 0 || rows[$0].startsGroup }
    return zip(starts, starts.dropFirst() + [rows.count]).map { $0..<$1 }
  }

  /// Drops columns in which every cell is empty, except for the first ones, which name the rows.
  static func informative(_ columns: [PlacedColumn], after names: Int) -> [PlacedColumn] {
    columns.prefix(names) + columns.dropFirst(names).filter { $0.column.kind.isDrawn || !$0.column.isEmpty }
  }

  private func column(_ key: String) -> TableColumn {
    guard let column = columns.first(where: { $0.key == key }) else { preconditionFailure("no column '\(key)'") }
    return column
  }
}

/// A column with one cell per row.
struct TableColumn {
  enum Kind {
    case text, number
    /// The name of a mode, with its variant.
    case mode
    /// A remark about trials, often empty. The row's remark may replace it.
    case remark
    /// A drawing without text, as wide as there is space.
    case bar, sparkline

    var isDrawn: Bool { self == .bar || self == .sparkline }
  }

  /// The name that layouts use.
  let key: String
  let heading: String
  /// An explanation, if the heading is not enough.
  var about: String?
  let kind: Kind
  let cells: [Cell]
  /// The units that replace the braces in the layouts' headings.
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

  /// - Parameter key: differs from the heading if another column has the same heading.
  static func concurrency(_ lanes: [Int?]) -> TableColumn {
    TableColumn(
      "conc.", .number, lanes.map { Cell($0.map { NumberText.grouped($0) } ?? NumberText.none) },
      about: "concurrency: the number of lanes")
  }

  /// The column with medians only.
  var withoutIntervals: TableColumn {
    TableColumn(
      heading, key: key, kind, cells.map { Cell($0.text, source: $0.source) }, about: about, units: units)
  }

  /// - Parameter other: replaces the column's own heading.
  func heading(_ other: String?) -> String {
    units.reduce(other ?? heading) { $0.replacing($1.key, with: $1.value) }
  }

  var isEmpty: Bool { NumberText.areNone(cells.map { $0.text + $0.interval }) }
}

/// One cell of a table.
struct Cell {
  /// The citable number behind a cell.
  struct Source {
    let place: Citable.Place
    /// The key of the metric.
    let metric: String
  }

  /// Words, a number or a median.
  var text: String
  /// Whether the words are what a reader looks for first.
  var isStrong = false
  /// The median's interval; empty if there is none.
  var interval = ""
  var source: Source?
  var drawing: Drawing?

  enum Drawing {
    /// A fraction from 0 to 1.
    case bar(Double)
    /// A distribution, with the unit of its axis.
    case distribution(Summary.PooledLatency, TimeUnit)
  }

  init(_ text: String, interval: String = "", source: Source? = nil, isStrong: Bool = false) {
    self.text = text
    self.isStrong = isStrong
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

/// A column in a format's layout.
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

/// The columns that each format shows, with their order and headings. A column that no layout names follows the others
/// in every format.
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

  /// A terminal shows the first layout that fits.
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
    // These formats have no tables.
    case .json, .csv: [[]]
    }
  }

  /// All columns that the layouts name.
  var keys: Set<String> {
    Set((text.joined() + markdown + latex + html).map(\.key))
  }
}
