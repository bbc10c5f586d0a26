import Statistics
import Testing

struct PairedComparisonTests {
  private let rounds: [Double] = [100, 110, 90, 105, 95, 120, 80, 101]

  private func series(
    _ ratios: [Double], preference: PairedSeries.Preference = .higherIsFaster
  ) -> PairedSeries {
    let baseline = Array(rounds.prefix(ratios.count))
    return PairedSeries(
      name: "epoll", candidate: zip(ratios, baseline).map(*), baseline: baseline, preference: preference)
  }

  private func comparison(_ series: PairedSeries, level: Double = 0.05) throws -> PairedComparison {
    let family = try #require(comparePairs([series], family: "one", level: level))
    #expect(family.size == 1)
    return family.comparisons[0]
  }

  @Test(arguments: PairedSeries.Preference.allCases)
  func verdictFollowsThePreference(preference: PairedSeries.Preference) throws {
    let higher = try comparison(series([1.25, 1.5, 1.25, 1.5, 1.25, 1.25], preference: preference))
    let lower = try comparison(series([0.75, 0.5, 0.75, 0.5, 0.75, 0.75], preference: preference))
    #expect(higher.verdict == (preference == .higherIsFaster ? .faster : .slower))
    #expect(lower.verdict == (preference == .higherIsFaster ? .slower : .faster))
    #expect(higher.ratio?.median == 1.25)
    #expect(higher.rounds == 6)
    #expect(higher.test?.pValue == 0.03125)
    #expect(higher.adjustedPValue == 0.03125)
  }

  @Test func oneRoundTheOtherWayIsNoDifferenceInSixRounds() throws {
    let result = try comparison(series([1.25, 1.5, 1.25, 1.5, 1.25, 0.75]))
    #expect(result.verdict == .notSignificant)
    #expect(result.adjustedPValue ?? 0 > 0.05)
  }

  @Test(arguments: [0.05, 0.5])
  func fewerThanSixRoundsHaveNoVerdictAtAnyLevel(level: Double) throws {
    let result = try comparison(series([1.25, 1.5, 1.25, 1.5, 1.25]), level: level)
    #expect(result.verdict == .tooFewRounds)
    #expect(result.test?.pValue == 0.0625)
    #expect(result.ratio?.kind == .range)
  }

  @Test func noRoundsHaveNoVerdictAndNoRatio() throws {
    let result = try comparison(series([]))
    #expect(result.verdict == .tooFewRounds)
    #expect(result.rounds == 0)
    #expect(result.ratio == nil)
    #expect(result.test == nil)
    #expect(result.adjustedPValue == nil)
  }

  @Test func familyOfThreeNeedsSevenRounds() throws {
    let clear = [1.25, 1.5, 1.25, 1.5, 1.25, 1.25, 1.25]
    let six = series(Array(clear.prefix(6)))
    let family = try #require(comparePairs([six, six, six], family: "three"))
    #expect(family.name == "three")
    #expect(family.size == 3)
    #expect(family.level == 0.05)
    #expect(family.comparisons.allSatisfy { $0.verdict == .tooFewRounds && $0.adjustedPValue == 0.09375 })
    // If the others are significant, the last one is not adjusted, and six rounds are enough for it.
    let seven = series(clear + [1.25])
    let mixed = try #require(comparePairs([six, seven, seven], family: "three"))
    #expect(mixed.comparisons.map(\.verdict) == [.faster, .faster, .faster])
    #expect(mixed.comparisons.map(\.adjustedPValue) == [0.03125, 0.0234375, 0.0234375])
  }

  @Test func significantMeanAgainstTheMedianIsNoDifference() throws {
    let ratios = Array(repeating: 0.5, count: 6) + Array(repeating: 1.01, count: 7)
    let series = PairedSeries(
      name: "", candidate: ratios, baseline: ratios.map { _ in 1 }, preference: .higherIsFaster)
    let result = try comparison(series)
    #expect(result.adjustedPValue ?? 1 <= 0.05)
    #expect(result.test?.meanLogRatio ?? 0 < 0)
    #expect(result.verdict == .notSignificant)
  }

  @Test(
    arguments: [
      ([1, 2], [1]), ([0, 1], [1, 1]), ([1, 1], [1, -1]), ([-1], [-1]), ([.nan], [1]), ([1], [.infinity]),
      ([.greatestFiniteMagnitude], [0.5]), ([.leastNonzeroMagnitude], [2]),
    ] as [([Double], [Double])])
  func valuesThatAreNotPositivePairsAreNotComparable(candidate: [Double], baseline: [Double]) throws {
    let result = try comparison(
      PairedSeries(name: "", candidate: candidate, baseline: baseline, preference: .lowerIsFaster))
    #expect(result.verdict == .notComparable)
    #expect(result.ratio == nil)
    #expect(result.test == nil)
  }

  @Test(arguments: [0, 1, -0.5, .nan])
  func levelThatIsNoProbabilityHasNoComparisons(level: Double) {
    #expect(comparePairs([series([1.25])], family: "", level: level) == nil)
  }

  @Test func emptyFamilyHasNoComparisons() {
    #expect(comparePairs([], family: "") == nil)
  }
}
