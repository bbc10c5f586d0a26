import Glibc

/// The two order statistics that enclose the population median with a probability of at least 95 %.
///
/// Among *n* independent values, the number *B* below the median is binomial, as the heads in *n* tosses of a fair
/// coin. The median lies between the *k*-th smallest and the *k*-th largest value unless *B* < *k* or *B* > *n* - *k*.
/// The coverage is thus 1 - 2 P(*B* < *k*); for a discontinuous distribution it is at least that.
///
/// Sources: W. J. Conover, *Practical Nonparametric Statistics*, 3rd ed., Wiley 1999, section 3.2; G. J. Hahn and
/// W. Q. Meeker, *Statistical Intervals*, Wiley 1991, section 5.2.
struct MedianInterval: Equatable {
  /// The rank of the lower end; 1 is the smallest value.
  let lowerRank: Int

  /// The rank of the upper end, as far from the largest value as the lower end is from the smallest.
  let upperRank: Int

  /// The probability that the interval covers the median, from 0.95 to 1.
  let coverage: Double

  /// The narrowest such interval for `count` values; nil for fewer than six, whose range covers less than 95 %.
  ///
  /// Complexity: linear in `count`.
  init?(count: Int) {
    // Uses logarithms, because 2^-n is zero as a `Double` from n = 1075.
    var logProbability = -Double(max(count, 0)) * M_LN2
    var tail = 0.0
    var rank = 0
    var coverage = 0.0
    while rank < count {
      tail += exp(logProbability)
      guard 1 - 2 * tail >= 0.95 else { break }
      coverage = 1 - 2 * tail
      logProbability += log(Double(count - rank) / Double(rank + 1))
      rank += 1
    }
    guard rank > 0 else { return nil }
    lowerRank = rank
    upperRank = count - rank + 1
    self.coverage = coverage
  }
}
