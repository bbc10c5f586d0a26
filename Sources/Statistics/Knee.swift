/// The load at which a system gives most for the time that it takes.
public struct Knee: Sendable, Equatable {
  /// Its place among the loads that were given.
  public let index: Int

  /// Throughput over mean response time there, in the unit of the one divided by that of the other.
  public let power: Double

  /// Whether there are loads on both sides of it. If not, the power may be higher beyond the loads that were measured.
  public let isInterior: Bool
}

/// The fewest loads among which ``knee(throughputs:responseTimes:)`` looks for a knee.
public let minimumKneeCount = 3

/// The knee of a load–latency curve: the load with the highest *power*, throughput over mean response time.
///
/// Below the knee more load costs little time; above, it buys little throughput. For M/M/1 it lies at half the capacity.
/// Of loads with the same power it is the first.
///
/// Source: L. Kleinrock, “Power and Deterministic Rules of Thumb for Probabilistic Problems in Computer Communications”,
/// *Conference Record, International Conference on Communications*, 1979, 43.1.1–43.1.10.
///
/// - Parameters:
///   - throughputs: by ascending load.
///   - responseTimes: the mean response times at the same loads.
/// - Returns: nil when the counts differ, there are fewer than ``minimumKneeCount``, or a value is not above 0 or not
///   finite.
public func knee(throughputs: [Double], responseTimes: [Double]) -> Knee? {
  guard throughputs.count == responseTimes.count, throughputs.count >= minimumKneeCount,
    (throughputs + responseTimes).allSatisfy({ $0 > 0 && $0.isFinite })
  else { return nil }
  let powers = zip(throughputs, responseTimes).map(/)
  var best = 0
  for index in powers.indices where powers[index] > powers[best] { best = index }
  return Knee(index: best, power: powers[best], isInterior: best > 0 && best < powers.count - 1)
}
