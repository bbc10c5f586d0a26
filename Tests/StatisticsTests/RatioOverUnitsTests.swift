import Glibc
import Statistics
import TestSupport
import Testing

struct RatioOverUnitsTests {
  /// By hand: t is 12.706 with one degree of freedom, and 4.303 with two.
  @Test func intervalIsThatOfStudent() throws {
    let two = try #require(ratioOverUnits([2, 8]))
    #expect(abs(two.median - 4) < 1e-12 && two.n == 2 && two.kind == .interval95)
    let reach = 12.7062 * log(4) / 2
    #expect(abs(log(two.high / 4) - reach) < 1e-4 && abs(log(4 / two.low) - reach) < 1e-4)
    let three = try #require(ratioOverUnits([1, exp(0.1), exp(0.2)]))
    #expect(abs(log(three.median) - 0.1) < 1e-12)
    #expect(abs(log(three.high) - 0.1 - 4.30265 * 0.1 / 3.0.squareRoot()) < 1e-5)
  }

  @Test func oneUnitHasNoIntervalAndNoneHasNothing() {
    #expect(ratioOverUnits([1.5])?.kind == .single)
    #expect(ratioOverUnits([]) == nil)
    for odd in [0, -1, .nan, .infinity] { #expect(ratioOverUnits([1, odd]) == nil) }
    // Units that agree leave no doubt about others, as far as they know.
    #expect(ratioOverUnits([2, 2]).map { $0.low == $0.high } == true)
  }

  @Test(arguments: [2, 3, 5, 10]) func intervalCoversTheRatioOfAllMachines(units: Int) throws {
    var generator = SplitMix64(seed: UInt64(units))
    let draws = 4000
    var covered = 0
    for _ in 0..<draws {
      let ratio = try #require(ratioOverUnits((0..<units).map { _ in 1.3 * pow(generator.lognormal(), 0.2) }))
      covered += ratio.low <= 1.3 && 1.3 <= ratio.high ? 1 : 0
    }
    // Three standard errors of a rate of exactly 95 %.
    #expect(abs(Double(covered) / Double(draws) - 0.95) <= 3 * 0.00345)
  }
}
