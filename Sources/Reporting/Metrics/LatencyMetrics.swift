import Records
import Statistics

/// The statistics of a distribution of times, as metrics.
enum LatencyMetrics {
  /// The prefix of keys of service times.
  static let service = "service-"
  static let response = "response-"
  static let queueing = "queueing-"

  /// One statistic.
  struct Statistic: Sendable {
    let name: String
    let about: String
    /// The key in JSON.
    let json: String
    /// The column in CSV, without its prefix.
    let csv: String?
    var isCount = false
    var isCited = true
    let value: @Sendable (Summary.PooledLatency) -> Double?
    /// The value of one trial.
    let trial: @Sendable (LatencySummary) -> UInt64?
    /// Which direction is better; nil if comparisons do not use it.
    var compared: PairedSeries.Preference?

    static let all = [
      percentile("p50", 50, { $0.p50 }, compared: .lowerIsFaster), percentile("p90", 90) { $0.p90 },
      percentile("p99", 99, { $0.p99 }, compared: .lowerIsFaster), percentile("p99.9", 99.9) { $0.p999 },
      Statistic(
        name: "max", about: "the highest", json: "max", csv: "max_ns", value: { Double($0.maximum) },
        trial: {
          $0.max
        }),
      Statistic(
        name: "count", about: "how many", json: "count", csv: "count", isCount: true,
        value: { Double($0.histogram.count) },
        trial: { $0.count }),
      Statistic(
        name: "unreadable", about: "trials with unreadable histograms", json: "unreadable_histograms", csv: nil,
        isCount: true, isCited: false, value: { $0.unreadable > 0 ? Double($0.unreadable) : nil },
        trial: { _ in nil }),
    ]

    private static func percentile(
      _ name: String, _ percentile: Double, _ trial: @escaping @Sendable (LatencySummary) -> UInt64?,
      compared: PairedSeries.Preference? = nil
    ) -> Statistic {
      let data = name.replacing(".", with: "_")
      return Statistic(
        name: name, about: "the percentile \(name)", json: data, csv: "\(data)_ns",
        value: { $0.percentile(percentile).map { Double($0) } }, trial: trial, compared: compared)
    }
  }

  static let ofTrials: [(name: String, value: KeyPath<Summary.TrialPercentiles, Estimate?> & Sendable)] = [
    ("p50", \.p50), ("p90", \.p90), ("p99", \.p99), ("p99.9", \.p999),
  ]

  /// Statistics over the operations of all valid trials together.
  ///
  /// - Parameters:
  ///   - kind: the prefix of keys.
  ///   - heading: the prefix of headings.
  ///   - json: the JSON object that holds them.
  ///   - csv: the prefix of columns in the table of trials.
  static func pooled(
    _ kind: String, _ time: String, heading: String, json: String, csv: String, aliases: [String] = [],
    _ latency: @escaping @Sendable (Summary.Point) -> Summary.PooledLatency?,
    trial: @escaping @Sendable (TrialRecord) -> LatencySummary?
  ) -> [Metric<Summary.Point>] {
    Statistic.all.map { statistic in
      Metric(
        kind + statistic.name, "\(time): \(statistic.about), of all operations of the valid trials together",
        statistic.isCount ? .count("operations") : .time, aliases: Set(aliases.map { $0 + statistic.name }),
        heading: heading + statistic.name + (statistic.isCount ? "" : " {unit}"), json: "\(json).\(statistic.json)"
      ) { point in MetricValue(latency(point).flatMap(statistic.value), of: point.validTrials) }
      .with {
        $0.ofTrial(statistic.csv.map { "\(csv)_\($0)" }) { trial($0).flatMap(statistic.trial).map { Double($0) } }
        $0.isCited = statistic.isCited
        $0.isLatency = kind == service || kind == response
        $0.compared = [service, response].contains(kind) ? statistic.compared : nil
      }
    }
  }

  /// Medians over the valid trials of each trial's own percentiles.
  static func ofTrials(
    _ kind: String, _ time: String, heading: String, json: String, aliases: [String],
    _ percentiles: @escaping @Sendable (Summary.Point) -> Summary.TrialPercentiles
  ) -> [Metric<Summary.Point>] {
    ofTrials.map { name, percentile in
      Metric(
        "\(kind)\(name)-of-trials", "\(time): median over the valid trials of each trial's own \(name)", .time,
        aliases: Set(aliases.map { "\($0)\(name)-of-trials" }), heading: "\(heading)\(name) {unit} of trials",
        json: "\(json)?.median_over_trials.\(name.replacing(".", with: "_"))"
      ) { MetricValue(percentiles($0)[keyPath: percentile]) }
      .with { $0.isLatency = true }
    }
  }

  /// Statistics of the service and response times of a part of a point, over its operations in all valid trials together.
  ///
  /// - Parameters:
  ///   - part: what the part is, in words.
  ///   - count: the number of valid trials.
  static func ofPart<Part>(
    _ part: String, of count: @escaping @Sendable (Part) -> Int,
    service serviceTimes: @escaping @Sendable (Part) -> Summary.PooledLatency?,
    response responseTimes: @escaping @Sendable (Part) -> Summary.PooledLatency?
  ) -> [Metric<Part>] {
    ofPart(part, service, "service time", heading: "", json: "latency_ns", of: count, serviceTimes)
      + ofPart(
        part, response, "response time, from the intended start", heading: "resp. ", json: "response_ns", of: count,
        responseTimes)
  }

  /// - Parameters:
  ///   - kind: the prefix of keys.
  ///   - heading: the prefix of headings.
  ///   - json: the JSON object that holds them.
  private static func ofPart<Part>(
    _ part: String, _ kind: String, _ time: String, heading: String, json: String,
    of count: @escaping @Sendable (Part) -> Int,
    _ latency: @escaping @Sendable (Part) -> Summary.PooledLatency?
  ) -> [Metric<Part>] {
    Statistic.all.map { statistic in
      Metric(
        kind + statistic.name, "\(time): \(statistic.about), of all operations of \(part) together",
        statistic.isCount ? .count("operations") : .time, aliases: [statistic.name],
        heading: heading + statistic.name + (statistic.isCount ? "" : " {unit}"), json: "\(json).\(statistic.json)"
      ) { MetricValue(latency($0).flatMap(statistic.value), of: count($0)) }
      .with {
        $0.isCited = statistic.isCited
        $0.isLatency = true
      }
    }
  }

  /// Medians over the valid trials of the percentiles of a part of a point in each.
  static func ofTrialsOfPart<Part>(
    _ percentiles: @escaping @Sendable (Part) -> Summary.TrialPercentiles
  ) -> [Metric<Part>] {
    ofTrials.map { name, percentile in
      Metric(
        "\(name)-of-trials", "each trial's own \(name), of response times if there are any: median", .time,
        heading: "\(name) of trials", json: "response_ns?.median_over_trials.\(name.replacing(".", with: "_"))"
      ) { MetricValue(percentiles($0)[keyPath: percentile]) }
      .with { $0.isLatency = true }
    }
  }
}
