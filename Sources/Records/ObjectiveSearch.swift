import Measurement
import Plan

extension Objective {
  /// Whether an open-loop trial met the objective. It must be valid, and the percentile of its response time must be
  /// below the bound. Its whole schedule must be done, except for 1 %, for the share above the percentile, or for the
  /// one operation that the window's end may cut off. With too few samples for the percentile, the longest response
  /// time is used.
  public func isMet(by trial: TrialRecord) -> Bool {
    guard trial.valid, let scheduled = trial.arrivals.scheduled, let done = trial.operations.done,
      let response = trial.latency?.response, let reached = response[percentile] ?? response.max
    else { return false }
    let missing = Double(scheduled) - Double(done)
    // Operations that have not ended count as above the percentile.
    let above = trial.operations.due == nil ? 1 : 1 - percentile.share
    return reached < bound.count && missing <= max(1, min(1 - Self.leastDone, above) * Double(scheduled))
  }
}

extension LatencySummary {
  /// In nanoseconds; nil if there are too few samples.
  public subscript(percentile: Objective.Percentile) -> UInt64? {
    switch percentile {
    case .p50: p50
    case .p90: p90
    case .p99: p99
    case .p999: p999
    }
  }
}

/// The range that contains the highest rate that meets an objective, as far as a round's trials tell. In operations per
/// second.
public struct Bracket: Equatable, Sendable {
  /// The throughput of the closed loop, valid or not: it only tells where to search.
  public var saturation: Double?
  /// The highest rate below `lowestMissed` that met the objective; nil if none did.
  public var highestMet: Double?
  /// Nil if no rate missed the objective.
  public var lowestMissed: Double?

  public init(saturation: Double? = nil, highestMet: Double? = nil, lowestMissed: Double? = nil) {
    self.saturation = saturation
    self.highestMet = highestMet
    self.lowestMissed = lowestMissed
  }
}

/// The bracket of each round that has a trial with a result, by the round's number. A disturbed trial says nothing
/// about its rate.
/// - Parameter trials: the trials of one mode at one concurrency of one experiment, in any order.
public func brackets(of trials: [TrialRecord], objective: Objective) -> [Int: Bracket] {
  let carriedOut = trials.filter { $0.skipped == nil }
  return Dictionary(grouping: carriedOut, by: \.round).mapValues { trials in
    let tried = trials.filter { !$0.saysNothing }.compactMap { trial in
      trial.arrivals.rate.map { (rate: $0, isMet: objective.isMet(by: trial)) }
    }
    let missed = tried.filter { !$0.isMet }.map(\.rate).min()
    return Bracket(
      saturation: trials.first { $0.arrivals.rate == nil }?.throughput,
      highestMet: tried.filter { $0.isMet && $0.rate < missed ?? .infinity }.map(\.rate).max(),
      lowestMissed: missed)
  }
}

extension RunRecord {
  /// The objectives of the suite's experiments, by name; experiments without one are absent.
  public var objectives: [String: Objective] {
    let pairs = plannedExperiments.compactMap { experiment -> (String, Objective)? in
      guard let name = experiment["name"]?.string, let text = experiment["slo"]?.string,
        let objective = try? Objective(parsing: text)
      else { return nil }
      return (name, objective)
    }
    return Dictionary(pairs) { first, _ in first }
  }
}
