import Statistics

/// What verdicts compare, and the words for it.
struct Quantity: Equatable {
  let metric: ComparisonMetric
  /// `epoll sustains 1.21 × dispatch's rate`
  let verb: String
  let noun: String
  /// `and more than blocking`
  let comparative: String

  init(_ metric: ComparisonMetric) {
    self.metric = metric
    switch metric {
    case .throughput: (verb, noun, comparative) = ("sustains", "rate", "more than")
    case .cpu: (verb, noun, comparative) = ("uses", "CPU time per operation", "less than")
    default: (verb, noun, comparative) = ("has", "\(metric.rawValue) response time", "a lower one than")
    }
  }

  static let rate = Quantity(.throughput)

  /// The median and interval that modes are ranked by. Latencies of a part of the lanes are not ranked.
  func estimate(of point: Summary.Point) -> Estimate? {
    switch metric {
    case .throughput: point.throughput
    case .cpu: point.tested.cpu
    case .p99: point.servesAll ? point.responsePercentiles.p99 : nil
    default: point.servesAll ? point.responsePercentiles.p50 : nil
    }
  }
}
