import Records
import Statistics

/// Predicts what an operation costs: the counts of its audit times the costs of primitives, which were measured apart from
/// the trials that they explain. Nothing is fitted.
public struct CostModel {
  private let costs: PrimitiveCosts

  public init(_ primitives: PrimitivesRecord) { costs = PrimitiveCosts(primitives) }

  /// - Parameters:
  ///   - audit: the audited trial of a point.
  ///   - trials: the timed trials of the same point; only valid ones count.
  ///   - environment: the machine of the run.
  public func explain(_ audit: TrialRecord, measured trials: [TrialRecord], on environment: Environment) -> Explanation
  {
    let operation = OperationParts(of: audit, timed: trials, on: environment)
    var missing = operation.missing
    var rows: [Explanation.Row] = []
    for part in operation.parts {
      do throws(PrimitiveCosts.Missing) {
        let cost = try costs.cost(of: part)
        let remarks = [part.remark, cost.remark].compactMap { $0 }
        rows.append(
          Explanation.Row(
            primitive: part.name, count: part.count, costs: cost.rounds,
            remark: remarks.isEmpty ? nil : remarks.joined(separator: "; ")))
      } catch {
        missing.append(error.reason)
      }
    }
    return Explanation(
      rows: rows, missing: missing,
      measuredRounds: Dictionary(
        trials.compactMap { trial in trial.cpuPerOperation.map { (trial.round, $0) } }, uniquingKeysWith: { $1 }))
  }
}

/// What an operation costs, part by part: CPU time of the side under test, in nanoseconds.
public struct Explanation: Sendable {
  public struct Row: Sendable {
    public let primitive: String
    /// Occurrences per operation.
    public let count: Double
    /// The CPU time of an occurrence: one value for each round of the primitives.
    public let costs: [Double]
    /// What of the count is inferred, and what of the cost was measured elsewhere.
    public let remark: String?

    /// The CPU time of an occurrence.
    public var cost: Estimate? { medianEstimate(of: costs) }
    /// What an operation spends on it, one value for each round of the primitives.
    var shares: [Double] { costs.map { count * $0 } }
    public var share: Estimate? { medianEstimate(of: shares) }
  }

  /// A value between two bounds. If both come from 95 % intervals of independent measurements, they hold together in at
  /// least 90 %.
  public struct Bounds: Sendable, Equatable {
    public let value: Double
    public let low: Double
    public let high: Double
  }

  public let rows: [Row]
  /// What is not in the sum, in words.
  public let missing: [String]
  /// The measured CPU time per operation, by round.
  let measuredRounds: [Int: Double]

  /// The sum within each round of the primitives.
  var sums: [Double] { Self.sums(rows.map(\.shares)) }

  /// What the parts predict.
  public var sum: Estimate? { medianEstimate(of: sums) }
  public var measured: Estimate? { medianEstimate(of: Array(measuredRounds.values)) }

  /// The measured CPU time without the sum.
  public var unexplained: Bounds? {
    guard let sum, let measured else { return nil }
    return Bounds(value: measured.median - sum.median, low: measured.low - sum.high, high: measured.high - sum.low)
  }

  /// Sums round by round; empty if there is nothing to sum.
  static func sums(_ series: [[Double]]) -> [Double] {
    guard let first = series.first, series.allSatisfy({ $0.count == first.count }) else { return [] }
    return first.indices.map { round in series.reduce(0) { $0 + $1[round] } }
  }
}

/// What an operation of one mode spends more than the same operation of another.
public struct ExplainedDifference: Sendable {
  public struct Row: Sendable {
    public let primitive: String
    /// How much more of it, in occurrences per operation.
    public let count: Double
    /// How much more CPU time, in nanoseconds per operation: paired by rounds of the primitives.
    public let share: Estimate
  }

  /// The largest differences first.
  public let rows: [Row]
  public let sum: Estimate?
  /// Paired by rounds of the trials.
  public let measured: Estimate?

  public init(_ first: Explanation, minus second: Explanation) {
    func all(_ explanation: Explanation, _ primitive: String) -> [Explanation.Row] {
      explanation.rows.filter { $0.primitive == primitive }
    }
    let names = (first.rows + second.rows).reduce(into: [String]()) { names, row in
      if !names.contains(row.primitive) { names.append(row.primitive) }
    }
    rows = names.compactMap { name -> Row? in
      let (more, less) = (all(first, name), all(second, name))
      let shares = Explanation.sums(more.map(\.shares) + less.map { $0.shares.map(-) })
      return medianEstimate(of: shares).map { share in
        Row(primitive: name, count: more.map(\.count).reduce(0, +) - less.map(\.count).reduce(0, +), share: share)
      }
    }.sorted { abs($0.share.median) > abs($1.share.median) }
    sum = medianEstimate(of: Explanation.sums([first.sums, second.sums.map(-)]))
    measured = medianEstimate(
      of: first.measuredRounds.compactMap { round, time in second.measuredRounds[round].map { time - $0 } })
  }
}

extension TrialRecord {
  /// The CPU time of the side under test per operation, in nanoseconds; nil if the trial has none that counts.
  fileprivate var cpuPerOperation: Double? {
    guard isTimed, valid, skipped == nil, let cpu = tested?.totalCPU, let done = operations.done, done > 0 else {
      return nil
    }
    return Double(cpu) / Double(done)
  }
}
