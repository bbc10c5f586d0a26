import Statistics
import TestSupport
import Testing

struct EstimateTests {
  @Test func noValuesHaveNoEstimate() {
    #expect(medianEstimate(of: []) == nil)
  }

  @Test func oneValueIsSingle() {
    #expect(medianEstimate(of: [4]) == Estimate(median: 4, low: 4, high: 4, kind: .single, n: 1))
  }

  @Test func fewerThanSixValuesHaveTheirRange() {
    #expect(medianEstimate(of: [2, 9]) == Estimate(median: 5.5, low: 2, high: 9, kind: .range, n: 2))
    #expect(medianEstimate(of: [5, 1, 4, 2, 3]) == Estimate(median: 3, low: 1, high: 5, kind: .range, n: 5))
  }

  @Test(arguments: [(6, 1, 6), (10, 2, 9), (20, 6, 15)])
  func sixValuesOrMoreHaveTheOrderStatisticInterval(n: Int, low: Double, high: Double) {
    let values = (1...n).reversed().map(Double.init)
    let expected = Estimate(median: Double(n + 1) / 2, low: low, high: high, kind: .interval95, n: n)
    #expect(medianEstimate(of: values) == expected)
  }

  @Test(arguments: [[.nan], [1, .infinity], [1, 2, 3, 4, 5, 6, -.infinity]] as [[Double]])
  func valuesThatAreNotFiniteHaveNoEstimate(values: [Double]) {
    #expect(medianEstimate(of: values) == nil)
  }

  @Test(arguments: [6, 9, 10, 15, 20, 41])
  func intervalCoversTheMedianOfLognormalPopulation(n: Int) throws {
    var generator = SplitMix64(seed: UInt64(n))
    let rounds = 4000
    var covered = 0
    for _ in 0..<rounds {
      let estimate = try #require(medianEstimate(of: (0..<n).map { _ in generator.lognormal() }))
      #expect(estimate.low <= estimate.median && estimate.median <= estimate.high)
      if estimate.low <= 1, 1 <= estimate.high {
        covered += 1
      }
    }
    // Three standard errors of a coverage of exactly 95 %.
    #expect(Double(covered) / Double(rounds) >= 0.95 - 3 * 0.00345)
  }

  @Test func ratioIsTheMedianOfThePairedRatios() {
    let denominators: [Double] = [10, 200, 1, 40, 5, 8]
    let ratios: [Double] = [1.5, 2, 1.25, 3, 2.5, 1.75]
    let numerators = zip(ratios, denominators).map(*)
    let expected = Estimate(median: 1.875, low: 1.25, high: 3, kind: .interval95, n: 6)
    #expect(ratioEstimate(numerators, over: denominators) == expected)
  }

  @Test func ratioOfOnePairIsSingle() {
    #expect(ratioEstimate([3], over: [2]) == Estimate(median: 1.5, low: 1.5, high: 1.5, kind: .single, n: 1))
  }

  @Test(
    arguments: [
      ([], []), ([1], []), ([1, 2], [1]), ([1, 2], [1, 0]), ([1, 2], [1, -0.0]), ([1, 2], [1, .nan]),
      ([1, 2], [1, .infinity]), ([.nan, 2], [1, 1]), ([.infinity, 2], [1, 1]),
      ([.greatestFiniteMagnitude, 2], [0.5, 1]),
    ] as [([Double], [Double])])
  func pairsWithoutRatioHaveNoEstimate(numerators: [Double], denominators: [Double]) {
    #expect(ratioEstimate(numerators, over: denominators) == nil)
  }
}
