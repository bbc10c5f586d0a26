import Glibc
import Statistics
import TestSupport
import Testing

struct RunComparisonTests {
  /// The noise between runs and within them that an A/A series of short suites showed.
  private let between = 0.03
  private let within = 0.015

  /// Runs of nine trials, with a level that all trials of a run share.
  private func runs(_ count: Int, factor: Double = 1, using generator: inout SplitMix64) -> [[Double]] {
    (0..<count).map { _ in
      let level = factor * pow(generator.lognormal(), between)
      return (0..<9).map { _ in level * pow(generator.lognormal(), within) }
    }
  }

  // Two runs beside six are where Welch's degrees of freedom find too much.
  @Test(arguments: [(2, 2), (3, 3), (2, 6), (1, 5), (6, 6)])
  func falseFindingsInAFamilyOfEightAreAtMostFivePercent(m: Int, n: Int) throws {
    var generator = SplitMix64(seed: UInt64(10 * m + n))
    let draws = 1000
    var found = 0
    for _ in 0..<draws {
      let family = (0..<8).map { _ in
        RunSeries(
          name: "", candidate: runs(m, using: &generator), baseline: runs(n, using: &generator),
          preference: .higherIsFaster)
      }
      found += try #require(compareRuns(family, family: "")).contains { $0.verdict != .notSignificant } ? 1 : 0
    }
    // Three standard errors of a rate of exactly 5 %.
    #expect(Double(found) / Double(draws) <= 0.05 + 3 * 0.0069)
  }

  @Test(arguments: [(2, 2), (3, 3), (2, 6), (1, 5), (6, 6)])
  func intervalCoversTheRatio(m: Int, n: Int) throws {
    var generator = SplitMix64(seed: UInt64(100 * m + n))
    let draws = 2000
    var covered = 0
    for _ in 0..<draws {
      let series = RunSeries(
        name: "", candidate: runs(m, factor: 0.9, using: &generator), baseline: runs(n, using: &generator),
        preference: .higherIsFaster)
      let ratio = try #require(compareRuns([series], family: "")?[0].ratio)
      covered += ratio.low <= 0.9 && 0.9 <= ratio.high ? 1 : 0
    }
    #expect(Double(covered) / Double(draws) >= 0.95 - 3 * 0.0049)
  }

  /// The purpose: trials of two runs, taken as independent, differ far more often than they should.
  @Test func trialsOfTwoRunsTakenAsIndependentFindWhatIsNotThereAndALeastEffectHelps() throws {
    var generator = SplitMix64(seed: 5)
    let draws = 500
    var found = [0.0: 0, 0.05: 0, 0.1: 0]
    for _ in 0..<draws {
      let (first, second) = (runs(1, using: &generator)[0], runs(1, using: &generator)[0])
      let series = UnpairedSeries(name: "", candidate: second, baseline: first, preference: .higherIsFaster)
      for effect in found.keys {
        let verdict = try #require(compareUnpaired([series], family: "", leastEffect: effect))[0].verdict
        found[effect, default: 0] += verdict == .notSignificant ? 0 : 1
      }
    }
    let share = found.mapValues { Double($0) / Double(draws) }
    #expect(try #require(share[0]) > 0.5)
    #expect(try #require(share[0.05]) < 0.2)
    #expect(try #require(share[0.1]) < 0.03)
  }

  @Test func slowdownOfATenthIsFoundByFiveRunsASide() throws {
    var generator = SplitMix64(seed: 9)
    let draws = 300
    var found = 0
    for _ in 0..<draws {
      let series = RunSeries(
        name: "", candidate: runs(5, factor: 0.9, using: &generator), baseline: runs(5, using: &generator),
        preference: .higherIsFaster)
      found += try #require(compareRuns([series], family: ""))[0].verdict == .slower ? 1 : 0
    }
    #expect(Double(found) / Double(draws) >= 0.95)
  }

  // Reference values: scipy.stats.ttest_ind of the logarithms of the medians.
  @Test func ratioAndTestAreStudents() throws {
    let series = RunSeries(
      name: "x", candidate: [[110, 111, 90], [120], [115, 117]], baseline: [[100], [104], [96]],
      preference: .higherIsFaster)
    let result = try #require(compareRuns([series], family: "one"))[0]
    let ratio = try #require(result.ratio)
    #expect(abs(ratio.median - pow(110 * 120 * 116.0 / (100 * 104 * 96), 1.0 / 3)) < 1e-12)
    #expect(ratio.n == 6 && ratio.kind == .interval95 && ratio.low > 1)
    #expect(abs((result.adjustedPValue ?? 0) - 0.014163562647089433) < 1e-9)
    #expect(result.verdict == .faster)
  }

