/// Two independent samples that are to be compared, such as the trials of two runs, which nothing pairs.
public struct UnpairedSeries: Sendable, Equatable {
  /// What is compared.
  public var name: String

  /// The values that are judged.
  public var candidate: [Double]

  /// The values that they are judged by, in the same unit; not necessarily as many.
  public var baseline: [Double]

  /// Which values are the better ones.
  public var preference: PairedSeries.Preference

  /// Two samples.
  public init(name: String, candidate: [Double], baseline: [Double], preference: PairedSeries.Preference) {
    self.name = name
    self.candidate = candidate
    self.baseline = baseline
    self.preference = preference
  }
}

/// What a comparison of two independent samples came to.
public struct UnpairedComparison: Sendable, Equatable {
  /// What was compared.
  public let name: String

  /// The ratio of candidate to baseline; nil when a sample is empty, or they are not comparable.
  public let ratio: Estimate?

  /// The test of “no difference”; nil where `ratio` is.
  public let test: RankSumTest?

  /// The p-value, corrected for the family; nil where `ratio` is.
  public let adjustedPValue: Double?

  /// What may be said of the candidate.
  public let verdict: PairedComparison.Verdict
}

/// Compares pairs of independent samples, as one family.
///
/// A candidate is faster or slower when the p-value of ``rankSumTest(_:against:)``, adjusted by
/// ``holmAdjusted(_:family:)``, is at most `level`. The interval of ``UnpairedComparison/ratio`` is that of
/// ``unpairedRatioEstimate(_:over:)``: of the same test, and not corrected for the family.
///
/// Of *m* and *n* values the smallest p-value is 2 *m*! *n*! / (*m* + *n*)!. Where that is above 5 % (below four and
/// four values) or, times the size of the family, above `level`, a difference that is not found is “too few rounds”.
///
/// - Parameters:
///   - level: the probability, at most, of even one false verdict in the family.
///   - leastEffect: a verdict is that the ratio lies beyond so much, such as 0.05 for 5 %.
/// - Returns: a comparison for each of `family`, in its order; nil when it is empty, or `level` is not between 0 and 1.
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
/// - Parameter familySize: the number of comparisons; below 1 as 1.
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
