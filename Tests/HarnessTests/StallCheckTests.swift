import Measurement
import Modes
import Plan
import Records
import Testing
import Workloads

@testable import Harness

@Suite struct StallCheckTests {
  private static let ms: UInt64 = 1_000_000

  /// A thousand operations per second, of 0.1 ms each, and a stall from 10 to 20 ms.
  private static func queue(lanes: Int) -> StalledQueue {
    StalledQueue(rate: 1000, lanes: lanes, service: ms / 10, stall: 10 * ms..<20 * ms, window: 0..<40 * ms)
  }

  @Test func responsesAreServicesWhenNothingStalls() {
    var queue = Self.queue(lanes: 1)
    queue.stall = 0..<0
    #expect(queue.responses == Array(repeating: Self.ms / 10, count: 40))
  }

  @Test func backlogIsServedOneByOneWhenThereIsOneLane() {
    // The first waits 10 ms and is served; each further one came 1 ms later and is done 0.1 ms later.
    let late = (0..<12).map { (101 - 9 * $0) * Self.ms / 10 }
    #expect(Self.queue(lanes: 1).responses == Array(repeating: Self.ms / 10, count: 28) + late.reversed())
  }

  @Test func backlogIsServedByFoursWhenThereAreFourLanes() {
    let late: [UInt64] = [101, 91, 81, 71, 62, 52, 42, 32, 23, 13, 3].map { $0 * Self.ms / 10 }
    #expect(Self.queue(lanes: 4).responses == Array(repeating: Self.ms / 10, count: 29) + late.reversed())
  }

  @Test func operationUnderWayKeepsWhatWasDoneOfIt() {
    let queue = StalledQueue(
      rate: 100, lanes: 1, service: 4 * Self.ms, stall: 12 * Self.ms..<20 * Self.ms, window: 0..<30 * Self.ms)
    // The second has 2 ms left at the stall's end; the third comes at 20 ms, and waits for it until 22 ms.
    #expect(queue.responses == [4 * Self.ms, 6 * Self.ms, 12 * Self.ms])
  }

  @Test func operationCountsOnlyWhenItEndsWithinTheWindow() {
    var queue = Self.queue(lanes: 1)
    queue.window = 5 * Self.ms..<15 * Self.ms
    #expect(queue.responses == Array(repeating: Self.ms / 10, count: 5))
  }

