import Glibc
import Statistics
import TestSupport
import Testing

struct TrendTestTests {
  // Reference values: scipy.stats.kendalltau with method="exact", and scipy.stats.theilslopes.
  @Test(
    arguments: [
      ([1, 2, 3, 4, 5], 10, 0.016666666666666666, 1, 1.3333333333333333),
      ([3, 1, 4, 1.5, 5, 9, 2, 6], 12, 0.17886904761904762, 0.4642857142857143, 0.9285714285714286),
      ([2.3, 2.9, 1.1, 3.3, 4.8, 4.1, 5.5, 3.9, 6.2, 5.1], 29, 0.009148478835978836, 0.36, 0.81),
    ] as [([Double], Int, Double, Double, Double)])
  func seriesWithoutTiesHasTheExactPValue(
    series: [Double], score: Int, pValue: Double, slope: Double, drift: Double
  ) throws {
    let test = try #require(trendTest(of: series))
    #expect(test.score == score)
    #expect(abs(test.pValue - pValue) < 1e-14)
    #expect(abs(test.slope - slope) < 1e-14)
    #expect(abs(try #require(test.relativeDrift) - drift) < 1e-14)
    let fall = try #require(trendTest(of: series.reversed()))
    #expect(fall.score == -score)
    #expect(fall.pValue == test.pValue)
    #expect(abs(fall.slope + slope) < 1e-14)
  }

  // Reference value: scipy.stats.kendalltau with method="exact".
  @Test func fiftyValuesHaveTheExactPValue() throws {
    let series = (0..<50).map { sin(Double($0) * 1.7) + Double($0) * 0.01 }
    #expect(abs(try #require(trendTest(of: series)).pValue - 0.12419761001235742) < 1e-12)
  }

  // Reference values: scipy.stats.norm.sf at 39 / √206, Kendall's variance with ties, and scipy.stats.theilslopes.
  @Test func tiesAreCorrectedFor() throws {
    let test = try #require(trendTest(of: [3, 1, 3, 4, 4, 5, 2, 6, 6, 6, 7, 5]))
    #expect(test.score == 40)
    #expect(abs(test.pValue - 0.006582512312133193) < 1e-14)
    #expect(test.slope == 0.4)
  }

  @Test func constantSeriesHasNoTrend() {
    let test = trendTest(of: [5, 5, 5, 5])
    #expect(test?.pValue == 1)
    #expect(test?.slope == 0)
    #expect(test?.relativeDrift == 0)
  }

  @Test func normalApproximationContinuesTheExactPValues() throws {
    // The first fifty-one values are one too many for the exact test.
    let series = (0..<51).map { sin(Double($0) * 1.7) + Double($0) * 0.01 }
    let exact = try #require(trendTest(of: Array(series.dropFirst())))
    let approximate = try #require(trendTest(of: series))
    #expect(abs(exact.pValue - approximate.pValue) < 0.05)
  }

  @Test func seriesAroundZeroHasNoRelativeDrift() throws {
    let test = try #require(trendTest(of: [-1, 0, 1]))
    #expect(test.slope == 1)
    #expect(test.relativeDrift == nil)
  }

  @Test func independentValuesHaveATrendInFivePercentOfCases() throws {
    var generator = SplitMix64(seed: 4)
    let draws = 1000
    var found = 0
    for _ in 0..<draws {
      let test = try #require(trendTest(of: (0..<12).map { _ in generator.lognormal() }))
      found += test.pValue <= 0.05 ? 1 : 0
    }
    // Three standard errors.
    #expect(Double(found) / Double(draws) <= 0.05 + 3 * 0.0069)
  }

  @Test(
    arguments: [
      [], [1, 2], [1, 2, .nan], [1, .infinity, 3], [.greatestFiniteMagnitude, 0, -.greatestFiniteMagnitude],
    ] as [[Double]])
  func tooFewOrNotFiniteValuesHaveNoTest(series: [Double]) {
    #expect(trendTest(of: series) == nil)
  }
}
