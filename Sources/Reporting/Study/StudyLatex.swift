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
      "% An article, written by iomodes from a run.", "\\documentclass[10pt,twocolumn]{article}",
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
      case .figure: continue
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
      return Double(min(Self.longestLine, max(Self.shortestLine, placed.heading.count, cells.max() ?? 0)))
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
    let heights = table.rows.indices.map { index in
      zip(columns, asked).map { placed, width in
        Double(placed.column.cells[index].whole.count) / (Self.lettersPerLine * width / asked.reduce(0, +))
      }.max()?.rounded(.up) ?? 1
    }
    var parts: [[String]] = []
    var height = Double.infinity
    for (row, lines) in zip(rows, heights) {
      if height + lines > Self.mostLines {
        parts.append([])
        height = 0
      }
      parts[parts.count - 1].append(row)
      height += max(1, lines)
    }
    let texts = parts.map { rows in
      (head + rows + ["\\bottomrule", "\\end{tabular}", "\\end{center}"]).joined(separator: "\n")
    }
    return "{\\footnotesize\\raggedright\\setlength{\\tabcolsep}{3pt}\n\(texts.joined(separator: "\n\n"))\n}"
  }

  private func cell(_ placed: PlacedColumn, at row: Int) -> String {
    let cell = placed.column.cells[row]
    return citations.cited(
      LatexText.escaped(placed.showsInterval ? cell.whole : cell.text), cell.source, under: placed.heading)
  }

  /// In letters.
  private static let longestLine = 60
  private static let shortestLine = 13
  /// Of a line over the whole width of the page.
  private static let lettersPerLine = 105.0
  /// Of a page, headings left aside.
  private static let mostLines = 50.0

  /// A number, with its unit or interval on the same line.
  private static func unbroken(_ number: String) -> String {
    number.lastIndex(of: " ").map { "\(number[..<$0])~\(number[number.index(after: $0)...])" } ?? number
  }

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
        case .number(let number): Self.unbroken(LatexText.escaped(number.text))
        }
      guard !piece.isEmpty else { continue }
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
