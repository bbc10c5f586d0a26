import Testing

@testable import Statistics

struct NormalTests {
  // Reference values: scipy.stats.norm.ppf.
  @Test(
    arguments: [
      (1e-300, -37.0470962993612), (1e-20, -9.262340089798409), (1e-5, -4.264890793922825),
      (0.025, -1.9599639845400545), (0.07, -1.4757910281791706), (0.3, -0.5244005127080409), (0.5, 0),
      (0.9, 1.2815515655446004), (0.975, 1.959963984540054), (0.999999, 4.753424308817087),
    ] as [(Double, Double)])
  func quantileHasTheReferenceValue(probability: Double, expected: Double) {
    #expect(abs(normalQuantile(probability) - expected) <= 1e-14 * abs(expected))
  }

  // Reference values: scipy.stats.norm.cdf.
  @Test(
    arguments: [
      (-8, 6.22096057427174e-16), (-1.96, 0.024997895148220435), (0, 0.5), (1, 0.8413447460685429),
      (2.5, 0.9937903346742238),
    ] as [(Double, Double)])
  func probabilityHasTheReferenceValue(z: Double, expected: Double) {
    #expect(abs(normalProbability(z) - expected) <= 1e-13 * expected)
  }

  @Test func quantileIsInfiniteAtTheEndsAndUndefinedBeyond() {
    #expect(normalQuantile(0) == -.infinity)
    #expect(normalQuantile(1) == .infinity)
    #expect([-0.1, 1.1, .nan].allSatisfy { normalQuantile($0).isNaN })
  }
}
