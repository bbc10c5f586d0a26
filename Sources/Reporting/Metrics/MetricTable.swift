import Records
import Statistics

/// All that reports show of points and of classes of lanes, in the order of citations.
struct MetricTable: Sendable {
  /// A class of lanes, and the point that it is of.
  typealias Lanes = (point: Summary.Point, lanes: Summary.MeasuredClass)

  var points: [Metric<Summary.Point>]
  var classes: [Metric<Lanes>]

  static let standard = MetricTable(points: PointMetrics.all, classes: ClassMetrics.all)

  /// - Parameter key: of one of the rows; another one is a mistake in a layout.
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

  /// A number of the valid trials.
  static func number(
    _ key: String, _ about: String, _ dimension: Dimension, heading: String? = nil, json: String? = nil,
    _ value: @escaping @Sendable (Summary.Point) -> Double?
  ) -> Metric {
    Metric(key, about, dimension, heading: heading, json: json) { MetricValue(value($0), of: $0.validTrials) }
  }

  /// What each trial has recorded: of a point, the median over the valid trials that have. It has a column in all tables
  /// of points and in the table of trials, a key in JSON, and a citation.
  ///
  /// - Parameters:
  ///   - data: its name in JSON and CSV, which ends in the unit.
  ///   - compared: which way it is better, where comparisons are to judge it.
  ///   - trial: in base units of the dimension.
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

  /// What a citation of an experiment calls it: where there are no response times, a time is a service time, and need not
  /// say so.
  func word(hasResponse: Bool) -> String {
    !hasResponse && key.hasPrefix(LatencyMetrics.service) ? String(key.dropFirst(LatencyMetrics.service.count)) : key
  }
}
