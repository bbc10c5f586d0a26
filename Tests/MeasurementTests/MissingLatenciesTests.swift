import Measurement
import Testing

/// Percentiles with operations that have not ended, which count as longer than all others.
@Suite struct MissingLatenciesTests {
  /// 1 ns, 2 ns, … each once.
  private func histogram(_ count: UInt64) -> LatencyHistogram {
    var histogram = LatencyHistogram()
    for value in 1...count { histogram.record(value) }
    return histogram
  }

  @Test func percentileIsOfAllThatWasDue() {
    let done = histogram(1841)
    #expect(done.percentile(50, missing: 159) == 1000)
    #expect(done.percentile(90, missing: 159) == 1800)
    #expect(done.percentile(92, missing: 159) == 1840)
    #expect(done.percentile(50) == 921 && done.percentile(99) == 1823)
  }

  @Test func thereIsNoneAboveTheShareThatWasDone() {
    let done = histogram(1841)
    #expect(done.percentileIsSupported(90, missing: 159) && done.percentileIsSupported(99))
    #expect(!done.percentileIsSupported(99, missing: 159) && done.percentile(99, missing: 159) == nil)
    #expect(done.percentile(100, missing: 159) == nil && done.percentile(100) == 1841)
    #expect(!histogram(39).percentileIsSupported(50, missing: 161))
  }

  @Test func tenSamplesLieBeyondThoughSomeOfThemAreMissing() {
    // Of a thousand due operations, the 990th is p99, and ten are longer: nine that ended, and one that did not.
    #expect(histogram(999).percentileIsSupported(99, missing: 1))
    #expect(!histogram(999).percentileIsSupported(99))
    #expect(histogram(990).percentileIsSupported(99, missing: 10))
    #expect(!histogram(989).percentileIsSupported(99, missing: 11))
  }

  @Test func latenciesBeyondTheRangeAreCounted() {
    var histogram = histogram(9)
    histogram.record(3_600_000_000_000)
    #expect(histogram.beyondRange == 0)
    histogram.record(3_700_000_000_000)
    // Ninety minutes, which the last slot stores as 73.
    histogram.record(5_400_000_000_000, count: 3)
    #expect(histogram.beyondRange == 4)
  }

  @Test func recorderKeepsLatenciesBeyondTheRangeToBeCounted() {
    let recorder = HistogramRecorder.allocate()
    defer { recorder.deallocate() }
    for _ in 0..<2 { recorder.record(5_400_000_000_000) }
    recorder.record(1_000_000)
    #expect(recorder.snapshot().beyondRange == 2)
  }
}
