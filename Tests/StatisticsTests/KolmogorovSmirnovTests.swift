import Glibc
import TestSupport
import Testing

@testable import Statistics

struct KolmogorovSmirnovTests {
  // Reference values: scipy.stats.kstest(gaps, "expon", args=(0, 1 / rate)).
  @Test(
    arguments: [
      (1, 0.2334469562242893, 0.5701515543233292), (2, 0.2092820467105876, 0.7001248206132172),
    ] as [(Double, Double, Double)])
  func testHasTheReferenceValues(rate: Double, statistic: Double, pValue: Double) throws {
    let gaps = [0.05, 0.1, 0.3, 0.31, 0.7, 1.2, 1.9, 2.5, 0.02, 0.6]
    let test = try #require(kolmogorovSmirnovTest(of: gaps, exponentialRate: rate))
    #expect(test.n == 10)
    #expect(abs(test.statistic - statistic) < 1e-14)
    #expect(abs(test.pValue - pValue) < 1e-12)
  }

  // Reference values: scipy.stats.kstwo.sf.
  @Test(
    arguments: [
      (1, 0.5, 1), (1, 0.75, 0.5), (2, 0.3, 0.98), (5, 0.6082104898799429, 0.02669176737924828),
      (10, 0.15811388300841897, 0.9316945195670987), (20, 0.25, 0.13762569836717486), (100, 0.0137, 1),
      (100, 0.08, 0.5182193645480672), (100, 0.136, 0.0448602997908478), (100, 0.2, 0.0005551927327988775),
    ] as [(Int, Double, Double)])
  func pValueOfFewValuesIsExact(count: Int, statistic: Double, expected: Double) {
    #expect(abs(kolmogorovPValue(of: statistic, count: count) - expected) < 1e-11)
  }

  // Reference values: scipy.stats.kstwo.sf.
  @Test(
    arguments: [
      (4, 1, 0), (7, 0.9, 2e-7), (100, 0.2001, 0.0005506590144671673),
      (100, 0.3, 1.7719869892662917e-08), (2000, 0.1, 7.300241819807517e-18),
    ] as [(Int, Double, Double)])
  func smallPValueIsTwiceTheOneSidedOne(count: Int, statistic: Double, expected: Double) {
    #expect(abs(kolmogorovPValue(of: statistic, count: count) - expected) <= 1e-9 * expected)
  }

  // Reference values: scipy.stats.kstwo.sf.
  @Test(
    arguments: [
      (101, 0.04975185951049946, 0.9532691357593717), (101, 0.07960297521679914, 0.5183424224580409),
      (101, 0.13532505786855853, 0.04488393221577623), (200, 0.09, 0.07358925139953587),
      (1000, 0.05, 0.013012074781090332), (5000, 0.01, 0.6954557253913853),
    ] as [(Int, Double, Double)])
  func pValueOfManyValuesIsWithinTheStatedError(count: Int, statistic: Double, expected: Double) {
    #expect(abs(kolmogorovPValue(of: statistic, count: count) - expected) < 0.0002)
  }

  @Test(arguments: [10, 1000])
  func gapsOfAPoissonProcessFailInFivePercentOfCases(count: Int) throws {
    var generator = SplitMix64(seed: UInt64(count))
    let draws = 300
    var failed = 0
    for _ in 0..<draws {
      let gaps = (0..<count).map { _ in -log(Double.random(in: 1e-300...1, using: &generator)) / 5000 }
      failed += try #require(kolmogorovSmirnovTest(of: gaps, exponentialRate: 5000)).pValue <= 0.05 ? 1 : 0
    }
    // Three standard errors.
    #expect(abs(Double(failed) / Double(draws) - 0.05) <= 3 * 0.0126)
  }

  @Test func gapsOfAnotherProcessFail() throws {
    let constant = try #require(
      kolmogorovSmirnovTest(of: Array(repeating: 0.0002, count: 100), exponentialRate: 5000))
    #expect(constant.pValue < 1e-6)
    let uniform = (0..<1000).map { 0.0004 * (Double($0) + 0.5) / 1000 }
    #expect(try #require(kolmogorovSmirnovTest(of: uniform, exponentialRate: 5000)).pValue < 1e-6)
  }

  @Test func gapsBelowZeroAreFurthestFromTheDistribution() {
    #expect(kolmogorovSmirnovTest(of: [-1, -2], exponentialRate: 1)?.statistic == 1)
  }

  @Test(
    arguments: [([], 1), ([.nan], 1), ([1, .infinity], 1), ([1], 0), ([1], -1), ([1], .nan), ([1], .infinity)]
      as [([Double], Double)])
  func noFiniteGapsOrNoPositiveRateHaveNoTest(gaps: [Double], rate: Double) {
    #expect(kolmogorovSmirnovTest(of: gaps, exponentialRate: rate) == nil)
  }
}
