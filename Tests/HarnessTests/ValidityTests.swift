import Measurement
import Plan
import Records
import Testing
import Workloads

@testable import Harness

/// What makes a trial invalid: what it did. ``WindowValidityTests`` has its window and its machine.
@Suite struct ValidityTests {
  /// A trial of 100 operations, all of them done and verified, at both ends.
  static func record(_ change: (inout TrialRecord) -> Void = { _ in }) -> TrialRecord {
    var operations = TrialRecord.Operations(asked: 100)
    operations.done = 100
    operations.verified = 100
    operations.unfinished = 0
    var record = TrialRecord(
      runID: "run-1", experiment: "x", trial: 1, round: 1, order: 1, seed: 7, mode: "epoll",
      workload: .object(["kind": .string("http")]), concurrency: 8, operations: operations, valid: false, reasons: [])
    var server = ProcessUsage()
    server.operationsDone = 100
    record.server = server
    change(&record)
    return record
  }

  private func reasons(ranOutOfTime: Bool = false, _ change: (inout TrialRecord) -> Void = { _ in }) -> [String] {
    Validity.reasons(Self.record(change), ranOutOfTime: ranOutOfTime)
  }

  @Test func trialIsValidWhenEverythingAgrees() { #expect(reasons().isEmpty) }

  @Test func trialIsValidWhenThereIsNoServerToAgreeWith() { #expect(reasons { $0.server = nil }.isEmpty) }

  @Test func trialIsValidWhenOperationsAreUnfinishedAtTheWindowsEnd() {
    let found = reasons {
      $0.operations.asked = nil
      $0.operations.unfinished = 8
    }
    #expect(found.isEmpty)
  }

  @Test func trialIsNotValidWhenItRanOutOfTime() {
    let found = reasons(ranOutOfTime: true) {
      $0.operations.done = 60
      $0.operations.verified = 60
      $0.server?.operationsDone = 63
    }
    #expect(found == ["out-of-time: the deadline ended the trial before all operations were done"])
  }

  @Test func trialIsNotValidWhenOperationsFailed() {
    let found = reasons {
      $0.operations.done = 95
      $0.operations.verified = 95
      $0.operations.failed = ["timeout": 2, "ECONNRESET": 3]
      $0.server?.operationsDone = 97
    }
    #expect(found == ["failures: ECONNRESET 3, timeout 2 of 100 operations"])
  }

  @Test func trialIsNotValidWhenRepliesHaveAnotherStatus() {
    let found = reasons {
      $0.operations.verified = 90
      $0.operations.non2xx = ["503": 4, "404": 6]
    }
    #expect(found == ["non-2xx: replies with status 404 6, 503 4"])
  }

  @Test func trialIsNotValidWhenNothingWasDone() {
    let found = reasons {
      $0.operations.asked = nil
      $0.operations.done = 0
      $0.operations.verified = 0
      $0.operations.unfinished = 8
      $0.server?.operationsDone = 0
    }
    #expect(found == ["nothing-done: no operation ended within the window"])
  }

  @Test func trialIsNotValidWhenAnswersAreUnverified() {
    let found = reasons { $0.operations.verified = 99 }
    #expect(found == ["unverified: only 99 of 100 answers had the expected content"])
  }

  @Test func trialIsNotValidWhenOperationsAreMissing() {
    let found = reasons {
      $0.operations.done = 99
      $0.operations.verified = 99
      $0.server?.operationsDone = 99
    }
    #expect(found == ["count: 100 operations were planned, but 99 ended"])
  }

  @Test(arguments: [UInt64(99), 101, 0]) func trialIsNotValidWhenTheServerCountsOtherwise(served: UInt64) {
    let found = reasons { $0.server?.operationsDone = served }
    #expect(found == ["server-count: the client counted 100 operations, the server \(served)"])
  }

  @Test(arguments: [(UInt64(84), true), (83, false)])
  func countsMayDifferByTwoPerOperationInHandWhenRequestsArePipelined(served: UInt64, isValid: Bool) {
    let found = reasons {
      $0.operations.asked = nil
      $0.concurrency = 2
      $0.pipeline = 4
      $0.server?.operationsDone = served
    }
    #expect(found == (isValid ? [] : ["server-count: the client counted 100 operations, the server \(served)"]))
  }

  @Test(arguments: [(UInt64(84), true), (116, true), (83, false), (117, false)])
  func countsMayDifferByTwoPerLaneWhenTheWindowIsATime(served: UInt64, isValid: Bool) {
    let found = reasons {
      $0.operations.asked = nil
      $0.server?.operationsDone = served
    }
    #expect(found == (isValid ? [] : ["server-count: the client counted 100 operations, the server \(served)"]))
  }

  @Test func everyReasonIsGivenWhenSeveralApply() {
    let found = reasons {
      $0.operations.verified = 80
      $0.operations.non2xx = ["404": 10]
      $0.server?.operationsDone = 7
    }
    #expect(found.map { $0.prefix { $0 != ":" } } == ["non-2xx", "unverified", "server-count"])
  }

  // MARK: Bystanders

  /// 100 operations beside 50 bystanders that did some, too.
  private func beside(
    _ manner: String, done: UInt64, early: UInt64? = nil, failed: [String: UInt64]? = nil, workload: JSONValue? = nil,
    served: UInt64
  ) -> [String] {
    reasons {
      var operations = TrialRecord.Operations()
      operations.done = done
      operations.unfinished = 0
      operations.failed = failed
      $0.lanes = [
        "busy": .init(count: 8, operations: $0.operations, latency: nil),
        manner: .init(count: 50, operations: operations, latency: nil, early: early),
      ]
      $0.lanes?[manner]?.workload = workload.map(RecordedWorkload.init)
      $0.server?.operationsDone = served
    }
  }

  @Test func serverCountsWhatBystandersDidToo() {
    #expect(beside("idle", done: 50, served: 150).isEmpty)
    // Each lane with an operation in hand may have it done on one side and not yet on the other.
    #expect(beside("idle", done: 50, served: 166).isEmpty)
    #expect(
      beside("idle", done: 50, served: 167)
        == ["server-count: the client counted 150 operations, the server 167"])
    #expect(beside("paced", done: 1000, served: 1100 + 2 * 58).isEmpty)
    #expect(
      beside("paced", done: 1000, served: 100) == ["server-count: the client counted 1100 operations, the server 100"])
  }

  @Test func serverCountsBystandersAloneWhereTheyDoSomethingElse() {
    let echo = JSONValue.object(["kind": .string("echo")])
    #expect(beside("paced", done: 1000, workload: echo, served: 1000).isEmpty)
    #expect(beside("paced", done: 1000, workload: echo, served: 1000 + 2 * 50).isEmpty)
    #expect(
      beside("paced", done: 1000, workload: echo, served: 1101)
        == ["server-count: the client counted 1000 operations, the server 1101"])
  }

  @Test func trialIsNotValidWhenIdleConnectionsWereLate() {
    #expect(beside("idle", done: 0, early: 50, served: 100).isEmpty)
    #expect(
      beside("idle", done: 3, early: 47, served: 103)
        == ["bystanders-late: 3 of 50 idle connections had no answer when the window opened"])
    // Other bystanders need not have done an operation by then.
    #expect(beside("paced", done: 3, early: 0, served: 103).isEmpty)
  }

  @Test func trialIsNotValidWhenBystandersFailed() {
    #expect(
      beside("idle", done: 0, early: 50, failed: ["premature-end": 4], served: 100)
        == ["bystander-failures: premature-end 4 on 50 idle connections"])
  }
}
