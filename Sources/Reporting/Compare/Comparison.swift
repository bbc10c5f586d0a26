import Records
import Statistics

/// A comparison of two runs, or of the modes of one: a pure function of the runs.
///
/// Only valid trials are compared. The p-values of one metric in one experiment form a family, and are adjusted by
/// Holm's method at 5 %.
public struct Comparison: Sendable {
  /// The sides of a comparison.
  public enum Kind: String, Sendable {
    /// One or more runs against others, point by point.
    case runs
    /// The modes of a run against a baseline, paired by round: a sign-flip test.
    case modes
  }

  /// The unit of observation; observations are taken as independent.
  public enum Unit: String, Sendable {
    /// One run per side, without pairs of trials: a rank-sum test.
    case trial
    /// Several runs: the median of each, by Student's *t*.
    case run
    /// Runs that were measured in pairs: a sign-flip test of the ratios of their medians.
    case pairOfRuns = "pair of runs"
    /// The modes of a run: a sign-flip test of the ratios within each round.
    case round
  }

  public let kind: Kind
  public let unit: Unit
  /// The minimum distance of a ratio from 1 that a verdict claims; 0 for none.
  public let leastEffect: Double
  /// The names of the baseline runs, and of the compared runs.
  public let runs: (first: [String], second: [String])
  /// The baseline: a run's name, or a mode.
  public let first: String
  /// The compared side: a run's name; for modes, the run that contains them.
  public let second: String
  /// Differences of the runs that affect numbers. If there are any, every verdict is flagged.
  public let machineDifferences: [String]
  /// Differences between experiments of one name in the two runs. Their verdicts are flagged.
  public let workDifferences: [String]
  /// Further facts for the reader, one line each: left-out trials, unmatched points, seeds.
  public let remarks: [String]
  /// In the order of the plan.
  public let experiments: [ComparedExperiment]

  /// The points of an experiment; each rate of an open loop is an experiment of its own.
  public struct ComparedExperiment: Sendable {
    /// The name with the rate, as in reports.
    public let name: String
    /// The name in the plan.
    public let baseName: String
    /// Such as `http`; nil if the records do not have it.
    public let workload: String?
    public let points: [Point]
  }

  /// A mode at one concurrency.
  public struct Point: Sendable {
    public let mode: String
    public let variant: String?
    public let concurrency: Int
    /// One row per metric.
    public let rows: [Row]

    /// `epoll`, or `epoll/inline` if it has a variant.
    public var name: String { variant.map { "\(mode)/\($0)" } ?? mode }
  }

  /// One metric at one point.
  public struct Row: Sendable {
    public let metric: ComparisonMetric
    /// Whether latencies are response times: all trials of both sides have them.
    public let isResponse: Bool
    /// The baseline's median and number of values, in the unit of the metric.
    public let first: Estimate?
    /// The compared side's median and number of values.
    public let second: Estimate?
    /// The compared side divided by the baseline, with a 95 % interval that is not adjusted for the family.
    public let ratio: Estimate?
    /// Adjusted for the family.
    public let pValue: Double?
    /// The number of comparisons that the p-value is adjusted for.
    public let familySize: Int
    public let verdict: PairedComparison.Verdict
    /// Whether machines or work differ, so that the verdict may reflect that.
    public let isFlagged: Bool
    /// Set if latencies of only some lanes would be compared with those of others: `served 255 of 10,000`.
    public let servedInPart: String?
    /// Whether there is one run per side, so that a verdict applies only to these two runs.
    public let isOfTwoRuns: Bool
    /// The spread of the runs; nil for one run per side.
    public let spread: RunSpread?
    /// The number of rounds, pairs of runs or runs per side that find a difference of 5 % nine times in ten; nil if
    /// unknown.
    public let recommended: RecommendedRounds?

    /// The verdict in words, with `!` if it is flagged.
    public var words: String { words(isOfTwoRuns ? " between these two runs" : "") }

    /// - Parameter scope: the text after a significant difference.
    func words(_ scope: String) -> String {
      let text =
        switch verdict {
        case .faster: "faster" + scope
        case .slower: "slower" + scope
        case .notSignificant: "not significant"
        case .tooFewRounds where first == nil || second == nil: "no values"
        case .tooFewRounds: spread == nil ? "too few rounds" : "too few runs"
        case .notComparable: servedInPart ?? "not comparable"
        }
      return isFlagged ? text + " !" : text
    }
  }

  /// Whether there is nothing to compare.
  public var isEmpty: Bool { experiments.isEmpty }

  /// The sizes of the families, each once, ascending.
  var familySizes: [Int] {
    let judged = experiments.flatMap(\.points).flatMap(\.rows).filter { $0.servedInPart == nil }
    return Set(judged.map(\.familySize)).sorted()
  }
}

/// Why runs cannot be compared as asked, in one line.
public struct ComparisonFailure: Error, CustomStringConvertible {
  public let description: String
}
