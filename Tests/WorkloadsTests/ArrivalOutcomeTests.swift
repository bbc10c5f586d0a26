import Measurement
import Plan
import Testing

@testable import Workloads

/// The operations of an open loop that were due in the window and left at its end, started or not.
@Suite struct ArrivalOutcomeTests {
  private static func state(
    _ arrivals: Arrivals, seconds: UInt64, warmup: Nanoseconds = .zero, operations: UInt64? = nil,
    share: Share = .whole
  ) -> TrialState {
    let start = LaneBench.instant(0)
    let closes = start + warmup + .seconds(seconds)
    return TrialState(
      asked: operations, opens: start + warmup, closes: closes, timeout: .zero,
      schedule: ArrivalSchedule(
        arrivals, seed: 3, start: start, warmup: warmup, operations: operations, span: closes.since(start)),
      share: share)
  }

  @Test func whatAServerLeavesThatStopsIsCountedThoughNobodyBeganIt() throws {
    // Of 2,000 in 5 s, 1,841 are done when it stops; one is in hand, and the others never start.
    let state = Self.state(.constant(rate: 400), seconds: 5)
    for _ in 0..<1842 { _ = state.takeArrival() }
    let left = state.arrivals(inHand: [1841])
    let outcome = try #require(left)
    #expect(outcome.due == 2000 && outcome.unanswered == 159)
    #expect(outcome.mostAge == Nanoseconds(397_500_000) && outcome.leastAge == Nanoseconds(2_500_000))
    #expect(outcome.meanAge == 200_000_000)
  }

  @Test func whatOneLaneHasNoTimeForIsCounted() throws {
    // One lane takes 50 ms per operation, and one arrives every 10 ms: it does 39 of 200.
    let state = Self.state(.constant(rate: 100), seconds: 2)
    for _ in 0..<40 { _ = state.takeArrival() }
    let left = state.arrivals(inHand: [39])
    let outcome = try #require(left)
    #expect(outcome.due == 200 && outcome.unanswered == 161 && outcome.mostAge == .milliseconds(1610))
  }

  @Test func nothingIsLeftWhenAllIsDoneAndAClosedLoopOwesNothing() throws {
    let state = Self.state(.poisson(rate: 500), seconds: 1)
    while state.takeArrival() != nil {}
    let left = state.arrivals(inHand: [])
    let outcome = try #require(left)
    #expect(outcome.due > 400 && outcome.unanswered == 0 && outcome.mostAge == .zero)
    let closed = TrialState(
      asked: nil, opens: LaneBench.instant(0), closes: LaneBench.instant(9), timeout: .zero)
    let owed = closed.arrivals(inHand: [1])
    #expect(owed == nil)
  }

  @Test func whatWasDueBeforeTheWindowIsNotOfIt() throws {
    let state = Self.state(.constant(rate: 100), seconds: 1, warmup: .milliseconds(500))
    for _ in 0..<20 { _ = state.takeArrival() }
    // The lanes hold the nineteenth and the twentieth of the warm-up's fifty.
    let left = state.arrivals(inHand: [18, 19])
    let outcome = try #require(left)
    #expect(outcome.due == 100 && outcome.unanswered == 100 && outcome.mostAge == .seconds(1))
  }

  @Test func onlyWhatIsDueByTheDeadlineIsCountedWhereATrialRunsOutOfTime() throws {
    let state = Self.state(.constant(rate: 100), seconds: 1, operations: 500)
    for _ in 0..<60 { _ = state.takeArrival() }
    let left = state.arrivals(inHand: [58, 59])
    let outcome = try #require(left)
    #expect(outcome.due == 100 && outcome.unanswered == 42)
  }

  @Test(arguments: [Arrivals.constant(rate: 1000), .poisson(rate: 1000)])
  func sharesTogetherAreTheWhole(_ arrivals: Arrivals) throws {
    let whole = Self.state(arrivals, seconds: 1)
    for _ in 0..<700 { _ = whole.takeArrival() }
    let left = whole.arrivals(inHand: [698, 699])
    let expected = try #require(left)
    let parts = try (0..<7).map { process in
      let part = Self.state(arrivals, seconds: 1, share: Share(process: process, of: 7))
      for _ in 0..<100 { _ = part.takeArrival() }
      let left = part.arrivals(inHand: [698, 699].filter { $0 % 7 == UInt64(process) })
      return try #require(left)
    }
    #expect(parts.reduce(0) { $0 + $1.due } == expected.due)
    #expect(parts.reduce(0) { $0 + $1.unanswered } == expected.unanswered && expected.unanswered > 200)
    #expect(parts.map(\.mostAge).max() == expected.mostAge && parts.map(\.leastAge).min() == expected.leastAge)
    let sum = parts.reduce(0) { $0 + $1.meanAge * Double($1.unanswered) }
    #expect(abs(sum / Double(expected.unanswered) / expected.meanAge - 1) < 1e-9)
  }

  // MARK: Lanes

  @Test func laneIsServedByAnAnswerThatCountsAlone() {
    let bench = LaneBench(lanes: 3, opens: 10, closes: 20)
    for lane in 0..<3 { _ = bench.begin(lane) }
    #expect(bench.exchange("v", after: 5, 0) == "send 3" && !bench.isServed(0))
    #expect(bench.exchange("v", after: 6, 0) == "send 3" && bench.isServed(0))
    // A failed operation does not serve its lane, nor does an answer after the window's end.
    _ = bench.sent(1)
    _ = bench.failed(104, 1)
    bench.now = LaneBench.instant(21)
    _ = bench.sent(2)
    _ = bench.received("v", 2)
    #expect(!bench.isServed(1) && !bench.isServed(2))
  }

  @Test func laneThatSleepsUntilAnArrivalHoldsIt() {
    let schedule = ArrivalSchedule(
      .constant(rate: 100), seed: 1, start: LaneBench.instant(0), warmup: .zero, operations: nil,
      span: .milliseconds(100))
    let bench = LaneBench(closes: 100, schedule: schedule)
    #expect(bench.begin() == "send 3" && bench.arrivalInHand() == 0)
    #expect(bench.exchange("v", after: 2) == "sleep 10.0" && bench.arrivalInHand() == 1)
    bench.now = LaneBench.instant(95)
    #expect(bench.woke() == "send 3" && bench.arrivalInHand() == 1)
    // What comes at 20 ms is due by now, and is started at once.
    #expect(bench.exchange("v", after: 1) == "send 3" && bench.arrivalInHand() == 2)
  }

  @Test func laneWithoutAConnectionCountsItsRefusals() {
    let bench = LaneBench(isConnected: false)
    #expect(bench.begin() == "connect 0")
    for wait in [1.0, 3, 7, 15, 31, 63, 127, 191, 255] {
      #expect(bench.failed(111) == "sleep \(wait)")
      bench.now = LaneBench.instant(UInt64(wait))
      #expect(bench.woke() == "connect 0")
    }
    #expect(bench.connected() == "send 3")
    _ = bench.sent()
    #expect(bench.failed(104) == "close" && bench.closed() == "connect 0")
  }
}
