/// Sets an article's tables, whose cells are sentences, in columns that break their lines.
struct StudyLatexTable {
  private let citations: TableCitations

  init(_ citations: TableCitations) { self.citations = citations }

  /// A table that breaks between rows where a page ends.
  func long(_ table: Table) -> String {
    let columns = columns(of: table)
    return Self.small(
      ["\\begin{longtable}{\(kinds(columns))}", "\\toprule", Self.headings(columns), "\\midrule", "\\endhead"]
        + ["\\bottomrule", "\\endfoot"] + rows(table, columns) + ["\\end{longtable}"])
  }

  /// A table on one page.
  func tabular(_ table: Table) -> String {
    let columns = columns(of: table)
    return Self.small(
      ["\\begin{center}", "\\begin{tabular}{\(kinds(columns))}", "\\toprule", Self.headings(columns), "\\midrule"]
        + rows(table, columns) + ["\\bottomrule", "\\end{tabular}", "\\end{center}"])
  }

  private func columns(of table: Table) -> [PlacedColumn] {
    Table.informative(table.placed(in: .latex, showsAll: table.layouts == nil), after: 1)
  }

  private static func headings(_ columns: [PlacedColumn]) -> String {
    row(columns.map { LatexText.escaped($0.heading) })
  }

  private func rows(_ table: Table, _ columns: [PlacedColumn]) -> [String] {
    table.rows.indices.map { index in
      Self.row(
        columns.map { placed in
          citations.cited(
            LatexText.escaped(placed.text(at: index)), placed.column.cells[index].source, under: placed.heading)
        })
    }
  }

  private static func row(_ cells: [String]) -> String { cells.joined(separator: " & ") + " \\\\" }

  private static func small(_ lines: [String]) -> String {
    "{\\footnotesize\\setlength{\\tabcolsep}{3pt}\n\(lines.joined(separator: "\n"))\n}"
  }

  // MARK: Widths

  private func kinds(_ columns: [PlacedColumn]) -> String {
    let texts = columns.map { placed in [placed.heading] + placed.column.cells.indices.map(placed.text) }
    let room = Self.lettersPerLine - Double(columns.count) * Self.lettersBetweenColumns
    return ColumnWidths(texts, room: room).widths.map { width in
      let part = NumberText.share(width / Self.lettersPerLine)
      return ">{\\raggedright\\arraybackslash}p{\(part)\\textwidth}"
    }.joined()
  }

  /// Of footnotes, over the whole width of the page.
  private static let lettersPerLine = 105.0
  /// Twice `\tabcolsep`.
  private static let lettersBetweenColumns = 1.3
}

/// The widths of columns whose cells break between words, in letters. No column is narrower than its longest word, or
/// wider than its longest cell. Between these, a column of `n` letters is as wide as the square root of `n` asks for: long
/// cells get more of the room, and not all of it.
struct ColumnWidths {
  let widths: [Double]

  /// - Parameters:
  ///   - texts: of each column, its heading and cells.
  ///   - room: what all widths together may be. Words that are too long for it make them wider.
  init(_ texts: [[String]], room: Double) {
    let needed = texts.map { Self.letters($0.flatMap(Self.words)) }
    let wanted = texts.map(Self.letters)
    func widths(_ scale: Double) -> [Double] {
      zip(needed, wanted).map { max($0, min($1, scale * $1.squareRoot())) }
    }
    var (low, high) = (0.0, wanted.max()?.squareRoot() ?? 0)
    guard widths(high).reduce(0, +) > room else {
      self.widths = widths(high)
      return
    }
    for _ in 0..<40 {
      let middle = (low + high) / 2
      if widths(middle).reduce(0, +) > room { high = middle } else { low = middle }
    }
    self.widths = widths(low)
  }

  /// Of the longest, with one to spare.
  private static func letters(_ texts: [String]) -> Double { Double(1 + (texts.map(\.count).max() ?? 0)) }

  /// What a line does not break within.
  private static func words(_ text: String) -> [String] {
    text.split { " -".contains($0) }.map { "\($0)-" }
  }
}

extension PlacedColumn {
  fileprivate func text(at row: Int) -> String {
    let cell = column.cells[row]
    return showsInterval ? cell.whole : cell.text
  }
}
