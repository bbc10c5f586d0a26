import Glibc
import Testing

@testable import Statistics

struct RecommendedRoundsTests {
  @Test(arguments: [0, 1e-6, 0.01])
  func littleNoiseNeedsSixRounds(noise: Double) {
    #expect(recommendedRounds(detecting: 0.05, noise: noise) == RecommendedRounds(rounds: 6, isSufficient: true))
  }

  @Test(arguments: [(1, 6), (2, 7), (3, 7), (4, 8), (6, 8), (7, 9)])
  func familyNeedsTheRoundsInWhichItsSmallestPValueIsSignificant(size: Int, expected: Int) {
    #expect(recommendedRounds(detecting: 0.05, noise: 0, familySize: size)?.rounds == expected)
  }

  @Test func sixRoundsAreEnoughWhileAllDifferencesHaveOneSign() throws {
    // Φ(2.11)⁶ = 0.9: six differences of one sign are that likely where the effect is 2.11 standard deviations.
    #expect(recommendedRounds(detecting: 0.05, noise: log1p(0.05) / 2.12)?.rounds == 6)
    #expect(try #require(recommendedRounds(detecting: 0.05, noise: log1p(0.05) / 2.10)).rounds > 6)
  }

  // Each group differs in one argument, from the fewest rounds to the most.
  @Test func moreNoisePowerMembersAndFewerErrorsNeedMoreRounds() throws {
    let groups: [[RecommendedRounds?]] = [
      [0.05, 0.1, 0.2].map { recommendedRounds(detecting: 0.05, noise: $0) },
      [0.8, 0.9, 0.99].map { recommendedRounds(detecting: 0.05, noise: 0.05, power: $0) },
      [0.1, 0.05, 0.001].map { recommendedRounds(detecting: 0.05, noise: 0.05, alpha: $0) },
      [1, 3, 20].map { recommendedRounds(detecting: 0.05, noise: 0.05, familySize: $0) },
      [0.2, 0.05, 0.02].map { recommendedRounds(detecting: $0, noise: 0.05) },
    ]
    for group in groups {
      let rounds = try group.map { try #require($0).rounds }
      #expect(rounds[0] < rounds[1] && rounds[1] < rounds[2])
    }
  }

  // The normal approximation: (1.959964 + 1.281552)² σ² / log(1.05)² + 1.92.
  @Test func manyRoundsAreThoseOfTheNormalApproximation() throws {
    let expected = pow(1.959964 + 1.281552, 2) * pow(0.3 / log(1.05), 2) + 1.92
    let plan = try #require(recommendedRounds(detecting: 0.05, noise: 0.3))
    #expect(abs(Double(plan.rounds) - (expected + 1.5)) <= 0.5)
  }

  @Test func tooMuchNoiseIsCapped() {
    let capped = RecommendedRounds(rounds: 1000, isSufficient: false)
    #expect(recommendedRounds(detecting: 0.001, noise: 0.1) == capped)
    #expect(recommendedRounds(detecting: 1e-300, noise: 1e300) == capped)
  }

  @Test func differenceHasTheRoundsOfItsOwnSign() {
    let fall = recommendedRounds(detecting: 1 / 1.25 - 1, noise: 0.2)
    #expect(fall == recommendedRounds(detecting: 0.25, noise: 0.2))
  }

  @Test(
    arguments: [
      (0, 0.1, 0.9, 0.05), (-1, 0.1, 0.9, 0.05), (.nan, 0.1, 0.9, 0.05), (.infinity, 0.1, 0.9, 0.05),
      (0.1, -1, 0.9, 0.05), (0.1, .nan, 0.9, 0.05), (0.1, 0.1, 0, 0.05), (0.1, 0.1, 1, 0.05), (0.1, 0.1, 0.9, 0),
      (0.1, 0.1, 0.9, 1), (0.1, 0.1, .nan, .nan),
    ] as [(Double, Double, Double, Double)])
  func argumentsOutOfRangeHaveNoPlan(difference: Double, noise: Double, power: Double, alpha: Double) {
    #expect(recommendedRounds(detecting: difference, noise: noise, power: power, alpha: alpha) == nil)
  }

  @Test func emptyFamilyHasNoPlan() {
    #expect(recommendedRounds(detecting: 0.1, noise: 0.1, familySize: 0) == nil)
  }

  // Reference values: numpy.std with ddof=1, over the square root of scipy.stats.chi2.ppf per degree of freedom.
  @Test(arguments: [(0.5, 0.019886204335641044), (0.8, 0.027103565413464564), (0.95, 0.038759339265110736)])
  func noiseLimitIsThatOfTheStandardDeviation(confidence: Double, expected: Double) throws {
    let limit = try #require(noiseLimit(ofLogRatios: [0.01, -0.02, 0.03, 0.005, -0.01, 0.02], confidence: confidence))
    #expect(abs(limit / expected - 1) < 0.01)
  }

  @Test(
    arguments: [([], 0.8), ([1], 0.8), ([1, .nan], 0.8), ([1, 2], 0), ([1, 2], 1), ([1, 2], 0.9999)]
      as [([Double], Double)])
  func valuesWithoutNoiseLimitHaveNone(logRatios: [Double], confidence: Double) {
    #expect(noiseLimit(ofLogRatios: logRatios, confidence: confidence) == nil)
  }
}
