import Measurement
import Records
import TestSupport
import Testing

@testable import Reporting

struct LatencyAxisTests {
  @Test func axisReachesFromTheLowestOfAllToTheHighest() throws {
    let axis = try #require(LatencyAxis([pooled([2000, 9000]), pooled([1000]), pooled([])]))
    #expect(axis.lowest == 1000)
    #expect(axis.highest == 9000)
    #expect(LatencyAxis([]) == nil)
    #expect(LatencyAxis([pooled([])]) == nil)
  }

  @Test func fewOutliersDoNotStretchTheAxis() throws {
    let times = Array(repeating: 1000 as UInt64, count: 5000) + Array(repeating: 2000, count: 5000)
    let axis = try #require(LatencyAxis([pooled([1] + times + [1 << 40])]))
    #expect(axis.lowest == 1000)
    #expect(axis.highest == 2000)
  }

  @Test func partsHaveOneRatio() throws {
    let times: [UInt64] = [100, 900, 1100, 9000, 11_000, 90_000, 100_000]
    let axis = try #require(LatencyAxis([pooled(times)]))
    #expect(axis.counts(of: pooled(times).histogram, parts: 3) == [2, 2, 3])
    #expect(axis.counts(of: pooled([11_000]).histogram, parts: 3) == [0, 0, 1])
    #expect(axis.counts(of: pooled([1, 1 << 40]).histogram, parts: 3) == [1, 0, 1], "at the ends")
  }

  /// A latency is stored as its slot, which may begin below the lowest latency.
  @Test(arguments: [0, 1, 5_000_001, UInt64.max]) func latenciesThatAreAllAlikeLieInTheFirstPart(time: UInt64) throws {
    let axis = try #require(LatencyAxis([pooled([time, time])]))
    #expect(axis.counts(of: pooled([time, time]).histogram, parts: 8) == [2, 0, 0, 0, 0, 0, 0, 0])
  }

  @Test func everyLatencyIsCountedOnce() throws {
    var random = SplitMix64(seed: 5)
    let times = (0..<5000).map { _ in
      UInt64.random(in: 0...1 << 40, using: &random) >> UInt64.random(in: 0...40, using: &random)
    }
    let all = pooled(times)
    let axis = try #require(LatencyAxis([all]))
    for parts in [1, 7, 24] { #expect(axis.counts(of: all.histogram, parts: parts).reduce(0, +) == 5000) }
  }

  private func pooled(_ times: [UInt64]) -> Summary.PooledLatency {
    var histogram = LatencyHistogram()
    for time in times { histogram.record(time) }
    return Summary.PooledLatency(
      histogram: histogram, minimum: times.min() ?? 0, maximum: times.max() ?? 0, unreadable: 0)
  }
}
