/// The claims for a terminal, in at most 100 columns.
struct ClaimsText {
  private let results: [ClaimResult]
  private let table: Table
  private let width: Int
  private let color: Bool

  init(results: [ClaimResult], width: Int, color: Bool) {
    self.results = results
    self.width = width
    self.color = color
    table = .claims(results)
  }

  /// Each measured claim with its numbers.
  func compact() -> [String] {
    zip(results, table.groups).flatMap { result, group in
      result.measures.isEmpty ? [] : heading(result) + rows(group)
    }
  }

  /// Every claim with its prediction, numbers and explanation.
  func whole() -> [String] {
    zip(results, table.groups).flatMap { result, group -> [String] in
      let claim = result.claim
      let words = styled("“\(claim.text)”", .plain) + styled("Predicted: \(claim.prediction)", .dim)
      return heading(result) + words + (result.measures.isEmpty ? [] : rows(group))
        + styled("Why: \(claim.reason)", .dim) + [""]
    }
  }

  /// How claims are judged.
  var legend: [String] {
    Terminal.wrapped(ClaimsOverview.legend, width: width).map { Style.dim.applied(to: $0, color: color) }
  }

  private func heading(_ result: ClaimResult) -> [String] {
    Terminal.wrapped("\(result.claim.id): \(result.verdictText)", width: width, indent: 2)
      .map { Style.bold.applied(to: $0, color: color) }
  }

  private func styled(_ text: String, _ style: Style) -> [String] {
    Terminal.wrapped(text, width: width - 2, indent: 2).map { "  " + style.applied(to: $0, color: color) }
  }

  /// A row for each number. As many columns are shown as fit; the name of the number takes the remaining width.
  private func rows(_ group: Range<Int>) -> [String] {
    let (columns, words) = layout
    return group.map { row in
      let name = Terminal.padded(Terminal.shortened(columns[0].cells[row].text, to: words), to: words)
      let others = columns.dropFirst().map { Terminal.padded($0.cells[row].whole, to: Self.width($0)) }
      return TextLine.row([name] + others, .plain, color)
    }
  }

  /// The columns, and the width of the first; the same for all claims.
  private var layout: (columns: [TableColumn], words: Int) {
    let layouts = (table.layouts?.text ?? []).indices.map { richness in
      let columns = table.placed(in: .text, richness, showsAll: false).map(\.column)
      let taken = columns.dropFirst().map { TextLine.gap.count + Self.width($0) }.reduce(TextLine.gap.count, +)
      return (columns: columns, words: width - taken)
    }
    let best = layouts.first { $0.words >= Self.fewestWords } ?? layouts[layouts.count - 1]
    return (best.columns, min(best.words, Self.width(best.columns[0])))
  }

  private static let fewestWords = 30

  private static func width(_ column: TableColumn) -> Int { column.cells.map(\.whole.count).max() ?? 0 }
}
