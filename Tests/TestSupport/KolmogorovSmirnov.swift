import Glibc

/// A one-sample Kolmogorov–Smirnov test of values against a distribution.
public struct KolmogorovSmirnovTest: Sendable, Equatable {
  /// The largest distance between the distribution and that of the sample, from 0 to 1.
  public let statistic: Double

  /// The probability, if the values have the distribution, of a distance at least as large.
  public let pValue: Double

  /// The number of values.
  public let n: Int
}

/// The most values for which ``kolmogorovSmirnovTest(of:exponentialRate:)`` uses the distribution of their number.
public let maximumExactKolmogorovSmirnovCount = 100

/// Tests `gaps`, such as those between the arrivals of a Poisson process, against the exponential distribution.
///
/// The rate must be known. One estimated from the same gaps makes the p-value too large: that is Lilliefors's test.
///
/// Up to ``maximumExactKolmogorovSmirnovCount`` gaps, the p-value is exact but for rounding (Marsaglia, Tsang and Wang);
/// above, it is Kolmogorov's limit for the statistic as Vrbik corrects it, which is within 0.0002 of the exact one.
/// Below about 0.0007 it is twice that of the one-sided test (Birnbaum and Tingey) at any number of gaps, which agrees
/// with the exact one to ten digits (Simard and L'Ecuyer).
///
/// Complexity: O(*n* log *n*), and at most a million multiplications for an exact p-value.
///
/// Sources: A. N. Kolmogorov, “Sulla determinazione empirica di una legge di distribuzione”, *Giornale dell'Istituto
/// Italiano degli Attuari* 4 (1933), 83–91; G. Marsaglia, W. W. Tsang and J. Wang, “Evaluating Kolmogorov's
/// Distribution”, *Journal of Statistical Software* 8 (2003), issue 18; R. Simard and P. L'Ecuyer, “Computing the
/// Two-Sided Kolmogorov–Smirnov Distribution”, *Journal of Statistical Software* 39 (2011), issue 11; Z. W. Birnbaum and
/// F. H. Tingey, “One-Sided Confidence Contours for Probability Distribution Functions”, *Annals of Mathematical
/// Statistics* 22 (1951), 592–596; J. Vrbik, “Small-Sample Corrections to Kolmogorov–Smirnov Test Statistic”, *Pioneer
/// Journal of Theoretical and Applied Statistics* 15 (2018), 15–23.
///
/// - Parameter rate: events per unit of the gaps.
/// - Returns: nil when there are no gaps, one of them is not finite, or `rate` is not a positive number.
public func kolmogorovSmirnovTest(of gaps: [Double], exponentialRate rate: Double) -> KolmogorovSmirnovTest? {
  guard !gaps.isEmpty, gaps.allSatisfy(\.isFinite), rate > 0, rate.isFinite else { return nil }
  let n = Double(gaps.count)
  var statistic = 0.0
  for (index, gap) in gaps.sorted().enumerated() {
    let probability = -expm1(-rate * max(gap, 0))
    statistic = max(statistic, probability - Double(index) / n, Double(index + 1) / n - probability)
  }
  let pValue = kolmogorovPValue(of: statistic, count: gaps.count)
  return KolmogorovSmirnovTest(statistic: statistic, pValue: pValue, n: gaps.count)
}

/// The probability of a distance of at least `statistic`, above 0, for `count` values of the tested distribution.
public func kolmogorovPValue(of statistic: Double, count: Int) -> Double {
  let n = Double(count)
  guard n * statistic * statistic < 4 else { return 2 * oneSidedPValue(of: statistic, count: count) }
  guard count <= maximumExactKolmogorovSmirnovCount else {
    let scaled = sqrt(n) * statistic
    return kolmogorovLimit(scaled + 1 / (6 * sqrt(n)) + (scaled - 1) / (4 * n))
  }
  return min(max(1 - exactKolmogorov(statistic, count: count), 0), 1)
}

