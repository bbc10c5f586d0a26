/// The knee of a load–latency curve: the load with the highest power.
public struct Knee: Sendable, Equatable {
  /// The index of the load.
  public let index: Int

  /// The power there: throughput divided by mean response time, in the quotient of their units.
  public let power: Double

  /// Whether there are loads on both sides. If not, the power may be higher beyond the measured loads.
  public let isInterior: Bool
}

/// The smallest number of loads that ``knee(throughputs:responseTimes:)`` accepts.
public let minimumKneeCount = 3

/// The knee of a load–latency curve: the load with the highest *power*, throughput over mean response time.
///
/// Below the knee, more load costs little time; above, it adds little throughput. For M/M/1 the knee is at half the
/// capacity. Among loads with the same power, the result is the first.
///
/// Source: L. Kleinrock, “Power and Deterministic Rules of Thumb for Probabilistic Problems in Computer Communications”,
/// *Conference Record, International Conference on Communications*, 1979, 43.1.1–43.1.10.
///
/// - Parameters:
///   - throughputs: by ascending load.
///   - responseTimes: the mean response times at the same loads.
/// - Returns: nil if the counts differ, there are fewer than ``minimumKneeCount``, or a value is not positive or not
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
