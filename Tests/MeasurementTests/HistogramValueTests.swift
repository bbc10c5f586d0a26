import Measurement
import Testing

struct HistogramValueTests {
  private func histogram(of values: some Sequence<UInt64>) -> LatencyHistogram {
    var histogram = LatencyHistogram()
    for value in values {
      histogram.record(value)
    }
    return histogram
  }

  @Test func slotsAreTheRecordedOnesInAscendingOrder() {
    let slots = histogram(of: [5000, 3, 5001, 3, 3]).slots
    #expect(slots.map(\.lowestEquivalent) == [3, 5000])
    #expect(slots.map(\.highestEquivalent) == [3, 5003])
    #expect(slots.map(\.count) == [3, 2])
  }

  @Test func meanIsExact() {
    #expect(histogram(of: [1_000_001, 2_000_002]).mean == 1_500_001.5)
  }

  @Test func recordingZeroTimesChangesNothing() {
    var histogram = LatencyHistogram()
    histogram.record(7, count: 0)
    #expect(histogram == LatencyHistogram())
  }

  @Test(arguments: SeededLatencies.Distribution.allCases, SeededLatencies.Distribution.allCases)
  func mergeEqualsRecordingBothInEitherOrder(
    first: SeededLatencies.Distribution, second: SeededLatencies.Distribution
  ) {
    var generator = SeededLatencies(seed: 11)
    let ours = generator.values(first, count: 700)
    let theirs = generator.values(second, count: 300)
    var merged = histogram(of: ours)
    merged.merge(histogram(of: theirs))
    #expect(merged == histogram(of: ours + theirs))
    var reversed = histogram(of: theirs)
    reversed.merge(histogram(of: ours))
    #expect(reversed == merged)
  }

  @Test func mergingAnEmptyHistogramChangesNothing() {
    let values: [UInt64] = [1, 50_000, 9_000_000]
    var merged = histogram(of: values)
    merged.merge(LatencyHistogram())
    #expect(merged == histogram(of: values))
    var empty = LatencyHistogram()
    empty.merge(merged)
    #expect(empty == merged)
  }

  @Test(arguments: SeededLatencies.Distribution.allCases)
  func subtractingLeavesWhatWasRecordedSince(distribution: SeededLatencies.Distribution) throws {
    var generator = SeededLatencies(seed: 23)
    let early = generator.values(distribution, count: 500)
    let late = generator.values(distribution, count: 400)
    let interval = histogram(of: early + late).subtracting(histogram(of: early))
    let expected = histogram(of: late)
    #expect(interval.slots == expected.slots)
    #expect(interval.count == expected.count)
    #expect(interval.sum == expected.sum)
    let exactMinimum = try #require(expected.minimum)
    let exactMaximum = try #require(expected.maximum)
    let minimum = try #require(interval.minimum)
    let maximum = try #require(interval.maximum)
    #expect(minimum <= exactMinimum && maximum >= exactMaximum)
    #expect(HistogramLayout.index(of: minimum) == HistogramLayout.index(of: exactMinimum))
    #expect(HistogramLayout.index(of: maximum) == HistogramLayout.index(of: exactMaximum))
  }

  @Test func subtractingKeepsANewExtremeExact() {
    let interval = histogram(of: [50_000, 10_001, 90_001]).subtracting(histogram(of: [50_000]))
    #expect(interval.minimum == 10_001)
    #expect(interval.maximum == 90_001)
  }

  @Test func subtractingItselfLeavesNothing() {
    let all = histogram(of: [1, 2, 70_000])
    #expect(all.subtracting(all) == LatencyHistogram())
  }

  @Test func subtractingWhatWasNeverRecordedLeavesNoNegativeCount() {
    let difference = histogram(of: [10, 20]).subtracting(histogram(of: [5, 10, 10, 30]))
    #expect(difference.slots == histogram(of: [20]).slots)
    #expect(difference.sum == 0)
  }

  @Test func countsBeyondTheEncodingStayAtItsLimit() {
    var full = LatencyHistogram()
    full.record(.max, count: .max)
    full.record(.max, count: .max)
    full.record(7, count: .max)
    full.merge(full)
    #expect(full.count == UInt64(Int64.max))
    #expect(full.slots.map(\.count) == [UInt64(Int64.max), UInt64(Int64.max)])
    #expect(full.percentile(50) == 7)
    #expect(full.percentile(100) == .max)
    #expect(full.sum == .max)
  }
}
