/// The claims for a terminal, in at most 100 columns.
struct ClaimsText {
  let results: [ClaimResult]
  let width: Int
  let color: Bool

  /// Each measured claim with its numbers.
  func compact() -> [String] { results.filter { !$0.measures.isEmpty }.flatMap { heading($0) + rows($0) } }

  /// Every claim with its prediction, numbers and explanation.
  func whole() -> [String] {
    results.flatMap { result -> [String] in
      let claim = result.claim
      let words = styled("“\(claim.text)”", .plain) + styled("Predicted: \(claim.prediction)", .dim)
      return heading(result) + words + rows(result) + styled("Why: \(claim.reason)", .dim) + [""]
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

  /// A row for each number: name, prediction, measurement, number of trials and standing. As many columns are shown as
  /// fit; the name takes the remaining width.
  private func rows(_ result: ClaimResult) -> [String] {
    let (columns, words) = layout
    return result.measures.map { measure in
      let cells = Self.cells(measure)
      let first = Terminal.padded(Terminal.shortened(cells[0], to: words), to: words)
      let others = columns.map { Terminal.padded(cells[$0.index], to: $0.width) }
      return TextLine.row([first] + others, .plain, color)
    }
  }

  /// The columns besides the name, and the name's width; the same for all claims.
  private var layout: (columns: [(index: Int, width: Int)], words: Int) {
    let all = results.flatMap { $0.measures.map(Self.cells) }
    func width(_ column: Int) -> Int { all.map { $0[column].count }.max() ?? 0 }
    let layouts = [[1, 2, 3, 4], [1, 2, 4], [2, 4], [4], []].map { indices in
      let columns = indices.map { (index: $0, width: width($0)) }
      let taken = columns.map { TextLine.gap.count + $0.width }.reduce(TextLine.gap.count, +)
      return (columns: columns, words: self.width - taken)
    }
    let best = layouts.first { $0.words >= Self.fewestWords } ?? layouts[layouts.count - 1]
    return (best.columns, min(best.words, width(0)))
  }

  private static let fewestWords = 30

  private static func cells(_ measure: Measure) -> [String] {
    [
      measure.name, measure.predicted, measure.measured, NumberText.grouped(measure.estimate.n),
      measure.standingText,
    ]
  }
}
