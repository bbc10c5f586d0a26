/// A column of a table of a page, with a cell for every item.
struct PageColumn<Item> {
  let heading: String
  /// What the heading means, where it does not say.
  var about: String?
  var kind = Kind.number
  let cell: (Item) -> Markup

  enum Kind {
    case text, number
    /// Shows by its length what another column says, and has no heading.
    case bar
  }

  static func number(_ heading: String, _ about: String? = nil, _ cell: @escaping (Item) -> String) -> PageColumn {
    PageColumn(heading: heading, about: about) { Markup(cell($0)) }
  }

  static func text(_ heading: String, _ cell: @escaping (Item) -> String) -> PageColumn {
    PageColumn(heading: heading, kind: .text) { Markup(cell($0)) }
  }

  /// A median, and its interval below it.
  static func estimate(
    _ heading: String, _ about: String? = nil, _ cell: @escaping (Item) -> EstimateText
  ) -> PageColumn {
    PageColumn(heading: heading, about: about) { item in
      let estimate = cell(item)
      return estimate.interval.isEmpty ? "\(estimate.median)" : "\(estimate.median) <small>\(estimate.interval)</small>"
    }
  }

  static func mode(_ name: @escaping (Item) -> (mode: String, name: String)) -> PageColumn {
    PageColumn(heading: "mode", kind: .text) { item in
      let (mode, name) = name(item)
      return PageTable.mode(mode, name)
    }
  }
}

/// A table of a page. A script makes headings sort its rows.
enum PageTable {
  /// - Parameters:
  ///   - caption: above the table; none where what stands before says enough.
  ///   - names: how many columns stand before a remark.
  ///   - remark: what is to be said of an item instead of numbers.
  ///   - startsGroup: whether an item is set off from the one before.
  static func table<Item>(
    _ items: [Item], _ columns: [PageColumn<Item>], caption: String? = nil, names: Int = 2,
    remark: (Item) -> String? = { _ in nil }, startsGroup: (Item, Item) -> Bool = { _, _ in false }
  ) -> Markup {
    let remarks = items.map(remark)
    let cells = columns.map { column in
      zip(items, remarks).map { item, remark in remark == nil ? column.cell(item) : none }
    }
    // What applies to no item has no column.
    let shown = columns.indices.filter { column in
      column < names || columns[column].kind == .bar || cells[column].contains { $0 != none }
    }
    let rows = items.indices.map { row -> Markup in
      let isFirst = row > 0 && startsGroup(items[row - 1], items[row])
      let start: Markup = isFirst ? "<tr class=\"first\">" : "<tr>"
      guard let remark = remarks[row] else {
        return "\(start)\(shown.map { cell(cells[$0][row], columns[$0]) })</tr>\n"
      }
      let named = shown.prefix { $0 < names }.map { cell(columns[$0].cell(items[row]), columns[$0]) }
      return "\(start)\(named)<td class=\"remark\" colspan=\"\(shown.count - named.count)\">\(remark)</td></tr>\n"
    }
    return """
      <div class="scroll" tabindex="0" role="group" aria-label="\(caption ?? "table")"><table class="sortable\(items.count > mostOnPaper ? " long" : "")">
      \(caption.map { "<caption>\($0)</caption>\n" })\
      <thead><tr>\(shown.map { heading(columns[$0]) })</tr></thead>
      <tbody>
      \(rows)</tbody></table></div>

      """
  }

  /// The small tables that other reports have, too.
  static func table(_ table: (any SideTable)?) -> Markup? {
    guard let table else { return nil }
    let columns = table.columns.map { column in
      let isNumber = column.cells.allSatisfy { cell in
        let text = cell.drop { $0 == " " }
        return text.isEmpty || text.first?.isNumber == true || text.hasPrefix(NumberText.none)
      }
      return PageColumn<Int>(heading: column.heading.trimmed, kind: isNumber ? .number : .text) { row in
        let text = column.cells[row].trimmed
        if column.heading == "mode" { return mode(String(text.prefix { $0 != "/" }), text) }
        // A median, and its interval.
        guard isNumber, let interval = text.firstIndex(of: "[") else { return Markup(text) }
        return "\(String(text[..<interval]))<small>\(String(text[interval...]))</small>"
      }
    }
    return self.table(Array(table.columns[0].cells.indices), columns, caption: table.title)
  }

  /// The name of a mode and variant, beside the mode's colour.
  static func mode(_ mode: String, _ name: String) -> Markup {
    "<span class=\"mode \(Palette.name(of: mode))\">\(name)</span>"
  }

  /// A part of a whole, from 0 to 1.
  static func bar(_ fraction: Double, mode: String) -> Markup {
    let percent = fraction.isFinite ? Int((min(max(fraction, 0), 1) * 100).rounded()) : 0
    return "<i class=\"\(Palette.name(of: mode))\" style=\"--part: \(percent)\"></i>"
  }

  /// So many rows fit on a page of paper; longer tables are broken between rows.
  private static let mostOnPaper = 20
  private static let none = Markup(NumberText.none)

  private static func heading<Item>(_ column: PageColumn<Item>) -> Markup {
    let about: Markup? = column.about.map { " title=\"\($0)\"" }
    switch column.kind {
    case .text: return "<th scope=\"col\"\(about)>\(column.heading)</th>"
    case .number: return "<th scope=\"col\" class=\"n\"\(about)>\(column.heading)</th>"
    case .bar: return "<td class=\"bar\"></td>"
    }
  }

  private static func cell<Item>(_ content: Markup, _ column: PageColumn<Item>) -> Markup {
    switch column.kind {
    case .text: "<td>\(content)</td>"
    case .number: "<td class=\"n\">\(content)</td>"
    case .bar: "<td class=\"bar\">\(content)</td>"
    }
  }
}

extension String {
  /// Without the spaces that align it.
  fileprivate var trimmed: String {
    var text = drop { $0 == " " }
    while text.last == " " { text.removeLast() }
    return String(text)
  }
}
