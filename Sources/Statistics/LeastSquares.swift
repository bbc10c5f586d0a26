/// A straight line through points, and the share of the variance that it explains.
public struct LeastSquaresLine: Sendable, Equatable {
  /// Slope, in the unit of the ordinates per unit of the abscissas.
  public let slope: Double

  /// The line's value at 0, in the unit of the ordinates.
  public let intercept: Double

  /// The coefficient of determination, *r*²: the share of the ordinates' variance that the line explains, in 0...1. Nil
  /// if the ordinates are all equal, so that there is no variance.
  public let rSquared: Double?
}

/// The smallest number of points that ``leastSquaresLine(x:y:)`` accepts: any line through two points fits perfectly.
public let minimumLineCount = 3

/// The line with the least sum of squared vertical distances from the points.
///
/// Distant points weigh most. If the abscissas span decades, the slope follows the largest ones, and *r*² says little
/// about the small ones.
///
/// Complexity: O(*n*), in two passes, which preserve small differences between large values.
///
/// Source: N. R. Draper and H. Smith, *Applied Regression Analysis*, 3rd ed., Wiley 1998, chapter 1.
///
/// - Returns: nil if the counts differ, there are fewer than ``minimumLineCount``, the abscissas are all equal, or a
///   value or a sum is not finite.
public func leastSquaresLine(x: [Double], y: [Double]) -> LeastSquaresLine? {
  guard x.count == y.count, x.count >= minimumLineCount else { return nil }
  let count = Double(x.count)
  let (meanX, meanY) = (x.reduce(0, +) / count, y.reduce(0, +) / count)
  var (sumXX, sumXY, sumYY) = (0.0, 0.0, 0.0)
  for (x, y) in zip(x, y) {
    let (fromMeanX, fromMeanY) = (x - meanX, y - meanY)
    sumXX += fromMeanX * fromMeanX
    sumXY += fromMeanX * fromMeanY
    sumYY += fromMeanY * fromMeanY
  }
  let slope = sumXY / sumXX
  guard sumXX > 0, slope.isFinite, sumYY.isFinite else { return nil }
  return LeastSquaresLine(
    slope: slope, intercept: meanY - slope * meanX, rSquared: sumYY > 0 ? min(1, slope * sumXY / sumYY) : nil)
}
