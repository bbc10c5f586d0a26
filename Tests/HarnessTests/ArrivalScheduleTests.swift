import Measurement
import Plan
import TestSupport
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

  @Test func scheduleIsDrawnBeforeItsStartIsKnown() throws {
    for arrivals in [Arrivals.constant(rate: 1000), .poisson(rate: 1000)] {
      guard
        var schedule = ArrivalSchedule(arrivals, seed: 1, warmup: .zero, operations: 9, span: .seconds(1))
      else {
        Issue.record("an open loop has a schedule")
        return
      }
      let first = schedule.start(of: 8).nanoseconds
      schedule.start = Instant(nanoseconds: 1 << 40)
      #expect(schedule.start(of: 8).nanoseconds == first + 1 << 40)
    }
  }

  /// Arithmetic must saturate at any rate and number.
  @Test(arguments: [
    Arrivals.constant(rate: 1e-300), .constant(rate: .leastNonzeroMagnitude), .constant(rate: 1e-6),
    .constant(rate: 1e300),
  ])
  func startsStopAtTheFarEnd(_ arrivals: Arrivals) {
    for operations in [1, UInt64(Int64.max), .max] {
      guard
        let schedule = ArrivalSchedule(
          arrivals, seed: 1, start: Instant(nanoseconds: 1000), warmup: .milliseconds(100), operations: operations,
          span: Nanoseconds(UInt64(Int64.max)))
      else {
        Issue.record("an open loop has a schedule")
        return
      }
      #expect(schedule.count >= operations && schedule.start(of: 0) == Instant(nanoseconds: 1000))
      #expect(schedule.start(of: schedule.count - 1) >= schedule.start(of: 0))
    }
  }

  @Test(arguments: [
    ("500", 500), ("0.5", 0.5), ("10k", 10_000), ("10K", 10_000), ("1M", 1e6), ("1.5M", 1.5e6), ("1e6", 1e6),
    ("1.2345k", 1234.5), ("1e-3", 0.001), ("-5", -5),
  ])
  func rateReads(text: String, rate: Double) { #expect(Arrivals.rate(parsing: text) == rate) }

  @Test(arguments: [
    "", "k", "nan", "inf", "infinity", "-inf", "1e999", "0x10", "1 k", "10kk", "1e308k", "10m", "1_000",
  ])
  func textThatIsNoRateIsRefused(text: String) { #expect(Arrivals.rate(parsing: text) == nil) }

  @Test(
    arguments: [
      (Arrivals.closed, 0, 1, false), (.constant(rate: 0.1), 0, 5, false), (.constant(rate: 0.1), 100, 5000, true),
      (.constant(rate: 0.1), 100, 10_000, false), (.constant(rate: 0.1), 9000, 2000, false),
      (.constant(rate: 0.2), 100, 4000, true), (.constant(rate: 0.2), 100, 5000, false),
      (.poisson(rate: 0.5), 0, 1999, true), (.poisson(rate: 0.5), 0, 2000, false),
    ] as [(Arrivals, UInt64, UInt64, Bool)])
  func rateThatStartsNothingInItsWindowIsKnownBeforehand(
    _ arrivals: Arrivals, warmup: UInt64, duration: UInt64, isMissing: Bool
  ) {
    let absence = arrivals.absence(in: .milliseconds(duration), after: .milliseconds(warmup))
    #expect((absence != nil) == isMissing, "\(absence ?? "")")
  }

  @Test func whatIsDrawnIsAboutWhatIsExpected() throws {
    let arrivals = Arrivals.poisson(rate: 20_000)
    let count = try starts(arrivals).count
    let expected = arrivals.drawnCount(warmup: .milliseconds(100), operations: nil, span: .milliseconds(1100))
    #expect(abs(Double(count) - expected) < 4 * expected.squareRoot())
    #expect(arrivals.drawnCount(warmup: .seconds(1), operations: 5, span: .seconds(60)) == 20_005)
    #expect(Arrivals.constant(rate: 1e8).drawnCount(warmup: .zero, operations: nil, span: .seconds(60)) == 0)
  }
}
