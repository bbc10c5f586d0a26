import Statistics
import Testing

@testable import Reporting

struct MeasureTests {
  private let source = Measure.Source.limits(ClaimRun.limit("x", [:]))

  private func estimate(_ low: Double, _ high: Double, _ kind: Estimate.Kind = .interval95) -> Estimate {
    Estimate(median: (low + high) / 2, low: low, high: high, kind: kind, n: kind == .interval95 ? 6 : 3)
  }

  @Test(
    arguments: [
      (2, 3, .within), (0, 0.5, .beyond), (5, 6, .beyond), (0.5, 2, .open), (3, 5, .open), (0, 9, .open),
      (1, 4, .within),
    ] as [(Double, Double, Measure.Standing)])
  func intervalIsWithinBeyondOrNeither(low: Double, high: Double, standing: Measure.Standing) {
    #expect(Measure("m", .ratio, least: 1, most: 4, estimate(low, high), from: source)?.standing == standing)
  }

  @Test func rangeOfFewTrialsDecidesNothingButCountsDo() {
    #expect(Measure("m", .ratio, least: 1, estimate(2, 3, .range), from: source)?.standing == .open)
    #expect(Measure("m", least: 1, most: nil, counts: [2], from: source)?.standing == .within)
    #expect(Measure("m", least: 3, most: nil, counts: [3, 2], from: source)?.standing == .beyond)
  }

  @Test func numberHeldAgainstArithmeticIsNoPartOfTheVerdict() throws {
    let claim = try #require(Measure("m", .ratio, least: 1, estimate(2, 3), from: source))
    let arithmetic = try #require(Measure("m", .ratio, as: .arithmetic, least: 4, estimate(2, 3), from: source))
    #expect(claim.standingText == "holds" && arithmetic.standingText == "otherwise")
    #expect(ClaimVerdict([claim, arithmetic]) == .holds && ClaimVerdict([arithmetic]) == .undecided)
  }

  @Test func numberWithoutABoundHasNoStanding() {
    #expect(Measure("m", .ratio, estimate(2, 3), from: source)?.standing == nil)
    #expect(Measure("m", .ratio, least: 1, nil, from: source) == nil)
    #expect(Measure("m", least: 1, most: nil, counts: [], from: source) == nil)
  }

  @Test func numbersAreInUnitsThatFit() throws {
    func text(_ unit: Measure.Unit, _ low: Double, _ high: Double, least: Double?, most: Double?) throws -> [String] {
      let measure = try #require(Measure("m", unit, least: least, most: most, estimate(low, high), from: source))
      return [measure.predicted, measure.measured]
    }
    #expect(try text(.seconds, 0.1, 0.3, least: 0.1, most: 0.15) == ["100.0–150.0 ms", "200.0 ms [100.0–300.0]"])
    #expect(try text(.ratio, 200, 400, least: 100, most: nil) == ["≥ 100", "300 [200–400]"])
    #expect(try text(.perSecond, 1e5, 3e5, least: 1e6, most: nil) == ["≥ 1,000 k/s", "200 k/s [100–300]"])
    #expect(try text(.bytes, 1024, 2048, least: nil, most: nil) == ["–", "1.50 KiB [1.00–2.00]"])
    let counts = try #require(Measure("m", least: 5, most: 5, counts: [5, 5], from: source))
    #expect([counts.predicted, counts.measured] == ["5", "5"])
  }
}

extension Measure {
  /// The median, and its interval where it has one.
  var measured: String { interval.isEmpty ? median : "\(median) \(interval)" }
}
