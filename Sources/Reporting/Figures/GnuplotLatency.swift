import Foundation
import Records
import Statistics

extension GnuplotData {
  /// Service times, and response times if operations have them, at the highest concurrency that has percentiles.
  init(percentilesOf experiment: Summary.MeasuredExperiment, _ provenance: Provenance) {
    let hasResponses = experiment.points.contains { $0.response != nil }
    let group = experiment.highestWithPercentiles
    let concurrency = NumberText.grouped(group?.concurrency ?? 0)
    self.init(
      hasResponses ? .response : .latency, experiment.name, experiment.description, provenance,
      question: hasResponses
        ? "How much of an operation's latency is waiting to start?" : "How long do the slowest operations take?",
      subject: "service \(hasResponses ? "and response time" : "time") by percentile, at concurrency \(concurrency)",
      remarks: [
        ("columns", "1 / (1 - percentile / 100), then those named"), ("concurrency", concurrency),
        ("pooled", "all valid trials together, up to the last percentile with at least ten operations beyond it"),
        Self.intervals,
        Self.ofTrials,
      ] + Self.servedRemark(group?.points ?? []),
      blocks: (group?.points ?? []).map { point in
        Self.percentileBlock(
          point,
          hasResponses
            ? [
              ("service", point.latency, point.servicePercentiles),
              ("response", point.response, point.responsePercentiles),
            ] : [("latency", point.latency, point.servicePercentiles)])
      })
  }

  /// Eight percentiles for every halving of the operations beyond, and those that single trials have. Each has at least
  /// ten operations beyond it.
  private static func percentileBlock(
    _ point: Summary.Point,
    _ latencies: [(name: String, pooled: Summary.PooledLatency?, ofTrials: Summary.TrialPercentiles)]
  ) -> Block {
    let most = Double(latencies.compactMap(\.pooled?.histogram.count).max() ?? 0) / 10
    let steps = most < 1 ? [] : (0...Int(log2(most) * 8)).map { exp2(Double($0) / 8) } + [most]
    let rows = Set(steps + [10, 100, 1000].filter { $0 < most }).sorted().compactMap { inverse -> [Double?]? in
      let percentile = 100 - 100 / inverse
      let values = latencies.map { $0.pooled?.percentile(percentile).map { Double($0) } }
      guard values.contains(where: { $0 != nil }) else { return nil }
      return [inverse] + values + [percentile] + latencies.flatMap { Self.columns($0.ofTrials.beyond(inverse)) }
    }
    let names =
      latencies.map { "\($0.name)_ns" } + ["percentile"]
      + latencies.flatMap { ["\($0.name)_of_trials_ns", "low_ns", "high_ns"] }
    return Block(
      name: point.name, columns: names,
      rows: rows.isEmpty ? [Array(repeating: nil, count: names.count + 1)] : rows)
  }

  /// Latency against offered rate, at the highest concurrency that has percentiles.
  init(latencyUnder load: Summary.Load, _ provenance: Provenance) {
    let concurrencies = Set(load.curves.compactMap(\.key.concurrency)).sorted()
    func curves(_ concurrency: Int?) -> [Summary.Curve] { load.curves.filter { $0.key.concurrency == concurrency } }
    let concurrency =
      concurrencies.last { concurrency in
        curves(concurrency).contains { $0.points.contains { $0.point.response?.percentile(50) != nil } }
      } ?? concurrencies.last
    let lanes = NumberText.grouped(concurrency ?? 0)
    let names = [
      "response_p50_ns", "response_p99_ns", "p99_of_trials_ns", "low_ns", "high_ns", "throughput_per_s",
      "valid_trials", "knee_p50_ns", "knee_p99_ns",
    ]
    self.init(
      .load, load.name, load.description, provenance, question: "How does latency grow with offered rate?",
      subject: "latency against offered rate, at concurrency \(lanes)",
      remarks: [
        ("columns", "offered rate per second, then those named"), ("concurrency", lanes),
        ("pooled", "response_p50 and response_p99 are of the operations of all valid trials together"),
        ("of trials", "the median over trials of each trial's own p99; \(Self.intervals.1)"),
        (
          "knee",
          "the rate with the highest throughput / mean response time, if not at an end; NaN elsewhere"
        ),
      ] + Self.kneeless(curves(concurrency))
        + (load.search.map { [("objective", $0.objective.onOneLine)] } ?? [])
        + Self.servedRemark(curves(concurrency).compactMap { $0.points.map(\.point).first { !$0.servesAll } })
        + Self.gaps(curves(concurrency).flatMap { $0.points.map { ($0.rate, $0.point) } }),
      blocks: curves(concurrency).map { curve in
        Block(
          name: curve.key.name, columns: names,
          rows: curve.points.map { rate, point in
            let (p50, p99) = (point.response?.percentile(50), point.response?.percentile(99))
            let pooled = [p50, p99].map { $0.map { Double($0) } }
            let isKnee = curve.knee?.rate == rate
            return [rate] + pooled + Self.columns(point.responsePercentiles.p99)
              + [point.throughput?.median, Double(point.validTrials)] + (isKnee ? pooled : [nil, nil])
          })
      })
  }
}

extension GnuplotData {
  /// The curves without a knee, and the rates measured: `no knee up to 20,000/s: epoll, uring`.
  private static func kneeless(_ curves: [Summary.Curve]) -> [(String, String)] {
    let texts = curves.compactMap(\.kneeAbsence?.text)
    let parts = texts.enumerated().filter { texts.firstIndex(of: $0.element) == $0.offset }.map { _, text -> String in
      let names = curves.filter { $0.kneeAbsence?.text == text }.map(\.key.name)
      return "\(text): \(names.joined(separator: ", "))"
    }
    return parts.isEmpty ? [] : [("absent", parts.joined(separator: "; ").onOneLine)]
  }
}

extension Summary.TrialPercentiles {
  /// - Parameter inverse: one operation in so many lies beyond the percentile.
  fileprivate func beyond(_ inverse: Double) -> Estimate? {
    switch inverse {
    case 2: p50
    case 10: p90
    case 100: p99
    case 1000: p999
    default: nil
    }
  }
}

extension Summary.MeasuredExperiment {
  /// The highest concurrency at which a point has percentiles, and its points.
  fileprivate var highestWithPercentiles: (concurrency: Int, points: [Summary.Point])? {
    byConcurrency.last { $0.points.contains { $0.latency?.percentile(50) != nil } } ?? byConcurrency.last
  }
}

extension Summary.Load {
  /// The highest rate at which no mode is saturated, or else the lowest rate. Nil for a search, which has no rate at which
  /// all modes were measured.
  var unsaturatedRate: Double? {
    guard search == nil else { return nil }
    let rates = Set(curves.flatMap { $0.points.map(\.rate) }).sorted()
    let saturation = curves.compactMap(\.saturation?.rate).min() ?? .infinity
    return rates.last { $0 < saturation } ?? rates.first
  }
}
