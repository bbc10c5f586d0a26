import Measurement
import Plan
import Records
import Testing

/// A record's counts of unanswered operations, and of lanes that were not served.
@Suite struct AnsweredShareTests {
  private func summary(_ count: UInt64) -> LatencySummary {
    var latencies = LatencyHistogram()
    for value in 1...count { latencies.record(value) }
    return LatencySummary(latencies)
  }

  private func operations(done: UInt64, due: UInt64?) -> TrialRecord.Operations {
    var operations = TrialRecord.Operations()
    operations.done = done
    operations.due = due
    return operations
  }

  @Test func aServerThatStopsHasNoPercentileAboveWhatItDid() {
    let operations = operations(done: 1841, due: 2000)
    #expect(operations.missing == 159)
    var response = summary(1841)
    #expect(response.p99 == 1823)
    response.count(missing: operations.missing)
    #expect(response.p50 == 1000 && response.p90 == 1800 && response.p99 == nil && response.p999 == nil)
    #expect(response.count == 1841 && response.max == 1841)
  }

  @Test func oneLaneThatDoesAFifthHasNoMedian() {
    let operations = operations(done: 39, due: 200)
    var response = summary(39)
    #expect(response.p50 == 20)
    response.count(missing: operations.missing)
    #expect(response.p50 == nil && response.p90 == nil)
  }

  @Test func aLoopThatKeepsUpLacksNothing() {
    // As many operations were in flight when the window opened as when it ended.
    #expect(operations(done: 2000, due: 2000).missing == 0 && operations(done: 2003, due: 2000).missing == 0)
    #expect(operations(done: 5, due: nil).missing == 0)
    var failing = operations(done: 90, due: 100)
    failing.failed = ["timeout": 8]
    #expect(failing.missing == 2)
    var response = summary(2000)
    response.count(missing: 0)
    #expect(response == summary(2000))
  }

  @Test func latenciesBeyondTheRangeAreTold() {
    var latencies = LatencyHistogram()
    for _ in 0..<30 { latencies.record(5_400_000_000_000) }
    #expect(LatencySummary(latencies).beyondRange == 30)
    #expect(summary(30).beyondRange == nil)
  }

  // MARK: Lanes

  private func trial(_ served: Int?, of concurrency: Int, asked: UInt64? = nil, due: UInt64? = nil) -> TrialRecord {
    var trial = TrialRecord(
      runID: "r", experiment: "x", trial: 1, round: 1, order: 1, seed: 1, mode: "dispatch", workload: .null,
      concurrency: concurrency, operations: .init(asked: asked), valid: true, reasons: [])
    trial.lanesServed = served
    trial.operations.due = due
    return trial
  }

  @Test func aModeThatServesAPartOfItsLanesDoesNotServeAll() {
    #expect(!trial(255, of: 10_000).servesAll && trial(255, of: 10_000).leavesLanesUnserved)
    #expect(!trial(1, of: 64).servesAll)
    #expect(trial(64, of: 64).servesAll && !trial(64, of: 64).leavesLanesUnserved)
    #expect(trial(nil, of: 64).servesAll && !trial(nil, of: 64).leavesLanesUnserved, "nobody counted")
  }

  @Test func lanesForWhichThereIsNoOperationAreNotWaiting() {
    #expect(trial(3, of: 64, asked: 3).servesAll && trial(3, of: 64, asked: 3).lanesToServe == 3)
    #expect(!trial(1, of: 64, asked: 3).servesAll)
  }

  @Test func inOpenLoopAllThatWasDueIsCountedWhoeverDoesIt() {
    let trial = trial(1, of: 64, due: 2000)
    #expect(trial.servesAll && trial.leavesLanesUnserved)
    #expect(!self.trial(20, of: 64, due: 20).leavesLanesUnserved)
  }

  // MARK: Objectives

  @Test func objectiveIsNotMetWhereMoreIsUnansweredThanMayBeAboveIt() {
    func trial(done: UInt64) -> TrialRecord {
      ObjectiveTests.trial(samples: 20_000) {
        $0.operations.done = done
        $0.operations.due = 20_000
        $0.latency?.response?.count(missing: $0.operations.missing)
      }
    }
    let objective = Objective(.p999, below: .milliseconds(10))
    #expect(objective.isMet(by: trial(done: 19_990)) && !objective.isMet(by: trial(done: 19_900)))
    #expect(Objective(.p99, below: .milliseconds(10)).isMet(by: trial(done: 19_900)))
  }
}
