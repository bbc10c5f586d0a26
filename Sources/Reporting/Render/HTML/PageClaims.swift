/// The claims that a run measures: each with its verdict, and below it every number that it is judged by, so that the one
/// that missed its prediction can be seen.
struct PageClaims {
  private let overview: ClaimsOverview
  private let anchors: PageAnchors

  init(_ overview: ClaimsOverview, _ anchors: PageAnchors) {
    self.overview = overview
    self.anchors = anchors
  }

  var body: Markup {
    """
    <p>\(overview.heading).</p>
    <p>\(missed)</p>
    <div class="scroll" tabindex="0" role="group" aria-label="claims"><table class="claims">
    <thead><tr><th scope="col">claim and number</th><th scope="col" class="n">predicted</th>\
    <th scope="col" class="n">measured</th><th scope="col">number is</th></tr></thead>
    \(overview.measured.map(group))</table></div>
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

  private func group(_ result: ClaimResult) -> Markup {
    """
    <tbody id="\(PageAnchors.claim(result.claim))">
    <tr><th scope="rowgroup" colspan="4"><b>\(result.claim.id)</b>: \(result.claim.text) \
    <b class="verdict">\(result.verdictText)</b></th></tr>
    \(result.measures.map(row))</tbody>

    """
  }

  private func row(_ measure: Measure) -> Markup {
    let misses = measure.missesPrediction
    let place: Markup? = anchors.has(measure.experiment) ? " <small>\(anchors.link(measure.experiment))</small>" : nil
    let interval: Markup? = measure.interval.isEmpty ? nil : " <small>\(measure.interval)</small>"
    let standing = misses ? "\(Self.mark) \(measure.standingText)" : measure.standingText
    return """
      <tr\(misses ? " class=\"missed\"" as Markup : nil)><td>\(measure.name)\(place)</td><td class="n">\(measure.predicted)</td>\
      <td class="n">\(measure.median)\(interval)</td><td>\(standing)</td></tr>

      """
  }

  private static let mark = "✗"
}

extension Measure {
  /// Whether it is beyond the bounds that the claim, or arithmetic, sets.
  var missesPrediction: Bool { standing == .beyond }
}
