import Records
import Statistics

/// What two runs, or the modes of one, come to beside each other: a pure function of the runs.
///
/// Only valid trials are compared. The p-values of one metric in one experiment are a family, and adjusted together by
/// Holm's method, at 5 %.
public struct Comparison: Sendable {
  /// What is put beside what.
  public enum Kind: String, Sendable {
    /// The second run, or runs, beside the first, point by point.
    case runs
    /// The modes of a run beside a baseline, paired by round: a sign-flip test.
    case modes
  }

  /// What one observation is: what is taken as independent of each other.
  public enum Unit: String, Sendable {
    /// One run a side. Nothing pairs their trials: a rank-sum test.
    case trial
    /// Several runs: the median of each, by Student's *t*.
    case run
    /// Runs that were carried out in pairs: a sign-flip test of the ratios of their medians.
    case pairOfRuns = "pair of runs"
    /// The modes of a run: a sign-flip test of the ratios within each round.
    case round
  }

  public let kind: Kind
  public let unit: Unit
  /// A verdict is that a ratio lies beyond so much of 1; 0 for none.
  public let leastEffect: Double
  /// The names of the runs that are judged by, and of those judged.
  public let runs: (first: [String], second: [String])
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
  public let experiments: [ComparedExperiment]

  /// The points of an experiment; in an open loop each rate is one of its own.
  public struct ComparedExperiment: Sendable {
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
    /// Where latencies of a part of the lanes would be held against those of others: `served 255 of 10,000`.
    public let servedInPart: String?
    /// Whether there is one run a side, so that a verdict is on these two runs, and not on what made them.
    public let isOfTwoRuns: Bool
    /// How far runs lie apart, where there are several.
    public let spread: RunSpread?
    /// The rounds, pairs of runs, or runs a side that find 5 % nine times in ten; nil where nothing says.
    public let recommended: RecommendedRounds?

    /// The verdict in words, with `!` where it is flagged.
    public var words: String { words(isOfTwoRuns ? " between these two runs" : "") }

    /// - Parameter scope: what follows a difference that was found.
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

  /// Whether nothing is there to be compared.
  public var isEmpty: Bool { experiments.isEmpty }

  /// The sizes of the families, each once, ascending.
  var familySizes: [Int] {
    let judged = experiments.flatMap(\.points).flatMap(\.rows).filter { $0.servedInPart == nil }
    return Set(judged.map(\.familySize)).sorted()
  }
}

/// Why runs cannot be compared as asked: one line.
public struct ComparisonFailure: Error, CustomStringConvertible {
  public let description: String
}
