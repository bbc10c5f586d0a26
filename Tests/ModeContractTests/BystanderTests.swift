import Measurement
import Modes
import Plan
import Synchronization
import SystemCalls
import TestSupport
import Testing
import Workloads

/// Lanes beside those that are measured, in every mode that has room for them.
@Suite(.serialized, .fewAtOnce, .endsHangs) struct BystanderTests {
  static let modes = ModeID.available.filter { $0.lanes(for: 2) > 1 }
  /// Modes whose lanes are all in flight at once.
  static let wide = modes.filter { $0 != .dispatchConcurrent && $0 != .taskgroupBlocking }

  private func spec(
    _ mode: ModeID, _ workload: WorkloadSpec, beside bystanders: BystanderSpec, operations: UInt64? = nil,
    duration: Nanoseconds? = .milliseconds(300), warmup: Nanoseconds = .milliseconds(200),
    server: SocketAddress? = nil
  ) -> TrialSpec {
    TrialSpec(
      mode: mode, workload: workload, concurrency: 4, operations: operations,
      duration: operations == nil ? duration : nil, warmup: warmup, bystanders: bystanders, deadline: .seconds(20),
      seed: 7, endpoints: server.map { [$0.description] } ?? [], isOwnServer: server != nil)
  }

  // MARK: Idle

  static let idle = BystanderSpec(count: 20, manner: .idle)

  @Test(arguments: wide) func idleLanesDoOneOperationEachBeforeTheWindow(_ mode: ModeID) async throws {
    let server = try RunningServer(.http)
    let outcome = try await Trial.finished(
      spec(mode, .http(HTTPSpec()), beside: Self.idle, server: server.server.address)
    ) { $0.bystanders?.early == 20 }
    let idle = try #require(outcome.bystanders)
    #expect(idle.early == 20 && idle.done == 0 && idle.failuresByKind.isEmpty && idle.unfinishedAges.isEmpty)
    #expect(outcome.done > 0 && outcome.done == outcome.verified && outcome.failuresByKind.isEmpty)
    // Only the busy lanes are measured.
    #expect(outcome.inFlight.max <= 4 && outcome.unfinishedAges.count <= 4)
    #expect(outcome.service.count == outcome.done)
  }

  @Test(arguments: wide) func idleConnectionsStayOpenUntilTheEnd(_ mode: ModeID) async throws {
    let server = try RunningServer(.echo)
    let totals = Totals()
    let edges = WindowEdges(opened: {}, closed: { totals.atTheEnd.withLock { $0 = server.server.totals } })
    let spec = spec(mode, .echo(EchoSpec()), beside: Self.idle, server: server.server.address)
    _ = try await Trial.finished(spec, edges: edges)
    let atTheEnd = try #require(totals.atTheEnd.withLock { $0 })
    #expect(atTheEnd.connections == 24 && atTheEnd.failed == 0)
    // Some busy lanes may have seen the end before the counters were read.
    #expect(atTheEnd.ended <= 4)
    server.stop()
    #expect(server.server.totals.ended == 24)
  }

  private final class Totals: Sendable {
    let atTheEnd = Mutex<TargetServer.Totals?>(nil)
  }

