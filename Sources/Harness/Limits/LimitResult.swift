import Plan
import Records

/// What an experiment on a limit came to.
public struct LimitResult: Codable, Sendable, Equatable {
  public typealias Verdict = LimitsRecord.Verdict

  public enum Unit: String, Codable, Sendable {
    case connections, descriptors, operations, threads, queues, bytes, signal
    case nanoseconds = "ns"
    case perSecond = "threads_per_s"
  }

  /// One number.
  public struct Observation: Codable, Sendable, Equatable {
    /// Words, without the unit.
    public var name: String
    public var unit: Unit
    /// Where the number is to lie; nil where nothing is predicted.
    public var least: Double?
    /// Nil where there is no upper bound.
    public var most: Double?
    public var measured: Double

    /// To lie within a range.
    init(_ name: String, _ unit: Unit, within predicted: ClosedRange<Double>, measured: Double) {
      self.init(name, unit, measured: measured)
      least = predicted.lowerBound
      most = predicted.upperBound
    }

    /// To be a certain number.
    init(_ name: String, _ unit: Unit, exactly predicted: some BinaryInteger, measured: some BinaryInteger) {
      self.init(name, unit, within: Double(predicted)...Double(predicted), measured: Double(measured))
    }

    /// To be a number or more.
    init(_ name: String, _ unit: Unit, atLeast predicted: some BinaryInteger, measured: some BinaryInteger) {
      self.init(name, unit, measured: Double(measured))
      least = Double(predicted)
    }

    /// To be anything.
    init(_ name: String, _ unit: Unit, measured: Double) {
      self.name = name
      self.unit = unit
      self.measured = measured
    }

    public var isAsPredicted: Bool { measured >= least ?? -.infinity && measured <= most ?? .infinity }
  }

  public let limit: Limit
  public let observations: [Observation]
  /// What was found, or why nothing could be.
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
