import Glibc

/// The Wilcoxon–Mann–Whitney test of “no difference” between two independent samples.
public struct RankSumTest: Sendable, Equatable {
  /// The probability, if there is no difference, of ranks at least this uneven: two-sided, above 0, at most 1.
  public let pValue: Double

  /// Whether the test counted every assignment of ranks; otherwise `pValue` comes from the normal approximation.
  public let isExact: Bool

  /// Mann and Whitney's U: the number of pairs in which the candidate's value is larger; ties count half.
  public let u: Double
}

/// The largest number of values, in both samples together, for which ``rankSumTest(_:against:)`` is exact.
public let maximumExactRanks = 100

/// The largest size of the smaller sample for which ``rankSumTest(_:against:)`` is exact.
public let maximumExactSmallerSample = 20

/// Tests whether one of two independent, unpaired samples tends to larger values.
///
/// If neither does, all assignments of the ranks to the samples are equally likely, whatever the distribution. The
/// p-value is twice the share of assignments whose rank sum is at least as extreme on the observed side. Ties get
/// midranks, and the assignments are of midranks, so that the test is exact with ties, too. Above ``maximumExactRanks``
/// or ``maximumExactSmallerSample`` it uses the normal approximation, corrected for ties and for continuity. The test
/// is invariant to every increasing transformation, such as the logarithm.
///
/// Values within a sample must be independent. The test takes a shift that all trials of a run share, such as the
/// machine's state in that hour, for a difference.
///
/// Complexity: O(*N* *m* *s*) where exact, with *m* values in the smaller sample, *N* in both, and rank sums up to *s*.
///
/// Sources: H. B. Mann and D. R. Whitney, “On a Test of Whether One of Two Random Variables Is Stochastically Larger
/// than the Other”, *Annals of Mathematical Statistics* 18 (1947), 50–60; E. L. Lehmann, *Nonparametrics: Statistical
/// Methods Based on Ranks*, Holden-Day 1975, sections 1.2–1.4.
///
/// - Returns: nil if a sample is empty, or a value is not finite.
public func rankSumTest(_ candidate: [Double], against baseline: [Double]) -> RankSumTest? {
  guard !candidate.isEmpty, !baseline.isEmpty, (candidate + baseline).allSatisfy(\.isFinite) else { return nil }
  let (m, n) = (candidate.count, baseline.count)
  let ranks = MidRanks(candidate + baseline)
  let candidateSum = ranks.doubled.prefix(m).reduce(0, +)
  let u = Double(candidateSum - m * (m + 1)) / 2
  if isExactRankSum(m, n) {
    let sum = m <= n ? candidateSum : ranks.doubled.dropFirst(m).reduce(0, +)
    let assignments = RankSumAssignments(doubledRanks: ranks.doubled, choosing: min(m, n))
    let tail = min(assignments.share(upTo: sum), assignments.share(from: sum))
    return RankSumTest(pValue: min(1, 2 * tail), isExact: true, u: u)
  }
  let (pairs, count) = (Double(m) * Double(n), Double(m + n))
  let variance = pairs / 12 * (count + 1 - ranks.tieTerm / (count * (count - 1)))
  let distance = max(0, abs(u - pairs / 2) - 0.5)
  let pValue = variance > 0 ? min(1, 2 * normalProbability(-distance / variance.squareRoot())) : 1
  return RankSumTest(pValue: max(pValue, .leastNormalMagnitude), isExact: false, u: u)
}

