import Records

/// An article as a LaTeX document of two columns, with packages that every distribution has. From a heading that begins
/// with “Appendix” on it has one column, because tables of claims are wide.
///
/// LaTeX reads a figure as a PDF from the folder `figures`, as wide as a column. A figure without its file is left out.
struct StudyLatex {
  private let article: StudyArticle
  private let tables: StudyLatexTable

  init(_ article: StudyArticle) {
    self.article = article
    tables = StudyLatexTable(TableCitations(article.citations, .latex))
  }

  func render() -> String {
    let provenance = Provenance(article.run.record)
    let figures = figures
    var lines = [
      "% An article, written by iomodes from the run \(provenance.run.onOneLine).",
      "% Its figures are those that iomodes plot draws one column wide, in the folder \(Self.folder).",
      "\\documentclass[10pt,twocolumn]{article}", "\\usepackage[a4paper,margin=18mm]{geometry}",
      "\\usepackage{array,booktabs,graphicx,longtable}", "\\sloppy",
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
          lines += ["", "\\onecolumn", "\\raggedbottom"]
          isWide = true
        }
        lines += ["", "\\section*{\(LatexText.escaped(text))}"]
      case .paragraph(let spans): lines += ["", Self.sentence(spans)]
      case .item(let spans): items.append("\\item \(Self.sentence(spans))")
      case .figure(let experiment, let kind):
        lines += figures.filter { $0.data.experiment == experiment && $0.data.kind == kind }.flatMap(Self.figure)
      case .table(let table):
        lines +=
          isWide
          ? ["", tables.long(table)] : ["", "\\begin{table*}[t]", tables.tabular(table), "\\end{table*}"]
      }
    }
    close()
    return (lines + ["", "\\end{document}"]).joined(separator: "\n") + "\n"
  }

  // MARK: Figures

  /// The folder that LaTeX reads figures from.
  private static let folder = "figures"

  /// Those that the run has; none if the article names none.
  private var figures: [(stem: String, data: GnuplotData)] {
    guard article.blocks.contains(where: { if case .figure = $0 { true } else { false } }) else { return [] }
    return Figures.plan(article.run).filter { $0.data.absence == nil }
  }

  private static func figure(_ stem: String, _ data: GnuplotData) -> [String] {
    let path = "\(folder)/\(stem)\(FigureWidth.column.mark).pdf"
    return [
      "", "\\IfFileExists{\(path)}{%", "\\begin{figure}[tbp]", "\\includegraphics[width=\\columnwidth]{\(path)}",
      "\\caption{\(LatexText.escaped(data.question)) \(code(data.experiment)): \(LatexText.escaped(data.subject)).}",
      "\\end{figure}}{}",
    ]
  }

  // MARK: Sentences

  /// A name, which may be broken behind a hyphen or a slash.
  private static func code(_ text: String) -> String {
    let pieces = text.split(omittingEmptySubsequences: false) { "-/".contains($0) }
    let breakable = pieces.dropLast().reduce(into: "") { text, piece in
      let mark = piece.base[piece.endIndex]
      text += "\(LatexText.escaped(String(piece)))\(mark)\\allowbreak{}"
    }
    return "\\texttt{\(breakable)\(LatexText.escaped(String(pieces.last ?? "")))}"
  }

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
        case .code(let text): code(text)
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
