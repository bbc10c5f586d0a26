import Testing

@testable import Statistics

struct BinomialTests {
  // Reference values: scipy.stats.binom.pmf and scipy.stats.binom.cdf.
  @Test(
    arguments: [
      (10, 0.3, 2, 0.2334744405000001, 0.3827827863999998),
      (1000, 0.99, 985, 0.034541733758141666, 0.0824123195160892),
      (1000, 0.99, 990, 0.12574021112620729, 0.5426994078251104),
      (10_000, 0.5, 4900, 0.0010798643294333704, 0.023292763852473225),
      (10_000, 0.5, 5100, 0.0010798643294333704, 0.9777871004769597),
      (10_000, 0.001, 3, 0.0075492576120663605, 0.01030958170281538),
      (10_000, 0.999, 9999, 0.00045218564541589827, 0.9999548266540229),
    ] as [(UInt64, Double, UInt64, Double, Double)])
  func distributionHasTheReferenceValues(n: UInt64, p: Double, k: UInt64, mass: Double, cumulative: Double) {
    let binomial = Binomial(count: n, probability: p)
    #expect(abs(binomial.mass(at: k) - mass) <= 1e-10 * mass)
    #expect(abs(binomial.cumulative(k) - cumulative) <= 1e-10 * cumulative)
  }

  // Reference value: scipy.stats.binom.pmf.
  @Test func massOfManyTrialsKeepsFiveDigits() {
    let mass = Binomial(count: 1_000_000_000, probability: 0.99).mass(at: 990_000_000)
    #expect(abs(mass - 0.00012679217882032227) <= 1e-5 * mass)
  }

  @Test(arguments: [1, 7, 60] as [UInt64], [0.01, 0.5, 0.9])
  func cumulativeIsTheSumOfTheMassesAndQuantileItsInverse(n: UInt64, p: Double) {
    let binomial = Binomial(count: n, probability: p)
    var sum = 0.0
    for k in 0...n {
      sum += binomial.mass(at: k)
      #expect(abs(binomial.cumulative(k) - sum) < 1e-13)
      if binomial.mass(at: k) > 1e-9, sum < 1 - 1e-9 {
        #expect(binomial.quantile(sum - 1e-12) == k)
        #expect(binomial.quantile(sum + 1e-12) == k + 1)
      }
    }
    #expect(binomial.mass(at: n + 1) == 0)
    #expect(binomial.cumulative(n + 1) == 1)
    #expect(binomial.quantile(1) <= n)
  }
}
