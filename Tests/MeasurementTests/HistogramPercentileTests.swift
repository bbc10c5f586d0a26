import Foundation
import Measurement
import TestSupport
import Testing

/// Seeded latencies of several distributions.
struct SeededLatencies: RandomNumberGenerator {
  enum Distribution: CaseIterable {
    case constant, uniform, exponential, lognormal, bimodal, extreme
  }

  private var random: SplitMix64

  init(seed: UInt64) {
    random = SplitMix64(seed: seed)
  }

  mutating func next() -> UInt64 { random.next() }

  mutating func values(_ distribution: Distribution, count: Int) -> [UInt64] {
    (0..<count).map { _ in value(distribution) }
  }

  private mutating func value(_ distribution: Distribution) -> UInt64 {
    switch distribution {
    case .constant:
      return 123_456
    case .uniform:
      return .random(in: 0...5_000_000, using: &random)
    case .exponential:
      return UInt64(-log(.random(in: 1e-12...1, using: &random)) * 200_000)
    case .lognormal:
      let radius = sqrt(-2 * log(Double.random(in: 1e-12...1, using: &random)))
      return UInt64(exp(10 + radius * cos(.random(in: 0...(2 * .pi), using: &random))))
    case .bimodal:
      let center: UInt64 = .random(in: 0..<100, using: &random) < 99 ? 30_000 : 40_000_000
      return center + .random(in: 0..<10_000, using: &random)
    case .extreme:
      return random.next() >> UInt64.random(in: 0..<64, using: &random)
    }
  }
}

extension LatencyHistogram: CustomTestStringConvertible {
  /// A failed expectation prints this, and not thousands of slots.
  public var testDescription: String {
    "\(count) latencies in \(slots.count) slots, \(minimum ?? 0)...\(maximum ?? 0) ns, \(sum) ns in all"
  }
}

struct HistogramPercentileTests {
  @Test(arguments: SeededLatencies.Distribution.allCases, [1, 2, 19, 1000, 20_011])
  func percentileIsTheSlotOfTheNearestRankInTheSortedValues(
    distribution: SeededLatencies.Distribution, count: Int
  ) throws {
    var generator = SeededLatencies(seed: UInt64(count))
    let values = generator.values(distribution, count: count)
    let sorted = values.sorted()
    var histogram = LatencyHistogram()
    for value in values {
      histogram.record(value)
    }
    for perMille in [1, 10, 250, 500, 750, 900, 990, 999, 1000] {
      let rank = (perMille * count + 999) / 1000
      let slot = HistogramLayout.index(of: sorted[rank - 1])
      let expected =
        slot == HistogramLayout.index(of: sorted[count - 1])
        ? sorted[count - 1] : HistogramLayout.highestEquivalent(at: slot)
      #expect(histogram.percentile(Double(perMille) / 10) == expected, "p\(Double(perMille) / 10)")
    }
    #expect(histogram.percentile(0) == sorted[0])
    #expect(histogram.minimum == sorted[0])
    #expect(histogram.maximum == sorted[count - 1])
    #expect(histogram.count == UInt64(count))
    #expect(histogram.sum == values.reduce(0) { $0 + UInt128($1) })
  }

  @Test func percentileNeverExceedsTheMaximum() {
    var histogram = LatencyHistogram()
    histogram.record(1_000_001, count: 50)
    #expect(histogram.percentile(50) == 1_000_001)
  }

  @Test func percentileOfValuesBeyondTheRangeIsTheExactMaximum() {
    var histogram = LatencyHistogram()
    histogram.record(.max)
    #expect(histogram.percentile(99) == .max)
  }

  @Test func percentileOutsideTheScaleIsClamped() {
    var histogram = LatencyHistogram()
    histogram.record(10)
    histogram.record(20)
    #expect(histogram.percentile(-5) == 10)
    #expect(histogram.percentile(-.infinity) == 10)
    #expect(histogram.percentile(101) == 20)
    #expect(histogram.percentile(.infinity) == 20)
    #expect(histogram.percentile(.nan) == nil)
    #expect(!histogram.percentileIsSupported(.nan))
  }

  @Test func emptyHistogramHasNoStatistics() {
    let histogram = LatencyHistogram()
    #expect(histogram.percentile(50) == nil)
    #expect(histogram.minimum == nil)
    #expect(histogram.maximum == nil)
    #expect(histogram.mean == nil)
    #expect(histogram.count == 0)
    #expect(histogram.slots.isEmpty)
    #expect(!histogram.percentileIsSupported(50))
  }

  @Test(
    arguments: [
      (1, 901), (50, 20), (90, 100), (99, 1000), (99.9, 10_000), (99.99, 100_000),
    ] as [(Double, UInt64)])
  func percentileIsSupportedFromTenSamplesOnEitherSide(percentile: Double, count: UInt64) {
    var histogram = LatencyHistogram()
    histogram.record(5, count: count - 1)
    #expect(!histogram.percentileIsSupported(percentile))
    histogram.record(5)
    #expect(histogram.percentileIsSupported(percentile))
  }

  @Test(arguments: [0.0, 100.0])
  func extremesAreNeverSupportedAsPercentiles(percentile: Double) {
    var histogram = LatencyHistogram()
    histogram.record(5, count: 1_000_000)
    #expect(!histogram.percentileIsSupported(percentile))
  }
}
