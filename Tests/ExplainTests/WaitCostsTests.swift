import Records
import Testing

@testable import Explain

struct WaitCostsTests {
  private static func entry(_ lanes: Int, delay: Int, _ cpu: [Double], idle: Double?) -> PrimitivesRecord.Entry {
    .init(
      .init("tcp-switch", lanes: lanes, delay: delay, processors: 2), about: "", cpu: cpu,
      wall: idle.map { [$0, $0] })
  }

  private static let costs = WaitCosts([
    entry(1, delay: 2_000_000, [20_000, 30_000], idle: 1_000_000), entry(1, delay: 0, [8000, 9000], idle: 10_000),
    entry(1, delay: 200_000, [12_000, 13_000], idle: 100_000), entry(64, delay: 0, [2000, 3000], idle: 2000),
    entry(64, delay: 2_000_000, [6000, 7000], idle: 1_002_000),
  ])

  private static func cost(_ lanes: Int, _ idle: Double?) -> [Double] {
    costs.cost(lanes: lanes, idle: idle).rounds.map { $0.rounded() }
  }

  @Test func measuredIdleTimeHasItsMeasuredCost() {
    #expect(Self.cost(1, 10_000) == [8000, 9000])
    #expect(Self.cost(1, 100_000) == [12_000, 13_000])
    #expect(Self.cost(64, 2000) == [2000, 3000])
    #expect(Self.cost(64, 1_002_000) == [6000, 7000])
  }

  @Test func costOfOneLaneIsLogarithmicInItsIdleTime() {
    #expect(Self.cost(1, 31_623) == [10_000, 11_000])
  }

  @Test func costOfManyLanesIsLinearInTheIdleTimeOfTheirTurn() {
    #expect(Self.cost(64, 502_000) == [4000, 5000])
  }

  /// One of the lanes bears what the others then do not.
  @Test func costIsLinearInTheReciprocalOfLanes() {
    let share = (1 - 1.0 / 8) / (1 - 1.0 / 64)
    #expect(Self.cost(8, 1_002_000) == [(20_000 - share * 14_000).rounded(), (30_000 - share * 23_000).rounded()])
  }

  /// The more lanes, the more follow each wait.
  @Test func costOfSharedWaitsIsLogarithmicInLanes() {
    let shared = WaitCosts(
      [
        Self.entry(1, delay: 0, [1000, 2000], idle: 5000), Self.entry(64, delay: 0, [7000, 8000], idle: 5000),
      ], areShared: true)
    #expect(shared.cost(lanes: 8, idle: 5000).rounds.map { $0.rounded() } == [4000, 5000])
  }

  @Test func laneThatFindsTheProcessorBusyCostsWhatOneAmongManyDoes() {
    #expect(Self.cost(1, 2000) == [2000, 3000])
    #expect(Self.cost(1, 6000) == [5000, 6000])
    #expect(Self.cost(1, 0) == [2000, 3000])
  }

  @Test func whatLiesBeyondTheMeasuredSaysSo() {
    #expect(Self.cost(1, 1e9) == [20_000, 30_000])
    #expect(Self.costs.cost(lanes: 1, idle: 1e9).remark == "measured with at most 1 ms of idle time")
    #expect(Self.costs.cost(lanes: 1000, idle: 2000).remark == "measured with 64 lanes")
    #expect(Self.costs.cost(lanes: 64, idle: 2000).remark == nil)
  }

  @Test(arguments: [
    (32_600, "33 µs"), (999_400, "999 µs"), (999_600, "1 ms"), (1_340_000, "1.3 ms"), (2_000_000, "2 ms"),
    (20_300_000, "20 ms"),
  ]) func idleTimesAreShort(nanoseconds: Double, text: String) {
    #expect(WaitCosts.text(nanoseconds) == text)
  }

  @Test func unknownIdleTimeIsTakenAsTheShortest() {
    let cost = Self.costs.cost(lanes: 1, idle: nil)
    #expect(cost.rounds == [8000, 9000] && cost.remark == "measured with the shortest idle time")
  }
}
