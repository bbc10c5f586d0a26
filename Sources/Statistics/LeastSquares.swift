/// A straight line through points, and how much of them it explains.
public struct LeastSquaresLine: Sendable, Equatable {
  /// In the unit of the ordinates per unit of the abscissas.
  public let slope: Double

  /// The line's value at 0, in the unit of the ordinates.
  public let intercept: Double

  /// The coefficient of determination, *r*²: the share of the ordinates' variance that the line accounts for, in 0...1.
  /// Nil where the ordinates are all equal, and there is no variance to account for.
  public let rSquared: Double?
}

/// The fewest points through which ``leastSquaresLine(x:y:)`` lays a line: through two of them every line is perfect.
public let minimumLineCount = 3

/// The line with the least sum of squared vertical distances from the points.
///
/// Points far from the others weigh most: where abscissas span decades, the slope is that of the largest ones, and
/// *r*² says little of the small ones.
///
/// Complexity: O(*n*), in two passes, so that large values that differ little are not lost.
///
/// Source: N. R. Draper and H. Smith, *Applied Regression Analysis*, 3rd ed., Wiley 1998, chapter 1.
///
/// - Returns: nil when the counts differ, there are fewer than ``minimumLineCount``, the abscissas are all equal, or a
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
