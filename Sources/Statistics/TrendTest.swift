import Glibc

/// A test of a series for a trend, and the trend's size.
public struct TrendTest: Sendable, Equatable {
  /// Kendall's *S*: the number of rising pairs of values less that of falling ones.
  public let score: Int

  /// The probability, if the values are independent and have no trend, of a score at least this far from zero.
  public let pValue: Double

  /// The median slope, in the unit of the values per interval.
  public let slope: Double

  /// The slope over the whole window as a share of the median value: 0.1 is a rise of 10 % from the first value to the
  /// last. Nil if the median is 0, or so near 0 that the share is not finite.
  public let relativeDrift: Double?
}

/// The largest number of distinct values for which ``trendTest(of:)`` is exact.
public let maximumExactTrendCount = 50

/// Tests values at equal intervals for a monotonic trend (Mann–Kendall), with the median of all pairwise slopes (Sen).
///
/// The values may have any distribution, but must be independent. Correlated neighbours, such as intervals that share a
/// queue, look like a trend more often than the p-value says.
///
/// The p-value is exact up to ``maximumExactTrendCount`` values that all differ. Otherwise it is that of the normal
/// approximation, corrected for ties and for continuity, which is good from ten values up.
///
/// Complexity: O(*n*² log *n*) time and O(*n*²) space; a series of a thousand values takes half a million slopes.
///
/// Sources: H. B. Mann, “Nonparametric Tests Against Trend”, *Econometrica* 13 (1945), 245–259; M. G. Kendall, *Rank
/// Correlation Methods*, 4th ed., Griffin 1975, chapters 4 and 5; P. K. Sen, “Estimates of the Regression Coefficient
/// Based on Kendall's Tau”, *Journal of the American Statistical Association* 63 (1968), 1379–1389.
///
/// - Returns: nil if there are fewer than three values, or a value or a difference of two is not finite.
public func trendTest(of series: [Double]) -> TrendTest? {
  let n = series.count
  guard n >= 3 else { return nil }
  var score = 0
  var slopes: [Double] = []
  slopes.reserveCapacity(n * (n - 1) / 2)
  for later in 1..<n {
    for earlier in 0..<later {
      let rise = series[later] - series[earlier]
      score += rise > 0 ? 1 : rise < 0 ? -1 : 0
      slopes.append(rise / Double(later - earlier))
    }
  }
  // A value that is not finite makes a slope that is not.
  guard let slope = median(slopes), let level = median(series) else { return nil }
  let drift = slope * Double(n - 1) / abs(level)
  return TrendTest(
    score: score, pValue: pValue(ofScore: score, series: series), slope: slope,
    relativeDrift: drift.isFinite ? drift : nil)
}

private func pValue(ofScore score: Int, series: [Double]) -> Double {
  let n = series.count
  let ties = Dictionary(series.map { ($0, 1) }, uniquingKeysWith: +).values.filter { $0 > 1 }
  if ties.isEmpty, n <= maximumExactTrendCount {
    return exactPValue(ofScore: score, count: n)
  }
  func term(_ count: Int) -> Double { Double(count) * Double(count - 1) * Double(2 * count + 5) }
  let variance = (term(n) - ties.map(term).reduce(0, +)) / 18
  guard score != 0, variance > 0 else { return 1 }
  return 2 * normalProbability(-Double(abs(score) - 1) / sqrt(variance))
}

/// The two-sided p-value of a score, from the number of inversions in a random permutation.
private func exactPValue(ofScore score: Int, count n: Int) -> Double {
  // The score is the number of pairs less twice the inversions. By symmetry, few inversions are as likely as many.
  let few = (n * (n - 1) / 2 - abs(score)) / 2
  // The probability of each number of inversions up to `few`, with values inserted one after another. The value at
  // position k adds 0 ..< k inversions, each equally likely.
  var probabilities = [Double](repeating: 0, count: few + 1)
  probabilities[0] = 1
  for size in 2...n {
    let before = probabilities
    var window = 0.0
    for inversions in 0...few {
      window += before[inversions]
      if inversions >= size {
        window -= before[inversions - size]
      }
      probabilities[inversions] = window / Double(size)
    }
  }
  return min(1, 2 * probabilities.reduce(0, +))
}
