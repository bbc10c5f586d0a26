import Plan
import Records
import Statistics

extension Summary {
  /// The result of a search for the highest rate that meets an objective.
  struct Search: Sendable {
    let objective: String
    /// By mode, variant and concurrency.
    let results: [Result]

    struct Result: Sendable {
      let key: Coordinates
      /// The throughput of the closed loop, in operations per second.
      let saturation: Estimate?
      /// The highest rate that met the objective, and the lowest that missed it: medians over the rounds that have one.
      let highestMet: Estimate?
      let lowestMissed: Estimate?
      /// The highest rate that met the objective, by round; a round in which none did is absent.
      let met: [Int: Double]
      let rounds: Int
      /// Why the lowest missed rates missed it, with the number of rounds; most frequent first.
      let stopped: [Count]
    }

    /// - Parameter trials: all trials of one experiment, in closed and open loop.
    init(_ trials: [TrialRecord], _ objective: Objective) {
      self.objective = objective.description
      let points = Dictionary(grouping: trials, by: \.coordinates.point)
      results = points.keys.sorted { $0.precedesByMode($1) }.map { Result($0, points[$0] ?? [], objective) }
    }
  }
}

extension Summary.Search.Result {
  fileprivate init(_ key: Coordinates, _ trials: [TrialRecord], _ objective: Objective) {
    self.key = key
    let closed = trials.filter { $0.arrivals.rate == nil && $0.valid && $0.skipped == nil }
    saturation = medianEstimate(of: closed.compactMap(\.throughput))
    let open = trials.filter { $0.arrivals.rate != nil && $0.skipped == nil }
    let brackets = brackets(of: open, objective: objective)
    highestMet = medianEstimate(of: brackets.values.compactMap(\.highestMet))
    lowestMissed = medianEstimate(of: brackets.values.compactMap(\.lowestMissed))
    met = brackets.compactMapValues(\.highestMet)
    rounds = brackets.count
    let missed = open.filter { $0.arrivals.rate == brackets[$0.round]?.lowestMissed && !objective.isMet(by: $0) }
    let valid = UInt64(missed.filter(\.valid).count)
    let misses = valid > 0 ? [Summary.Count(name: "\(objective) missed", count: valid)] : []
    stopped = (misses + Summary.Point.reasons(missed.filter { !$0.valid })).sorted { $0.count > $1.count }
  }
}