/// The ratio of two independent samples of positive values: the Hodges–Lehmann estimate of the shift between their
/// logarithms, with Moses's interval.
///
/// The estimate is the median of all ratios of a value of `numerators` to one of `denominators`. If the samples differ
/// by a factor, it estimates that factor. The interval contains the factors that ``rankSumTest(_:against:)`` does not
/// reject at 5 %. It reaches from the *k*-th smallest to the *k*-th largest ratio, with the largest *k* for which P(*U*
/// < *k*) is at most 2.5 % in the distribution without ties. If there is no such *k*, the interval is the range of the
/// ratios. ``Estimate/n`` is the number of ratios.
///
/// The unit is that of the numerators divided by that of the denominators. Complexity: O(*mn* log *mn*).
///
/// Sources: J. L. Hodges and E. L. Lehmann, “Estimates of Location Based on Rank Tests”, *Annals of Mathematical
/// Statistics* 34 (1963), 598–611; L. E. Moses, in H. M. Walker and J. Lev, *Statistical Inference*, Holt 1953, chapter
/// 18; M. Hollander, D. A. Wolfe and E. Chicken, *Nonparametric Statistical Methods*, 3rd ed., Wiley 2014, sections
/// 4.2–4.3.
///
/// - Returns: nil if a sample is empty, or a value or a ratio is not a positive number.
public func unpairedRatioEstimate(_ numerators: [Double], over denominators: [Double]) -> Estimate? {
  let ratios = numerators.flatMap { numerator in denominators.map { numerator / $0 } }.sorted()
  guard !ratios.isEmpty, (numerators + denominators + ratios).allSatisfy({ $0 > 0 && $0.isFinite }) else { return nil }
  let logarithms = ratios.map { log($0) }
  guard let middle = quantile(sorted: logarithms, at: 0.5) else { return nil }
  let rank = mosesRank(numerators.count, denominators.count)
  let kind: Estimate.Kind = rank > 0 ? .interval95 : ratios.count == 1 ? .single : .range
  let index = max(rank, 1) - 1
  // For an odd number, the middle ratio is taken directly: exp(log(x)) would round it.
  let median = ratios.count % 2 == 1 ? ratios[ratios.count / 2] : exp(middle)
  let high = ratios[ratios.count - 1 - index]
  return Estimate(median: median, low: ratios[index], high: high, kind: kind, n: ratios.count)
}

/// The smallest possible p-value of ``rankSumTest(_:against:)`` for these sample sizes: twice the share of one
/// assignment.
func smallestRankSumPValue(_ m: Int, _ n: Int) -> Double {
  let logWays = lgamma(Double(m + n + 1)).0 - lgamma(Double(m + 1)).0 - lgamma(Double(n + 1)).0
  return min(1, 2 * exp(-logWays))
}

private func isExactRankSum(_ m: Int, _ n: Int) -> Bool {
  m + n <= maximumExactRanks && min(m, n) <= maximumExactSmallerSample
}

/// The rank, from either end, of the ratio at which Moses's 95 % interval ends; 0 if there is none.
private func mosesRank(_ m: Int, _ n: Int) -> Int {
  guard isExactRankSum(m, n) else {
    let pairs = Double(m) * Double(n)
    return max(0, Int(pairs / 2 - normalQuantile(0.975) * (pairs * Double(m + n + 1) / 12).squareRoot()))
  }
  let smaller = min(m, n)
  let assignments = RankSumAssignments(doubledRanks: (1...(m + n)).map { 2 * $0 }, choosing: smaller)
  let smallest = smaller * (smaller + 1)
  // U is half the excess of a doubled rank sum over the smallest.
  return (0...(m * n)).first { assignments.share(upTo: smallest + 2 * $0) > 0.025 } ?? 0
}

/// The ranks of values, doubled so that the midranks of ties are whole numbers.
private struct MidRanks {
  private(set) var doubled: [Int]
  /// The sum of *t*³ - *t* over the groups of *t* equal values.
  private(set) var tieTerm = 0.0

  init(_ values: [Double]) {
    doubled = Array(repeating: 0, count: values.count)
    let order = values.indices.sorted { values[$0] < values[$1] }
    var start = 0
    while start < order.count {
      let end = order[start...].firstIndex { values[$0] > values[order[start]] } ?? order.count
      for index in order[start..<end] { doubled[index] = start + 1 + end }
      let size = Double(end - start)
      tieTerm += size * size * size - size
      start = end
    }
  }
}

/// The number of ways to choose ranks with each sum.
private struct RankSumAssignments {
  /// The counts. A `Double` holds those that matter to a p-value to sixteen digits.
  private let ways: [Double]
  private let total: Double

  init(doubledRanks: [Int], choosing size: Int) {
    let largest = doubledRanks.sorted(by: >).prefix(size).reduce(0, +)
    var table = Array(repeating: Array(repeating: 0.0, count: largest + 1), count: size + 1)
    table[0][0] = 1
    for (seen, rank) in doubledRanks.enumerated() {
      for chosen in stride(from: min(size, seen + 1), through: 1, by: -1) where rank <= largest {
        for sum in rank...largest { table[chosen][sum] += table[chosen - 1][sum - rank] }
      }
    }
    ways = table[size]
    total = ways.reduce(0, +)
  }

  func share(upTo sum: Int) -> Double { ways.prefix(sum + 1).reduce(0, +) / total }
  func share(from sum: Int) -> Double { ways.dropFirst(sum).reduce(0, +) / total }
}
