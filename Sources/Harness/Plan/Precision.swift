import Statistics

/// How well the throughput of every point is to be known, and how long that may take.
///
/// Rounds are added until the interval is narrow enough, and looked at after each: what is stopped at a narrow interval
/// covers the median somewhat less often than one of a number of rounds that was settled beforehand.
public struct Precision: Equatable, Sendable {
  /// The most that half the width of the 95 % interval of the median may be, as a part of the median.
  public var halfWidth: Double
  /// Rounds of an experiment, those that were planned included.
  public var maxRounds: Int

  public static let usualMaxRounds = 50
  private static let mostRounds = 10_000

  public init(halfWidth: Double, maxRounds: Int = Self.usualMaxRounds) {
    self.halfWidth = halfWidth
    self.maxRounds = min(maxRounds, Self.mostRounds)
  }

  /// Reads a percentage such as `2%`, above 0 and below 100.
  public init?(parsing text: String) {
    guard text.hasSuffix("%"), text.dropLast().allSatisfy({ $0.isASCII && $0.isNumber || $0 == "." }),
      let percent = Double(text.dropLast()), percent > 0, percent < 100
    else { return nil }
    self.init(halfWidth: percent / 100)
  }

  /// Half the width of the interval, as a part of the median; nil where there are too few values for an interval.
  static func reached(by throughputs: [Double]) -> Double? {
    guard let estimate = medianEstimate(of: throughputs), estimate.kind == .interval95, estimate.median > 0 else {
      return nil
    }
    return (estimate.high - estimate.low) / 2 / estimate.median
  }

  func isReached(by throughputs: [Double]) -> Bool {
    Self.reached(by: throughputs).map { $0 <= halfWidth } ?? false
  }
}
