/// A median and its interval, in the unit of the values.
public struct Estimate: Sendable, Equatable {
  /// The meaning of the interval from ``Estimate/low`` to ``Estimate/high``.
  public enum Kind: String, Sendable, CaseIterable {
    /// A confidence interval for the population median, with a level of at least 95 %.
    case interval95
    /// The smallest and the largest value; there are too few for a confidence interval.
    case range
    /// The only value, which says nothing about the spread.
    case single
  }

  /// The median of the values.
  public var median: Double

  /// The lower end of the interval. It is one of the values, except when several runs are compared
  /// (``compareRuns(_:family:level:leastEffect:)``).
  public var low: Double

  /// The upper end of the interval; one of the values, as for the lower end.
  public var high: Double

  /// The meaning of the interval.
  public var kind: Kind

  /// The number of values.
  public var n: Int

  /// An estimate from its parts.
  public init(median: Double, low: Double, high: Double, kind: Kind, n: Int) {
    self.median = median
    self.low = low
    self.high = high
    self.kind = kind
    self.n = n
  }
}

/// The median of `values`, with a distribution-free interval.
///
/// From six values up, the interval is the narrowest symmetric confidence interval between two order statistics. It
/// covers the population median with a probability of at least 95 %, whatever the distribution, as long as the values
/// are independent. No such interval exists for fewer values; the result is then their range.
///
/// Complexity: O(*n* log *n*).
///
/// Sources: W. J. Conover, *Practical Nonparametric Statistics*, 3rd ed., Wiley 1999, section 3.2; G. J. Hahn and
/// W. Q. Meeker, *Statistical Intervals*, Wiley 1991, section 5.2.
///
/// - Returns: nil if there are no values, or one is not finite.
public func medianEstimate(of values: [Double]) -> Estimate? {
  guard values.allSatisfy(\.isFinite) else { return nil }
  let sorted = values.sorted()
  guard let median = quantile(sorted: sorted, at: 0.5) else { return nil }
  let n = sorted.count
  guard let interval = MedianInterval(count: n) else {
    return Estimate(median: median, low: sorted[0], high: sorted[n - 1], kind: n == 1 ? .single : .range, n: n)
  }
  return Estimate(
    median: median, low: sorted[interval.lowerRank - 1], high: sorted[interval.upperRank - 1], kind: .interval95, n: n)
}

/// The median of the ratios `numerators[i] / denominators[i]`, with the interval of ``medianEstimate(of:)``.
///
/// The values are paired by position, such as the rounds of two interleaved series of trials. A disturbance of a whole
/// round affects both values of a pair, and cancels.
///
/// The unit is that of the numerators divided by that of the denominators. Complexity: O(*n* log *n*).
///
/// - Returns: nil if the counts differ, there are no values, a denominator is 0, or a value or a ratio is not finite.
public func ratioEstimate(_ numerators: [Double], over denominators: [Double]) -> Estimate? {
  guard numerators.count == denominators.count else { return nil }
  guard denominators.allSatisfy({ $0.isFinite && $0 != 0 }) else { return nil }
  return medianEstimate(of: zip(numerators, denominators).map(/))
}
