import Statistics

/// The required precision of every point's throughput, and the limit of rounds.
///
/// Rounds are added until the interval is narrow enough. Stopping at a narrow interval has a price: it covers the
/// median somewhat less often than an interval of a fixed number of rounds.
public struct Precision: Equatable, Sendable {
  /// The maximum half width of the median's 95 % interval, as a fraction of the median.
  public var halfWidth: Double
  /// The maximum number of rounds per experiment, including the planned ones.
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

  /// Half the width of the interval, as a fraction of the median; nil if there are too few values for an interval.
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
