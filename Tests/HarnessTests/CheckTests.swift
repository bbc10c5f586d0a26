import Foundation
import Measurement
import Modes
import Plan
import Records
import Testing
import Workloads

@testable import Harness

@Suite struct CheckTests {
  // MARK: Delays

  private func delayResult(median: UInt64, least: UInt64, valid: Bool = true) throws -> CheckResult {
    let experiment = Experiment(
      name: "http", workload: .http(delay: .milliseconds(5)), modes: [.epoll], concurrency: [4], operations: 32)
    let plan = try #require(experiment.plans(seed: 1).first)
    var histogram = LatencyHistogram()
    histogram.record(least)
    histogram.record(median, count: 31)
    var record = TrialRecord(plan, of: "check", workload: .null)
    record.latency = TrialRecord.Latency(service: LatencySummary(histogram))
    record.valid = valid
    return DelayCheck.result(plan, record)
  }

  @Test func delayPassesWhenItTakesALittleLonger() throws {
    let result = try delayResult(median: 5_100_000, least: 5_000_001)
    #expect(result.verdict == .passed)
    #expect(result.expected == .range(5_000_000...6_000_000))
    #expect(result.name == "http 5ms, epoll: service p50")
  }

  @Test func delayFailsWhenItTakesMuchLonger() throws {
    #expect(try delayResult(median: 6_100_000, least: 5_000_001).verdict == .failed)
  }

  @Test func delayFailsWhenOneOperationIsShorter() throws {
    let result = try delayResult(median: 5_100_000, least: 4_999_999)
    #expect(result.verdict == .failed)
    #expect(result.remark == "an operation took 4999999 ns, less than its delay")
  }

  @Test func delayFailsWhenItsTrialIsNotValid() throws {
    #expect(try delayResult(median: 5_100_000, least: 5_000_001, valid: false).verdict == .failed)
  }

  // MARK: The same twice

  private func series(_ ratio: Double, rounds: Int = 8) -> ComparisonCheck.Series {
    ComparisonCheck.Series(
      baseline: Array(repeating: 100, count: rounds), candidate: (0..<rounds).map { 100 * ratio + Double($0) / 100 })
  }

  @Test func sameTwicePassesWhenNoDifferenceIsFound() {
    let even = ComparisonCheck.Series(
      baseline: Array(repeating: 100, count: 8), candidate: [99, 101, 99, 101, 99, 101, 99, 101])
    let result = ComparisonCheck.result(even)
    #expect(result.verdict == .passed)
    #expect(result.remark == nil)
  }

  @Test func sameTwiceFailsOnlyWhenBothComparisonsDifferInOneDirection() {
    #expect(ComparisonCheck.result(series(1.1), after: series(1.1)).verdict == .failed)
    #expect(ComparisonCheck.result(series(0.9), after: series(0.9)).verdict == .failed)
    #expect(ComparisonCheck.result(series(0.9), after: series(1.1)).verdict == .passed)
  }

  @Test func sameTwiceFailsWhenTooFewTrialsAreValid() {
    let result = ComparisonCheck.result(series(1, rounds: 5))
    #expect(result.verdict == .failed)
    #expect(result.remark == "only 5 rounds with two valid trials")
    #expect(ComparisonCheck.result(series(1, rounds: 5), after: series(1.1)) == result)
  }

  // MARK: Results

  private func fields(_ result: CheckResult) throws -> [String: JSONValue] {
    try JSONDecoder().decode([String: JSONValue].self, from: JSONEncoder().encode(result))
  }

  @Test func namesOfNumbersEndInTheirUnit() throws {
    let result = CheckResult(.delays, "x", .nanoseconds, expected: 1...3, measured: 2)
    #expect(
      try fields(result) == [
        "part": .string("delays"), "name": .string("x"), "verdict": .string("passed"), "expected_low_ns": .number(1),
        "expected_high_ns": .number(3), "measured_ns": .number(2),
      ])
  }

  @Test func whatWasNotMeasuredIsAbsent() throws {
    let result = CheckResult(.costs, "x", .nanoseconds, failed: "why")
    #expect(
      try fields(result) == [
        "part": .string("costs"), "name": .string("x"), "verdict": .string("failed"), "remark": .string("why"),
      ])
  }
}
