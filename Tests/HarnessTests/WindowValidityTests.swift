import Measurement
import Plan
import Records
import Testing
import Workloads

@testable import Harness

/// What makes a trial invalid: its window, the processes and the machine.
@Suite struct WindowValidityTests {
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

  private func reasons(_ change: (inout TrialRecord) -> Void = { _ in }) -> [String] {
    let record = ValidityTests.record {
      Self.window(&$0)
      change(&$0)
    }
    return Validity.reasons(record, ranOutOfTime: false)
  }

  @Test func latenciesBeyondTheHistogramMakeATrialInvalid() {
    // Sleeps of ninety minutes, for which the histogram would show 73.
    let found = reasons {
      var latencies = LatencyHistogram()
      for _ in 0..<20 { latencies.record(5_400_000_000_000) }
      $0.latency = .init(service: LatencySummary(latencies))
      $0.inFlight = nil
    }
    #expect(found == ["beyond-histogram: 20 latencies were longer than 1 h, the histogram's range"])
  }

  @Test func windowIsValidWhenEverythingAgrees() { #expect(reasons().isEmpty) }

  @Test(arguments: [(UInt64(20_000_000), true), (20_001_000, false)])
  func trialIsNotValidWhenCountersWereReadLate(lag: UInt64, isValid: Bool) {
    let client = reasons { $0.client?.edgeLag = .init(open: lag, close: 0) }
    let server = reasons { $0.server?.edgeLag = .init(open: 7, close: lag) }
    let late = "counters were read 20001 µs after the window's edge"
    #expect(client == (isValid ? [] : ["late-edge: the client's \(late)"]))
    #expect(server == (isValid ? [] : ["late-edge: the server's \(late)"]))
    // A fixed count of operations does not depend on the edges.
    let counted = reasons {
      $0.operations.asked = 100
      $0.client?.edgeLag = .init(open: lag, close: lag)
    }
    #expect(counted.isEmpty)
  }

  @Test func serverMayCountMoreWhenItsCountersWereReadLate() {
    let found = reasons {
      $0.throughput = 10_000
      $0.inFlight = nil
      $0.server?.operationsDone = 300
      $0.server?.edgeLag = .init(open: 5_000_000, close: 5_000_000)
    }
    #expect(found.isEmpty)
  }

  @Test(arguments: [(2.5, false), (3.5, true), (4.7, true), (5.5, false)])
  func trialIsNotValidWhenRateTimesLatencyIsNotWhatIsInFlight(mean: Double, isValid: Bool) {
    let found = reasons { $0.inFlight?.mean = mean }
    #expect(found == (isValid ? [] : ["little: \(mean) in flight, but rate × latency is 4.0"]))
    // Too few samples say nothing.
    #expect(reasons { $0.inFlight = .init(mean: mean, max: 8, samples: 19) }.isEmpty)
  }

  @Test func whomAServerDoesNotGetToIsInFlightForAsMuchOfTheWindowAsItHasSeen() {
    // Besides the 4 of rate × latency, 3 lanes held one operation all the time.
    func found(within: UInt64?, kind: String = "serve") -> [String] {
      reasons {
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
    let found = reasons {
      $0.operations.failed = ["timeout": 3]
      $0.inFlight?.mean = 8
    }
    #expect(found == ["failures: timeout 3 of 103 operations"])
  }

  /// If the mode is the client, its saturation is a result.
  @Test func trialIsNotValidWhenItIsTheClientOfAServingModeThatIsSaturated() {
    let serving = JSONValue.object(["kind": .string("serve")])
    func found(scheduled: UInt64, _ workload: JSONValue? = nil, cpus: [Int]? = nil) -> [String] {
      reasons {
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
    let found = reasons {
      $0.sendLag = LatencySummary(lags)
      $0.pacerLag = witness.map { .init(p50: $0, max: $0, samples: 50) }
    }
    #expect(found.isEmpty == isValid)
    #expect(found.allSatisfy { $0.hasPrefix("late-timers: operations started 1") })
  }

  @Test func openLoopIsSaturatedWhenLessIsDoneThanOffered() {
    func isSaturated(scheduled: UInt64?, cpus: [Int] = [0, 1]) -> Bool? {
      var record = ValidityTests.record { Self.window(&$0) }
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
    let found = reasons {
      if side == "client" { $0.client?.longestGap = milliseconds * 1_000_000 }
      if side == "server" { $0.server?.longestGap = milliseconds * 1_000_000 }
    }
    #expect(found == (isValid ? [] : ["stalled: the \(side) stood still for \(milliseconds) ms within the window"]))
    // Checking that many lanes takes time.
    let many = reasons {
      $0.concurrency = 100_000
      $0.client?.longestGap = 900_000_000
    }
    #expect(many.isEmpty)
  }

  @Test func nothingMayEndForAsLongAsItWaitsOnPurpose() throws {
    func found(quiet: UInt64, _ workload: WorkloadSpec) -> [String] {
      var record = ValidityTests.record { Self.window(&$0) }
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
    var record = ValidityTests.record { Self.window(&$0) }
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
    let found = reasons {
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
    var record = ValidityTests.record { Self.window(&$0) }
    record.machine = MachineUsage(steal: steal)
    let bounds = DisturbanceBounds(foreign: bound, doing: .http(HTTPSpec()))
    let found = Validity.reasons(record, ranOutOfTime: false, bounds: bounds)
    #expect(found == (isValid ? [] : ["steal: the hypervisor took 30000 µs of CPU time during the trial"]))
  }

  /// Time stolen while connections were opened and closed counts against that time, too.
  @Test func theHypervisorMayTakeAsMuchOfTheTimeAroundTheWindow() {
    let found = reasons {
      $0.machine = MachineUsage(steal: 30_000_000)
      $0.connectWall = 1_500_000_000
      $0.closeWall = 600_000_000
    }
    #expect(found.isEmpty)
  }
}
