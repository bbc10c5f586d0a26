import Glibc

/// The probability that a value of Student's *t* distribution lies at least `t` from zero, on either side.
///
/// It is computed from the incomplete beta function, whose continued fraction is evaluated to 10⁻¹⁴.
///
/// Source: F. W. J. Olver et al., *NIST Handbook of Mathematical Functions*, Cambridge 2010, sections 8.17.22 and 8.17(i).
///
/// - Parameter freedom: degrees of freedom, above 0.
func studentTails(_ t: Double, freedom: Double) -> Double {
  guard t.isFinite else { return t.isNaN ? .nan : 0 }
  return incompleteBeta(freedom / (freedom + t * t), freedom / 2, 0.5)
}

/// The *t* at which ``studentTails(_:freedom:)`` is `probability`, between 0 and 1.
func studentBound(tails probability: Double, freedom: Double) -> Double {
  var (low, high) = (0.0, 1.0)
  while studentTails(high, freedom: freedom) > probability, high < 1e300 { high *= 2 }
  for _ in 0..<200 where low < high {
    let middle = low + (high - low) / 2
    if studentTails(middle, freedom: freedom) > probability { low = middle } else { high = middle }
  }
  return (low + high) / 2
}

/// The regularised incomplete beta function.
private func incompleteBeta(_ x: Double, _ a: Double, _ b: Double) -> Double {
  if x <= 0 { return 0 }
  if x >= 1 { return 1 }
  let logFront = lgamma(a + b).0 - lgamma(a).0 - lgamma(b).0 + a * log(x) + b * log1p(-x)
  // The continued fraction converges fast only below the mean.
  if x > (a + 1) / (a + b + 2) { return 1 - exp(logFront) * betaFraction(1 - x, b, a) / b }
  return exp(logFront) * betaFraction(x, a, b) / a
}

/// The continued fraction of the incomplete beta function, by the modified Lentz method.
private func betaFraction(_ x: Double, _ a: Double, _ b: Double) -> Double {
  func away(_ value: Double) -> Double { abs(value) < 1e-300 ? 1e-300 : value }
  var c = 1.0
  var d = 1 / away(1 - (a + b) * x / (a + 1))
  var value = d
  for step in 1...1000 {
    let m = Double(step)
    let even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
    d = 1 / away(1 + even * d)
    c = away(1 + even / c)
    value *= d * c
    let odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
    d = 1 / away(1 + odd * d)
    c = away(1 + odd / c)
    value *= d * c
    if abs(d * c - 1) < 1e-14 { break }
  }
  return value
}
