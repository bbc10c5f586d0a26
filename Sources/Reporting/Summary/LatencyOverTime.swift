import Measurement
import Records

extension Summary {
  /// Where the service times of one trial of a point lay, interval by interval: of the valid trials that have recorded it
  /// the one with the median throughput, or the lower one of two.
  struct LatencyOverTime: Sendable {
    /// Its number in the plan.
    let trial: Int
    fileprivate let series: [SeriesPoint]

    private static let fewest = 10
    private static let most = 64

    /// - Parameter trials: the valid ones of a point.
    /// - Returns: nil where none has recorded it in enough intervals.
    init?(_ trials: [TrialRecord]) {
      let recorded = trials.filter { trial in
        let series = trial.series ?? []
        return trial.throughput != nil && series.count >= Self.fewest && series.contains { $0.counts != nil }
      }.sorted { ($0.throughput ?? 0, $0.trial) < ($1.throughput ?? 0, $1.trial) }
      guard !recorded.isEmpty else { return nil }
      let median = recorded[(recorded.count - 1) / 2]
      (trial, series) = (median.trial, median.series ?? [])
    }

    /// Times are in nanoseconds from the window's opening.
    typealias Interval = (start: UInt64, end: UInt64, latencies: CoarseHistogram)

    /// As many are made one as leave a figure that can be read. What cannot be decoded is left out.
    var intervals: [Interval] {
      let count = (series.count + Self.most - 1) / Self.most
      var start: UInt64 = 0
      return stride(from: 0, to: series.count, by: max(1, count)).map { first in
        let joined = series[first..<min(first + count, series.count)]
        var latencies = CoarseHistogram()
        for text in joined.compactMap(\.counts) {
          if let decoded = try? CoarseHistogram(encoded: text) { latencies.merge(decoded) }
        }
        defer { start = joined.last?.t ?? start }
        return (start, joined.last?.t ?? start, latencies)
      }
    }
  }
}

extension GnuplotData {
  /// Of the highest concurrency at which it was recorded; nil where it was not.
  init?(heatOf experiment: Summary.MeasuredExperiment, _ provenance: Provenance) {
    guard let group = experiment.byConcurrency.last(where: { $0.points.contains { $0.latencyOverTime != nil } }) else {
      return nil
    }
    let concurrency = NumberText.grouped(group.concurrency)
    let trials = group.points.compactMap { point in point.latencyOverTime.map { "\(point.name) \($0.trial)" } }
    self.init(
      .heat, experiment.name, experiment.description, provenance,
      subject: "service time over time, at concurrency \(concurrency)",
      remarks: [
        ("columns", "an interval's start, in seconds from the window's opening, then those named"),
        ("concurrency", concurrency),
        (
          "trials",
          "of each mode the valid trial with the median throughput, or the lower one of two: "
            + Provenance.oneLine(trials.joined(separator: ", "))
        ),
        ("share", "of the operations that ended in the interval, those whose service time is from low_ns to high_ns"),
      ] + Self.servedRemark(group.points),
      blocks: group.points.map { point in
        let rows = point.latencyOverTime.map { $0.intervals.flatMap(Self.heatRows) } ?? []
        return Block(
          name: point.name, columns: ["end_s", "low_ns", "high_ns", "operations", "share"],
          rows: rows.isEmpty ? [Array(repeating: nil, count: 6)] : rows)
      })
  }

  /// Two buckets to a row, which are eight to every power of two.
  private static func heatRows(_ interval: Summary.LatencyOverTime.Interval) -> [[Double?]] {
    let total = interval.latencies.buckets.reduce(0) { $0 + Double($1.count) }
    var rows: [(low: UInt64, high: UInt64, count: Double)] = []
    for bucket in interval.latencies.buckets {
      let width = 2 * (bucket.end - bucket.lowest)
      let low = bucket.lowest / width * width
      if let last = rows.last, last.low == low, last.high == low + width {
        rows[rows.count - 1].count += Double(bucket.count)
      } else {
        rows.append((low, low + width, Double(bucket.count)))
      }
    }
    return rows.map { row in
      [
        Double(interval.start) / 1e9, Double(interval.end) / 1e9, Double(row.low), Double(row.high), row.count,
        row.count / total,
      ]
    }
  }
}
