import Foundation
import Measurement

/// The latency axis of one concurrency. It is logarithmic, from the lowest p1 of all modes to the highest p99, so that
/// a few outliers do not leave it empty. Values beyond its ends are drawn at the ends.
struct LatencyAxis {
  /// In nanoseconds, at least 1.
  let lowest: UInt64
  let highest: UInt64

  /// Nil without latencies.
  init?(_ latencies: [Summary.PooledLatency]) {
    guard let lowest = latencies.compactMap({ $0.value(at: 1) }).min(),
      let highest = latencies.compactMap({ $0.value(at: 99) }).max()
    else { return nil }
    self.lowest = max(1, lowest)
    self.highest = max(self.lowest, highest)
  }

  /// The number of latencies in each of `parts` sections of the axis, which have equal width on its logarithmic scale.
  func counts(of histogram: LatencyHistogram, parts: Int) -> [Double] {
    var counts = [Double](repeating: 0, count: parts)
    let length = log(Double(highest) / Double(lowest))
    for slot in histogram.slots {
      let place = log(Double(min(max(slot.lowestEquivalent, lowest), highest)) / Double(lowest))
      counts[length > 0 ? min(Int(place / length * Double(parts)), parts - 1) : 0] += Double(slot.count)
    }
    return counts
  }
}
