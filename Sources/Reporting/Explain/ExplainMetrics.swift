import Explain
import Statistics

/// The numbers of explanations. Tables, data and citations are made from them.
enum ExplainMetrics {
  /// Of a part of an operation.
  static let parts: [Metric<ExplainedPart>] = [
    Metric(
      "count", "occurrences per operation, counted by the audit or inferred from its counts",
      .perOperation("occurrences"), json: "count_per_operation"
    ) { MetricValue($0.row.count, of: 1) },
    Metric(
      "cost", "CPU time of an occurrence: median over the rounds of the primitives", .nanoseconds(per: nil),
      heading: "cost ns", json: "cost_ns"
    ) { MetricValue($0.row.cost) },
    Metric(
      "share", "CPU time per operation, count × cost: median over the rounds of the primitives",
      .nanoseconds(per: "op"), heading: "ns/op", json: "share_ns"
    ) { MetricValue($0.row.share) },
    Metric(
      "share-of-measured", "count × cost ÷ measured CPU time per operation", .share, heading: "% of measured",
      json: "share_of_measured"
    ) { part in
      guard let share = part.row.share, let measured = part.point.explanation.measured else { return nil }
      return MetricValue(share.median / measured.median, of: min(share.n, measured.n))
    },
  ]

  /// Of a whole operation.
  static let points: [Metric<ExplainedPoint>] = [
    Metric(
      "predicted", "CPU time per operation, the sum of its parts: median over the rounds of the primitives",
      .nanoseconds(per: "op"), heading: "predicted ns/op", json: "predicted_ns"
    ) { MetricValue($0.explanation.sum) },
    Metric(
      "measured", "measured CPU time per operation: median over the valid trials", .nanoseconds(per: "op"),
      heading: "measured ns/op", json: "measured_ns"
    ) { MetricValue($0.explanation.measured) },
    Metric(
      "predicted-over-measured", "predicted ÷ measured CPU time per operation, between the ends of both intervals",
      .ratio, heading: "ratio", json: "predicted_over_measured"
    ) { MetricValue($0.ratio) },
    Metric(
      "unexplained", "measured − predicted CPU time per operation, between the ends of both intervals",
      .nanoseconds(per: "op"), heading: "unexplained ns/op", json: "unexplained_ns"
    ) { MetricValue($0.unexplained) },
    Metric(
      "unexplained-share", "measured − predicted CPU time per operation, ÷ measured", .share,
      heading: "% of measured", json: "unexplained_share"
    ) { point in
      guard let unexplained = point.unexplained, let measured = point.explanation.measured else { return nil }
      return MetricValue(unexplained.median / measured.median, of: unexplained.n)
    },
    Metric("missing", "what is known to be missing in the sum", .count("parts")) { point in
      MetricValue(point.explanation.missing.count, of: 1)
    },
  ]

  /// Of a part: how much more an operation has of it than one of another mode.
  static let differences: [Metric<ExplainedDifference.Row>] = [
    Metric("count", "occurrences per operation", .perOperation("occurrences"), json: "count_per_operation") {
      MetricValue($0.count, of: 1)
    },
    Metric(
      "share", "CPU time per operation, by rounds of the primitives", .nanoseconds(per: "op"), heading: "ns/op",
      json: "share_ns"
    ) { MetricValue($0.share) },
  ]

  /// Of a whole operation: how much more it spends than one of another mode.
  static let differencesOfPoints: [Metric<ExplainedDifference>] = [
    Metric(
      "predicted", "predicted CPU time per operation, by rounds of the primitives", .nanoseconds(per: "op"),
      json: "predicted_ns"
    ) { MetricValue($0.sum) },
    Metric(
      "measured", "measured CPU time per operation, by rounds of the trials", .nanoseconds(per: "op"),
      json: "measured_ns"
    ) { MetricValue($0.measured) },
  ]
}

extension ExplainedPair {
  /// The name of a metric of the difference, as that of the mode that spends more: `share-above-epoll`.
  func word(_ metric: String) -> String { "\(metric)-above-\(Citable.word(less.mode))" }
}