/// The probability that the distribution of the sample is above the tested one by at least `statistic`, which is above
/// 0, somewhere.
private func oneSidedPValue(of statistic: Double, count: Int) -> Double {
  let n = Double(count)
  let logFactorial = lgamma(n + 1).0
  var sum = 0.0
  for j in 0...Int(n * (1 - statistic)) {
    let k = Double(j)
    let above = max(1 - statistic - k / n, 0)
    let logWays = logFactorial - lgamma(k + 1).0 - lgamma(n - k + 1).0
    sum += exp(logWays + (k - 1) * log(statistic + k / n) + (n - k) * log(above))
  }
  return statistic * sum
}

/// The probability of exceeding `x` in Kolmogorov's limiting distribution.
private func kolmogorovLimit(_ x: Double) -> Double {
  // Two series for the same function, each used where it converges fast: four terms reach the precision of a `Double`.
  var sum = 0.0
  if x < 1.18 {
    for odd in [1.0, 3, 5, 7] {
      sum += exp(-pow(odd * .pi / x, 2) / 8)
    }
    return 1 - sqrt(2 * .pi) / x * sum
  }
  for (term, sign) in zip([1.0, 2, 3, 4], [1.0, -1, 1, -1]) {
    sum += sign * exp(-2 * pow(term * x, 2))
  }
  return 2 * sum
}

/// The probability of a distance below `statistic`, by Durbin's matrix as Marsaglia, Tsang and Wang evaluate it: *n*! /
/// *n*ⁿ times an element of the matrix's *n*-th power.
private func exactKolmogorov(_ statistic: Double, count: Int) -> Double {
  let scaled = Double(count) * statistic
  let k = Int(scaled) + 1
  let h = Double(k) - scaled
  let size = 2 * k - 1
  var durbin = ScaledMatrix(size: size)
  for row in 0..<size {
    for column in 0..<min(row + 2, size) {
      durbin[row, column] = 1
    }
  }
  for index in 0..<size {
    durbin[index, 0] -= pow(h, Double(index + 1))
    durbin[size - 1, index] -= pow(h, Double(size - index))
  }
  durbin[size - 1, 0] += h > 0.5 ? pow(2 * h - 1, Double(size)) : 0
  for row in 0..<size {
    for column in 0..<min(row + 1, size) {
      durbin[row, column] /= tgamma(Double(row - column + 2))
    }
  }
  let power = durbin.raised(to: count)
  let logFactor = lgamma(Double(count + 1)).0 - Double(count) * log(Double(count))
  // At the smallest distance there can be, the element is zero but for rounding.
  return exp(log(max(power[k - 1, k - 1], 0)) + logFactor + Double(power.exponent) * M_LN2)
}

/// A square matrix times 2 to the power of `exponent`, which keeps the elements of high powers finite.
private struct ScaledMatrix {
  let size: Int
  private(set) var exponent = 0
  private var elements: [Double]

  init(size: Int) {
    self.size = size
    elements = [Double](repeating: 0, count: size * size)
  }

  subscript(row: Int, column: Int) -> Double {
    get { elements[row * size + column] }
    set { elements[row * size + column] = newValue }
  }

  func raised(to power: Int) -> ScaledMatrix {
    var result = self
    for bit in (0..<(Int.bitWidth - power.leadingZeroBitCount - 1)).reversed() {
      result = result * result
      if power >> bit & 1 == 1 {
        result = result * self
      }
    }
    return result
  }

  static func * (left: ScaledMatrix, right: ScaledMatrix) -> ScaledMatrix {
    var product = ScaledMatrix(size: left.size)
    for row in 0..<left.size {
      for inner in 0..<left.size {
        let factor = left[row, inner]
        for column in 0..<left.size {
          product.elements[row * left.size + column] += factor * right.elements[inner * left.size + column]
        }
      }
    }
    product.exponent = left.exponent + right.exponent
    if let largest = product.elements.max(by: { abs($0) < abs($1) }), abs(largest) > 0x1p400 {
      product.elements = product.elements.map { $0 * 0x1p-400 }
      product.exponent += 400
    }
    return product
  }
}
