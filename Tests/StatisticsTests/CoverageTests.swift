import Glibc
import Statistics
import TestSupport
import Testing

/// How often intervals hold what they are intervals for, in populations where that is known.
struct CoverageTests {
  private let draws = 5000

  @Test(arguments: [6, 10, 20])
  func intervalsCoverTheMedianAndTheRatioAtLeast94PercentOfTheTime(n: Int) throws {
    var generator = SplitMix64(seed: UInt64(100 + n))
    var medians = 0
    var ratios = 0
    for _ in 0..<draws {
      let estimate = try #require(medianEstimate(of: (0..<n).map { _ in generator.lognormal() }))
      medians += estimate.low <= 1 && 1 <= estimate.high ? 1 : 0
      // What disturbs a round is in both of its values, and far larger than their own noise.
      let rounds = (0..<n).map { _ in generator.lognormal() }
      let candidate = rounds.map { 0.9 * $0 * pow(generator.lognormal(), 0.03) }
      let baseline = rounds.map { $0 * pow(generator.lognormal(), 0.03) }
      let ratio = try #require(ratioEstimate(candidate, over: baseline))
      ratios += ratio.low <= 0.9 && 0.9 <= ratio.high ? 1 : 0
    }
    #expect(Double(medians) / Double(draws) >= 0.94)
    #expect(Double(ratios) / Double(draws) >= 0.94)
  }

  @Test(arguments: [(100, 0.9), (400, 0.99)])
  func quantileIntervalCoversTheQuantileOfIndependentValues(count: Int, probability: Double) throws {
    let interval = try #require(quantileInterval(count: UInt64(count), at: probability))
    var generator = SplitMix64(seed: 3)
    let draws = 500
    var covered = 0
    for _ in 0..<draws {
      // The quantile of uniform values is the probability itself.
      let below = (0..<count).count { _ in Double.random(in: 0..<1, using: &generator) < probability }
      covered += Int(interval.lowerRank) <= below && below < Int(interval.upperRank) ? 1 : 0
    }
    // Three standard errors of a coverage of exactly 95 %.
    #expect(Double(covered) / Double(draws) >= 0.95 - 3 * 0.0098)
  }
}
