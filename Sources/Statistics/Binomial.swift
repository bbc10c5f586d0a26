import Glibc

/// The distribution of the number of successes in `count` independent trials that each succeed with `probability`.
///
/// Masses come from the logarithm of the gamma function, so that they neither overflow nor underflow early: their
/// relative error is below `count` × 10⁻¹⁴, which is 10⁻¹⁰ at ten thousand trials and 10⁻⁵ at a thousand million.
struct Binomial {
  let count: UInt64

  /// Between 0 and 1, and neither.
  let probability: Double

  /// The probability of exactly `successes`.
  func mass(at successes: UInt64) -> Double {
    guard successes <= count else { return 0 }
    let n = Double(count)
    let k = Double(successes)
    let logWays = lgamma(n + 1).0 - lgamma(k + 1).0 - lgamma(n - k + 1).0
    return exp(logWays + k * log(probability) + (n - k) * log1p(-probability))
  }

  /// The probability of at most `successes`, summed from there outwards, away from the mean.
  ///
  /// Complexity: on the order of the square root of `count`, because the terms soon vanish.
  func cumulative(_ successes: UInt64) -> Double {
    guard successes < count else { return 1 }
    let odds = probability / (1 - probability)
    var total = 0.0
    if Double(successes) < Double(count) * probability {
      var k = successes
      var term = mass(at: k)
      while term > total * 0x1p-54 {
        total += term
        guard k > 0 else { break }
        term *= Double(k) / Double(count - k + 1) / odds
        k -= 1
      }
      return total
    }
    var k = successes + 1
    var term = mass(at: k)
    while term > total * 0x1p-54 {
      total += term
      guard k < count else { break }
      term *= Double(count - k) / Double(k + 1) * odds
      k += 1
    }
    return 1 - total
  }

  /// The smallest number of successes whose cumulative probability reaches `level`.
  func quantile(_ level: Double) -> UInt64 {
    var low: UInt64 = 0
    var high = count
    while low < high {
      let middle = low + (high - low) / 2
      if cumulative(middle) >= level {
        high = middle
      } else {
        low = middle + 1
      }
    }
    return low
  }
}
