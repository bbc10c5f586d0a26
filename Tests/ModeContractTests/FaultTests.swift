import Glibc
import Measurement
import Modes
import Plan
import SystemCalls
import TestSupport
import Testing
import Workloads

/// A server's errors are data, and the same data in every mode.
@Suite(.serialized, .fewAtOnce, .endsHangs) struct FaultTests {
  static let modes = ModeID.available.filter { $0 != .null }

  /// The harness's own request, so that the content of the answer is known: `/?size=64&op={i}`.
  static func http(_ change: (inout HTTPSpec) -> Void = { _ in }) -> WorkloadSpec {
    .http(
      HTTPSpec {
        $0.size = ByteCount(FaultServer.bodySize)
        change(&$0)
      })
  }

  /// Runs a trial in every mode against a server with the script, and checks what all have in common.
  func outcomes(
    _ workload: WorkloadSpec, operations: UInt64, concurrency: Int, dialect: FaultServer.Dialect = .http,
    isOwnServer: Bool = true, _ script: @escaping FaultServer.Script
  ) async throws -> [(mode: ModeID, outcome: TrialOutcome)] {
    var outcomes: [(ModeID, TrialOutcome)] = []
    for mode in Self.modes {
      let server = try FaultServer(dialect, script)
      defer { server.stop() }
      var workload = workload
      if case .http(var spec) = workload, !isOwnServer {
        spec.targets = [try HTTPTarget(parsing: "http://\(server.address)/{i}")]
        workload = .http(spec)
      }
      let outcome = try await Trial.finished(
        TrialSpec(
          mode: mode, workload: workload, concurrency: concurrency, operations: operations, duration: nil,
          warmup: .zero, deadline: .seconds(20), seed: 7, endpoints: [server.address.description],
          isOwnServer: isOwnServer))
      #expect(!outcome.ranOutOfTime && outcome.unfinishedAges.isEmpty, "\(mode)")
      #expect(server.connectionsLeftOpen == [], "\(mode) leaves connections open")
      outcomes.append((mode, outcome))
    }
    return outcomes
  }

  func expect(
    _ outcome: TrialOutcome, ofOperations operations: UInt64, _ script: FaultServer.Script, _ mode: ModeID
  ) {
    let faults = (0..<operations).map(script)
    var kinds: [OutcomeKind: UInt64] = [:]
    for kind in faults.compactMap(\.kind) { kinds[kind, default: 0] += 1 }
    #expect(outcome.failuresByKind == kinds, "\(mode): \(outcome.failuresByKind.map { "\($0.key.name): \($0.value)" })")
    #expect(outcome.verified == UInt64(faults.filter { $0.kind == nil }.count), "\(mode)")
    let refused = UInt64(faults.filter { $0.kind?.status != nil }.count)
    #expect(outcome.done == outcome.verified + refused, "\(mode)")
    #expect(outcome.service.count == outcome.done, "\(mode)")
  }

  @Test(arguments: [1, 8]) func faultsAreCountedByKindAlikeInEveryModeWhenTheyAreMixed(concurrency: Int) async throws {
    let operations: UInt64 = 8 * UInt64(Fault.prompt.count)
    let script: FaultServer.Script = { Fault.prompt[Int($0 % UInt64(Fault.prompt.count))] }
    let outcomes = try await outcomes(Self.http(), operations: operations, concurrency: concurrency, script)
    for (mode, outcome) in outcomes {
      expect(outcome, ofOperations: operations, script, mode)
      #expect(outcome.checksum == outcomes[0].outcome.checksum, "\(mode)")
      #expect(outcome.sentBytes == outcomes[0].outcome.sentBytes, "\(mode)")
      #expect(outcome.receivedBytes == outcomes[0].outcome.receivedBytes, "\(mode)")
    }
  }

  @Test(arguments: Fault.prompt)
  func everyOperationIsCountedWhenAllMeetOneFault(_ fault: Fault) async throws {
    for (mode, outcome) in try await outcomes(Self.http(), operations: 20, concurrency: 4, { _ in fault }) {
      expect(outcome, ofOperations: 20, { _ in fault }, mode)
    }
  }

