import Foundation
import Measurement

/// A distribution by percentile, in HdrHistogram's own format (`.hgrm`), which its plotters read.
///
/// The bytes equal those of `outputPercentileDistribution` in HdrHistogram for Java, and so of its
/// HistogramLogProcessor. There are five lines per halving of the distance to 100 %. Each has the highest value of its
/// slot, in milliseconds, so the error is at most the width of a slot.
struct PercentileTable {
  let histogram: LatencyHistogram

  private static let unit = 1e6
  private static let ticksPerHalfDistance = 5.0

  func render() -> String {
    let title = ["Value", "Percentile", "TotalCount", "1/(1-Percentile)"]
    let header = zip(title, [12, 14, 10, 14]).map { Terminal.rightAligned($0, to: $1) }.joined(separator: " ")
    return header + "\n\n" + lines() + footer()
  }

  private func lines() -> String {
    var text = ""
    var level = 0.0
    var count: UInt64 = 0
    for slot in histogram.slots {
      count = min(count + slot.count, histogram.count)
      while level < 100, level <= 100 * Double(count) / Double(histogram.count) {
        text += line(slot, level, count)
        level = Self.next(level)
        // The last slot has one line, and then the line of 100 %.
        if count == histogram.count { break }
      }
    }
    if let last = histogram.slots.last { text += line(last, 100, count) }
    return text
  }

  private func line(_ slot: LatencyHistogram.Slot, _ level: Double, _ count: UInt64) -> String {
    let value = Double(slot.highestEquivalent) / Self.unit
    // Rounds halves up like Java; printf would round them to even.
    let share = (level / 100 * 1e12).rounded() / 1e12
    let text = String(format: "%12.3f %2.12f %10llu", value, share, count)
    return level == 100 ? text + "\n" : text + String(format: " %14.2f\n", 1 / (1 - level / 100))
  }

  /// The next level: ticks have equal distance within each halving.
  private static func next(_ level: Double) -> Double {
    let halvings = (log(100 / (100 - level)) / log(2)).rounded(.towardZero) + 1
    return level + 100 / (ticksPerHalfDistance * exp2(halvings))
  }

  private func footer() -> String {
    let total = Double(histogram.count)
    let mean =
      total == 0 ? 0 : histogram.slots.reduce(0) { $0 + Double($1.medianEquivalent) * Double($1.count) } / total
    let squares = histogram.slots.reduce(0) { sum, slot in
      let deviation = Double(slot.medianEquivalent) - mean
      return sum + deviation * deviation * Double(slot.count)
    }
    let deviation = total == 0 ? 0 : (squares / total).squareRoot()
    let maximum = histogram.slots.last.map { Double($0.highestEquivalent) } ?? 0
    return String(format: "#[Mean    = %12.3f, StdDeviation   = %12.3f]\n", mean / Self.unit, deviation / Self.unit)
      + String(format: "#[Max     = %12.3f, Total count    = %12llu]\n", maximum / Self.unit, histogram.count)
      + String(
        format: "#[Buckets = %12lld, SubBuckets     = %12lld]\n", HistogramLayout.bucketCount,
        HistogramLayout.subBucketCount)
  }
}
