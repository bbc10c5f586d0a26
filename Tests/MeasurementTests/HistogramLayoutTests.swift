import Measurement
import Testing

struct HistogramLayoutTests {
  @Test func slotsFollowOneAnotherWithoutGapOrOverlap() {
    var next: UInt64 = 0
    for index in 0..<HistogramLayout.slotCount {
      let low = HistogramLayout.lowestEquivalent(at: index)
      let high = HistogramLayout.highestEquivalent(at: index)
      #expect(low == next && high >= low)
      #expect(HistogramLayout.index(of: low) == index && HistogramLayout.index(of: high) == index)
      next = high + 1
    }
    #expect(next == HistogramLayout.highestRepresentable + 1)
  }

  @Test(arguments: 0..<42)
  func valuesAroundPowerOfTwoLieInTheirOwnSlots(exponent: UInt64) {
    let power: UInt64 = 1 << exponent
    for value in [power - 1, power, power + 1] {
      let index = HistogramLayout.index(of: value)
      let low = HistogramLayout.lowestEquivalent(at: index)
      let high = HistogramLayout.highestEquivalent(at: index)
      #expect((low...high).contains(value))
      #expect((low...high).contains(HistogramLayout.medianEquivalent(at: index)))
      #expect((high - low) * 1024 <= value, "three significant digits are kept")
    }
    #expect(HistogramLayout.index(of: power - 1) != HistogramLayout.index(of: power))
  }

  // From HdrHistogram_c 0.11.10: counts_index_for, hdr_value_at_index, hdr_next_non_equivalent_value - 1,
  // hdr_median_equivalent_value.
  @Test(
    arguments: [
      (0, 0, 0, 0, 0),
      (2047, 2047, 2047, 2047, 2047),
      (2049, 2048, 2048, 2049, 2049),
      (1_000_000, 11_169, 999_936, 1_000_447, 1_000_192),
      (3_600_000_000_000, 33_420, 3_599_182_594_048, 3_601_330_077_695, 3_600_256_335_872),
    ] as [(UInt64, Int, UInt64, UInt64, UInt64)])
  func slotIsThatOfHdrHistogram(value: UInt64, index: Int, low: UInt64, high: UInt64, median: UInt64) {
    #expect(HistogramLayout.index(of: value) == index)
    #expect(HistogramLayout.lowestEquivalent(at: index) == low)
    #expect(HistogramLayout.highestEquivalent(at: index) == high)
    #expect(HistogramLayout.medianEquivalent(at: index) == median)
  }

  @Test(arguments: [HistogramLayout.highestRepresentable, HistogramLayout.highestRepresentable + 1, .max])
  func valueBeyondTheRangeIsClampedToTheLastSlot(value: UInt64) {
    #expect(HistogramLayout.index(of: value) == HistogramLayout.slotCount - 1)
  }

  @Test func slotCountIsThatOfHdrHistogram() {
    #expect(HistogramLayout.slotCount == 33_792)
  }
}
