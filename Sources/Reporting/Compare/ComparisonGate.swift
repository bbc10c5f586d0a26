import Records
import Statistics

/// A bound that marks a regression, such as `epoll http throughput < 0.95`.
public struct ComparisonGate: Sendable, Equatable {
  /// The expression, with single spaces.
  public let text: String
  /// With or without its variant.
  let mode: String
  /// The name of an experiment, with or without its rate, or a kind of workload.
  let place: String
  let metric: ComparisonMetric
  let failsBelow: Bool
  let bound: Double
  /// Nil for all.
  let concurrency: Int?

  /// The syntax of a gate.
  public static let form = "MODE EXPERIMENT-OR-WORKLOAD throughput|cpu|p50|p99 <|> RATIO [concurrency=N]"

  /// Reads `MODE EXPERIMENT-OR-WORKLOAD METRIC OP RATIO [concurrency=N]`.
  ///
  /// - Throws: one line that names the error.
  public init(_ expression: String) throws(ComparisonFailure) {
    func failure(_ what: String) -> ComparisonFailure {
      ComparisonFailure(description: "'\(expression.onOneLine)': \(what); write \(Self.form)")
    }
    let spaced = expression.replacing("<", with: " < ").replacing(">", with: " > ")
    let words = spaced.split(whereSeparator: \.isWhitespace).map(String.init)
    guard (5...6).contains(words.count) else { throw failure("it has \(words.count) words, not 5 or 6") }
    guard let metric = ComparisonMetric(rawValue: words[2]) else { throw failure("'\(words[2])' is not a metric") }
    guard words[3] == "<" || words[3] == ">" else { throw failure("'\(words[3])' is neither < nor >") }
    guard let bound = Double(words[4]), bound > 0, bound.isFinite else {
      throw failure("'\(words[4])' is not a positive ratio")
    }
    var concurrency: Int?
    if words.count == 6 {
      let parts = words[5].split(separator: "=", omittingEmptySubsequences: false)
      guard parts.count == 2, parts[0] == "concurrency", let lanes = Int(parts[1]), lanes > 0 else {
        throw failure("'\(words[5])' is not concurrency=N")
      }
      concurrency = lanes
    }
    text = words.joined(separator: " ")
    mode = words[0]
    place = words[1]
    self.metric = metric
    failsBelow = words[3] == "<"
    self.bound = bound
    self.concurrency = concurrency
  }

  /// The result of a gate at a point.
  public struct Outcome: Sendable {
    /// Whether there is a regression.
    public enum Judgement: String, Sendable {
      /// The interval does not lie entirely beyond the bound.
      case holds
      /// The whole interval lies beyond the bound.
      case fails
      /// There is no valid trial, or there are too few trials for an interval or too few operations for the percentile.
      case unjudged
    }

    public let gate: ComparisonGate
    public let judgement: Judgement
    /// Such as `http-2ms, epoll at 64`.
    public let place: String
    public let ratio: Estimate?

    /// One line for a person.
    public var line: String {
      let words =
        switch judgement {
        case .holds: "holds"
        case .fails: "FAILS"
        case .unjudged: "cannot be judged, for want of valid trials or of operations in them (measure more),"
        }
      let value = EstimateText(ratio, digits: 3)
      let ratio = [value.median, value.interval].filter { !$0.isEmpty }.joined(separator: " ")
      return "fail-on '\(gate.text)' \(words) at \(place): \(ratio)"
    }
  }

  /// Judges every point that the gate names.
  ///
  /// - Throws: one line if it names no point, because such a gate would always pass.
  public func judge(_ comparison: Comparison) throws(ComparisonFailure) -> [Outcome] {
    var outcomes: [Outcome] = []
    for experiment in comparison.experiments
    where [experiment.name, experiment.baseName, experiment.workload].contains(place) {
      for point in experiment.points where point.mode == mode || point.name == mode {
        guard concurrency == nil || concurrency == point.concurrency else { continue }
        for row in point.rows where row.metric == metric {
          let place = "\(experiment.name), \(point.name) at \(NumberText.grouped(point.concurrency))"
          outcomes.append(Outcome(gate: self, judgement: judgement(row.ratio), place: place, ratio: row.ratio))
        }
      }
    }
    guard !outcomes.isEmpty else {
      var known: [String] = []
      for experiment in comparison.experiments {
        for name in experiment.points.map({ "\($0.name) \(experiment.name)" }) where !known.contains(name) {
          known.append(name)
        }
      }
      let list = known.prefix(6).joined(separator: ", ") + (known.count > 6 ? " and \(known.count - 6) more" : "")
      throw ComparisonFailure(
        description: "'\(text)' matches no point that is compared; there are \(known.isEmpty ? "none" : list)")
    }
    return outcomes
  }

  private func judgement(_ ratio: Estimate?) -> Outcome.Judgement {
    guard let ratio, ratio.kind == .interval95 else { return .unjudged }
    return (failsBelow ? ratio.high < bound : ratio.low > bound) ? .fails : .holds
  }
}
