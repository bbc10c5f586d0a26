import Testing

@testable import Statistics

struct QuantileIntervalTests {
  // Reference values: scipy.stats.binom.ppf at 0.025 and 0.975, and scipy.stats.binom.cdf.
  @Test(
    arguments: [
      (6, 0.5, 1, 6, 0.96875), (20, 0.5, 6, 15, 0.9586105346679688), (368, 0.99, 360, 368, 0.9624158204108587),
      (1000, 0.9, 881, 919, 0.9549071811148259), (1000, 0.99, 983, 997, 0.976094763497977),
      (10_000, 0.5, 4902, 5099, 0.9511670501036189), (10_000, 0.999, 9983, 9997, 0.9754574618536163),
      (1_000_000, 0.99, 989_805, 990_196, 0.9505711243554037),
    ] as [(UInt64, Double, UInt64, UInt64, Double)])
  func intervalHasTheReferenceRanks(n: UInt64, p: Double, lower: UInt64, upper: UInt64, coverage: Double) throws {
    let interval = try #require(quantileInterval(count: n, at: p))
    #expect(interval.lowerRank == lower)
    #expect(interval.upperRank == upper)
    #expect(abs(interval.coverage - coverage) < 1e-8)
  }

  @Test(arguments: 6...100)
  func intervalOfTheMedianIsThatOfMedianEstimate(count: Int) throws {
    let interval = try #require(quantileInterval(count: UInt64(count), at: 0.5))
    let median = try #require(MedianInterval(count: count))
    #expect(interval.lowerRank == UInt64(median.lowerRank))
    #expect(interval.upperRank == UInt64(median.upperRank))
    #expect(abs(interval.coverage - median.coverage) < 1e-12)
  }

  @Test(
    arguments: [
      (0, 0.5), (5, 0.5), (367, 0.99), (100, 0), (100, 1), (100, -1), (100, .nan), (1_000_000_000_001, 0.5),
      (.max, 0.5),
    ] as [(UInt64, Double)])
  func tooFewOrTooManyValuesOrNoProbabilityHaveNoInterval(count: UInt64, probability: Double) {
    #expect(quantileInterval(count: count, at: probability) == nil)
  }

  @Test func binsAreThoseThatHoldTheRanks() {
    // Ranks 40 and 61 of a hundred values.
    #expect(quantileBins(cumulativeCounts: [10, 39, 40, 40, 60, 90, 100], at: 0.5) == 2...5)
    #expect(quantileBins(cumulativeCounts: [0, 40, 60, 61, 100], at: 0.5) == 1...3)
    #expect(quantileBins(cumulativeCounts: [100], at: 0.5) == 0...0)
  }

  @Test(arguments: [[], [0], [5], [50, 40, 100]] as [[UInt64]])
  func countsWithoutIntervalHaveNoBins(counts: [UInt64]) {
    #expect(quantileBins(cumulativeCounts: counts, at: 0.5) == nil)
  }
}
