import Records
import Statistics

/// The metrics of a host's part of a point.
enum HostMetrics {
  private typealias Row = Metric<MetricTable.OnHost>

  static let all: [Metric<MetricTable.OnHost>] = counts + times + ofTrials + costs

  private static var counts: [Row] {
    [
      estimate(
        "throughput", "operations per second of the host", .operationsPerSecond, heading: "{k}op/s",
        json: "throughput_per_s"
      ) { $0.throughput },
      estimate(
        "offered", "operations due per second, for the host", .operationsPerSecond, heading: "due {k}op/s",
        json: "offered_per_s"
      ) { $0.offered },
      Row(
        "operations", "operations done by the host within the windows of all valid trials", .count("operations"),
        json: "operations_done"
      ) { MetricValue($0.host.operations, of: $0.point.validTrials) },
      Row("processes", "processes on the host", .count("processes"), json: "processes") {
        MetricValue($0.host.processes, of: $0.point.validTrials)
      },
    ]
  }

  private static var times: [Row] {
    LatencyMetrics.ofPart(
      "the host", of: { $0.point.validTrials }, service: { $0.host.latency }, response: { $0.host.response })
  }

  private static var ofTrials: [Row] { LatencyMetrics.ofTrialsOfPart { $0.host.percentiles } }

  private static var costs: [Row] {
    [
      estimate(
        "cpu", "CPU time of the host's processes", .microsecondsPerOperation, heading: "CPU µs/op",
        json: "cpu_us_per_operation"
      ) { $0.cpu },
      estimate(
        "start-late", "how late the host's first process began", .time, heading: "start late {unit}",
        json: "start_late_ns"
      ) { $0.startLate },
    ]
  }

  private static func estimate(
    _ key: String, _ about: String, _ dimension: Dimension, heading: String, json: String,
    _ value: @escaping @Sendable (Summary.MeasuredHost) -> Estimate?
  ) -> Row {
    Row(key, "\(about): median over the valid trials", dimension, heading: heading, json: json) {
      MetricValue(value($0.host))
    }
  }
}
