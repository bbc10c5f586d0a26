import Records

/// An article for the repository: each number with its citation behind it, as a comment that `cite --verify` checks.
struct StudyMarkdown {
  private let article: StudyArticle
  private let citations: TableCitations

  init(_ article: StudyArticle) {
    self.article = article
    citations = TableCitations(article.citations, .markdown)
  }

  func render() -> String {
    var text = ""
    var wasItem = false
    for block in article.blocks {
      if case .figure = block { continue }
      let isItem = if case .item = block { true } else { false }
      text += (text.isEmpty ? "" : wasItem && isItem ? "\n" : "\n\n") + self.text(block)
      wasItem = isItem
    }
    return text + "\n"
  }

  private func text(_ block: StudyArticle.Block) -> String {
    switch block {
    case .title(let text): "# \(Self.escaped(text))"
    case .heading(let text): "## \(Self.escaped(text))"
    case .paragraph(let spans): Self.sentence(spans)
    case .item(let spans): "- \(Self.sentence(spans))"
    case .table(let table): MarkdownReport.grid(table, citations)
    case .figure: ""
    }
  }

  private static func sentence(_ spans: [StudySpan]) -> String {
    spans.map { span in
      switch span {
      case .words(let text): escaped(text)
      case .code(let text): "`\(text)`"
      case .strong(let text): "**\(escaped(text))**"
      case .number(let number): "\(escaped(number.text))<!-- \(number.citation.form) -->"
      }
    }.joined()
  }

  private static func escaped(_ text: String) -> String { MarkdownReport.escaped(text) }
}
