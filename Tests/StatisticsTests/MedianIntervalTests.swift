import Testing

@testable import Statistics

struct MedianIntervalTests {
  // The coverage is 1 - 2 P(B < lower rank), B binomial with n tosses of a fair coin.
  @Test(arguments: [
    (6, 1, 6, 0.96875),
    (7, 1, 7, 0.984375),
    (8, 1, 8, 0.9921875),
    (9, 2, 8, 0.9609375),
    (10, 2, 9, 0.978515625),
    (20, 6, 15, 0.9586105346679688),
    (50, 18, 33, 0.9671608624357315),
    (100, 40, 61, 0.9647997997822952),
  ])
  func intervalHasTheTabulatedRanks(count: Int, lower: Int, upper: Int, coverage: Double) throws {
    let interval = try #require(MedianInterval(count: count))
    #expect(interval.lowerRank == lower)
    #expect(interval.upperRank == upper)
    #expect(abs(interval.coverage - coverage) < 1e-12)
  }

  @Test(arguments: [-1, 0, 1, 2, 3, 4, 5])
  func fewerThanSixValuesHaveNoInterval(count: Int) {
    #expect(MedianInterval(count: count) == nil)
  }

  @Test func intervalOfManyValuesIsThatOfTheNormalApproximation() throws {
    let interval = try #require(MedianInterval(count: 1_000_000))
    let approximation = 500_000 - 1.959964 * 500
    #expect(abs(Double(interval.lowerRank) - approximation) <= 2)
    #expect(interval.lowerRank + interval.upperRank == 1_000_001)
    #expect((0.95..<0.951).contains(interval.coverage))
  }

  @Test(arguments: 6..<200)
  func intervalIsTheNarrowestOfSufficientCoverage(count: Int) throws {
    let interval = try #require(MedianInterval(count: count))
    #expect((0.95...1).contains(interval.coverage))
    #expect(1 - 2 * probability(below: interval.lowerRank, of: count) >= 0.95)
    #expect(1 - 2 * probability(below: interval.lowerRank + 1, of: count) < 0.95)
  }

  /// The probability of fewer than `rank` heads in `count` tosses, by Pascal's triangle.
  private func probability(below rank: Int, of count: Int) -> Double {
    var row = [1.0]
    for _ in 0..<count {
      row = zip(row + [0], [0] + row).map { ($0 + $1) / 2 }
    }
    return row.prefix(rank).reduce(0, +)
  }
}