  @Test func percentileHasTheRankOfTheHistograms() {
    for count in [1, 2, 9, 10, 11, 99, 100, 101, 999, 1000, 1001, 2000] {
      let values = (0..<UInt64(count)).map { $0 }
      var histogram = LatencyHistogram()
      for value in values { histogram.record(value) }
      for thousandths in [500, 900, 950, 990, 999, 1000] {
        #expect(
          StalledQueue.percentile(thousandths, of: values) == histogram.percentile(Double(thousandths) / 10),
          "\(thousandths) of \(count)")
      }
    }
    #expect(StalledQueue.percentile(500, of: []) == nil)
  }

  // MARK: The verdict on a record

  private static let experiment = Experiment(
    name: "stall", workload: .http(delay: .microseconds(200)), modes: [.epoll], concurrency: [4], arrivals: "constant",
    rates: [1117], duration: .seconds(10), rounds: 1)
  private static let opens = Instant(nanoseconds: 50_000_000_000)
  /// From 3 s to 4.02 s after the window's opening.
  private static let stall =
    Instant(nanoseconds: 53_000_000_000)..<Instant(nanoseconds: 54_020_000_000)

  /// A record of what the queue makes of a stall of `length`, if each operation of the backlog takes `service`, and each
  /// other one 300 µs.
  private func record(_ plan: TrialPlan, stalledFor length: UInt64, service busy: UInt64 = 300_000) -> TrialRecord {
    let warmup = plan.experiment.warmup.count
    let from = 3000 * Self.ms + warmup
    let queue = StalledQueue(
      rate: 1117, lanes: 4, service: busy, stall: from..<from + length, window: warmup..<warmup + 10_000 * Self.ms)
    var response = LatencyHistogram()
    for value in queue.responses { response.record(value) }
    var service = LatencyHistogram()
    service.record(busy, count: 1300)
    service.record(300_000, count: response.count - 1304)
    service.record(1_000 * Self.ms, count: 4)
    var record = TrialRecord(plan, of: "check", workload: .null)
    record.wall = 10_000 * Self.ms
    record.latency = TrialRecord.Latency(
      service: LatencySummary(service), response: LatencySummary(response))
    record.reasons = ["stalled: the server stood still for 1020 ms within the window"]
    return record
  }

  private func plan() throws -> TrialPlan { try #require(Self.experiment.plans(seed: 1).first) }

  @Test func recordPassesWhenItHoldsTheWholeStall() throws {
    let plan = try plan()
    let results = StallCheck.results(
      plan, record(plan, stalledFor: 1020 * Self.ms), opens: Self.opens, stall: Self.stall)
    #expect(results.count == 5)
    #expect(results.allSatisfy { $0.verdict == .passed }, "\(results)")
  }

  /// All lanes are busy with it at once, so that it may be served more slowly, or without a wake-up for each, faster.
  @Test(arguments: [150_000, 450_000] as [UInt64])
  func recordPassesWhenTheBacklogIsServedAtAPaceOfItsOwn(service: UInt64) throws {
    let plan = try plan()
    let record = record(plan, stalledFor: 1020 * Self.ms, service: service)
    let results = StallCheck.results(plan, record, opens: Self.opens, stall: Self.stall)
    #expect(results.allSatisfy { $0.verdict == .passed }, "\(results)")
  }

  @Test func percentilesFailWhenTheyMissAPartOfTheStall() throws {
    let plan = try plan()
    let results = StallCheck.results(
      plan, record(plan, stalledFor: 940 * Self.ms), opens: Self.opens, stall: Self.stall)
    #expect(results.prefix(3).allSatisfy { $0.verdict == .failed }, "\(results)")
  }

  @Test func percentilesFailWhenResponseIsMeasuredFromTheActualStart() throws {
    let plan = try plan()
    var record = record(plan, stalledFor: 1020 * Self.ms)
    let service = try #require(record.latency?.service)
    record.latency?.response = service
    let results = StallCheck.results(plan, record, opens: Self.opens, stall: Self.stall)
    #expect(results.prefix(3).allSatisfy { $0.verdict == .failed }, "\(results)")
  }

  @Test func servicesFailWhenMoreOperationsThanLanesWereHeldUp() throws {
    let plan = try plan()
    var record = record(plan, stalledFor: 1020 * Self.ms)
    let response = try #require(record.latency?.response)
    record.latency?.service = response
    let results = StallCheck.results(plan, record, opens: Self.opens, stall: Self.stall)
    #expect(results.suffix(2).allSatisfy { $0.verdict == .failed }, "\(results)")
  }

  @Test func trialThatIsNotValidFailsAndSaysWhy() throws {
    let plan = try plan()
    var record = record(plan, stalledFor: 1020 * Self.ms)
    for (reason, verdict) in [("steal: x", CheckResult.Verdict.undecided), ("count: x", .failed)] {
      record.reasons = ["stalled: y", reason]
      let results = StallCheck.results(plan, record, opens: Self.opens, stall: Self.stall)
      #expect(results.map(\.verdict) == [verdict])
      #expect(results.first?.remark == "the trial is not valid: \(reason)")
    }
  }

  @Test func trialFailsWhenItDoesNotSayThatItsServerStoodStill() throws {
    let plan = try plan()
    var record = record(plan, stalledFor: 1020 * Self.ms)
    (record.valid, record.reasons) = (true, [])
    let results = StallCheck.results(plan, record, opens: Self.opens, stall: Self.stall)
    #expect(results.map(\.verdict) == [.failed])
  }

  @Test func trialFailsWhenItsServerWasNotStopped() throws {
    let plan = try plan()
    let record = record(plan, stalledFor: 1020 * Self.ms)
    #expect(StallCheck.results(plan, record, opens: Self.opens, stall: nil).map(\.verdict) == [.failed])
  }
}
