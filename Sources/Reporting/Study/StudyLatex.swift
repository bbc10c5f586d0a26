import Records

/// An article as a LaTeX document of two columns. It takes booktabs, which the tables of reports take, and nothing else.
/// From a heading that begins with “Appendix” on it has one column, because tables of claims are wide.
struct StudyLatex {
  private let article: StudyArticle
  private let citations: TableCitations

  init(_ article: StudyArticle) {
    self.article = article
    citations = TableCitations(article.citations, .latex)
  }

  func render() -> String {
    let provenance = Provenance(article.run.record)
    var lines = [
      "% Written by `iomodes report --study`.", "\\documentclass[10pt,twocolumn]{article}",
      "\\usepackage[a4paper,margin=18mm]{geometry}", "\\usepackage{booktabs}", "\\sloppy",
    ]
    var isWide = false
    var items: [String] = []
    func close() {
      guard !items.isEmpty else { return }
      lines += ["", "\\begin{itemize}"] + items + ["\\end{itemize}"]
      items = []
    }
    for block in article.blocks {
      if case .item = block {} else { close() }
      switch block {
      case .title(let text):
        lines += [
          "\\title{\(LatexText.escaped(text))}", "\\author{\(LatexText.escaped("run \(provenance.run)"))}",
          "\\date{\(LatexText.escaped(provenance.date))}", "\\begin{document}", "\\maketitle",
        ]
      case .heading(let text):
        if text.hasPrefix("Appendix"), !isWide {
          lines += ["", "\\onecolumn"]
          isWide = true
        }
        lines += ["", "\\section*{\(LatexText.escaped(text))}"]
      case .paragraph(let spans): lines += ["", Self.sentence(spans)]
      case .item(let spans): items.append("\\item \(Self.sentence(spans))")
      case .table(let table):
        let text = tabulars(table)
        lines += isWide ? ["", text] : ["", "\\begin{table*}[t]", text, "\\end{table*}"]
      }
    }
    close()
    return (lines + ["", "\\end{document}"]).joined(separator: "\n") + "\n"
  }

  /// A table whose columns are broken into lines, each about as wide as its longest cell asks for. A tabular cannot break:
  /// a long one becomes several.
  private func tabulars(_ table: Table) -> String {
    let columns = Table.informative(table.placed(in: .latex, showsAll: table.layouts == nil), after: 1)
    let asked = columns.map { placed in
      let cells = placed.column.cells.map { placed.showsInterval ? $0.whole.count : $0.text.count }
      return Double(min(Self.longestLine, max(placed.heading.count, cells.max() ?? 0)))
    }
    let kinds = asked.map { width in
      "p{\(NumberText.significant(0.9 * width / asked.reduce(0, +), digits: 2))\\textwidth}"
    }.joined()
    func row(_ cells: [String]) -> String { cells.joined(separator: " & ") + " \\\\" }
    let head = [
      "\\begin{center}", "\\begin{tabular}{\(kinds)}", "\\toprule", row(columns.map { LatexText.escaped($0.heading) }),
      "\\midrule",
    ]
    let rows = table.rows.indices.map { index in
      row(columns.map { cell($0, at: index) })
    }
    let parts = stride(from: 0, to: rows.count, by: Self.mostRows).map { first in
      (head + rows[first..<min(first + Self.mostRows, rows.count)] + [
        "\\bottomrule", "\\end{tabular}", "\\end{center}",
      ])
      .joined(separator: "\n")
    }
    return "{\\footnotesize\\raggedright\\setlength{\\tabcolsep}{3pt}\n\(parts.joined(separator: "\n\n"))\n}"
  }

  private func cell(_ placed: PlacedColumn, at row: Int) -> String {
    let cell = placed.column.cells[row]
    return citations.cited(
      LatexText.escaped(placed.showsInterval ? cell.whole : cell.text), cell.source, under: placed.heading)
  }

  /// In letters.
  private static let longestLine = 40
  private static let mostRows = 24

  /// A comment ends its line, and LaTeX skips the spaces that the next one begins with.
  private static func sentence(_ spans: [StudySpan]) -> String {
    var text = ""
    var isBehindComment = false
    for span in spans {
      var piece =
        switch span {
        case .words(let text): LatexText.escaped(text)
        case .code(let text): "\\texttt{\(LatexText.escaped(text))}"
        case .strong(let text): "\\textbf{\(LatexText.escaped(text))}"
        case .number(let number): LatexText.escaped(number.text)
        }
      if isBehindComment { piece = "\(piece.hasPrefix(" ") ? "\\ " : "")\(piece.drop { $0 == " " })" }
      text += piece
      isBehindComment = false
      if case .number(let number) = span {
        text += "% \(number.citation.form)\n"
        isBehindComment = true
      }
    }
    return text
  }
}
