import Glibc

/// Two series that are to be compared, paired by position, such as the rounds of interleaved trials.
public struct PairedSeries: Sendable, Equatable {
  /// Which values are the better ones.
  public enum Preference: String, Sendable, CaseIterable {
    /// As of a throughput.
    case higherIsFaster
    /// As of a latency, or of the CPU time of an operation.
    case lowerIsFaster
  }

  /// What is compared.
  public var name: String

  /// The values that are judged.
  public var candidate: [Double]

  /// The values that they are judged by, in the same unit.
  public var baseline: [Double]

  /// Which values are the better ones.
  public var preference: Preference

  /// A pair of series.
  public init(name: String, candidate: [Double], baseline: [Double], preference: Preference) {
    self.name = name
    self.candidate = candidate
    self.baseline = baseline
    self.preference = preference
  }
}

/// What a comparison of two series came to.
public struct PairedComparison: Sendable, Equatable {
  /// What may be said of the candidate.
  public enum Verdict: String, Sendable, CaseIterable {
    /// It is faster than the baseline.
    case faster
    /// It is slower than the baseline.
    case slower
    /// No significant difference was found, which does not prove that there is none.
    case notSignificant
    /// There are fewer than ``minimumRounds``, or fewer than the family needs for any difference to be found.
    case tooFewRounds
    /// The values cannot be paired, or one of them, or of their ratios, is not a positive number.
    case notComparable
  }

  /// What was compared.
  public let name: String

  /// The number of pairs.
  public let rounds: Int

  /// The ratio of candidate to baseline; nil when there are no pairs, or they are not comparable.
  public let ratio: Estimate?

  /// The test of “no difference”; nil where `ratio` is.
  public let test: SignFlipTest?

  /// The p-value, corrected for the family; nil where `ratio` is.
  public let adjustedPValue: Double?

  /// What may be said of the candidate.
  public let verdict: Verdict
}

/// Comparisons that were made together, and are corrected for that.
public struct ComparisonFamily: Sendable, Equatable {
  /// What the comparisons have in common.
  public let name: String

  /// The probability, at most, of finding even one difference in the family where there is none.
  public let level: Double

  /// The comparisons, in the order given.
  public let comparisons: [PairedComparison]

  /// The number of comparisons that the p-values are corrected for: all of them.
  public var size: Int { comparisons.count }
}

/// The fewest rounds that have a verdict: with five, not even five differences of the same sign are significant at 5 %.
public let minimumRounds = 6

/// The fewest rounds with which ``comparePairs(_:family:level:seed:)`` can find a difference at 5 %.
///
/// - Parameter familySize: the number of comparisons; below 1 as 1.
public func fewestRounds(familySize: Int) -> Int {
  var rounds = minimumRounds
  while exp2(Double(1 - rounds)) * Double(max(1, familySize)) > 0.05 { rounds += 1 }
  return rounds
}

/// Compares pairs of series, as one family.
///
/// A candidate is faster or slower when the p-value of ``signFlipTest(ofLogRatios:seed:)``, adjusted by
/// ``holmAdjusted(_:family:)``, is at most `level`, and the median of the ratios lies on the same side of 1 as their
/// geometric mean, which the test judges. The probability of any false verdict in the family is thus at most `level`.
/// The interval of ``PairedComparison/ratio`` is not corrected, and belongs to the median: it may exclude 1 where the
/// test finds nothing, and the verdict is then “not significant”.
///
/// The smallest p-value that *n* rounds can have is 2^(1 - *n*). Below ``minimumRounds``, or where that value times the
/// size of the family exceeds `level`, a comparison that is not significant has too few rounds: seven are needed for
/// two or three comparisons, eight for four to six.
///
/// Complexity: that of the tests.
///
/// - Parameters:
///   - seed: what the draws of tests that are not exact depend on.
///   - leastEffect: a verdict is that the ratio lies beyond so much, such as 0.05 for 5 %.
/// - Returns: nil when there is nothing to compare, or `level` is not between 0 and 1.
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

/// The test of “no difference of at least so much”. Its mean is that of the ratios, as they are.
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
  /// The logarithms of the ratios, or nil when the values cannot be paired, or one or their ratio is not a positive
  /// number.
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
