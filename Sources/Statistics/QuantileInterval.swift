/// The two order statistics between which a quantile of a population lies with a probability of at least 95 %.
///
/// Ranks are positions in the sorted sample: 1 is the smallest value.
public struct QuantileInterval: Sendable, Equatable {
  /// The rank of the lower end.
  public let lowerRank: UInt64

  /// The rank of the upper end.
  public let upperRank: UInt64

  /// The probability that the interval covers the quantile, from 0.95 to 1; for a distribution that is not continuous,
  /// a lower bound of it.
  public let coverage: Double
}

/// The most values ``quantileInterval(count:at:)`` has an answer for: a million million.
public let maximumQuantileIntervalCount: UInt64 = 1_000_000_000_000

/// The ranks of a distribution-free 95 % interval for the quantile at `probability` of a population, from a sample of
/// `count` values.
///
/// Of *n* independent values, the number *B* below the quantile is binomial, so that the quantile lies between the
/// *l*-th and the *u*-th smallest with the probability P(*l* ≤ *B* < *u*). The ranks are the nearest that leave at most
/// 2.5 % on either side.
///
/// The values must be **independent**. Latencies of one trial are not: a stall or a queue delays neighbours together,
/// so that the sample says less than its size and this interval is too narrow. Within a trial it is a lower bound of
/// the uncertainty; the interval to quote is the one across trials (``medianEstimate(of:)`` of each trial's quantile).
///
/// Complexity: on the order of the square root of `count`, times its logarithm.
///
/// Sources: W. J. Conover, *Practical Nonparametric Statistics*, 3rd ed., Wiley 1999, section 3.2; G. J. Hahn and
/// W. Q. Meeker, *Statistical Intervals*, Wiley 1991, section 5.2.
///
/// - Returns: nil when `probability` is not between 0 and 1, the sample is too small to have such an interval (below 6
///   values for the median, 368 for p99), or it has more than ``maximumQuantileIntervalCount`` values.
public func quantileInterval(count: UInt64, at probability: Double) -> QuantileInterval? {
  guard probability > 0, probability < 1, count <= maximumQuantileIntervalCount else { return nil }
  let below = Binomial(count: count, probability: probability)
  let lowerRank = below.quantile(0.025)
  let upperRank = below.quantile(0.975) + 1
  guard lowerRank >= 1, upperRank <= count else { return nil }
  let coverage = below.cumulative(upperRank - 1) - below.cumulative(lowerRank - 1)
  return QuantileInterval(lowerRank: lowerRank, upperRank: upperRank, coverage: coverage)
}

/// The positions in `cumulativeCounts` of the histogram bins that hold the two ends of ``quantileInterval(count:at:)``.
///
/// Element *i* counts the values in bins 0 through *i*. The lower edge of the lower bin and the upper edge of the upper
/// bin enclose the interval, with the resolution of the histogram. The independence that the interval assumes is
/// discussed there.
///
/// Complexity: as there, and linear in the number of bins.
///
/// - Returns: nil when there is no such interval, or the counts are not ascending.
public func quantileBins(cumulativeCounts: [UInt64], at probability: Double) -> ClosedRange<Int>? {
  guard zip(cumulativeCounts, cumulativeCounts.dropFirst()).allSatisfy(<=) else { return nil }
  guard let interval = quantileInterval(count: cumulativeCounts.last ?? 0, at: probability),
    let lower = cumulativeCounts.firstIndex(where: { $0 >= interval.lowerRank }),
    let upper = cumulativeCounts.firstIndex(where: { $0 >= interval.upperRank })
  else { return nil }
  return lower...upper
}
