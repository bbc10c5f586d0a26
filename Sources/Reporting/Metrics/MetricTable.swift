import Records
import Statistics

/// All metrics of points, of classes of lanes and of hosts, in the order of citations.
struct MetricTable: Sendable {
  /// A class of lanes with its point.
  typealias Lanes = (point: Summary.Point, lanes: Summary.MeasuredClass)

  /// A host's part with its point.
  typealias OnHost = (point: Summary.Point, host: Summary.MeasuredHost)

  var points: [Metric<Summary.Point>]
  var classes: [Metric<Lanes>]
  var hosts: [Metric<OnHost>]

  static let standard = MetricTable(points: PointMetrics.all, classes: ClassMetrics.all, hosts: HostMetrics.all)

  /// - Parameter key: must be that of a metric; another one is an error in a layout.
  func point(_ key: String) -> Metric<Summary.Point> {
    guard let metric = points.first(where: { $0.key == key }) else { preconditionFailure("no metric '\(key)'") }
    return metric
  }
}

extension Metric where Subject == Summary.Point {
  /// A median over the valid trials.
  static func estimate(
    _ key: String, _ about: String, _ dimension: Dimension, aliases: Set<String> = [], heading: String? = nil,
    json: String? = nil, _ value: @escaping @Sendable (Summary.Point) -> Estimate?
  ) -> Metric {
    Metric(
      key, "\(about): median over the valid trials", dimension, aliases: aliases, heading: heading, json: json
    ) { MetricValue(value($0)) }
  }

  /// A number over the valid trials.
  static func number(
    _ key: String, _ about: String, _ dimension: Dimension, heading: String? = nil, json: String? = nil,
    _ value: @escaping @Sendable (Summary.Point) -> Double?
  ) -> Metric {
    Metric(key, about, dimension, heading: heading, json: json) { MetricValue(value($0), of: $0.validTrials) }
  }

  /// A value that each trial has recorded; for a point, the median over the valid trials that have it. It gets a column
  /// in all tables of points and of trials, a key in JSON, and a citation.
  ///
  /// - Parameters:
  ///   - data: its name in JSON and CSV, which ends with the unit.
  ///   - compared: which direction is better; nil if comparisons do not use it.
  ///   - trial: the trial's value in base units of the dimension.
  static func recorded(
    _ key: String, _ about: String, _ dimension: Dimension, heading: String, data: String,
    compared: PairedSeries.Preference? = nil, _ trial: @escaping @Sendable (TrialRecord) -> Double?
  ) -> Metric {
    estimate(key, about, dimension, heading: heading, json: data) { medianEstimate(of: $0.valid.compactMap(trial)) }
      .with {
        $0.place = .last
        $0.ofTrial(data, trial)
        $0.compared = compared
      }
  }

  /// - Parameter csv: the name of its column in the table of trials.
  mutating func ofTrial(_ csv: String?, _ trial: @escaping @Sendable (TrialRecord) -> Double?) {
    self.csv = csv
    self.trial = trial
  }

  /// The metric's name in a citation. Without response times, all times are service times, so the prefix is left out.
  func word(hasResponse: Bool) -> String {
    !hasResponse && key.hasPrefix(LatencyMetrics.service) ? String(key.dropFirst(LatencyMetrics.service.count)) : key
  }
}
