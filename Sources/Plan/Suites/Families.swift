import Measurement
import Statistics

/// The number of rounds that a verdict needs, by the size of the family of comparisons.
extension Experiment {
  /// The comparisons of one metric that `compare` makes between the modes of one run: every point but the baseline's.
  public var familySize: Int { modes.isEmpty ? 0 : pointCount - (modes.map(pointCount).min() ?? 0) }

  /// The comparisons of one metric that `compare` makes between two runs: every point.
  public var pointCount: Int { modes.map(pointCount).saturatingSum }

  /// The number of a mode's ``points``, without making them: lists in a suite from outside may be long.
  private func pointCount(of mode: ModeID) -> Int {
    let isOpenLoop = objective == nil && arrivals != "closed"
    return [isOpenLoop ? rates.count : 1, limits?.values.count ?? 1, pools(of: mode).count].reduce(concurrency.count) {
      $0.multipliedSaturating(by: $1)
    }
  }

  /// The default number of rounds. A search has no family of comparisons, because it finds rates.
  public var roundsForVerdict: Int {
    objective == nil ? Statistics.roundsForVerdict(familySize: familySize) : usualRounds
  }
}

extension Suite {
  /// The largest family of comparisons that `compare` makes between two runs.
  public var mostPoints: Int { experiments.map(\.pointCount).max() ?? 0 }
}
