import Records
import Statistics

/// What two runs, or the modes of one, come to beside each other: a pure function of the runs.
///
/// Only valid trials are compared. The p-values of one metric in one experiment are a family, and adjusted together by
/// Holm's method, at 5 %.
public struct Comparison: Sendable {
  /// What is put beside what.
  public enum Kind: String, Sendable {
    /// The second run beside the first, point by point. Nothing pairs their trials: a rank-sum test.
    case runs
    /// The modes of a run beside a baseline, paired by round: a sign-flip test.
    case modes
  }

  public let kind: Kind
  /// What is judged by: a run's name, or a mode.
  public let first: String
  /// What is judged: a run's name, or that of the run whose modes are compared.
  public let second: String
  /// In what the runs differ that moves numbers. Where this is not empty every verdict is flagged.
  public let machineDifferences: [String]
  /// In what the experiments of one name differ in the two runs. Their verdicts are flagged.
  public let workDifferences: [String]
  /// What else a reader must know: trials that are left out, points that stand alone, seeds; a line each.
  public let remarks: [String]
  /// In the order of the plan.
  public let experiments: [Experiment]

  /// The points of an experiment; in an open loop each rate is one of its own.
  public struct Experiment: Sendable {
    /// With the rate, as in reports.
    public let name: String
    /// As the plan has it.
    public let baseName: String
    /// Such as `http`; nil where the records do not say.
    public let workload: String?
    public let points: [Point]
  }

  /// A mode at one concurrency.
  public struct Point: Sendable {
    public let mode: String
    public let variant: String?
    public let concurrency: Int
    /// One for each metric.
    public let rows: [Row]

    /// `epoll`, or `epoll/inline` where it has a variant.
    public var name: String { variant.map { "\(mode)/\($0)" } ?? mode }
  }

  /// One metric at one point.
  public struct Row: Sendable {
    public let metric: ComparisonMetric
    /// Whether latencies are response times, which they are where all trials of both sides have them.
    public let isResponse: Bool
    /// The median and the number of the values judged by, in the unit of the metric.
    public let first: Estimate?
    /// The median and the number of the values judged.
    public let second: Estimate?
    /// Of what is judged to what it is judged by, with an interval of 95 % that is not corrected for the family.
    public let ratio: Estimate?
    /// Adjusted for the family.
    public let pValue: Double?
    /// How many comparisons the p-value is adjusted for.
    public let familySize: Int
    public let verdict: PairedComparison.Verdict
    /// Whether machines or work differ, so that the verdict may be on them.
    public let isFlagged: Bool

    /// The verdict in words, with `!` where it is flagged.
    public var words: String {
      let text =
        switch verdict {
        case .faster: "faster"
        case .slower: "slower"
        case .notSignificant: "no difference"
        case .tooFewRounds: first == nil || second == nil ? "no values" : "too few rounds"
        case .notComparable: "not comparable"
        }
      return isFlagged ? text + " !" : text
    }
  }

  /// Whether nothing is there to be compared.
  public var isEmpty: Bool { experiments.isEmpty }

  /// The sizes of the families, each once, ascending.
  var familySizes: [Int] {
    Set(experiments.flatMap(\.points).flatMap(\.rows).map(\.familySize)).sorted()
  }
}

/// Why runs cannot be compared as asked: one line.
public struct ComparisonFailure: Error, CustomStringConvertible {
  public let description: String
}
