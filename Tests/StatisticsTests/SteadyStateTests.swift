import Glibc
import Statistics
import TestSupport
import Testing

struct SteadyStateTests {
  /// How often each answer is given to `shape` of the index, times noise of 3 %.
  private func ends(count: Int, draws: Int = 100, shape: (Int) -> Double) -> [Int?] {
    var generator = SplitMix64(seed: UInt64(count))
    return (0..<draws).map { _ in
      warmupEnd(of: (0..<count).map { shape($0) * pow(generator.lognormal(), 0.03) })
    }
  }

  @Test func warmupEndsWhereTheTransientDoes() {
    let steady = (0..<20).map { $0.isMultiple(of: 2) ? 101.0 : 99 }
    let series = [10, 60, 90] + steady
    #expect(warmupEnd(of: series) == 3)
    #expect(warmupEnd(of: steady) == 0)
  }

  @Test func constantSeriesIsSteadyFromTheStart() {
    #expect(warmupEnd(of: Array(repeating: 0.1, count: 10)) == 0)
  }

  @Test(arguments: [20, 50])
  func seriesWithoutTrendIsSteady(count: Int) {
    let ends = ends(count: count) { _ in 1 }
    #expect(ends.count { $0 == nil } <= 8)
    #expect(ends.count { $0 == 0 } >= 50)
  }

  @Test(arguments: [30, 50])
  func transientIsCutOff(count: Int) {
    // A quarter slower at first, and a third of what is left is made up for with each interval.
    let ends = ends(count: count) { 1 - 0.25 * exp(-Double($0) / 2.5) }
    #expect(ends.count { $0 == nil } <= 15)
    #expect(ends.allSatisfy { $0.map { $0 >= 2 } ?? true })
  }

  @Test func seriesThatDriftsNeverSettles() {
    #expect(ends(count: 50) { 1 + 0.3 * Double($0) / 50 }.count { $0 == nil } >= 95)
    #expect(warmupEnd(of: (0..<20).map(Double.init)) == nil)
  }

  @Test func stepNearTheEndNeverSettles() {
    #expect(ends(count: 100, draws: 20) { $0 < 80 ? 1 : 1.3 }.allSatisfy { $0 == nil })
  }

  @Test(
    arguments: [
      [], Array(repeating: 1, count: 9), Array(repeating: 1, count: 10) + [.nan],
      Array(repeating: 1, count: 10) + [.infinity],
      Array(repeating: .greatestFiniteMagnitude, count: 5) + Array(repeating: -.greatestFiniteMagnitude, count: 5),
    ] as [[Double]])
  func tooFewOrNotFiniteValuesHaveNoAnswer(series: [Double]) {
    #expect(warmupEnd(of: series) == nil)
  }
}
