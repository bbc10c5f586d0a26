import Measurement

/// A latency objective: a percentile of response time below a bound, written `p99<10ms`.
public struct Objective: Hashable, Sendable {
  public enum Percentile: String, CaseIterable, Sendable {
    case p50, p90, p99
    case p999 = "p99.9"

    /// The share of operations below the percentile, from 0 to 1.
    package var share: Double {
      switch self {
      case .p50: 0.5
      case .p90: 0.9
      case .p99: 0.99
      case .p999: 0.999
      }
    }
  }

  public var percentile: Percentile
  /// The percentile must be below this bound.
  public var bound: Nanoseconds

  public init(_ percentile: Percentile, below bound: Nanoseconds) {
    self.percentile = percentile
    self.bound = bound
  }

  /// The share of the scheduled operations that must be done for a rate to meet the objective.
  public static let leastDone = 0.99
}

extension Objective: TextCodable {
  /// Why a text is not an objective, in one line.
  public struct Malformed: Error, CustomStringConvertible {
    public let description: String
  }

  /// Reads a percentile, `<` and a time, without spaces.
  public init(parsing text: String) throws(Malformed) {
    let parts = text.split(separator: "<", omittingEmptySubsequences: false).map(String.init)
    guard parts.count == 2, let percentile = Percentile(rawValue: parts[0]), let bound = Nanoseconds(parts[1]),
      // A bare number might be meant in milliseconds.
      parts[1].last?.isLetter == true, bound > .zero
    else {
      let known = Percentile.allCases.map(\.rawValue).joined(separator: ", ")
      throw Malformed(description: "'\(text)' is not an objective such as 'p99<10ms'; the percentiles are \(known)")
    }
    self.init(percentile, below: bound)
  }

  public var description: String { "\(percentile.rawValue)<\(bound)" }
}
