import Statistics
import Testing

struct QuantilesTests {
  @Test(
    arguments: [
      ([7], 7), ([3, 1], 2), ([5, 1, 3], 3), ([4, 1, 3, 2], 2.5), ([-1, -1, 8], -1),
    ] as [([Double], Double)])
  func medianIsTheMiddleOrTheMeanOfTheTwoMiddleValues(values: [Double], expected: Double) {
    #expect(median(values) == expected)
  }

  // The rank, counted from 0, is 4 p; between two ranks the quantile is linear.
  @Test(
    arguments: [
      (0, 1), (0.125, 1.5), (0.25, 2), (0.5, 4), (0.625, 6), (0.75, 8), (0.875, 12), (1, 16),
    ] as [(Double, Double)])
  func quantileIsThatOfTypeSeven(probability: Double, expected: Double) {
    #expect(quantile([16, 1, 8, 2, 4], at: probability) == expected)
  }

  @Test(arguments: [[], [.nan], [1, .infinity], [-.infinity, 1, 2]] as [[Double]])
  func valuesWithoutQuantilesHaveNone(values: [Double]) {
    #expect(median(values) == nil)
    #expect(quantile(values, at: 0.25) == nil)
  }

  @Test(arguments: [-0.001, 1.001, .nan, .infinity])
  func probabilityOutsideZeroToOneHasNoQuantile(probability: Double) {
    #expect(quantile([1, 2, 3], at: probability) == nil)
  }
}
