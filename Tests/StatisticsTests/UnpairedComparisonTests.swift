import Glibc
import Statistics
import TestSupport
import Testing

/// The expected values are those of SciPy 1.17: `mannwhitneyu` (exact without ties, asymptotic), `permutation_test` over
/// all assignments (with ties), and order statistics of the pairwise ratios counted by hand.
struct UnpairedComparisonTests {
  private let candidate = [103.1, 98.2, 110.7, 105.4, 99.9, 120.3]
  private let baseline = [90.5, 95.1, 88.7, 101.2, 93.3, 97.6]

  /// `count` values from `start` on: the multiples of `factor`, modulo `modulus`.
  private func series(_ count: Int, _ start: Double, _ factor: Int, _ modulus: Int) -> [Double] {
    (0..<count).map { start + Double($0 * factor % modulus) }
  }

  @Test func rankSumIsThatOfSciPyWithoutTies() throws {
    let test = try #require(rankSumTest(candidate, against: baseline))
    #expect(test.isExact)
    #expect(test.u == 34)
    #expect(abs(test.pValue - 0.008658008658008658) < 1e-15)
    let uneven = try #require(rankSumTest([12, 14, 19, 23, 31], against: [9, 11, 13, 15, 17, 22, 24]))
    #expect(uneven.u == 23)
    #expect(abs(uneven.pValue - 0.4318181818181819) < 1e-15)
    let longer = try #require(rankSumTest(series(15, 100, 37, 41), against: series(18, 115.5, 53, 47)))
    #expect(longer.u == 70)
    #expect(abs(longer.pValue - 0.018207405403641748) < 1e-15)
  }

  @Test(
    arguments: [
      ([2.0, 2, 3, 5, 5], [1.0, 2, 2, 3, 3, 4], 0.39826839826839827),
      ([4, 4, 4, 5, 6, 6], [1, 2, 2, 3, 4, 4], 0.021645021645021644),
      ([7, 7, 7], [7, 7, 7, 7], 1),
    ] as [([Double], [Double], Double)])
  func rankSumIsExactWithTies(candidate: [Double], baseline: [Double], expected: Double) throws {
    let test = try #require(rankSumTest(candidate, against: baseline))
    #expect(test.isExact)
    #expect(abs(test.pValue - expected) < 1e-15)
    let swapped = try #require(rankSumTest(baseline, against: candidate))
    #expect(abs(swapped.pValue - expected) < 1e-15)
  }

  @Test func rankSumOfManyValuesIsTheCorrectedNormalApproximation() throws {
    let test = try #require(rankSumTest(series(60, 100, 37, 101), against: series(55, 104, 53, 97)))
    #expect(!test.isExact)
    #expect(test.u == 1612.5)
    #expect(abs(test.pValue - 0.8358735549379097) < 1e-12)
  }

  @Test func ratioIsHodgesAndLehmannsWithMosessInterval() throws {
    let ratio = try #require(unpairedRatioEstimate(candidate, over: baseline))
    #expect(abs(ratio.median - 1.1077046554066492) < 1e-14)
    #expect(abs(ratio.low - 1.0325972660357519) < 1e-14)
    #expect(abs(ratio.high - 1.2325819672131149) < 1e-14)
    #expect(ratio.kind == .interval95)
    #expect(ratio.n == 36)
  }

  @Test func ratioOfTooFewValuesIsARange() throws {
    let range = try #require(unpairedRatioEstimate([1, 2, 4], over: [1, 2, 4]))
    #expect(range == Estimate(median: 1, low: 0.25, high: 4, kind: .range, n: 9))
    #expect(unpairedRatioEstimate([3], over: [2])?.kind == .single)
  }

  @Test(arguments: [[], [0], [-1], [.nan], [.infinity]])
  func whatIsNoPositiveNumberHasNoRatio(values: [Double]) throws {
    #expect(unpairedRatioEstimate(values, over: [1, 2]) == nil)
    #expect(unpairedRatioEstimate([1, 2], over: values) == nil)
    let series = UnpairedSeries(name: "x", candidate: values, baseline: [1, 2], preference: .higherIsFaster)
    let result = try #require(compareUnpaired([series], family: "one"))
    #expect(result[0].verdict == (values.isEmpty ? .tooFewRounds : .notComparable))
    #expect(result[0].adjustedPValue == nil)
  }

  @Test(arguments: PairedSeries.Preference.allCases)
  func verdictFollowsThePreference(preference: PairedSeries.Preference) throws {
    let series = UnpairedSeries(name: "x", candidate: candidate, baseline: baseline, preference: preference)
    let results = try #require(compareUnpaired([series, series], family: "two"))
    #expect(results.allSatisfy { $0.verdict == (preference == .higherIsFaster ? .faster : .slower) })
    #expect(abs((results[0].adjustedPValue ?? 0) - 2 * 0.008658008658008658) < 1e-15)
  }

  @Test func verdictNeedsFourTrialsOfEachAndMoreInALargeFamily() throws {
    func verdicts(_ count: Int, family size: Int) throws -> Set<PairedComparison.Verdict> {
      let low = (0..<count).map { Double(100 + $0) }
      let series = UnpairedSeries(
        name: "x", candidate: low.map { 2 * $0 }, baseline: low, preference: .higherIsFaster)
      let results = try #require(compareUnpaired(Array(repeating: series, count: size), family: "all"))
      return Set(results.map(\.verdict))
    }
    #expect([1, 2, 23, 24].map(fewestTrials) == [4, 5, 6, 7])
    #expect([1, 2, 3, 4, 6, 7].map(fewestRounds) == [6, 7, 7, 8, 8, 9])
    #expect(try verdicts(3, family: 1) == [.tooFewRounds])
    #expect(try verdicts(4, family: 1) == [.faster])
    #expect(try verdicts(4, family: 2) == [.tooFewRounds])
    // 2 in 924, times 23, is just below 5 %.
    #expect(try verdicts(6, family: 23) == [.faster])
    #expect(try verdicts(6, family: 24) == [.tooFewRounds])
  }

  @Test(arguments: [(4, 4), (6, 6), (6, 9), (25, 25)])
  func intervalCoversTheRatioAndTheTestRejectsAsOftenAsTheySay(m: Int, n: Int) throws {
    var generator = SplitMix64(seed: UInt64(m * 100 + n))
    let draws = 1000
    var covered = 0
    var disagreements = 0
    for _ in 0..<draws {
      let candidate = (0..<m).map { _ in 0.9 * generator.lognormal() }
      let baseline = (0..<n).map { _ in generator.lognormal() }
      let ratio = try #require(unpairedRatioEstimate(candidate, over: baseline))
      let test = try #require(rankSumTest(candidate.map { $0 / 0.9 }, against: baseline))
      let holds = ratio.low <= 0.9 && 0.9 <= ratio.high
      covered += holds ? 1 : 0
      disagreements += holds == (test.pValue > 0.05) ? 0 : 1
    }
    // Three standard errors of a coverage of exactly 95 %.
    #expect(Double(covered) / Double(draws) >= 0.95 - 3 * 0.0069)
    // The interval is the inverse of the test; the normal approximations of both differ at their edge.
    #expect(disagreements <= (m > 20 ? draws / 100 : 0))
  }
}
