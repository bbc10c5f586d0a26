import Records
import Statistics

/// The metrics of a class of lanes.
enum ClassMetrics {
  private typealias Row = Metric<MetricTable.Lanes>

  static let all: [Metric<MetricTable.Lanes>] = counts + times + ofTrials

  private static var counts: [Row] {
    [
      count("count", "lanes of the class", "lanes", heading: "lanes", json: "count") { UInt64(exactly: $0.lanes) },
      count(
        "served", "lanes of the class that did an operation, in the trial that served the fewest", "lanes",
        json: "served"
      ) { $0.served.flatMap { UInt64(exactly: $0) } },
      count(
        "operations", "operations done within the windows of all valid trials", "operations", json: "operations_done"
      ) { $0.operations },
      count(
        "in-warm-ups", "operations done in the warm-ups of all valid trials", "operations", heading: "in warm-ups",
        json: "operations_done_in_warmup"
      ) { $0.early },
    ]
  }

  private static var times: [Row] {
    LatencyMetrics.ofPart(
      "the class", of: { $0.point.validTrials }, service: { $0.lanes.latency }, response: { $0.lanes.response })
  }

  private static var ofTrials: [Row] { LatencyMetrics.ofTrialsOfPart { $0.lanes.percentiles } }

  private static func count(
    _ key: String, _ about: String, _ things: String, heading: String? = nil, json: String,
    _ value: @escaping @Sendable (Summary.MeasuredClass) -> UInt64?
  ) -> Row {
    Row(key, about, .count(things), heading: heading, json: json) {
      MetricValue(value($0.lanes), of: $0.point.validTrials)
    }
  }
}
