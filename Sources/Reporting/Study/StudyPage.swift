import Records

/// An article as one self-contained page, with the frame of every page.
struct StudyPage {
  private let article: StudyArticle
  private let citations: TableCitations
  /// Those that the article names, in its order.
  private let figures: PageFigures

  init(_ article: StudyArticle, _ drawn: PageFigures) {
    self.article = article
    citations = TableCitations(article.citations, .html)
    let wanted = article.blocks.compactMap { block -> PageFigures.Figure? in
      guard case .figure(let experiment, let kind) = block else { return nil }
      return drawn.figures.first { $0.experiment == experiment && $0.kind == kind }
    }
    figures = PageFigures(figures: wanted, absence: drawn.absence)
  }

  func render() -> String {
    HTMLPage(title: title, modes: ModeTable(article.run.record), body: "\(head)\(body)").text
  }

  private var title: String {
    article.blocks.lazy.compactMap { if case .title(let text) = $0 { text } else { nil } }.first ?? "iomodes"
  }

  private var head: Markup {
    let provenance = Provenance(article.run.record)
    let facts = ["run \(provenance.run)", provenance.machine, provenance.date].filter { !$0.isEmpty }
    return """
      <header>
      <h1>\(title)</h1>
      <p class="facts">\(facts.joined(separator: " · "))</p>
      </header>

      """
  }

  /// A section for each heading; what stands before the first one has none.
  private var body: Markup {
    var sections: [HTMLReport.Section] = []
    var lead: Markup = ""
    var heading: String?
    var content: Markup = ""
    var items: [Markup] = []
    var taken: Set<String> = []
    var drawn = 0
    func close() {
      if !items.isEmpty { content = content + "<ul>\n\(items)</ul>\n" }
      items = []
    }
    func end() {
      close()
      if let heading {
        let anchor = Figures.unused(PageAnchors.slug(heading), &taken)
        sections.append(.init(anchor: anchor, title: heading, body: content))
      } else {
        lead = content
      }
      content = ""
    }
    for block in article.blocks {
      if case .item = block {} else { close() }
      switch block {
      case .title: continue
      case .heading(let text):
        end()
        heading = text
      case .paragraph(let spans): content = content + "<p>\(Self.sentence(spans))</p>\n"
      case .item(let spans): items.append("<li>\(Self.sentence(spans))</li>\n")
      case .table(let table): content = content + PageTable.table(table, citations: citations)
      case .figure(let experiment, let kind):
        let own = figures.figures.filter { $0.experiment == experiment && $0.kind == kind }
        content = content + "\(figures.group(own, after: drawn))"
        drawn += own.count
      }
    }
    end()
    return """
      \(HTMLReport.Section.contents(sections))\
      <main>
      \(figures.absence.map { "<p class=\"facts\">No figures: \($0).</p>\n" as Markup })\
      \(lead)\(sections.map(\.markup))</main>

      """
  }

  /// A citation is a comment, in which its text is escaped as everywhere.
  private static func sentence(_ spans: [StudySpan]) -> [Markup] {
    spans.map { span in
      switch span {
      case .words(let text): Markup(text)
      case .code(let text): "<code>\(text)</code>"
      case .strong(let text): "<b>\(text)</b>"
      case .number(let number): "<span class=\"interval\">\(number.text)</span><!-- \(number.citation.form) -->"
      }
    }
  }
}
