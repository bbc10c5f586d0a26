import Records
import Statistics

extension Measure {
  /// The bounds: `≥ 100`, `5.00–5.25 s`.
  var predicted: String {
    let scale = scale
    switch (least, most) {
    case (let least?, let most?) where least == most: return scale.text(least)
    case (let least?, let most?): return "\(scale.number(least))–\(scale.text(most))"
    case (let least?, nil): return "≥ \(scale.text(least))"
    case (nil, let most?): return "≤ \(scale.text(most))"
    case (nil, nil): return NumberText.none
    }
  }

  /// The standing in words; empty without bounds.
  var standingText: String {
    switch (standing, role) {
    case (nil, _): ""
    case (.open?, _): ClaimVerdict.undecided.rawValue
    case (.within?, .claim): ClaimVerdict.holds.rawValue
    case (.beyond?, .claim): ClaimVerdict.doesNotHold.rawValue
    case (.within?, .arithmetic): LimitsRecord.Verdict.asPredicted.rawValue
    case (.beyond?, .arithmetic): LimitsRecord.Verdict.otherwise.rawValue
    }
  }

  /// The median with its unit.
  var median: String { scale.text(estimate.median) }

  /// The interval, with an asterisk if it is the range of fewer than six trials.
  var interval: String {
    guard estimate.kind != .single, !isExact || estimate.low != estimate.high else { return "" }
    return EstimateText(estimate, over: scale.factor, digits: scale.digits).interval
  }

  /// A unit that suits the median, and the number of digits.
  private struct Scale {
    var factor: Double
    var suffix: String
    var digits = 3
    var isWhole = false

    func number(_ value: Double) -> String {
      if isWhole, let whole = Int64(exactly: value) { return NumberText.grouped(whole) }
      return NumberText.significant(value / factor, digits: digits)
    }

    func text(_ value: Double) -> String { number(value) + suffix }
  }

  private func thousands(_ unit: String) -> Scale {
    let (factor, prefix) = [(1e9, "G"), (1e6, "M"), (1e3, "k")].first { estimate.median >= $0.0 } ?? (1, "")
    return Scale(factor: factor, suffix: " \(prefix)\(unit)")
  }

  private var scale: Scale {
    switch unit {
    case .seconds:
      let unit = TimeUnit.allCases.last { estimate.median * 1e9 >= $0.nanoseconds } ?? .nanoseconds
      return Scale(factor: unit.nanoseconds / 1e9, suffix: " \(unit.rawValue)", digits: 4)
    case .perSecond: return thousands("/s")
    case .bytes:
      let unit = NumberText.ByteUnit.fitting(estimate.median)
      return Scale(factor: unit.factor, suffix: " \(unit.rawValue)")
    case .ratio: return Scale(factor: 1, suffix: "", isWhole: true)
    case .count: return Scale(factor: 1, suffix: "", digits: 4, isWhole: true)
    }
  }
}

/// Counts the claims that a run measures and those that it does not.
struct ClaimsOverview {
  let results: [ClaimResult]

  /// Nil if a run measures none.
  init?(_ results: [ClaimResult]) {
    guard results.contains(where: { !$0.measures.isEmpty }) else { return nil }
    self.results = results
  }

  var measured: [ClaimResult] { results.filter { !$0.measures.isEmpty } }

  /// The number of measured claims per verdict, such as `9 hold, 1 does not hold`.
  var verdicts: String {
    ClaimVerdict.allCases.compactMap { verdict in
      let count = measured.count { $0.verdict == verdict }
      guard count > 0 else { return nil }
      return count == 1 ? "1 \(verdict.rawValue)" : "\(count) \(verdict.ofSeveral)"
    }.joined(separator: ", ")
  }

  /// The heading in one line.
  var heading: String {
    let missing = results.count - measured.count
    let others = missing == 0 ? "" : ", \(missing) not"
    return "Claims: \(measured.count) of \(results.count) measured here\(others); "
      + "the report of claims has all, with reasons"
  }

  static let legend = """
    A number is judged by its 95 % interval. All of it within the claim's range: holds. All of it outside: does not hold. \
    Otherwise, or with too few trials for an interval (*): undecided. Counts and limits need one trial, unless the \
    machine cut it short. Numbers with only a prediction (as predicted, or otherwise) do not affect the verdict.
    """
}
