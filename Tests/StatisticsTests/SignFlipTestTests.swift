import Glibc
import TestSupport
import Testing

@testable import Statistics

struct SignFlipTestTests {
  // Reference values: scipy.stats.permutation_test with permutation_type="samples", all permutations.
  @Test(
    arguments: [
      ([0.01, 0.02, 0.03, 0.04, 0.05, 0.06], 0.03125),
      ([-0.05, 0.01, -0.02, -0.04, -0.03, -0.06, -0.08], 0.03125),
      ([0.5, -0.25, 1.5, 2, -1, 0.75, 1.25, -0.5, 1, 0.25], 0.1171875),
      ([1, 1, 1, 1, 1, 1, -1, -1], 0.2890625),
      ([0.1, 0.1, 0.1, 0.1, 0.1, 0.1, -0.1, -0.1], 0.2890625),
    ] as [([Double], Double)])
  func pValueIsThatOfAllPermutations(logRatios: [Double], expected: Double) throws {
    let test = try #require(signFlipTest(ofLogRatios: logRatios, seed: 0))
    #expect(test.pValue == expected)
    #expect(test.isExact)
    #expect(test.n == logRatios.count)
    #expect(test.meanLogRatio == logRatios.reduce(0, +) / Double(logRatios.count))
    #expect(signFlipTest(ofLogRatios: logRatios.map { -$0 }, seed: 1)?.pValue == expected)
  }

  @Test(arguments: [1, 2, 3, 4, 5, 6, 11, 20, 31, 32])
  func differencesOfOneSignHaveTheSmallestPValue(n: Int) throws {
    let test = try #require(signFlipTest(ofLogRatios: (1...n).map { -Double($0) }, seed: 0))
    #expect(test.isExact)
    #expect(test.pValue == exp2(Double(1 - n)))
  }

  @Test func pValueCountsTheAssignmentsThatAFullEnumerationCounts() throws {
    var generator = SplitMix64(seed: 12)
    for n in 1...10 {
      let logRatios = (0..<n).map { _ in Double(Int.random(in: -4...5, using: &generator)) / 8 }
      let observed = abs(logRatios.reduce(0, +))
      let reaching = (0..<(1 << n)).count { assignment in
        let sum = logRatios.indices.reduce(0.0) { $0 + (assignment >> $1 & 1 == 0 ? 1 : -1) * logRatios[$1] }
        return abs(sum) >= observed
      }
      let test = try #require(signFlipTest(ofLogRatios: logRatios, seed: 0))
      #expect(test.pValue == Double(reaching) / Double(1 << n))
    }
  }

  // Reference values: all 2¹⁸ and 2³² assignments, counted with numpy.
  @Test(arguments: [(18, 0.3, 28_524), (32, 0.25, 203_375_228)])
  func pValueIsExactUpToTheMostPairs(n: Int, shift: Double, reaching: Int) throws {
    let test = try #require(signFlipTest(ofLogRatios: (1...n).map { sin(Double($0)) + shift }, seed: 0))
    #expect(test.isExact)
    #expect(test.pValue == Double(reaching) / exp2(Double(n)))
  }

  @Test(arguments: [1, 6, 40])
  func ratiosOfOneHaveAPValueOfOne(n: Int) {
    #expect(signFlipTest(ofLogRatios: Array(repeating: 0, count: n), seed: 0)?.pValue == 1)
  }

  // Reference value: the 2⁴⁰ assignments, counted with numpy.
  @Test func pValueOfManyPairsIsNearTheExactOneAndRepeatable() throws {
    let logRatios = (1...40).map { sin(Double($0)) + 0.2 }
    let test = try #require(signFlipTest(ofLogRatios: logRatios, seed: 5))
    #expect(!test.isExact)
    // Four standard errors.
    #expect(abs(test.pValue - 0.0372605629163445) < 4 * 0.0014)
    #expect(signFlipTest(ofLogRatios: logRatios, seed: 5) == test)
    #expect(signFlipTest(ofLogRatios: logRatios, seed: 6) != test)
  }

  @Test func pValueOfManyPairsIsNeverZero() throws {
    let test = try #require(signFlipTest(ofLogRatios: Array(repeating: 0.01, count: 100), seed: 0))
    #expect(test.pValue == 1.0 / 20_000)
  }

  @Test(
    arguments: [[], [.nan], [1, .infinity], [.greatestFiniteMagnitude, -.greatestFiniteMagnitude]] as [[Double]])
  func noPairsOrNoFiniteSumHaveNoTest(logRatios: [Double]) {
    #expect(signFlipTest(ofLogRatios: logRatios, seed: 0) == nil)
  }
}
