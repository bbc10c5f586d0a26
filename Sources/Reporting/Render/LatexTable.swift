/// Sets tables with the rules of the package booktabs.
struct LatexTable {
  /// The citations of the cells' numbers, which follow them as comments.
  let citations: TableCitations?

  func set(_ tables: [Table?]) -> [String] {
    tables.compactMap(\.self).map { table in
      table.layouts == nil ? small(table) : large(table)
    }
  }

  /// With as many columns that name the rows as have words.
  func small(_ table: Table) -> String {
    let columns = Table.informative(table.placed(in: .latex), after: 1).map { Column($0) }
    let names = max(2, (columns.lastIndex { $0.kind == .text } ?? 0) + 1)
    let tabular = self.table(Array(columns.prefix(names)), Array(columns.dropFirst(names)))
    return "\\noindent \(LatexText.escaped(table.title ?? ""))\n\n\(tabular)"
  }

  /// Intervals get columns of their own.
  private func large(_ table: Table) -> String {
    let placed = table.placed(in: .latex)
    let columns = placed.dropFirst(table.names).flatMap { placed -> [Column] in
      let cells = placed.column.cells
      let medians = Column(
        heading: placed.heading, cells: cells.map(\.text), kind: .number, sources: cells.map(\.source))
      return placed.hasIntervals
        ? [medians, Column(heading: "", cells: cells.map(\.interval), kind: .text)] : [medians]
    }
    let starts = table.rows.indices.filter { $0 == 0 || table.rows[$0].startsGroup }
    return self.table(
      placed.prefix(table.names).map { Column($0) }, columns, remarks: table.rows.map(\.remark),
      groups: zip(starts, starts.dropFirst() + [table.rows.count]).map { $1 - $0 })
  }

  /// One table, or several if it has too many columns or rows for a page.
  ///
  /// - Parameters:
  ///   - names: the first columns, which every part repeats.
  ///   - remarks: the text of each row in place of numbers.
  ///   - groups: the number of rows in each group, in order.
  private func table(
    _ names: [Column], _ columns: [Column], remarks: [String?] = [], groups: [Int] = []
  ) -> String {
    // Remarks need a column.
    let informative = columns.informative(after: 0)
    let shown = informative.isEmpty ? Array(columns.prefix(1)) : informative
    // A column without a heading is the interval of the previous one.
    let units = shown.reduce(into: [[Column]]()) { units, column in
      if column.isInterval, !units.isEmpty {
        units[units.count - 1].append(column)
      } else {
        units.append([column])
      }
    }
    let parts = units.reduce(into: [[Column]()]) { parts, unit in
      let part = parts[parts.count - 1]
      if part.isEmpty || (names + part + unit).map(\.textWidth).reduce(0, +) <= Self.widest {
        parts[parts.count - 1] += unit
      } else {
        parts.append(unit)
      }
    }
    let tabulars = parts.flatMap { self.tabulars(names, $0, remarks: remarks, groups: groups) }
    return "{\\footnotesize\\setlength{\\tabcolsep}{3pt}\n\(tabulars.joined(separator: "\n\n"))\n}"
  }

  private func tabulars(_ names: [Column], _ columns: [Column], remarks: [String?], groups: [Int]) -> [String] {
    let all = names + columns
    let rowCount = all.first?.cells.count ?? 0
    let beginnings = Set(groups.reduce(into: [0]) { $0.append(($0.last ?? 0) + $1) })
    let kinds = all.map { $0.kind == .number ? "r" : $0.width > Self.longestCell ? "p{.38\\textwidth}" : "l" }
    let headings = row(all.map { LatexText.escaped($0.heading.trimmed) })
    let head = ["\\begin{center}", "\\begin{tabular}{\(kinds.joined())}", "\\toprule", headings, "\\midrule"]
    let rows = (0..<rowCount).map { index in
      guard let remark = remarks.isEmpty ? nil : remarks[index] else { return row(cells(all, at: index)) }
      let rest = "\\multicolumn{\(columns.count)}{l}{\\emph{\(LatexText.escaped(remark))}}"
      return row(names.map { LatexText.escaped($0.cells[index]) } + [rest])
    }
    return stride(from: 0, to: rowCount, by: Self.mostRows).map { first in
      let body = (first..<min(first + Self.mostRows, rowCount)).map { index in
        (index > first && beginnings.contains(index) ? "\\addlinespace\n" : "") + rows[index]
      }
      return (head + body + ["\\bottomrule", "\\end{tabular}", "\\end{center}"]).joined(separator: "\n")
    }
  }

  /// A tabular cannot break: the maximum number of rows, and the maximum width in points, for the narrowest page.
  private static let mostRows = 40
  private static let widest = 340.0
  /// Longer text is broken into lines.
  private static let longestCell = 40

  /// The cells of a row, with citations.
  private func cells(_ columns: [Column], at row: Int) -> [String] {
    var cells = columns.map { LatexText.escaped($0.cells[row]) }
    guard let citations else { return cells }
    for (index, column) in columns.enumerated() where !column.sources.isEmpty {
      let next = index + 1
      let hasInterval =
        next < cells.count && columns[next].isInterval && cells[next].contains(where: \.isNumber)
      let heading = VisibleNumber.plain(LatexText.escaped(column.heading.trimmed)).trimmingWhitespace()
      let (text, interval) = citations.cited(
        cells[index], hasInterval ? cells[next] : "", column.sources[row], under: heading)
      cells[index] = text
      if hasInterval { cells[next] = interval }
    }
    return cells
  }

  private func row(_ cells: [String]) -> String { cells.joined(separator: " & ") + " \\\\" }
}

extension Column {
  /// Whether the column has the intervals of the previous one.
  fileprivate var isInterval: Bool { heading.isEmpty }

  /// The approximate width in points, at a size of 8 points.
  fileprivate var textWidth: Double { Double(width) * 3.9 + 6 }
}

extension String {
  fileprivate var trimmed: String { String(drop { $0 == " " }) }
}
