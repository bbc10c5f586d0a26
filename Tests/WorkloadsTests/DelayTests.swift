import Foundation
import Measurement
import Plan
import Testing

@testable import Workloads

@Suite struct DelayTests {
  @Test(arguments: [
    ("2ms", Delay.fixed(.milliseconds(2))), ("0", .none), ("1.5s", .fixed(.milliseconds(1500))),
    ("exponential:2ms", .exponential(mean: .milliseconds(2))),
    ("lognormal:2ms:0.5", .lognormal(median: .milliseconds(2), sigma: 0.5)),
    ("lognormal:1s:5", .lognormal(median: .seconds(1), sigma: 5)), ("60min", .fixed(.seconds(3600))),
  ]) func delayReadsAndRoundTrips(text: String, delay: Delay) throws {
    #expect(Delay(text) == delay)
    #expect(Delay(delay.description) == delay)
    let coded = try JSONDecoder().decode(Delay.self, from: JSONEncoder().encode(delay))
    #expect(coded == delay)
  }

  @Test(arguments: [
    "", "ms", "-2ms", "2 ms", "1500ns", "61min", "exponential", "exponential:", "uniform:2ms",
    "exponential:2ms:1", "lognormal:2ms", "lognormal:2ms:0", "lognormal:2ms:-1", "lognormal:2ms:5.1",
    "lognormal:2ms:nan", "lognormal:2ms:x", "2ms:", ":2ms", "lognormal:2ms:0.5:1",
  ]) func delayIsRefusedWhenItIsNone(text: String) {
    #expect(Delay(text) == nil)
    let failure = #expect(throws: DecodingError.self) {
      try JSONDecoder().decode([Delay].self, from: JSONEncoder().encode([text]))
    }
    if case .dataCorrupted(let context) = failure {
      #expect(context.debugDescription.hasPrefix("'\(text)' is not a delay such as \"2ms\""))
    } else {
      Issue.record("\(String(describing: failure))")
    }
  }

  @Test(arguments: [
    Delay.exponential(mean: .milliseconds(2)), .lognormal(median: .milliseconds(2), sigma: 0.5),
    .fixed(.microseconds(7)),
  ]) func drawDependsOnTheSeedAndTheOperationAlone(_ delay: Delay) {
    let first = (0..<1000).map { delay.drawn(seed: 7, operation: $0) }
    #expect(first == (0..<1000).map { delay.drawn(seed: 7, operation: $0) })
    #expect(first.allSatisfy { $0.count % 1000 == 0 })
    if case .fixed(let span) = delay {
      #expect(first.allSatisfy { $0 == span })
    } else {
      #expect(Set(first).count > 500)
      #expect(first != (0..<1000).map { delay.drawn(seed: 8, operation: $0) })
    }
  }

  /// The mean of n draws lies within five standard errors of what it should be.
  @Test(arguments: [
    (Delay.exponential(mean: .milliseconds(2)), 1.0), (.exponential(mean: .seconds(1)), 1.0),
    (.lognormal(median: .milliseconds(2), sigma: 0.5), (exp(0.25) - 1).squareRoot()),
    (.lognormal(median: .milliseconds(20), sigma: 1), (exp(1) - 1).squareRoot()),
  ]) func drawsHaveTheirMean(_ delay: Delay, relativeDeviation: Double) {
    let count = 100_000
    let sum = (0..<UInt64(count)).reduce(0.0) { $0 + Double(delay.drawn(seed: 7, operation: $1).count) }
    // Draws are cut to the microsecond: by half of one on average.
    let mean = sum / Double(count) + 500
    let expected = Double(delay.mean.count)
    #expect(abs(mean / expected - 1) < 5 * relativeDeviation / Double(count).squareRoot())
  }

  @Test func drawsHaveTheirMedian() {
    let delay = Delay.lognormal(median: .milliseconds(2), sigma: 0.7)
    let below = (0..<100_000 as Range<UInt64>).count { delay.drawn(seed: 3, operation: $0) < .milliseconds(2) }
    // Binomial with p = 1/2: five standard deviations are 791.
    #expect(abs(below - 50_000) < 791)
    let mean = Delay.exponential(mean: .milliseconds(2))
    let early = (0..<100_000 as Range<UInt64>).count { mean.drawn(seed: 3, operation: $0) < .microseconds(1386) }
    // ln 2 of the mean is the median.
    #expect(abs(early - 50_000) < 850)
  }

  @Test func drawIsCutToTheLongest() {
    let delay = Delay.lognormal(median: .seconds(3600), sigma: 5)
    let draws = (0..<1000 as Range<UInt64>).map { delay.drawn(seed: 7, operation: $0) }
    #expect(draws.max() == Delay.longest)
  }

  @Test func uniformNumbersLieInTheirInterval() {
    let numbers = (0..<100_000 as Range<UInt64>).map { Randomness.uniform(7, $0) }
    #expect(numbers.allSatisfy { $0 > 0 && $0 <= 1 })
    // The mean of n has a standard deviation of 1 / √(12 n).
    let mean: Double = numbers.reduce(0, +) / 100_000
    let deviation = Double(12 * 100_000).squareRoot()
    #expect(abs(mean - 0.5) < 5 / deviation)
  }
}

@Suite struct PatternTests {
  private func content(_ operation: UInt64, _ offset: Int, _ count: Int) -> [UInt8] {
    Array(Pattern.content(of: operation, from: offset, count: count))
  }

  @Test func contentIsAPureFunctionOfTheOperationAndThePlace() {
    let whole = content(9, 0, 65_536)
    #expect(whole.count == 65_536)
    for offset in [0, 1, 7, 8, 4095, 65_535] {
      #expect(content(9, offset, 65_536 - offset) == Array(whole[offset...]))
    }
    #expect(content(9, 65_536, 100) == Array(whole[..<100]))
    #expect(content(9, 1 << 30, 100) == Array(whole[..<100]))
    #expect(content(9, 65_500, 100) == Array(whole[65_500...]) + whole[..<64])
  }

  /// There are as many places to begin at as the pool has bytes, so that of a thousand some fall together.
  @Test func contentsOfOperationsDifferForTheMostPart() {
    #expect(Set((0..<1000).map { content($0, 0, 32) }).count > 980)
    for operation in 0..<64 as Range<UInt64> { #expect(content(operation, 0, 32) != content(operation + 1, 0, 32)) }
  }

  @Test func contentIsNoLongerThanThePeriod() {
    #expect(content(1, 0, 200_000).count == 65_536)
    #expect(content(1, 0, 0).isEmpty)
  }

  @Test(arguments: [0, 1, 100, 65_536, 150_000]) func contentMatchesItselfAndNothingElse(count: Int) {
    var bytes: [UInt8] = []
    while bytes.count < count { bytes += content(5, 3 + bytes.count, count - bytes.count) }
    #expect(bytes.withUnsafeBytes { Pattern.matches($0, operation: 5, offset: 3) })
    guard count > 1 else { return }
    #expect(!bytes.withUnsafeBytes { Pattern.matches($0, operation: 6, offset: 3) })
    #expect(!bytes.withUnsafeBytes { Pattern.matches($0, operation: 5, offset: 4) })
    for place in [0, count / 2, count - 1] {
      bytes[place] ^= 0x80
      #expect(!bytes.withUnsafeBytes { Pattern.matches($0, operation: 5, offset: 3) })
      bytes[place] ^= 0x80
    }
  }
}
