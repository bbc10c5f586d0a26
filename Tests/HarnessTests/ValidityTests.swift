import Measurement
import Plan
import Records
import Testing
import Workloads

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

  // MARK: The harness

  /// A trial with a window of one second: 100 operations of 40 ms, four of them in flight.
  private static func window(_ record: inout TrialRecord) {
    record.operations.asked = nil
    record.wall = 1_000_000_000
    record.throughput = 100
    var latencies = LatencyHistogram()
    for _ in 0..<100 { latencies.record(40_000_000) }
    record.latency = .init(service: LatencySummary(latencies))
    record.inFlight = .init(mean: 4, max: 8, samples: 100)
    record.client = ProcessUsage()
    record.client?.cpus = [0]
    record.client?.userTime = 900_000_000
    record.client?.systemTime = 80_000_000
  }

  private func reasonsOfWindow(_ change: (inout TrialRecord) -> Void = { _ in }) -> [String] {
    reasons {
      Self.window(&$0)
      change(&$0)
    }
  }

  @Test func latenciesBeyondTheHistogramMakeATrialInvalid() {
    // Sleeps of ninety minutes, for which the histogram would show 73.
    let found = reasonsOfWindow {
      var latencies = LatencyHistogram()
      for _ in 0..<20 { latencies.record(5_400_000_000_000) }
      $0.latency = .init(service: LatencySummary(latencies))
      $0.inFlight = nil
    }
    #expect(found == ["beyond-histogram: 20 latencies were longer than 1 h, the histogram's range"])
  }

  @Test func windowIsValidWhenEverythingAgrees() { #expect(reasonsOfWindow().isEmpty) }

  @Test(arguments: [(UInt64(20_000_000), true), (20_001_000, false)])
  func trialIsNotValidWhenCountersWereReadLate(lag: UInt64, isValid: Bool) {
    let client = reasonsOfWindow { $0.client?.edgeLag = .init(open: lag, close: 0) }
    let server = reasonsOfWindow { $0.server?.edgeLag = .init(open: 7, close: lag) }
    let late = "counters were read 20001 µs after the window's edge"
    #expect(client == (isValid ? [] : ["late-edge: the client's \(late)"]))
    #expect(server == (isValid ? [] : ["late-edge: the server's \(late)"]))
    // A fixed count of operations does not depend on the edges.
    let counted = reasonsOfWindow {
      $0.operations.asked = 100
      $0.client?.edgeLag = .init(open: lag, close: lag)
    }
    #expect(counted.isEmpty)
  }

  @Test func serverMayCountMoreWhenItsCountersWereReadLate() {
    let found = reasonsOfWindow {
      $0.throughput = 10_000
      $0.inFlight = nil
      $0.server?.operationsDone = 300
      $0.server?.edgeLag = .init(open: 5_000_000, close: 5_000_000)
    }
    #expect(found.isEmpty)
  }

  @Test(arguments: [(2.5, false), (3.5, true), (4.7, true), (5.5, false)])
  func trialIsNotValidWhenRateTimesLatencyIsNotWhatIsInFlight(mean: Double, isValid: Bool) {
    let found = reasonsOfWindow { $0.inFlight?.mean = mean }
    #expect(found == (isValid ? [] : ["little: \(mean) in flight, but rate × latency is 4.0"]))
    // Too few samples say nothing.
    #expect(reasonsOfWindow { $0.inFlight = .init(mean: mean, max: 8, samples: 19) }.isEmpty)
  }

  @Test func whomAServerDoesNotGetToIsInFlightForAsMuchOfTheWindowAsItHasSeen() {
    // Besides the 4 of rate × latency, 3 lanes held one operation all the time.
    func found(within: UInt64?, kind: String = "serve") -> [String] {
      reasonsOfWindow {
        $0.workload = .object(["kind": .string(kind)])
        $0.inFlight?.mean = 7
        $0.operations.unfinished = 3
        $0.operations.unfinishedAge = .init(min: 1, mean: 1, max: 1, within: within)
      }
    }
    #expect(found(within: 1_000_000_000).isEmpty)
    #expect(found(within: 1) == ["little: 7.0 in flight, but rate × latency is 4.0"])
    #expect(found(within: nil) == found(within: 1))
    #expect(
      found(within: 1_000_000_000, kind: "http") == [
        "little: 7.0 in flight, but rate × latency is 4.0; 3 operations had no answer by the window's end, the oldest after "
          + "0 ms: the server leaves them waiting, as with a full backlog; use fewer lanes, raise its "
          + "backlog, or measure longer"
      ])
  }

  @Test func rateTimesLatencyIsNotHeldAgainstWhatFailed() {
    let found = reasonsOfWindow {
      $0.operations.failed = ["timeout": 3]
      $0.inFlight?.mean = 8
    }
    #expect(found == ["failures: timeout 3 of 103 operations"])
  }

  /// If the mode is the client, its saturation is a result.
  @Test func trialIsNotValidWhenItIsTheClientOfAServingModeThatIsSaturated() {
    let serving = JSONValue.object(["kind": .string("serve")])
    func found(scheduled: UInt64, _ workload: JSONValue? = nil, cpus: [Int]? = nil) -> [String] {
      reasonsOfWindow {
        $0.arrivals.scheduled = scheduled
        if let workload { $0.workload = workload }
        if let cpus { $0.client?.cpus = cpus }
      }
    }
    #expect(found(scheduled: 101, serving).isEmpty && found(scheduled: 125).isEmpty)
    #expect(
      found(scheduled: 125, serving) == [
        "client-saturated: 98 % of the client's CPUs used, 80 % of the schedule done"
      ])
    #expect(found(scheduled: 125, serving, cpus: [0, 1]).isEmpty)
  }

  /// Lateness from the mode's own timers, pool and hops is a result.
  @Test(arguments: [
    (UInt64(900_000), UInt64?(2_000_000), true), (1_500_000, 900_000, true), (1_500_000, nil, true),
    (1_500_000, 2_000_000, false),
  ])
  func trialIsNotValidWhenLanesStartLateAndAWitnessWasLateAsWell(lag: UInt64, witness: UInt64?, isValid: Bool) {
    var lags = LatencyHistogram()
    for _ in 0..<100 { lags.record(lag) }
    let found = reasonsOfWindow {
      $0.sendLag = LatencySummary(lags)
      $0.pacerLag = witness.map { .init(p50: $0, max: $0, samples: 50) }
    }
    #expect(found.isEmpty == isValid)
    #expect(found.allSatisfy { $0.hasPrefix("late-timers: operations started 1") })
  }

  @Test func openLoopIsSaturatedWhenLessIsDoneThanOffered() {
    func isSaturated(scheduled: UInt64?, cpus: [Int] = [0, 1]) -> Bool? {
      var record = Self.record { Self.window(&$0) }
      record.arrivals.scheduled = scheduled
      record.client?.cpus = cpus
      return Validity.isSaturated(record)
    }
    #expect(isSaturated(scheduled: nil) == nil && isSaturated(scheduled: 100) == false)
    // 96 % done means saturation only if the client has no CPU time left.
    #expect(isSaturated(scheduled: 104) == false && isSaturated(scheduled: 104, cpus: [0]) == true)
    #expect(isSaturated(scheduled: 125) == true)
  }

  @Test(arguments: [("client", UInt64(49), true), ("client", 60, false), ("server", 60, false)])
  func trialIsNotValidWhenASideStoodStill(side: String, milliseconds: UInt64, isValid: Bool) {
    let found = reasonsOfWindow {
      if side == "client" { $0.client?.longestGap = milliseconds * 1_000_000 }
      if side == "server" { $0.server?.longestGap = milliseconds * 1_000_000 }
    }
    #expect(found == (isValid ? [] : ["stalled: the \(side) stood still for \(milliseconds) ms within the window"]))
    // Checking that many lanes takes time.
    let many = reasonsOfWindow {
      $0.concurrency = 100_000
      $0.client?.longestGap = 900_000_000
    }
    #expect(many.isEmpty)
  }

  @Test func nothingMayEndForAsLongAsItWaitsOnPurpose() throws {
    func found(quiet: UInt64, _ workload: WorkloadSpec) -> [String] {
      var record = Self.record { Self.window(&$0) }
      record.longestQuiet = quiet * 1_000_000
      return Validity.reasons(
        record, ranOutOfTime: false, bounds: DisturbanceBounds(foreign: 0.02, doing: workload)
      ).map(TrialRecord.name(ofReason:))
    }
    #expect(found(quiet: 70, .http(HTTPSpec())).isEmpty && found(quiet: 90, .http(HTTPSpec())) == ["stalled"])
    let waiting = WorkloadSpec.http(delay: .milliseconds(20))
    #expect(found(quiet: 270, waiting).isEmpty && found(quiet: 290, waiting) == ["stalled"])
    var opening = HTTPSpec()
    opening.connection = .new
    #expect(found(quiet: 900, .http(opening)).isEmpty && found(quiet: 900, .file(FileSpec())).isEmpty)
  }

  /// A share of one CPU, over the whole watched time.
  @Test(arguments: [(UInt64(30_000_000), 0.02, true), (50_000_000, 0.02, false), (50_000_000, 0.05, true)])
  func trialIsNotValidWhenOthersUsedItsProcessors(foreign: UInt64, bound: Double, isValid: Bool) {
    var record = Self.record { Self.window(&$0) }
    record.machine = MachineUsage(steal: 0)
    record.machine?.watched = 2_000_000_000
    record.machine?.foreign = foreign
    let bounds = DisturbanceBounds(foreign: bound, doing: .http(HTTPSpec()))
    let found = Validity.reasons(record, ranOutOfTime: false, bounds: bounds)
    let words =
      "foreign-load: other processes used 50000 µs of the trial's CPUs, 3 % of one; at most 2 % is tolerated"
    #expect(found == (isValid ? [] : [words]))
  }

  @Test func trialIsNotValidWhenAQuotaKeptItFromRunning() {
    let found = reasonsOfWindow {
      $0.machine = MachineUsage(steal: 0)
      $0.machine?.watched = 1_000_000_000
      $0.machine?.throttled = 250_000_000
      $0.machine?.throttledPeriods = 5
    }
    #expect(
      found == [
        "throttled: a CPU quota (cpu.max) stopped processes for 250000 µs in 5 periods of the trial"
      ])
  }

  @Test(arguments: [(UInt64(20_000_000), 0.02, true), (30_000_000, 0.02, false), (30_000_000, 0.2, true)])
  func trialIsNotValidWhenTheHypervisorTookTime(steal: UInt64, bound: Double, isValid: Bool) {
    var record = Self.record { Self.window(&$0) }
    record.machine = MachineUsage(steal: steal)
    let bounds = DisturbanceBounds(foreign: bound, doing: .http(HTTPSpec()))
    let found = Validity.reasons(record, ranOutOfTime: false, bounds: bounds)
    #expect(found == (isValid ? [] : ["steal: the hypervisor took 30000 µs of CPU time during the trial"]))
  }

  /// Time stolen while connections were opened and closed counts against that time, too.
  @Test func theHypervisorMayTakeAsMuchOfTheTimeAroundTheWindow() {
    let found = reasonsOfWindow {
      $0.machine = MachineUsage(steal: 30_000_000)
      $0.connectWall = 1_500_000_000
      $0.closeWall = 600_000_000
    }
    #expect(found.isEmpty)
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
