import Records
import Statistics

/// The metrics of a class of lanes.
enum ClassMetrics {
  private typealias Row = Metric<MetricTable.Lanes>

  static let all: [Metric<MetricTable.Lanes>] =
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
    ] + times(LatencyMetrics.service, "service time", heading: "", json: "latency_ns") { $0.latency }
    + times(LatencyMetrics.response, "response time, from the intended start", heading: "resp. ", json: "response_ns") {
      $0.response
    }
    + LatencyMetrics.ofTrials.map { name, percentile in
      Row(
        "\(name)-of-trials", "each trial's own \(name), of response times if there are any: median", .time,
        heading: "\(name) of trials", json: "response_ns?.median_over_trials.\(name.replacing(".", with: "_"))"
      ) { MetricValue($0.lanes.percentiles[keyPath: percentile]) }
      .with { $0.isLatency = true }
    }

  private static func count(
    _ key: String, _ about: String, _ things: String, heading: String? = nil, json: String,
    _ value: @escaping @Sendable (Summary.MeasuredClass) -> UInt64?
  ) -> Row {
    Row(key, about, .count(things), heading: heading, json: json) {
      MetricValue(value($0.lanes), of: $0.point.validTrials)
    }
  }

  private static func times(
    _ kind: String, _ time: String, heading: String, json: String,
    _ latency: @escaping @Sendable (Summary.MeasuredClass) -> Summary.PooledLatency?
  ) -> [Row] {
    LatencyMetrics.Statistic.all.map { statistic in
      Row(
        kind + statistic.name, "\(time): \(statistic.about), of all operations of the class together",
        statistic.isCount ? .count("operations") : .time, aliases: [statistic.name],
        heading: heading + statistic.name + (statistic.isCount ? "" : " {unit}"), json: "\(json).\(statistic.json)"
      ) { MetricValue(latency($0.lanes).flatMap(statistic.value), of: $0.point.validTrials) }
      .with {
        $0.isCited = statistic.isCited
        $0.isLatency = true
      }
    }
  }
}
