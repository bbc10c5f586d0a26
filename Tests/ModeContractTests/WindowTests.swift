import Measurement
import Modes
import Plan
import SystemCalls
import TestSupport
import Testing
import Workloads

/// The end of a trial, and its report of what was not done.
@Suite(.serialized, .fewAtOnce, .endsHangs) struct WindowTests {
  static let modes = FaultTests.modes

  private func spec(
    _ mode: ModeID, _ workload: WorkloadSpec, concurrency: Int, operations: UInt64? = nil,
    duration: Nanoseconds? = nil, warmup: Nanoseconds = .zero, deadline: Nanoseconds = .seconds(20),
    server: SocketAddress? = nil
  ) -> TrialSpec {
    TrialSpec(
      mode: mode, workload: workload, concurrency: concurrency, operations: operations, duration: duration,
      warmup: warmup, deadline: deadline, seed: 7, endpoints: server.map { [$0.description] } ?? [],
      isOwnServer: server != nil)
  }

  static let patient = FaultTests.http { $0.timeout = .zero }

  @Test(arguments: modes)
  func unfinishedOperationsAreReportedWithTheirAgesWhenTheServerNeverAnswers(_ mode: ModeID) async throws {
    let server = try FaultServer { _ in .never }
    defer { server.stop() }
    let window = Nanoseconds.milliseconds(300)
    let underWay = mode.lanesUnderWay(for: 4)
    let outcome = try await Trial.finished(
      spec(mode, Self.patient, concurrency: 4, duration: window, server: server.address)
    ) { underWay.contains($0.unfinishedAges.count) }
    #expect(outcome.done == 0 && outcome.failuresByKind.isEmpty && !outcome.ranOutOfTime)
    #expect(outcome.wall == window)
    #expect(underWay.contains(outcome.unfinishedAges.count))
    for age in outcome.unfinishedAges { #expect(age > .zero && age <= window) }
    #expect(outcome.service.count == 0)
    #expect(server.connectionsLeftOpen == [])
  }

  @Test(arguments: modes)
  func unfinishedOperationIsOlderThanTheWindowWhenItBeganInTheWarmUp(_ mode: ModeID) async throws {
    let server = try FaultServer { _ in .never }
    defer { server.stop() }
    let (window, warmup) = (Nanoseconds.milliseconds(50), Nanoseconds.milliseconds(250))
    let underWay = mode.lanesUnderWay(for: 2)
    let outcome = try await Trial.finished(
      spec(mode, Self.patient, concurrency: 2, duration: window, warmup: warmup, server: server.address)
    ) { underWay.contains($0.unfinishedAges.count) && $0.unfinishedAges.allSatisfy { $0 > window } }
    #expect(outcome.wall == window)
    #expect(underWay.contains(outcome.unfinishedAges.count))
    for age in outcome.unfinishedAges { #expect(age > window && age <= .milliseconds(300)) }
  }

  @Test(arguments: modes)
  func trialRunsOutOfTimeWhenOneOperationIsNeverAnswered(_ mode: ModeID) async throws {
    let server = try FaultServer { $0 == 5 ? .never : .healthy }
    defer { server.stop() }
    let deadline = Nanoseconds.milliseconds(700)
    // A single lane waits for the operation without an answer; among several, the others go on.
    let verified: Set<UInt64> = mode.lanesUnderWay(for: 3).lowerBound == 1 ? [5, 11] : [11]
    let outcome = try await Trial.finished(
      spec(mode, Self.patient, concurrency: 3, operations: 12, deadline: deadline, server: server.address)
    ) { verified.contains($0.verified) }
    #expect(outcome.ranOutOfTime)
    #expect(outcome.unfinishedAges.count == 1)
    #expect(outcome.wall == deadline)
    #expect(outcome.failuresByKind.isEmpty)
    #expect(verified.contains(outcome.verified))
    #expect(server.connectionsLeftOpen == [])
  }

  @Test(arguments: modes) func windowEndsOnTimeWhenASleepIsLonger(_ mode: ModeID) async throws {
    let window = Nanoseconds.milliseconds(200)
    let start = MonotonicClock.now
    let underWay = mode.lanesUnderWay(for: 4)
    let outcome = try await Trial.finished(
      spec(mode, .sleep(SleepSpec(duration: .seconds(3600))), concurrency: 4, duration: window)
    ) { underWay.contains($0.unfinishedAges.count) }
    let elapsed = MonotonicClock.now.since(start)
    #expect(elapsed >= window && elapsed < .seconds(30))
    #expect(outcome.wall == window)
    #expect(outcome.done == 0 && outcome.failuresByKind.isEmpty)
    #expect(underWay.contains(outcome.unfinishedAges.count))
  }

  @Test(arguments: modes) func everySleepLastsItsTimeAtLeast(_ mode: ModeID) async throws {
    let duration = Nanoseconds.microseconds(2500)
    let outcome = try await Trial.finished(
      spec(mode, .sleep(SleepSpec(duration: duration)), concurrency: 8, operations: 40))
    #expect(outcome.verified == 40 && outcome.failuresByKind.isEmpty)
    // A histogram keeps three digits.
    #expect(try #require(outcome.service.minimum) >= duration.count * 999 / 1000)
    let rounds = UInt64(40 / mode.lanes(for: 8))
    #expect(outcome.wall.count >= rounds * duration.count)
  }

  @Test(arguments: modes) func onlyTheOperationsAskedForAreDoneWhenThereAreMoreLanes(_ mode: ModeID) async throws {
    let server = try RunningServer(.http)
    let outcome = try await Trial.finished(
      spec(mode, .http(HTTPSpec()), concurrency: 24, operations: 3, server: server.server.address))
    #expect(outcome.done == 3 && outcome.verified == 3 && outcome.failuresByKind.isEmpty)
    #expect(outcome.unfinishedAges.isEmpty && !outcome.ranOutOfTime)
    server.stop()
    #expect(server.server.totals.done == 3)
  }

  @Test(arguments: modes) func nothingOfTheWarmUpCountsWhenOperationsAreCounted(_ mode: ModeID) async throws {
    let server = try RunningServer(.http)
    let outcome = try await Trial.finished(
      spec(
        mode, .http(HTTPSpec()), concurrency: 4, operations: 50, warmup: .milliseconds(100),
        server: server.server.address))
    #expect(outcome.done == 50 && outcome.verified == 50 && outcome.failuresByKind.isEmpty)
    let coldStart = try #require(outcome.coldStart)
    #expect(coldStart.wall == .milliseconds(100))
    #expect(try #require(coldStart.firstDone) > .zero && coldStart.firstDone! < coldStart.wall)
    server.stop()
    // A lane may be in its last operation of the warm-up when the window opens.
    let late = server.server.totals.done - 50 - coldStart.done
    #expect(coldStart.done > 0 && late <= UInt64(mode.lanes(for: 4)))
  }

  @Test(arguments: modes) func coldStartIsAbsentWithoutAWarmUpAndEmptyWhereNothingIsDoneInIt(
    _ mode: ModeID
  ) async throws {
    let sleep = WorkloadSpec.sleep(SleepSpec(duration: .milliseconds(60)))
    let without = try await Trial.finished(spec(mode, sleep, concurrency: 2, operations: 2))
    #expect(without.coldStart == nil)
    let with = try await Trial.finished(
      spec(mode, sleep, concurrency: 2, duration: .milliseconds(80), warmup: .milliseconds(40)))
    let coldStart = try #require(with.coldStart)
    #expect(coldStart.firstDone == nil && coldStart.done == 0 && coldStart.wall == .milliseconds(40))
  }

  @Test(arguments: modes) func doneAndUnfinishedAreAllThatWasTakenWhenTheWindowEnds(_ mode: ModeID) async throws {
    let server = try RunningServer(.http)
    let outcome = try await Trial.finished(
      spec(
        mode, .http(HTTPSpec { $0.delay = .fixed(.milliseconds(5)) }), concurrency: 16,
        duration: .milliseconds(300), server: server.server.address))
    #expect(outcome.done > 0 && outcome.done == outcome.verified && outcome.failuresByKind.isEmpty)
    #expect(outcome.unfinishedAges.count <= mode.lanes(for: 16))
    #expect(try #require(outcome.service.minimum) >= 4_995_000)
    #expect(outcome.inFlight.max <= mode.lanes(for: 16))
  }

  @Test func dispatchFinishesWhenThereAreMoreLanesThanItsThreads() async throws {
    let server = try RunningServer(.http)
    let outcome = try await Trial.finished(
      spec(
        .dispatch, .http(HTTPSpec { $0.delay = .fixed(.milliseconds(20)) }), concurrency: 300, operations: 900,
        server: server.server.address))
    #expect(outcome.verified == 900 && outcome.failuresByKind.isEmpty)
    #expect(outcome.unfinishedAges.isEmpty && !outcome.ranOutOfTime)
    #expect(outcome.inFlight.max <= 300)
  }
}
