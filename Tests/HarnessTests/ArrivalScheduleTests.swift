import Measurement
import Statistics
import Testing
import Workloads

/// The intended starts of open loops.
@Suite struct ArrivalScheduleTests {
  private func starts(_ arrivals: Arrivals, seed: UInt64 = 1, operations: UInt64? = nil) throws -> [UInt64] {
    guard
      let schedule = ArrivalSchedule(
        arrivals, seed: seed, start: Instant(nanoseconds: 1000), warmup: .milliseconds(100), operations: operations,
        span: .milliseconds(1100))
    else {
      Issue.record("an open loop has a schedule")
      return []
    }
    return (0..<schedule.count).map { schedule.start(of: $0).nanoseconds - 1000 }
  }

  @Test func closedLoopHasNoSchedule() {
    let schedule = ArrivalSchedule(
      .closed, seed: 1, start: Instant(nanoseconds: 0), warmup: .zero, operations: 5, span: .seconds(1))
    switch schedule {
    case .some: Issue.record("a closed loop has no schedule")
    case .none: break
    }
  }

  @Test func startsAreEvenWhenTheRateIsConstant() throws {
    let starts = try starts(.constant(rate: 1000))
    #expect(starts.count == 1100)
    #expect(zip(starts, starts.dropFirst()).allSatisfy { $1 - $0 == 1_000_000 })
  }

  @Test(arguments: [1, 2, 3, 4, 5] as [UInt64])
  func gapsAreExponentialWhenArrivalsArePoisson(seed: UInt64) throws {
    let starts = try starts(.poisson(rate: 20_000), seed: seed)
    let gaps = zip(starts, starts.dropFirst()).map { Double($1 - $0) / 1e9 }
    let test = try #require(kolmogorovSmirnovTest(of: gaps, exponentialRate: 20_000))
    #expect(test.pValue > 0.001, "D = \(test.statistic)")
    #expect(abs(Double(starts.count) - 22_000) < 4 * 22_000.0.squareRoot())
  }

  @Test func scheduleDependsOnTheSeedAlone() throws {
    #expect(try starts(.poisson(rate: 500), seed: 9) == starts(.poisson(rate: 500), seed: 9))
    #expect(try starts(.poisson(rate: 500), seed: 9) != starts(.poisson(rate: 500), seed: 10))
  }

  @Test(arguments: [Arrivals.constant(rate: 1000), .poisson(rate: 1000)])
  func operationsAreCountedFromTheWindowsOpening(_ arrivals: Arrivals) throws {
    let starts = try starts(arrivals, operations: 50)
    #expect(starts.filter { $0 >= 100_000_000 }.count == 50)
    #expect(starts == starts.sorted())
  }
}
