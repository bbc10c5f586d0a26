import Glibc
import Statistics
import TestSupport
import Testing

/// How often intervals contain the true value, in known populations.
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
      // A disturbance of a round affects both of its values, and far exceeds their own noise.
      let rounds = (0..<n).map { _ in generator.lognormal() }
      let candidate = rounds.map { 0.9 * $0 * pow(generator.lognormal(), 0.03) }
      let baseline = rounds.map { $0 * pow(generator.lognormal(), 0.03) }
      let ratio = try #require(ratioEstimate(candidate, over: baseline))
      ratios += ratio.low <= 0.9 && 0.9 <= ratio.high ? 1 : 0
    }
    #expect(Double(medians) / Double(draws) >= 0.94)
    #expect(Double(ratios) / Double(draws) >= 0.94)
  }
}
