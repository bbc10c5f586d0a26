/// A table of a page. A script makes headings sort its rows.
enum PageTable {
  /// - Parameters:
  ///   - caption: the text above the table; nil for the table's title.
  ///   - citations: those of its numbers, as comments behind them.
  static func table(_ table: Table, caption: String? = nil, citations: TableCitations? = nil) -> Markup {
    let caption = caption ?? table.title
    // A column that applies to no row is left out.
    let columns = table.placed(in: .html)
    let shown = columns.indices.filter { index in
      let column = columns[index].column
      return index < max(2, table.names) || column.kind == .bar
        || zip(column.cells, table.rows).contains { cell, row in
          row.remark == nil && cell.text != NumberText.none && !(column.kind == .remark && cell.text.isEmpty)
        }
    }.map { Column(columns[$0], isSmall: table.layouts == nil, citations) }
    let rows = table.rows.enumerated().map { index, row -> Markup in
      let start: Markup = row.startsGroup ? "<tr class=\"first\">" : "<tr>"
      func cell(_ column: Column) -> Markup { column.cell(index, row.mode) }
      guard let remark = row.remark else { return "\(start)\(shown.map(cell))</tr>\n" }
      let named = shown.prefix(table.names).map(cell)
      return "\(start)\(named)<td class=\"remark\" colspan=\"\(shown.count - named.count)\">\(remark)</td></tr>\n"
    }
    return """
      <div class="scroll" tabindex="0" role="group" aria-label="\(caption ?? "table")"><table class="sortable\(rows.count > mostOnPaper ? " long" : "")">
      \(caption.map { "<caption>\($0)</caption>\n" })\
      <thead><tr>\(shown.map(\.head))</tr></thead>
      <tbody>
      \(rows)</tbody></table></div>

      """
  }

  /// The name of a mode and variant, beside the mode's colour.
  static func mode(_ mode: String, _ name: String) -> Markup {
    "<span class=\"mode \(Palette.name(of: mode))\">\(name)</span>"
  }

  /// A fraction from 0 to 1.
  static func bar(_ fraction: Double, mode: String) -> Markup {
    let percent = fraction.isFinite ? Int((min(max(fraction, 0), 1) * 100).rounded()) : 0
    return "<i class=\"\(Palette.name(of: mode))\" style=\"--part: \(percent)\"></i>"
  }

  /// The number of rows that fit on a page of paper; longer tables break between rows.
  private static let mostOnPaper = 20

  /// A column as it is shown.
  private struct Column {
    private let placed: PlacedColumn
    private let kind: TableColumn.Kind
    private let citations: TableCitations?

    /// - Parameter isSmall: whether the cells determine if the column holds numbers and sorts as such.
    init(_ placed: PlacedColumn, isSmall: Bool, _ citations: TableCitations?) {
      self.placed = placed
      self.citations = citations
      let isNumber = placed.column.cells.allSatisfy { cell in
        // A sentence may begin with one, too.
        let isShort = cell.text.count { $0 == " " } <= 2
        return cell.text.isEmpty || (isShort && cell.text.first?.isNumber == true)
          || cell.text.hasPrefix(NumberText.none)
      }
      let own = placed.column.kind
      kind = !isSmall || own == .mode ? own : isNumber ? .number : .text
    }

    var head: Markup {
      let about: Markup? = placed.about.flatMap { $0.isEmpty ? nil : " title=\"\($0)\"" }
      switch kind {
      case .text, .mode, .remark: return "<th scope=\"col\"\(about)>\(placed.heading)</th>"
      case .number: return "<th scope=\"col\" class=\"n\"\(about)>\(placed.heading)</th>"
      case .bar, .sparkline: return "<td class=\"bar\"></td>"
      }
    }

    /// What a cell shows, with the citation of its number. A check reads past tags: the space keeps the number apart from
    /// the cell before.
    private func cited(_ shown: String, _ source: Cell.Source?, _ content: Markup) -> Markup {
      guard let comment = citations?.comment(behind: shown, source) else { return content }
      return " \(content)\(comment)"
    }

    func cell(_ row: Int, _ mode: String?) -> Markup {
      let cell = placed.column.cells[row]
      switch kind {
      case .mode: return "<td>\(PageTable.mode(mode ?? "", cell.text))</td>"
      case .text: return "<td>\(cited(cell.whole, cell.source, Markup(cell.whole)))</td>"
      case .remark: return "<td>\(cell.text.isEmpty ? NumberText.none : cell.text)</td>"
      case .number:
        // A median and its interval.
        let isPlain = cell.interval.isEmpty || !placed.showsInterval
        let interval: Markup? = isPlain ? nil : " <small>\(cell.interval)</small>"
        let shown = isPlain ? cell.text : "\(cell.text) \(cell.interval)"
        return "<td class=\"n\">\(cited(shown, cell.source, "\(cell.text)\(interval)"))</td>"
      case .bar, .sparkline:
        guard case .bar(let part)? = cell.drawing else { return "<td class=\"bar\"></td>" }
        return "<td class=\"bar\">\(PageTable.bar(part, mode: mode ?? ""))</td>"
      }
    }
  }
}
