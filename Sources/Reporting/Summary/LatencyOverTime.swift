import Measurement
import Records

extension Summary {
  /// The distribution of service times over time in one trial of a point: the valid trial with the median throughput,
  /// or the lower one of two.
  struct LatencyOverTime: Sendable {
    /// The trial's number in the plan.
    let trial: Int
    fileprivate let series: [SeriesPoint]
    /// The length of the window, in nanoseconds.
    fileprivate let window: UInt64

    private static let fewest = 10
    /// The minimum number of intervals with operations for a picture.
    static let fewestFilled = 5
    /// The maximum number of columns that a reader can distinguish.
    private static let most = 128

    /// - Parameter trials: the valid ones of a point.
    /// - Returns: nil if no trial has enough intervals.
    init?(_ trials: [TrialRecord]) {
      let recorded = trials.filter { trial in
        let series = trial.series ?? []
        return trial.throughput != nil && series.count >= Self.fewest && series.contains { $0.counts != nil }
      }.sorted { ($0.throughput ?? 0, $0.trial) < ($1.throughput ?? 0, $1.trial) }
      guard !recorded.isEmpty else { return nil }
      let median = recorded[(recorded.count - 1) / 2]
      (trial, series, window) = (median.trial, median.series ?? [], median.wall ?? .max)
    }

    /// Times are in nanoseconds since the window opened.
    typealias Interval = (start: UInt64, end: UInt64, latencies: CoarseHistogram)

    /// The intervals, merged until the figure is readable. Undecodable ones are left out.
    ///
    /// None lasts beyond the window: with a fixed number of operations, the last sample is taken after all connections
    /// are closed.
    var intervals: [Interval] {
      let count = (series.count + Self.most - 1) / Self.most
      var start: UInt64 = 0
      return stride(from: 0, to: series.count, by: max(1, count)).compactMap { first in
        let joined = series[first..<min(first + count, series.count)]
        var latencies = CoarseHistogram()
        for text in joined.compactMap(\.counts) {
          if let decoded = try? CoarseHistogram(encoded: text) { latencies.merge(decoded) }
        }
        let end = min(joined.last?.t ?? start, window)
        defer { start = end }
        return end > start ? (start, end, latencies) : nil
      }
    }
  }
}

extension GnuplotData {
  /// For the highest concurrency with such records; nil if there is none.
  init?(heatOf experiment: Summary.MeasuredExperiment, _ provenance: Provenance) {
    guard let group = experiment.byConcurrency.last(where: { $0.points.contains { $0.latencyOverTime != nil } }) else {
      return nil
    }
    let concurrency = NumberText.grouped(group.concurrency)
    let trials = group.points.compactMap { point in point.latencyOverTime.map { "\(point.name) \($0.trial)" } }
    self.init(
      .heat, experiment.name, experiment.description, provenance,
      question: "When within a trial are operations slow?",
      subject: "service time over time, at concurrency \(concurrency)",
      remarks: [
        ("columns", "an interval's start, in seconds from the window's opening, then those named"),
        ("concurrency", concurrency),
        (
          "trials",
          "for each mode the valid trial with the median throughput, or the lower of the two: "
            + trials.joined(separator: ", ").onOneLine
        ),
        ("shades", HeatShade.onPaper.joined(separator: " ")),
        (
          "share", "of the operations that ended in the interval, the part whose service time is from low_ns to high_ns"
        ),
        ("median", "median_ns is the middle of the row that has the interval's median; NaN in the other rows"),
      ] + Self.servedRemark(group.points),
      blocks: group.points.map { point in
        let intervals = (point.latencyOverTime?.intervals ?? []).map(Self.heatRows).filter { !$0.isEmpty }
        let rows = intervals.count < Summary.LatencyOverTime.fewestFilled ? [] : intervals.flatMap(\.self)
        return Block(
          name: point.name, columns: ["end_s", "low_ns", "high_ns", "operations", "share", "median_ns"],
          rows: rows.isEmpty ? [Array(repeating: nil, count: 7)] : rows)
      })
  }

  /// One row per bucket; a power of two has 16 buckets.
  private static func heatRows(_ interval: Summary.LatencyOverTime.Interval) -> [[Double?]] {
    let total = interval.latencies.buckets.reduce(0) { $0 + Double($1.count) }
    var below = 0.0
    return interval.latencies.buckets.map { bucket in
      let (low, high, count) = (Double(bucket.lowest), Double(bucket.end), Double(bucket.count))
      defer { below += count }
      let hasMedian = below < total / 2 && below + count >= total / 2
      return [
        Double(interval.start) / 1e9, Double(interval.end) / 1e9, low, high, count, count / total,
        hasMedian ? (low + high) / 2 : nil,
      ]
    }
  }
}