  @Test(arguments: modes) func countedTrialEndsWithItsBusyLanesAndHasTheirChecksum(_ mode: ModeID) async throws {
    let server = try RunningServer(.echo)
    func outcome(_ bystanders: BystanderSpec?) async throws -> TrialOutcome {
      var spec = TrialSpec.counting(200, mode, .echo(EchoSpec()), concurrency: 4, server: server)
      spec.bystanders = bystanders
      return try await Trial.finished(spec)
    }
    let alone = try await outcome(nil)
    let start = MonotonicClock.now
    for bystanders in [Self.idle, BystanderSpec(count: 20, manner: .paced, every: .seconds(1))] {
      let beside = try await outcome(bystanders)
      #expect(beside.done == 200 && beside.checksum == alone.checksum && !beside.ranOutOfTime)
      #expect(
        beside.unfinishedAges.isEmpty && beside.failuresByKind.isEmpty
          && beside.bystanders?.failuresByKind.isEmpty == true)
    }
    // Long before the deadline.
    #expect(MonotonicClock.now.since(start) < .seconds(15))
  }

  @Test(arguments: wide) func idleLaneWhoseServerEndsItsConnectionIsAFailure(_ mode: ModeID) async throws {
    let server = try FaultServer { _ in .closesAfterwards }
    defer { server.stop() }
    let outcome = try await Trial.finished(
      spec(
        mode, FaultTests.http(), beside: BystanderSpec(count: 3, manner: .idle), warmup: .zero, server: server.address))
    #expect(outcome.bystanders?.done == 3 && outcome.bystanders?.failuresByKind == [.prematureEnd: 3])
  }

  // MARK: Paced

  @Test(
    arguments: wide,
    [
      WorkloadSpec.sleep(SleepSpec(duration: .milliseconds(1))), .echo(EchoSpec()), .echo(EchoSpec { $0.ends = .both }),
    ]) func pacedLanesKeepTheirRate(_ mode: ModeID, _ workload: WorkloadSpec) async throws
  {
    let server = try workload.needsServer ? RunningServer(.echo) : nil
    // 200 a second, for 300 ms.
    let paced = BystanderSpec(count: 10, manner: .paced, every: .milliseconds(50))
    let asExpected = 50...70 as ClosedRange<UInt64>
    let outcome = try await Trial.finished(
      spec(mode, workload, beside: paced, server: server?.server.address)
    ) { asExpected.contains($0.bystanders?.done ?? 0) }
    let bystanders = try #require(outcome.bystanders)
    #expect(asExpected.contains(bystanders.done) && bystanders.failuresByKind.isEmpty)
    #expect(bystanders.response?.count == bystanders.done && bystanders.service.count == bystanders.done)
    // The busy ones have no schedule.
    #expect(outcome.response == nil && outcome.scheduled == nil && outcome.done > 0)
  }

  // MARK: Slow

  @Test(
    arguments: wide,
    [
      WorkloadSpec.http(HTTPSpec { $0.size = ByteCount(16 << 10) }), .echo(EchoSpec { $0.size = ByteCount(16 << 10) }),
      .echo(
        EchoSpec {
          $0.size = ByteCount(16 << 10)
          $0.ends = .both
        }),
    ]) func slowLanesReadNoFasterThanTheirRateAndOthersGoOn(_ mode: ModeID, _ workload: WorkloadSpec) async throws
  {
    let server = try workload.needsServer ? RunningServer(workload.kind == "http" ? .http : .echo) : nil
    let slow = BystanderSpec(count: 2, manner: .slow, rate: ByteCount(128 << 10))
    let outcome = try await Trial.finished(
      spec(mode, workload, beside: slow, duration: .milliseconds(500), warmup: .zero, server: server?.server.address)
    ) { ($0.bystanders?.done ?? 0) > 0 }
    let bystanders = try #require(outcome.bystanders)
    // 64 KiB each in that time, and what one receive brings beyond it.
    #expect(bystanders.done > 0 && bystanders.receivedBytes <= 2 * (64 + 64) << 10, "\(bystanders.receivedBytes)")
    #expect(bystanders.failuresByKind.isEmpty && outcome.failuresByKind.isEmpty)
    #expect(outcome.done > 4 * bystanders.done, "\(outcome.done) \(bystanders.done)")
  }

  @Test(arguments: wide) func slowLaneIsNotOutOfTime(_ mode: ModeID) async throws {
    let server = try RunningServer(.http)
    let workload = WorkloadSpec.http(
      HTTPSpec {
        $0.size = ByteCount(256 << 10)
        $0.timeout = .milliseconds(200)
      })
    let slow = BystanderSpec(count: 1, manner: .slow, rate: ByteCount(64 << 10))
    let outcome = try await Trial.finished(
      spec(mode, workload, beside: slow, duration: .milliseconds(600), warmup: .zero, server: server.server.address))
    #expect(outcome.bystanders?.failuresByKind.isEmpty == true && outcome.bystanders?.unfinishedAges.count == 1)
  }

  // MARK: What cannot be

  @Test(arguments: [ModeID.blocking, .null]) func modeOfOneLaneHasNoRoom(_ mode: ModeID) {
    let failure = #expect(throws: TrialFailure.self) {
      try Trial.run(self.spec(mode, .sleep(SleepSpec()), beside: BystanderSpec(count: 1, manner: .paced)))
    }
    #expect(failure?.description == "\(mode.rawValue) has one lane, and no room for bystanders")
  }

  @Test func limitIsOfBusyLanesAlone() async throws {
    let paced = BystanderSpec(count: 20, manner: .paced, every: .milliseconds(20))
    for mode in Self.wide {
      var spec = spec(mode, .sleep(SleepSpec(duration: .milliseconds(50))), beside: paced)
      spec.limit = 1
      let outcome = try await Trial.finished(spec) { ($0.bystanders?.done ?? 0) > 20 }
      #expect(outcome.inFlight.max <= 1 && (outcome.bystanders?.done ?? 0) > 20, "\(mode)")
    }
  }
}
