import Measurement
import Testing

struct CoarseHistogramTests {
  private func histogram(_ values: [(UInt64, UInt64)]) -> LatencyHistogram {
    var histogram = LatencyHistogram()
    for (value, count) in values { histogram.record(value, count: count) }
    return histogram
  }

  /// What the Python package hdrhistogram 0.10.8 makes of the same values with one significant digit, inflated and without
  /// its header.
  @Test func encodingIsThatOfHdrHistogram() throws {
    let coarse = CoarseHistogram(
      histogram([
        (0, 1), (1, 2), (31, 3), (32, 4), (33, 5), (34, 6), (4096, 63), (4351, 64), (4352, 1), (1_000_000, 8191),
        (123_456_789, 1 << 20), (3_600_000_000_000, 1),
      ]))
    let known = "AgQ5BhIM2wH+AQL3Af5/2wGAgIAB1wMC"
    #expect(coarse.encoded() == known)
    #expect(try CoarseHistogram(encoded: known) == coarse)
  }

  @Test func bucketsHoldTheirValues() {
    for value: UInt64 in [0, 1, 31, 32, 33, 2047, 2048, 2049, 65_535, 65_536, 1_000_000_007, (1 << 42) - 1] {
      let buckets = CoarseHistogram(histogram([(value, 7)])).buckets
      #expect(buckets.count == 1 && buckets[0].count == 7)
      #expect(buckets[0].lowest <= value && value < buckets[0].end)
      #expect(Double(buckets[0].end - buckets[0].lowest) <= max(1, Double(value) / 16))
    }
  }

  @Test func mergedIsWhatBothHold() throws {
    let (first, second) = (histogram([(100, 1), (5000, 2)]), histogram([(101, 4), (2_000_000, 8)]))
    var (both, merged) = (first, CoarseHistogram(first))
    both.merge(second)
    merged.merge(CoarseHistogram(second))
    #expect(merged == CoarseHistogram(both))
    #expect(try CoarseHistogram(encoded: CoarseHistogram().encoded()) == CoarseHistogram())
  }

  @Test func textThatIsNoHistogramIsRefused() {
    #expect(throws: HistogramCodingError.notBase64) { try CoarseHistogram(encoded: "?") }
    #expect(throws: HistogramCodingError.truncatedCount) { try CoarseHistogram(encoded: "gA==") }
    // 625 empty buckets, of which there are 624.
    #expect(throws: HistogramCodingError.tooManySlots) { try CoarseHistogram(encoded: "4Qk=") }
    #expect(throws: Never.self) { try CoarseHistogram(encoded: "3wk=") }
  }
}
