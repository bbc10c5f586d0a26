import Records
import Statistics

/// The spread of runs of one suite, compared with the spread of the trials within a run: a pure function of the runs.
public struct SpreadOfRuns: Sendable {
  /// One metric at one point.
  struct Value: Sendable {
    let experiment: String
    let mode: String
    let concurrency: Int
    let metric: ComparisonMetric
    /// The median of the runs' medians.
    let median: Estimate?
    let spread: RunSpread
  }

  let runs: [String]
  /// In the order of the plan.
  let values: [Value]

  /// - Parameter runs: at least two of one suite.
  public init(_ runs: [Run]) {
    self.runs = runs.map(\.record.runID)
    let side = SideOfRuns(runs, nil)
    values = side.keys.flatMap { key -> [Value] in
      let trials = (side.trials(key) ?? []).map { $0.filter(\.valid) }
      let isResponse = trials.joined().allSatisfy { $0.latency?.response != nil }
      return ComparisonMetric.allCases.compactMap { metric in
        let values = trials.map { $0.compactMap { metric.value($0, isResponse: isResponse) } }
        guard let spread = runSpread(of: [values]) else { return nil }
        let point = key.point
        return Value(
          experiment: key.experimentName, mode: point.name, concurrency: point.concurrency ?? 0, metric: metric,
          median: medianEstimate(of: values.compactMap(median)),
          spread: spread)
      }
    }
  }

  /// One line per experiment: medians over its points.
  var lines: [String] {
    var names: [String] = []
    for value in values where !names.contains(value.experiment) { names.append(value.experiment) }
    return names.compactMap { name in
      Self.text(values.filter { $0.experiment == name }.map { ($0.metric, $0.spread) }).map { "\(name): \($0)" }
    }
  }

  public func render(_ format: ComparisonFormat) -> String {
    let title = "\(runs.count) runs: \(runs.joined(separator: ", "))"
    switch format {
    case .text: return ([title] + lines.map { "  \($0)" }).joined(separator: "\n") + "\n"
    case .md:
      return ([MarkdownReport.escaped(title), ""] + lines.map { "- " + MarkdownReport.escaped($0) })
        .joined(separator: "\n") + "\n"
    case .json:
      let document = JSONReport.object([
        "runs": .array(runs.map { .string($0) }),
        "points": .array(
          values.map { value in
            JSONReport.object([
              "experiment": .string(value.experiment), "mode": .string(value.mode),
              "concurrency": JSONReport.number(value.concurrency), "metric": .string(value.metric.rawValue),
              "median_of_runs": JSONReport.estimate(value.median),
              "between_runs_relative_sd": .number(value.spread.between),
              "within_runs_relative_sd": value.spread.within.map { .number($0) },
            ])
          }),
      ])
      return document.text(pretty: true) + "\n"
    }
  }

  /// Standard deviations, as medians over points; nil without any.
  static func text(_ spreads: [(ComparisonMetric, RunSpread)]) -> String? {
    func percent(_ fraction: Double) -> String { "\(NumberText.significant(fraction * 100, digits: 2)) %" }
    let parts = ComparisonMetric.allCases.compactMap { metric -> String? in
      let own = spreads.filter { $0.0 == metric }.map(\.1)
      guard let between = median(own.map(\.between)) else { return nil }
      let within = median(own.compactMap(\.within)).map { ", within ±\(percent($0))" } ?? ""
      return "\(metric.name(isResponse: false)) between runs ±\(percent(between))\(within)"
    }
    return parts.isEmpty ? nil : parts.joined(separator: "; ") + " (standard deviations)"
  }
}