  @Test func fewerThanThreeRunsAreTooFew() throws {
    func verdict(_ candidate: [[Double]], _ baseline: [[Double]]) throws -> PairedComparison.Verdict {
      let series = RunSeries(name: "", candidate: candidate, baseline: baseline, preference: .higherIsFaster)
      return try #require(compareRuns([series], family: ""))[0].verdict
    }
    #expect(try verdict([[1, 2]], [[1, 2]]) == .tooFewRounds)
    #expect(try verdict([[1], [2], []], []) == .tooFewRounds)
    #expect(try verdict([[1], [2]], [[1], []]) == .notSignificant)
    #expect(try verdict([[1], [0]], [[1]]) == .notComparable)
    #expect(try verdict([[1], [1]], [[1]]) == .notSignificant)
    #expect(compareRuns([], family: "") == nil)
  }

  @Test func spreadIsTakenApartIntoThatBetweenRunsAndWithin() throws {
    var generator = SplitMix64(seed: 3)
    let spread = try #require(
      runSpread(of: [runs(200, using: &generator), runs(200, factor: 2, using: &generator)]))
    #expect(spread.runs == 400)
    #expect(abs(spread.between / between - 1) < 0.1)
    #expect(abs(try #require(spread.within) / within - 1) < 0.1)
  }

  @Test func spreadOfSingleTrialsIsAllBetweenRuns() throws {
    let spread = try #require(runSpread(of: [[[1], [exp(0.1)]]]))
    #expect(abs(spread.between - 0.1 / 2.0.squareRoot()) < 1e-12 && spread.within == nil)
    #expect(runSpread(of: [[[1, 2, 3]], [[4]]]) == nil)
    #expect(runSpread(of: [[[0], [1]]]) == nil)
  }
}

struct LeastEffectTests {
  private func unpaired(_ factor: Double, _ effect: Double) throws -> UnpairedComparison {
    let values = (0..<9).map { 100 + Double($0) / 2 }
    let series = UnpairedSeries(
      name: "", candidate: values.map { $0 * factor }, baseline: values, preference: .higherIsFaster)
    return try #require(compareUnpaired([series], family: "", leastEffect: effect))[0]
  }

  private func paired(_ factor: Double, _ effect: Double) throws -> PairedComparison {
    let values = (0..<9).map { 100 + Double($0) / 2 }
    let series = PairedSeries(
      name: "", candidate: values.map { $0 * factor }, baseline: values, preference: .higherIsFaster)
    return try #require(comparePairs([series], family: "", leastEffect: effect)).comparisons[0]
  }

  @Test(
    arguments: [(1.04, .notSignificant), (1.2, .faster), (0.96, .notSignificant), (0.8, .slower)]
      as [(Double, PairedComparison.Verdict)])
  func verdictTakesMoreThanTheLeastEffect(factor: Double, expected: PairedComparison.Verdict) throws {
    #expect(try unpaired(factor, 0.05).verdict == expected)
    #expect(try paired(factor, 0.05).verdict == expected)
    // Without one the difference is significant, and the estimate is the same.
    #expect(try paired(factor, 0).verdict != .notSignificant)
    #expect(try unpaired(factor, 0.05).ratio == unpaired(factor, 0).ratio)
    #expect(try paired(factor, 0.05).test?.meanLogRatio == paired(factor, 0).test?.meanLogRatio)
  }

  @Test func differenceNearTheLeastEffectIsNotSignificant() throws {
    #expect(try unpaired(1.055, 0.05).adjustedPValue.map { $0 > 0.05 } == true)
    #expect(try unpaired(1.055, 0).adjustedPValue.map { $0 < 0.05 } == true)
  }
}

struct UsualRoundsTests {
  @Test func nineValuesAreTheFewestWhoseIntervalIsNotTheRange() throws {
    func interval(_ count: Int) throws -> (low: Double, high: Double) {
      let estimate = try #require(medianEstimate(of: (1...count).map(Double.init)))
      return (estimate.low, estimate.high)
    }
    for count in 6..<usualRounds { #expect(try interval(count) == (1, Double(count))) }
    #expect(try interval(usualRounds) == (2, 8))
  }

  @Test func familyOfSixHasTenRounds() {
    #expect([1, 3, 4, 6, 7, 12, 32].map(roundsForVerdict) == [9, 9, 10, 10, 11, 11, 13])
  }
}
