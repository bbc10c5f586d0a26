import Records

/// A document of tables that is no report of trials, such as an explanation, before it is rendered.
struct TableDocument {
  /// The command that prints it: `iomodes explain`.
  let title: String
  /// Where its numbers come from, one line each.
  let provenance: [String]
  let warnings: [String]
  let sections: [Section]
  /// What its numbers are.
  let legend: String
  /// Whose colours a page shows.
  let modes: ModeTable
  /// Its numbers: names contain their unit, and values that do not apply are absent.
  let json: JSONValue
  /// Tidy data with a row of names; cells that do not apply are nil.
  let csv: [[String?]]

  /// A table with its notes.
  struct Section {
    /// Nil for a document's only table.
    let title: String?
    let table: Table
    var notes: [Summary.MeasuredExperiment.Note] = []
  }

  /// - Parameters:
  ///   - width: the terminal's columns; only for ``OutputFormat/text``, like `color`.
  ///   - citations: those of the tables' numbers, which tables carry as comments; only for ``OutputFormat/latex`` and
  ///     ``OutputFormat/md``.
  func render(_ format: OutputFormat, width: Int, color: Bool, citations: Citations? = nil) -> String {
    switch format {
    case .text: text(width: width, color: color)
    case .md: markdown(citations.map { TableCitations($0, .markdown) })
    case .latex: latex(citations.map { TableCitations($0, .latex) })
    case .html: html
    case .json: json.text(pretty: true)
    case .csv: CSVReport.lines(csv)
    }
  }

  private func text(width: Int, color: Bool) -> String {
    func styled(_ text: String, _ style: Style, indent: Int = 0) -> [String] {
      Terminal.wrapped(text, width: min(width, TextReport.widestText), indent: indent).map {
        style.applied(to: $0, color: color)
      }
    }
    let sections = self.sections.flatMap { section -> [String] in
      let table = TextTable(section.table, width: width).lines(color: color)
      return [""] + (section.title.map { styled($0, .bold) } ?? []) + table
        + section.notes.flatMap { styled("· \($0.text)", $0.isWarning ? .warning : .dim, indent: 2) }
    }
    let head = provenance.flatMap { styled($0, .plain) } + warnings.flatMap { styled($0, .warning) }
    return (head + sections + [""] + styled(legend, .dim)).joined(separator: "\n")
  }

  private func markdown(_ citations: TableCitations?) -> String {
    let escaped = MarkdownReport.escaped
    let head = ["# \(escaped(title))"] + provenance.map(escaped) + warnings.map { "**\(escaped($0))**" }
    let sections = self.sections.flatMap { section in
      (section.title.map { ["## \(escaped($0))"] } ?? []) + [MarkdownReport.grid(section.table, citations)]
        + MarkdownReport.list(section.notes)
    }
    return (head + sections + [escaped(legend)]).joined(separator: "\n\n")
  }

  private func latex(_ citations: TableCitations?) -> String {
    let escaped = LatexText.escaped
    let setter = LatexTable(citations: citations)
    let head =
      ["% Written by `\(title)`; it takes \\usepackage{booktabs}.", "\\section*{\(escaped(title))}"]
      + provenance.map(escaped) + warnings.map { "\\textbf{\(escaped($0))}" }
    let sections = self.sections.flatMap { section in
      (section.title.map { ["\\subsection*{\(escaped($0))}"] } ?? []) + setter.set([section.table])
        + LatexReport.list(section.notes)
    }
    return (head + sections + ["{\\footnotesize \(escaped(legend))\\par}"]).joined(separator: "\n\n")
  }

  private var html: String {
    var anchors: Set<String> = []
    let pages = sections.map { section in
      let title = section.title ?? self.title
      return HTMLReport.Section(
        anchor: Figures.unused(PageAnchors.slug(title), &anchors), title: title,
        body: "\(PageTable.table(section.table))\(PageNotes.list(section.notes))")
    }
    let contents: Markup? = pages.count > 1 ? HTMLReport.Section.contents(pages) : nil
    return HTMLPage(
      title: title, modes: modes,
      body: """
        <header>
        <h1>\(title)</h1>
        \(provenance.map { "<p class=\"facts\">\($0)</p>\n" as Markup })\
        \(warnings.map { "<p class=\"warning\">\($0)</p>\n" as Markup })\
        <p class="facts">\(legend)</p>
        </header>

        \(contents)\
        <main>
        \(pages.map(\.markup))</main>

        """
    ).text
  }
}
