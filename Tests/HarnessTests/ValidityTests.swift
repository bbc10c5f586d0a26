import Records
import Testing

@testable import Harness

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
    #expect(found == ["out-of-time: the trial's deadline came before all operations were done"])
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
    #expect(found == ["unverified: 1 of 100 answers were not what was asked for"])
  }

  @Test func trialIsNotValidWhenOperationsAreMissing() {
    let found = reasons {
      $0.operations.done = 99
      $0.operations.verified = 99
      $0.server?.operationsDone = 99
    }
    #expect(found == ["count: 100 operations were asked for, and 99 ended"])
  }

  @Test(arguments: [UInt64(99), 101, 0]) func trialIsNotValidWhenTheServerCountsOtherwise(served: UInt64) {
    let found = reasons { $0.server?.operationsDone = served }
    #expect(found == ["server-count: the client has 100 operations done, the server \(served)"])
  }

  @Test(arguments: [(UInt64(84), true), (116, true), (83, false), (117, false)])
  func countsMayDifferByTwoPerLaneWhenTheWindowIsATime(served: UInt64, isValid: Bool) {
    let found = reasons {
      $0.operations.asked = nil
      $0.server?.operationsDone = served
    }
    #expect(found == (isValid ? [] : ["server-count: the client has 100 operations done, the server \(served)"]))
  }

  @Test func everyReasonIsGivenWhenSeveralApply() {
    let found = reasons {
      $0.operations.verified = 80
      $0.operations.non2xx = ["404": 10]
      $0.server?.operationsDone = 7
    }
    #expect(found.map { $0.prefix { $0 != ":" } } == ["non-2xx", "unverified", "server-count"])
  }
}
