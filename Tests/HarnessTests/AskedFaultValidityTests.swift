import Measurement
import Plan
import Records
import Testing
import Workloads

@testable import Harness

/// Faults that were asked for leave a trial valid, as long as their number is the expected one.
@Suite struct AskedFaultValidityTests {
  private static let workload = WorkloadSpec.http(spec)

  private static var spec: HTTPSpec {
    var faults = FaultMix()
    for kind in FaultKind.allCases { faults[kind] = 0.1 }
    var spec = HTTPSpec()
    spec.faults = faults
    return spec
  }

  private static let counts: [FaultKind: UInt64] = [.reset: 12, .truncate: 3, .stall: 4, .garbage: 5, .drip: 9]

  /// A trial of 100 operations, 24 of which met a failing fault, as drawn.
  private func reasons(
    isExact: Bool = true, ranOutOfTime: Bool = false, asks: Bool = true,
    _ change: (inout TrialRecord) -> Void = { _ in }
  ) -> [String] {
    let record = ValidityTests.record {
      $0.operations.done = 76
      $0.operations.verified = 76
      $0.operations.failed = ["ECONNRESET": 12, "premature-end": 3, "timeout": 4, "malformed-status-line": 5]
      $0.server?.operationsDone = 76
      $0.server?.faults = 24
      if !isExact { $0.operations.asked = nil }
      change(&$0)
    }
    let faults = AskedFaults(Self.workload, counts: Self.counts, isExact: isExact)
    return Validity.reasons(record, ranOutOfTime: ranOutOfTime, faults: asks ? faults : nil)
  }

  @Test(arguments: [true, false]) func trialIsValidWhenItFailedAsAsked(isExact: Bool) {
    #expect(reasons(isExact: isExact).isEmpty)
  }

  @Test func failuresAreNoneOfTheServersDoingWhenItWasNotAsked() {
    #expect(
      reasons(asks: false)
        == ["failures: ECONNRESET 12, malformed-status-line 5, premature-end 3, timeout 4 of 100 operations"])
  }

  @Test func trialIsNotValidWhenAnotherKindFailed() {
    let found = reasons {
      $0.operations.done = 75
      $0.operations.verified = 75
      $0.operations.failed?["EPIPE"] = 1
    }
    #expect(found == ["failures: EPIPE 1 of 100 operations"])
  }

  @Test func trialIsNotValidWhenFewerFaultsCameThanWereAskedFor() {
    let found = reasons {
      $0.operations.done = 79
      $0.operations.verified = 79
      $0.operations.failed?["ECONNRESET"] = 9
    }
    #expect(found == ["faults: 12 of reset were asked for, but 9 came (ECONNRESET)"])
  }

  @Test func windowMayCutFaultsOffAndHaveNoMore() {
    func found(_ resets: UInt64) -> [String] {
      reasons(isExact: false) { $0.operations.failed?["ECONNRESET"] = resets }
    }
    #expect(found(9).isEmpty)
    #expect(found(13) == ["faults: at most 12 of reset were asked for, but 13 came (ECONNRESET)"])
  }

  @Test func everyFaultThatCameOtherwiseIsNamed() {
    let found = reasons {
      $0.operations.done = 83
      $0.operations.verified = 83
      $0.operations.failed = ["ECONNRESET": 12, "premature-end": 5]
    }
    #expect(
      found == [
        "faults: 3 of truncate were asked for, but 5 came (premature-end); 4 of stall were asked for, but 0 came "
          + "(timeout); 5 of garbage were asked for, but 0 came (malformed-status-line)"
      ])
  }

  @Test func countsOfTheServerAreHeldAgainstThoseOfTheClientAlthoughSomeFailed() {
    #expect(
      reasons { $0.server?.operationsDone = 77 }
        == ["server-count: the client counted 76 operations, the server 77"])
    #expect(
      reasons { $0.server?.faults = 23 }
        == ["server-count: the client counted 24 operations with faults, the server 23"])
  }

  @Test func faultsAreDrawnAgainFromTheSeed() throws {
    let outcome = try #require(Self.spec.faults).counts(seed: 7, operations: 100..<400)
    let latency = TrialRecord.Latency(service: LatencySummary(LatencyHistogram()))
    var partial = PartialRecord(
      operations: .init(asked: 300), checksum: "", bytes: .init(sent: 0, received: 0), wall: 1, latency: latency,
      inFlight: nil, series: [], usage: ProcessUsage(), ranOutOfTime: false)
    #expect(AskedFaults(Self.workload, seed: 7, partial) == nil)
    partial.numbers = .init(from: 100, to: 400)
    let asked = try #require(AskedFaults(Self.workload, seed: 7, partial))
    #expect(asked.counts == outcome && asked.isExact)
    #expect(AskedFaults(.http(HTTPSpec()), seed: 7, partial) == nil)
    partial.ranOutOfTime = true
    #expect(AskedFaults(Self.workload, seed: 7, partial)?.isExact == false)
  }
}
