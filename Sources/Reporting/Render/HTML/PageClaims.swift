/// The claims that a run measures: each with its verdict, and below it every number that it is judged by, so that the one
/// that missed its prediction can be seen.
struct PageClaims {
  private let overview: ClaimsOverview
  private let table: Table
  private let columns: [PlacedColumn]
  private let anchors: PageAnchors

  init(_ overview: ClaimsOverview, _ anchors: PageAnchors) {
    self.overview = overview
    self.anchors = anchors
    table = .claims(overview.measured)
    columns = table.placed(in: .html, showsAll: false)
  }

  var body: Markup {
    let heads = columns.map { column in
      "<th scope=\"col\"\(Self.isNumber(column) ? " class=\"n\"" as Markup : nil)>\(column.heading)</th>" as Markup
    }
    return """
      <p>\(overview.heading).</p>
      <p>\(missed)</p>
      <div class="scroll" tabindex="0" role="group" aria-label="claims"><table class="claims">
      <thead><tr>\(heads)</tr></thead>
      \(zip(overview.measured, table.groups).map(group))</table></div>
      <p class="facts">\(ClaimsOverview.legend)</p>

      """
  }

  private var missed: String {
    let bounded = overview.measured.flatMap(\.measures).filter { $0.standing != nil }
    let count = bounded.count(where: \.missesPrediction)
    return count == 0
      ? "None of the \(bounded.count) numbers with a prediction misses it."
      : "\(count) of the \(bounded.count) numbers with a prediction \(count == 1 ? "misses" : "miss") it: \(Self.mark)."
  }

  private func group(_ result: ClaimResult, _ rows: Range<Int>) -> Markup {
    """
    <tbody id="\(PageAnchors.claim(result.claim))">
    <tr><th scope="rowgroup" colspan="\(columns.count)"><b>\(result.claim.id)</b>: \(result.claim.text) \
    <b class="verdict">\(result.verdictText)</b></th></tr>
    \(zip(rows, result.measures).map(row))</tbody>

    """
  }

  private func row(_ index: Int, _ measure: Measure) -> Markup {
    let misses = table.rows[index].isWarning
    let place: Markup? = anchors.has(measure.experiment) ? " <small>\(anchors.link(measure.experiment))</small>" : nil
    let cells = columns.enumerated().map { order, column -> Markup in
      let cell = column.column.cells[index]
      let interval: Markup? = cell.interval.isEmpty ? nil : " <small>\(cell.interval)</small>"
      let mark = misses && order == columns.count - 1 ? "\(Self.mark) " : ""
      return """
        <td\(Self.isNumber(column) ? " class=\"n\"" as Markup : nil)>\(mark)\(cell.text)\(interval)\(order == 0 ? place : nil)</td>
        """
    }
    return "<tr\(misses ? " class=\"missed\"" as Markup : nil)>\(cells)</tr>\n"
  }

  private static func isNumber(_ column: PlacedColumn) -> Bool {
    ["predicted", "measured"].contains(column.column.key)
  }

  private static let mark = "✗"
}

extension Measure {
  /// Whether it is beyond the bounds that the claim, or arithmetic, sets.
  var missesPrediction: Bool { standing == .beyond }
}