  @Test(arguments: [Fault.reset, .prematureAtOnce, .garbage, .notFound, .extraBytes])
  func otherOperationsAreVerifiedWhenEveryThirdMeetsAFaultOnNewConnections(_ fault: Fault) async throws {
    let script: FaultServer.Script = { $0 % 3 == 1 ? fault : .healthy }
    let workload = Self.http { $0.connection = .new }
    for (mode, outcome) in try await outcomes(workload, operations: 30, concurrency: 4, script) {
      expect(outcome, ofOperations: 30, script, mode)
    }
  }

  @Test func operationsAreNumberedInThePathWhenTheServerIsATarget() async throws {
    let script: FaultServer.Script = { $0 == 3 || $0 == 17 ? .notFound : .healthy }
    let outcomes = try await outcomes(
      .http(HTTPSpec()), operations: 24, concurrency: 4, isOwnServer: false, script)
    for (mode, outcome) in outcomes {
      expect(outcome, ofOperations: 24, script, mode)
      #expect(outcome.checksum == outcomes[0].outcome.checksum, "\(mode)")
    }
  }

  @Test func operationsFailByTimeoutWhenTheAnswerNeverComesOrDripsIn() async throws {
    let script: FaultServer.Script = { [2: .never, 5: .drip][$0] ?? .healthy }
    let workload = Self.http { $0.timeout = .milliseconds(500) }
    for (mode, outcome) in try await outcomes(workload, operations: 8, concurrency: 2, script) {
      expect(outcome, ofOperations: 8, script, mode)
    }
  }

  @Test(arguments: [1, 4]) func faultsAreCountedByKindAlikeInEveryModeWhenTheWorkloadIsEcho(concurrency: Int)
    async throws
  {
    let faults: [Fault] = [
      .healthy, .reset, .resetAtOnce, .healthy, .premature, .prematureAtOnce, .wrongContent, .extraBytes,
    ]
    let script: FaultServer.Script = { faults[Int($0 % 8)] }
    let outcomes = try await outcomes(
      .echo(EchoSpec()), operations: 48, concurrency: concurrency, dialect: .echo, script)
    for (mode, outcome) in outcomes {
      expect(outcome, ofOperations: 48, script, mode)
      #expect(outcome.checksum == outcomes[0].outcome.checksum, "\(mode)")
    }
  }

  @Test(arguments: modes) func refusedConnectionsAreCountedWhenNobodyListens(_ mode: ModeID) async throws {
    let listener = try Socket.listen(on: SocketAddress(host: "127.0.0.1", port: 0))
    let address = try listener.localAddress()
    listener.close()
    let outcome = try await Trial.finished(
      TrialSpec(
        mode: mode, workload: Self.http { $0.connection = .new }, concurrency: 2, operations: 12, duration: nil,
        warmup: .zero, deadline: .seconds(20), seed: 7, endpoints: [address.description], isOwnServer: true))
    #expect(outcome.failuresByKind == [.errno(Errno(ECONNREFUSED)): 12])
    #expect(outcome.done == 0 && !outcome.ranOutOfTime)
  }

  @Test(arguments: modes) func trialDoesNotBeginWhenNobodyListens(_ mode: ModeID) async throws {
    let listener = try Socket.listen(on: SocketAddress(host: "127.0.0.1", port: 0))
    let address = try listener.localAddress()
    listener.close()
    await #expect(throws: TrialFailure.self) {
      try await Trial.finished(
        TrialSpec(
          mode: mode, workload: Self.http(), concurrency: 2, operations: 12, duration: nil, warmup: .zero,
          deadline: .seconds(20), seed: 7, endpoints: [address.description], isOwnServer: true))
    }
  }

  @Test(arguments: modes) func descriptorsDoNotGrowWhenTrialsFollowEachOther(_ mode: ModeID) async throws {
    // Other tests open and close descriptors meanwhile, so only the return to the old number counts.
    let trials = 25
    let before = try #require(ProcFile.openDescriptors)
    for _ in 0..<trials {
      let spec = TrialSpec.counting(1, mode, .sleep(SleepSpec(duration: .zero)), concurrency: 1)
      #expect(try await Trial.finished(spec).done == 1)
    }
    var after = Int.max
    for _ in 0..<200 where after >= before + trials {
      after = try #require(ProcFile.openDescriptors)
      if after >= before + trials { try await Task.sleep(for: .milliseconds(50)) }
    }
    #expect(after < before + trials)
  }
}
