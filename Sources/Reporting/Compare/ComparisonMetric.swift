import Records
import Statistics

/// What is compared at a point: one value for each trial.
public enum ComparisonMetric: String, CaseIterable, Sendable {
  /// Operations per second.
  case throughput
  /// Processor time of the mode's side for an operation; in microseconds.
  case cpu
  /// The median latency, in nanoseconds.
  case p50
  /// The 99th percentile of latency, in nanoseconds.
  case p99

  var isLatency: Bool { self == .p50 || self == .p99 }

  var preference: PairedSeries.Preference { self == .throughput ? .higherIsFaster : .lowerIsFaster }

  /// The metric in the words of a table.
  func name(isResponse: Bool) -> String {
    switch self {
    case .throughput: "op/s"
    case .cpu: "CPU/op"
    case .p50, .p99: (isResponse ? "resp. " : "") + rawValue
    }
  }

  /// A value with its unit.
  func text(_ value: Double) -> String {
    switch self {
    case .throughput: NumberText.significant(value)
    case .cpu: NumberText.span(nanoseconds: value * 1000)
    case .p50, .p99: NumberText.span(nanoseconds: value)
    }
  }

  /// Nil where the trial does not say, or has too few samples for the percentile.
  func value(_ trial: TrialRecord, isResponse: Bool) -> Double? {
    let latency = isResponse ? trial.latency?.response : trial.latency?.service
    switch self {
    case .throughput: return trial.throughput
    case .cpu:
      guard let done = trial.operations.done, done > 0, let cpu = trial.tested?.totalCPU else { return nil }
      return Double(cpu) / 1000 / Double(done)
    case .p50: return latency?.p50.map { Double($0) }
    case .p99: return latency?.p99.map { Double($0) }
    }
  }
}
