import Glibc
import Statistics
import TestSupport
import Testing

/// False positives and power of the verdict, on lognormal values with noise of 3 % each, in rounds that are disturbed
/// as a whole.
struct VerdictSimulationTests {
  private let noise = 0.03

  /// A family of candidates, each `factor` times its own baseline but for noise.
  private func simulate(
    rounds: Int, factor: Double, members: Int = 1, using generator: inout SplitMix64
  ) throws -> [PairedComparison.Verdict] {
    let family = (0..<members).map { _ in
      let levels = (0..<rounds).map { _ in pow(generator.lognormal(), 0.2) }
      return PairedSeries(
        name: "", candidate: levels.map { factor * $0 * pow(generator.lognormal(), noise) },
        baseline: levels.map { $0 * pow(generator.lognormal(), noise) }, preference: .higherIsFaster)
    }
    return try #require(comparePairs(family, family: "")).comparisons.map(\.verdict)
  }

  @Test(arguments: [6, 8, 10, 14])
  func falsePositivesAreAtMostFivePercent(rounds: Int) throws {
    var generator = SplitMix64(seed: UInt64(rounds))
    let draws = 2000
    var found = 0
    for _ in 0..<draws {
      found += try simulate(rounds: rounds, factor: 1, using: &generator) == [.notSignificant] ? 0 : 1
    }
    // Three standard errors of a rate of exactly 5 %.
    #expect(Double(found) / Double(draws) <= 0.05 + 3 * 0.0049)
  }

  @Test func anyFalsePositiveInAFamilyOfSixIsAtMostFivePercent() throws {
    var generator = SplitMix64(seed: 7)
    let draws = 500
    var found = 0
    for _ in 0..<draws {
      let verdicts = try simulate(rounds: 10, factor: 1, members: 6, using: &generator)
      found += verdicts.allSatisfy { $0 == .notSignificant } ? 0 : 1
    }
    #expect(Double(found) / Double(draws) <= 0.05 + 3 * 0.0097)
  }

  // The standard deviation of the logarithm of a ratio of two values is √2 times that of each.
  @Test(arguments: [(1, 0.05), (1, 0.10), (3, 0.05)])
  func slowdownIsFoundNineTimesOfTenInTheRecommendedRounds(members: Int, slowdown: Double) throws {
    let plan = try #require(
      recommendedRounds(detecting: slowdown, noise: noise * 2.0.squareRoot(), familySize: members))
    #expect(plan.isSufficient)
    var generator = SplitMix64(seed: UInt64(members))
    let draws = 1000
    var found = 0
    for _ in 0..<draws {
      let verdicts = try simulate(
        rounds: plan.rounds, factor: 1 / (1 + slowdown), members: members, using: &generator)
      #expect(verdicts[0] != .faster)
      found += verdicts[0] == .slower ? 1 : 0
    }
    #expect(Double(found) / Double(draws) >= 0.9)
  }

  @Test func slowdownIsFoundNineTimesOfTenInRoundsPlannedByAPilot() throws {
    var generator = SplitMix64(seed: 17)
    let draws = 500
    var found = 0
    for _ in 0..<draws {
      let pilot = (0..<8).map { _ in noise * (log(generator.lognormal()) - log(generator.lognormal())) }
      let deviation = try #require(noiseLimit(ofLogRatios: pilot))
      let plan = try #require(recommendedRounds(detecting: 0.08, noise: deviation))
      found += try simulate(rounds: plan.rounds, factor: 1 / 1.08, using: &generator) == [.slower] ? 1 : 0
    }
    #expect(Double(found) / Double(draws) >= 0.9)
  }
}
