import Measurement
import Statistics

/// How many rounds a verdict takes, by what is compared.
extension Experiment {
  /// The comparisons of one metric that `compare` makes between its modes: every point but those of the baseline.
  public var familySize: Int { modes.isEmpty ? 0 : pointCount - (modes.map(pointCount).min() ?? 0) }

  /// The comparisons of one metric that `compare` makes between two runs of it: every point.
  public var pointCount: Int { modes.map(pointCount).saturatingSum }

  /// How many ``points`` are of a mode, without making them: lists from outside may be long.
  private func pointCount(of mode: ModeID) -> Int {
    let isOpenLoop = objective == nil && arrivals != "closed"
    return [isOpenLoop ? rates.count : 1, limits?.values.count ?? 1, pools(of: mode).count].reduce(concurrency.count) {
      $0.multipliedSaturating(by: $1)
    }
  }

  /// The rounds that it has unless others are asked for. A search has no family: what it finds are rates.
  public var roundsForVerdict: Int {
    objective == nil ? Statistics.roundsForVerdict(familySize: familySize) : usualRounds
  }
}

extension Suite {
  /// The comparisons in the largest family that `compare` makes between two runs of it.
  public var mostPoints: Int { experiments.map(\.pointCount).max() ?? 0 }
}
