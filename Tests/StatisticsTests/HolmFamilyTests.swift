import Statistics
import Testing

struct HolmFamilyTests {
  @Test func pValuesAreMultipliedByTheHypothesesLeft() throws {
    // As p.adjust(c(0.01, 0.04, 0.03, 0.005), "holm") of R.
    let holm = try #require(holmAdjusted([0.01, 0.04, 0.03, 0.005], family: "modes at c=64"))
    #expect(holm.name == "modes at c=64")
    #expect(holm.size == 4)
    #expect(holm.adjustedPValues == [0.03, 0.06, 0.06, 0.02])
  }

  @Test(
    arguments: [
      ([0.25], [0.25]), ([0.5, 0.5], [1, 1]), ([0, 1], [0, 1]), ([0.25, nil, nil], [0.75, nil, nil]), ([nil], [nil]),
    ] as [([Double?], [Double?])])
  func adjustedPValuesAreAtMostOneAndCountUntestedHypotheses(pValues: [Double?], expected: [Double?]) {
    #expect(holmAdjusted(pValues, family: "")?.adjustedPValues == expected)
  }

  @Test(arguments: [[], [0.5, 1.01], [-0.1], [.nan, nil]] as [[Double?]])
  func noHypothesesOrNoProbabilityHaveNoAdjustment(pValues: [Double?]) {
    #expect(holmAdjusted(pValues, family: "") == nil)
  }
}
