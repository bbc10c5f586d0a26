import Plan
import Records

/// The result of an experiment on a limit.
public struct LimitResult: Codable, Sendable, Equatable {
  public typealias Verdict = LimitsRecord.Verdict

  public enum Unit: String, Codable, Sendable {
    case connections, descriptors, operations, threads, queues, bytes, signal
    case nanoseconds = "ns"
    case perSecond = "threads_per_s"
  }

  /// One measured number with its prediction.
  public struct Observation: Codable, Sendable, Equatable {
    /// A name in words, without the unit.
    public var name: String
    public var unit: Unit
    /// The lower end of the prediction; nil if there is none.
    public var least: Double?
    /// The upper end of the prediction; nil if there is none.
    public var most: Double?
    public var measured: Double

    /// A number predicted within a range.
    init(_ name: String, _ unit: Unit, within predicted: ClosedRange<Double>, measured: Double) {
      self.init(name, unit, measured: measured)
      least = predicted.lowerBound
      most = predicted.upperBound
    }

    /// A number predicted exactly.
    init(_ name: String, _ unit: Unit, exactly predicted: some BinaryInteger, measured: some BinaryInteger) {
      self.init(name, unit, within: Double(predicted)...Double(predicted), measured: Double(measured))
    }

    /// A number predicted to be at least some value.
    init(_ name: String, _ unit: Unit, atLeast predicted: some BinaryInteger, measured: some BinaryInteger) {
      self.init(name, unit, measured: Double(measured))
      least = Double(predicted)
    }

    /// A number without a prediction.
    init(_ name: String, _ unit: Unit, measured: Double) {
      self.name = name
      self.unit = unit
      self.measured = measured
    }

    public var isAsPredicted: Bool { measured >= least ?? -.infinity && measured <= most ?? .infinity }
  }

  public let limit: Limit
  public let observations: [Observation]
  /// The finding, or why there is none.
  public let sentence: String

  init(_ limit: Limit, _ observations: [Observation], _ sentence: String) {
    self.limit = limit
    self.observations = observations
    self.sentence = sentence
  }

  public var verdict: Verdict {
    if observations.isEmpty { return .skipped }
    return observations.allSatisfy(\.isAsPredicted) ? .asPredicted : .otherwise
  }
}
