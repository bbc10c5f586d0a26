/// Two independent samples to compare, such as the trials of two runs, which nothing pairs.
public struct UnpairedSeries: Sendable, Equatable {
  /// The name of the comparison.
  public var name: String

  /// The values under judgement.
  public var candidate: [Double]

  /// The reference values, in the same unit; their number may differ.
  public var baseline: [Double]

  /// The direction in which values are better.
  public var preference: PairedSeries.Preference

  /// Two samples.
  public init(name: String, candidate: [Double], baseline: [Double], preference: PairedSeries.Preference) {
    self.name = name
    self.candidate = candidate
    self.baseline = baseline
    self.preference = preference
  }
}

/// The result of a comparison of two independent samples.
public struct UnpairedComparison: Sendable, Equatable {
  /// The name of the comparison.
  public let name: String

  /// The ratio of candidate to baseline; nil if a sample is empty, or they are not comparable.
  public let ratio: Estimate?

  /// The test of “no difference”; nil if `ratio` is nil.
  public let test: RankSumTest?

  /// The p-value, adjusted for the family; nil if `ratio` is nil.
  public let adjustedPValue: Double?

  /// The conclusion about the candidate.
  public let verdict: PairedComparison.Verdict
}

/// Compares pairs of independent samples, as one family.
///
/// A candidate is faster or slower if the p-value of ``rankSumTest(_:against:)``, adjusted by
/// ``holmAdjusted(_:family:)``, is at most `level`. The interval of ``UnpairedComparison/ratio`` is that of
/// ``unpairedRatioEstimate(_:over:)``. It belongs to the same test, and is not adjusted for the family.
///
/// The smallest possible p-value of *m* and *n* values is 2 *m*! *n*! / (*m* + *n*)!. If it exceeds 5 % (below four and
/// four values), the verdict is “too few rounds”. So it is if nothing is significant and this p-value times the
/// family's size exceeds `level`.
///
/// - Parameters:
///   - level: the highest probability of any false verdict in the family.
///   - leastEffect: the ratio must lie beyond this for a verdict, such as 0.05 for 5 %.
/// - Returns: a comparison for each of `family`, in its order; nil if it is empty, or `level` is not between 0 and 1.
public func compareUnpaired(
  _ family: [UnpairedSeries], family name: String, level: Double = 0.05, leastEffect: Double = 0
) -> [UnpairedComparison]? {
  guard level > 0, level < 1 else { return nil }
  let ratios = family.map { unpairedRatioEstimate($0.candidate, over: $0.baseline) }
  let tests = family.indices.map { index in
    ratios[index].flatMap { ratio in rankSumTest(family[index], ratio.median, beyond: leastEffect) }
  }
  guard let holm = holmAdjusted(tests.map { $0?.pValue }, family: name) else { return nil }
  return family.indices.map { index in
    UnpairedComparison(
      family[index], ratio: ratios[index], test: tests[index], adjustedPValue: holm.adjustedPValues[index],
      familySize: holm.size, level: level)
  }
}

private func rankSumTest(_ series: UnpairedSeries, _ ratio: Double, beyond leastEffect: Double) -> RankSumTest? {
  guard let shift = shift(of: ratio, beyond: leastEffect) else {
    return rankSumTest(series.candidate, against: series.baseline).map {
      RankSumTest(pValue: 1, isExact: $0.isExact, u: $0.u)
    }
  }
  return rankSumTest(shift == 1 ? series.candidate : series.candidate.map { $0 / shift }, against: series.baseline)
}

/// The fewest trials on each side with which ``compareUnpaired(_:family:level:)`` can find a difference at 5 %.
///
/// - Parameter familySize: the number of comparisons; below 1 counts as 1.
public func fewestTrials(familySize: Int) -> Int {
  var trials = 4
  while smallestRankSumPValue(trials, trials) * Double(max(1, familySize)) > 0.05 { trials += 1 }
  return trials
}

extension UnpairedComparison {
  fileprivate init(
    _ series: UnpairedSeries, ratio: Estimate?, test: RankSumTest?, adjustedPValue: Double?, familySize: Int,
    level: Double
  ) {
    name = series.name
    self.ratio = ratio
    self.test = test
    self.adjustedPValue = adjustedPValue
    guard let ratio, let adjustedPValue else {
      verdict = series.candidate.isEmpty || series.baseline.isEmpty ? .tooFewRounds : .notComparable
      return
    }
    let smallest = smallestRankSumPValue(series.candidate.count, series.baseline.count)
    if smallest > 0.05 || (adjustedPValue > level && smallest * Double(familySize) > level) {
      verdict = .tooFewRounds
    } else if adjustedPValue > level || ratio.median == 1 {
      verdict = .notSignificant
    } else {
      verdict = (ratio.median > 1) == (series.preference == .higherIsFaster) ? .faster : .slower
    }
  }
}
