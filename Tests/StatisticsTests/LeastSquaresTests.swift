import Statistics
import Testing

struct LeastSquaresTests {
  @Test func lineThroughPointsOnALineIsThatLine() throws {
    let x = [10_000.0, 100_000, 1_000_000]
    let line = try #require(leastSquaresLine(x: x, y: [9_760_000, 16_600_000, 85_000_000]))
    #expect(abs(line.slope - 76) < 1e-9)
    #expect(abs(line.intercept - 9e6) < 1e-3)
    let rSquared: Double = try #require(line.rSquared)
    #expect(abs(rSquared - 1) < 1e-12)
  }

  /// F. J. Anscombe, “Graphs in Statistical Analysis”, *The American Statistician* 27 (1973), 17–21: the first data set,
  /// whose line is 3 + 0.5 *x* with *r*² 0.67.
  @Test func lineThroughAnscombesFirstData() throws {
    let x: [Double] = [10, 8, 13, 9, 11, 14, 6, 4, 12, 7, 5]
    let y = [8.04, 6.95, 7.58, 8.81, 8.33, 9.96, 7.24, 4.26, 10.84, 4.82, 5.68]
    let line = try #require(leastSquaresLine(x: x, y: y))
    #expect(abs(line.slope - 0.50009) < 1e-5)
    #expect(abs(line.intercept - 3.00009) < 1e-5)
    let rSquared: Double = try #require(line.rSquared)
    #expect(abs(rSquared - 0.66654) < 1e-5)
  }

  @Test func fallingLineHasANegativeSlopeAndAPositiveShare() throws {
    let line = try #require(leastSquaresLine(x: [0, 1, 2], y: [4, 2, 0]))
    #expect(line.slope == -2 && line.intercept == 4 && line.rSquared == 1)
  }

  @Test func levelLineExplainsNothingBecauseNothingVaries() throws {
    let line = try #require(leastSquaresLine(x: [1, 2, 3], y: [5, 5, 5]))
    #expect(line.slope == 0 && line.intercept == 5 && line.rSquared == nil)
  }

  @Test func largeValuesThatDifferLittleAreNotLost() throws {
    let large: [Double] = [1_000_000_000, 1_000_000_001, 1_000_000_002]
    let larger: [Double] = [1_000_000_000_001, 1_000_000_000_003, 1_000_000_000_005]
    let line = try #require(leastSquaresLine(x: large, y: larger))
    #expect(abs(line.slope - 2) < 1e-9)
  }

  @Test(
    arguments: [
      ([1, 2], [1, 2]), ([1, 2, 3], [1, 2]), ([4, 4, 4], [1, 2, 3]), ([1, .nan, 3], [1, 2, 3]),
      ([1, 2, 3], [1, .infinity, 3]), ([1, 2, 3], [1, 1e200, 3]),
    ] as [([Double], [Double])])
  func thereIsNoLineThroughTooFewOrImpossiblePoints(x: [Double], y: [Double]) {
    #expect(leastSquaresLine(x: x, y: y) == nil)
  }
}
