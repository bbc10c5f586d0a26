import Records
import Statistics

/// A compared metric, with one value per trial. The candidates are the metrics that say which direction is better.
public struct ComparisonMetric: RawRepresentable, Hashable, CaseIterable, Sendable {
  /// `throughput`, `cpu`, `p50` or `p99`. The percentiles are of response times if all trials of both sides have them,
  /// otherwise of service times.
  public let rawValue: String

  /// Nil if comparisons have no metric of this name.
  public init?(rawValue: String) {
    guard Self.names.contains(rawValue) else { return nil }
    self.rawValue = rawValue
  }

  private init(_ name: String) { rawValue = name }

  static let throughput = ComparisonMetric("throughput")
  static let cpu = ComparisonMetric("cpu")
  static let p50 = ComparisonMetric("p50")
  static let p99 = ComparisonMetric("p99")

  /// Latencies come last.
  public static let allCases = names.map { ComparisonMetric($0) }

  private static let names: [String] = {
    let keys = MetricTable.standard.points.filter { $0.compared != nil }.map(\.key)
    let (service, response) = (LatencyMetrics.service, LatencyMetrics.response)
    let latencies = keys.filter { $0.hasPrefix(service) }.map { String($0.dropFirst(service.count)) }
    return keys.filter { !$0.hasPrefix(service) && !$0.hasPrefix(response) } + latencies
  }()

  private func row(isResponse: Bool) -> Metric<Summary.Point> {
    let table = MetricTable.standard
    return isLatency
      ? table.point((isResponse ? LatencyMetrics.response : LatencyMetrics.service) + rawValue) : table.point(rawValue)
  }

  var isLatency: Bool { !MetricTable.standard.points.contains { $0.key == rawValue } }

  var preference: PairedSeries.Preference { row(isResponse: false).compared ?? .lowerIsFaster }

  /// The name in a table.
  func name(isResponse: Bool) -> String { row(isResponse: isResponse).plainHeading }

  /// A value with its unit.
  func text(_ value: Double) -> String {
    switch row(isResponse: false).dimension {
    case .operationsPerSecond: NumberText.significant(value)
    case .microsecondsPerOperation: NumberText.span(nanoseconds: value * 1000)
    case .time: NumberText.span(nanoseconds: value)
    case let dimension:
      [dimension.unit(of: value)].map { "\($0.digits(of: value) ?? NumberText.none) \($0.text)" }[0]
    }
  }

  /// The unit in data.
  var unit: String {
    switch row(isResponse: false).dimension {
    case .operationsPerSecond: "per_s"
    case .microsecondsPerOperation: "us_per_operation"
    case .time: "ns"
    case let dimension: dimension.unit(of: 0).form
    }
  }

  /// Nil if the trial has no value, or too few samples for the percentile.
  func value(_ trial: TrialRecord, isResponse: Bool) -> Double? { row(isResponse: isResponse).trial?(trial) }
}
