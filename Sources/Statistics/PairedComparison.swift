import Glibc

/// Two series to compare, paired by position, such as the rounds of interleaved trials.
public struct PairedSeries: Sendable, Equatable {
  /// The direction in which values are better.
  public enum Preference: String, Sendable, CaseIterable {
    /// Higher values are better, as for throughput.
    case higherIsFaster
    /// Lower values are better, as for latency or CPU time per operation.
    case lowerIsFaster
  }

  /// The name of the comparison.
  public var name: String

  /// The values under judgement.
  public var candidate: [Double]

  /// The reference values, in the same unit.
  public var baseline: [Double]

  /// The direction in which values are better.
  public var preference: Preference

  /// A pair of series.
  public init(name: String, candidate: [Double], baseline: [Double], preference: Preference) {
    self.name = name
    self.candidate = candidate
    self.baseline = baseline
    self.preference = preference
  }
}

/// The result of a comparison of two series.
public struct PairedComparison: Sendable, Equatable {
  /// The conclusion about the candidate.
  public enum Verdict: String, Sendable, CaseIterable {
    /// The candidate is faster than the baseline.
    case faster
    /// The candidate is slower than the baseline.
    case slower
    /// No significant difference was found. This does not prove that there is none.
    case notSignificant
    /// There are fewer rounds than ``minimumRounds``, or than the family needs to find any difference.
    case tooFewRounds
    /// The values cannot be paired, or a value or a ratio is not a positive number.
    case notComparable
  }

  /// The name of the comparison.
  public let name: String

  /// The number of pairs.
  public let rounds: Int

  /// The ratio of candidate to baseline; nil if there are no pairs, or they are not comparable.
  public let ratio: Estimate?

  /// The test of “no difference”; nil if `ratio` is nil.
  public let test: SignFlipTest?

  /// The p-value, adjusted for the family; nil if `ratio` is nil.
  public let adjustedPValue: Double?

  /// The conclusion about the candidate.
  public let verdict: Verdict
}

/// Comparisons made together, whose p-values are adjusted as one family.
public struct ComparisonFamily: Sendable, Equatable {
  /// The family's name.
  public let name: String

  /// The highest probability of finding any difference in the family if there is none.
  public let level: Double

  /// The comparisons, in the order given.
  public let comparisons: [PairedComparison]

  /// The number of comparisons for which the p-values are adjusted: all of them.
  public var size: Int { comparisons.count }
}

/// The fewest rounds for a verdict: with five, even five differences of the same sign are not significant at 5 %.
public let minimumRounds = 6

/// The fewest rounds with which ``comparePairs(_:family:level:seed:)`` can find a difference at 5 %.
///
/// - Parameter familySize: the number of comparisons; below 1 counts as 1.
public func fewestRounds(familySize: Int) -> Int {
  var rounds = minimumRounds
  while exp2(Double(1 - rounds)) * Double(max(1, familySize)) > 0.05 { rounds += 1 }
  return rounds
}

/// Compares pairs of series, as one family.
///
/// A candidate is faster or slower if two conditions hold. The p-value of ``signFlipTest(ofLogRatios:seed:)``, adjusted
/// by ``holmAdjusted(_:family:)``, is at most `level`. The median of the ratios lies on the same side of 1 as their
/// geometric mean, which is what the test judges. The probability of any false verdict in the family is thus at most
/// `level`. The interval of ``PairedComparison/ratio`` belongs to the median and is not adjusted. It may exclude 1
/// although the test finds nothing; the verdict is then “not significant”.
///
/// The smallest possible p-value of *n* rounds is 2^(1 - *n*). If *n* is below ``minimumRounds``, or that p-value times
/// the family's size exceeds `level`, a comparison that is not significant has too few rounds. Two or three comparisons
/// need seven rounds, four to six need eight.
///
/// Complexity: that of the tests.
///
/// - Parameters:
///   - seed: the seed of tests that draw at random because they are not exact.
///   - leastEffect: the ratio must lie beyond this for a verdict, such as 0.05 for 5 %.
/// - Returns: nil if there is nothing to compare, or `level` is not between 0 and 1.
public func comparePairs(
  _ family: [PairedSeries], family name: String, level: Double = 0.05, seed: UInt64 = 0, leastEffect: Double = 0
) -> ComparisonFamily? {
  guard level > 0, level < 1 else { return nil }
  let tests = family.map { series in
    series.logRatios.flatMap { signFlipTest(ofLogRatios: $0, seed: seed, leastEffect: leastEffect) }
  }
  guard let holm = holmAdjusted(tests.map { $0?.pValue }, family: name) else { return nil }
  let comparisons = family.indices.map { index in
    PairedComparison(
      family[index], test: tests[index], adjustedPValue: holm.adjustedPValues[index], familySize: holm.size,
      level: level)
  }
  return ComparisonFamily(name: holm.name, level: level, comparisons: comparisons)
}

/// Tests “no difference of at least `leastEffect`”. The mean is that of the unshifted ratios.
private func signFlipTest(ofLogRatios logRatios: [Double], seed: UInt64, leastEffect: Double) -> SignFlipTest? {
  guard leastEffect > 0, let plain = signFlipTest(ofLogRatios: logRatios, seed: seed) else {
    return signFlipTest(ofLogRatios: logRatios, seed: seed)
  }
  let shift = shift(of: exp(plain.meanLogRatio), beyond: leastEffect)
  let moved = shift.flatMap { shift in signFlipTest(ofLogRatios: logRatios.map { $0 - log(shift) }, seed: seed) }
  return SignFlipTest(
    pValue: moved?.pValue ?? 1, isExact: plain.isExact, meanLogRatio: plain.meanLogRatio, n: plain.n)
}

extension PairedSeries {
  /// The logarithms of the ratios. Nil if the values cannot be paired, or a value or ratio is not a positive number.
  fileprivate var logRatios: [Double]? {
    guard candidate.count == baseline.count else { return nil }
    let ratios = zip(candidate, baseline).map(/)
    guard (candidate + baseline + ratios).allSatisfy({ $0 > 0 && $0.isFinite }) else { return nil }
    return ratios.map { log($0) }
  }
}

extension PairedComparison {
  fileprivate init(
    _ series: PairedSeries, test: SignFlipTest?, adjustedPValue: Double?, familySize: Int, level: Double
  ) {
    name = series.name
    rounds = min(series.candidate.count, series.baseline.count)
    ratio = test == nil ? nil : ratioEstimate(series.candidate, over: series.baseline)
    self.test = test
    self.adjustedPValue = adjustedPValue
    guard let ratio, let test, let adjustedPValue else {
      verdict = series.candidate.isEmpty && series.baseline.isEmpty ? .tooFewRounds : .notComparable
      return
    }
    let smallestPValue = exp2(Double(1 - rounds))
    if rounds < minimumRounds || (adjustedPValue > level && smallestPValue * Double(familySize) > level) {
      verdict = .tooFewRounds
    } else if adjustedPValue > level || (ratio.median - 1) * test.meanLogRatio <= 0 {
      verdict = .notSignificant
    } else {
      verdict = (test.meanLogRatio > 0) == (series.preference == .higherIsFaster) ? .faster : .slower
    }
  }
}
