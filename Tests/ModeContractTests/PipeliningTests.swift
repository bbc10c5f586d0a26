import Measurement
import Modes
import Plan
import SystemCalls
import TestSupport
import Testing
import Workloads

/// Several requests in flight on a connection: the same operations, bytes, checksum and kinds as with one.
@Suite(.serialized, .fewAtOnce, .endsHangs) struct PipeliningTests {
  static let modes = [ModeID.epoll, .uring].filter { $0.unavailability == nil }

  private func spec(
    _ mode: ModeID, _ workload: WorkloadSpec, pipeline: Int, concurrency: Int = 1, operations: UInt64? = nil,
    duration: Nanoseconds? = nil, warmup: Nanoseconds = .zero, server: SocketAddress
  ) -> TrialSpec {
    TrialSpec(
      mode: mode, workload: workload, concurrency: concurrency, operations: operations, duration: duration,
      warmup: warmup, pipeline: pipeline, deadline: .seconds(20), seed: 7, endpoints: [server.description],
      isOwnServer: true)
  }

  struct Case: CustomTestStringConvertible {
    var name: String
    var workload: WorkloadSpec
    var operations: UInt64 = 500

    var testDescription: String { name }
  }

  static let cases: [Case] = [
    Case(name: "greeting", workload: .http(HTTPSpec())),
    Case(name: "4 KiB", workload: .http(HTTPSpec { $0.size = ByteCount(4096) })),
    Case(name: "1 MiB", workload: .http(HTTPSpec { $0.size = ByteCount(1 << 20) }), operations: 60),
    Case(name: "empty body", workload: .http(HTTPSpec { $0.size = ByteCount(0) })),
    Case(name: "drawn delay", workload: .http(HTTPSpec { $0.delay = .exponential(mean: .microseconds(200)) })),
    Case(name: "HEAD", workload: .http(HTTPSpec { $0.method = "HEAD" })),
    Case(
      name: "PUT",
      workload: .http(
        HTTPSpec {
          $0.method = "PUT"
          $0.body = String(repeating: "x", count: 1000)
        })),
  ]

  @Test(arguments: cases, [1, 8])
  func everyDepthDoesTheSameWork(_ example: Case, concurrency: Int) async throws {
    var first: ContractTests.Work?
    for mode in Self.modes {
      for pipeline in [1, 4, 24] {
        let server = try RunningServer(.http)
        let outcome = try await Trial.finished(
          spec(
            mode, example.workload, pipeline: pipeline, concurrency: concurrency, operations: example.operations,
            server: server.server.address))
        let work = ContractTests.Work(
          done: outcome.done, verified: outcome.verified, checksum: outcome.checksum, sent: outcome.sentBytes,
          received: outcome.receivedBytes)
        #expect(
          outcome.failuresByKind.isEmpty, "\(mode): \(outcome.failuresByKind.map { "\($0.key.name): \($0.value)" })")
        #expect(work.verified == example.operations && work == first ?? work, "\(mode), \(pipeline) deep")
        #expect(outcome.service.count == outcome.done && outcome.unfinishedAges.isEmpty && !outcome.ranOutOfTime)
        first = first ?? work
        server.stop()
        #expect(server.server.totals.done == example.operations && server.server.totals.failed == 0, "\(mode)")
      }
    }
  }

  /// In a pipeline, the bytes after an answer belong to the next one.
  static let faults = Fault.prompt.filter { $0 != .extraBytes } + [.badLength, .lastingGarbage]

  @Test(arguments: modes, [1, 4, 24])
  func faultsAreCountedByKindAndTheRestSentAgainWhenTheyAreMixed(_ mode: ModeID, pipeline: Int) async throws {
    let operations: UInt64 = 4 * UInt64(Self.faults.count)
    let script: FaultServer.Script = { Self.faults[Int($0 % UInt64(Self.faults.count))] }
    for concurrency in [1, 4] {
      let server = try FaultServer(.http, script)
      defer { server.stop() }
      let outcome = try await Trial.finished(
        spec(
          mode, FaultTests.http(), pipeline: pipeline, concurrency: concurrency, operations: operations,
          server: server.address))
      FaultTests().expect(outcome, ofOperations: operations, script, mode)
      #expect(!outcome.ranOutOfTime && outcome.unfinishedAges.isEmpty)
      #expect(server.connectionsLeftOpen == [])
    }
  }

  @Test(arguments: modes, faults)
  func otherOperationsAreVerifiedWhenOneInMidPipelineMeetsAFault(_ mode: ModeID, _ fault: Fault) async throws {
    let script: FaultServer.Script = { $0 == 10 ? fault : .healthy }
    let server = try FaultServer(.http, script)
    defer { server.stop() }
    let outcome = try await Trial.finished(
      spec(mode, FaultTests.http(), pipeline: 8, operations: 24, server: server.address))
    FaultTests().expect(outcome, ofOperations: 24, script, mode)
  }

  @Test(arguments: modes) func bytesAfterTheLastReplyAreUnexpected(_ mode: ModeID) async throws {
    let script: FaultServer.Script = { $0 == 11 ? .extraBytes : .healthy }
    let server = try FaultServer(.http, script)
    defer { server.stop() }
    let outcome = try await Trial.finished(
      spec(mode, FaultTests.http(), pipeline: 4, operations: 12, server: server.address))
    FaultTests().expect(outcome, ofOperations: 12, script, mode)
  }

  @Test(arguments: modes) func bytesBetweenRepliesSpoilTheOneThatFollows(_ mode: ModeID) async throws {
    let server = try FaultServer { $0 == 3 ? .extraBytes : .healthy }
    defer { server.stop() }
    let outcome = try await Trial.finished(
      spec(mode, FaultTests.http(), pipeline: 12, operations: 12, server: server.address))
    #expect(outcome.verified == 11)
    #expect(outcome.failuresByKind.values.reduce(0, +) == 1)
  }

  @Test(arguments: modes) func operationFailsByTimeoutWhenItsAnswerNeverComes(_ mode: ModeID) async throws {
    let script: FaultServer.Script = { $0 == 11 ? .never : .healthy }
    let server = try FaultServer(.http, script)
    defer { server.stop() }
    let workload = FaultTests.http { $0.timeout = .milliseconds(500) }
    let outcome = try await Trial.finished(
      spec(mode, workload, pipeline: 4, operations: 12, server: server.address))
    FaultTests().expect(outcome, ofOperations: 12, script, mode)
  }

  @Test(arguments: modes)
  func allInHandAreUnfinishedWithTheirAgesWhenTheServerNeverAnswers(_ mode: ModeID) async throws {
    let server = try FaultServer { _ in .never }
    defer { server.stop() }
    let window = Nanoseconds.milliseconds(200)
    for warmup in [Nanoseconds.zero, .milliseconds(100)] {
      let outcome = try await Trial.finished(
        spec(
          mode, WindowTests.patient, pipeline: 6, concurrency: 3, duration: window, warmup: warmup,
          server: server.address)
      ) { $0.unfinishedAges.count == 18 }
      #expect(outcome.done == 0 && outcome.failuresByKind.isEmpty && outcome.wall == window)
      #expect(outcome.unfinishedAges.count == 18)
      for age in outcome.unfinishedAges {
        #expect(warmup == .zero ? age > .zero && age <= window : age > window && age <= .milliseconds(300))
      }
      #expect(outcome.inFlight.max == 18)
      #expect(server.connectionsLeftOpen == [])
    }
  }

  @Test(arguments: modes) func ageIsCountedFromTheStartWhenAnOperationIsSentAgain(_ mode: ModeID) async throws {
    // Each connection is lost after 100 ms, and takes one operation with it.
    let server = try FaultServer { _ in .never }
    defer { server.stop() }
    let workload = FaultTests.http { $0.timeout = .milliseconds(100) }
    let window = Nanoseconds.milliseconds(150)
    let outcome = try await Trial.finished(
      spec(mode, workload, pipeline: 64, duration: window, server: server.address)
    ) { $0.unfinishedAges.contains { $0 > .milliseconds(100) } && !$0.failuresByKind.isEmpty }
    #expect(outcome.done == 0 && Set(outcome.failuresByKind.keys) == [.timeout])
    // The window may end between a failure and the new connection for the other operations.
    #expect((63...64).contains(outcome.unfinishedAges.count))
    #expect(outcome.unfinishedAges.contains { $0 > .milliseconds(100) })
  }

  @Test(arguments: modes) func onlyTheOperationsAskedForAreDoneWhenThePipelineHasRoomForMore(
    _ mode: ModeID
  ) async throws {
    let server = try RunningServer(.http)
    let outcome = try await Trial.finished(
      spec(mode, .http(HTTPSpec()), pipeline: 24, concurrency: 2, operations: 3, server: server.server.address))
    #expect(outcome.done == 3 && outcome.verified == 3 && outcome.failuresByKind.isEmpty)
    #expect(outcome.unfinishedAges.isEmpty && !outcome.ranOutOfTime)
    server.stop()
    #expect(server.server.totals.done == 3)
  }

  @Test(arguments: modes) func nothingOfTheWarmUpCountsWhenOperationsAreCounted(_ mode: ModeID) async throws {
    let server = try RunningServer(.http)
    let outcome = try await Trial.finished(
      spec(
        mode, .http(HTTPSpec()), pipeline: 4, concurrency: 4, operations: 50, warmup: .milliseconds(100),
        server: server.server.address))
    #expect(outcome.done == 50 && outcome.verified == 50 && outcome.failuresByKind.isEmpty)
    let early = try #require(outcome.coldStart).done
    server.stop()
    let late = server.server.totals.done - 50 - early
    #expect(early > 0 && late <= 16)
  }

  @Test(arguments: modes) func doneAndUnfinishedAreAllThatWasTakenWhenTheWindowEnds(_ mode: ModeID) async throws {
    let server = try RunningServer(.http)
    let outcome = try await Trial.finished(
      spec(
        mode, .http(HTTPSpec { $0.delay = .fixed(.milliseconds(1)) }), pipeline: 4, concurrency: 8,
        duration: .milliseconds(300), server: server.server.address))
    #expect(outcome.done > 0 && outcome.done == outcome.verified && outcome.failuresByKind.isEmpty)
    // At the end, every lane holds a full pipeline.
    #expect(outcome.unfinishedAges.count == 32 && outcome.inFlight.max <= 32 && outcome.inFlight.max > 8)
    // The server answers the requests of a connection one after another.
    #expect(try #require(outcome.service.minimum) >= 999_000)
  }

  @Test(arguments: ModeID.allCases.filter { $0 != .epoll && $0 != .uring })
  func modeThatSendsOneRequestAtATimeSaysSo(_ mode: ModeID) async throws {
    let server = try RunningServer(.http)
    let spec = spec(mode, .http(HTTPSpec()), pipeline: 2, operations: 1, server: server.server.address)
    let failure = await #expect(throws: TrialFailure.self) { try await Trial.finished(spec) }
    #expect(
      failure?.description
        == "\(mode.rawValue) sends one request at a time; pipelining is built in epoll and uring only")
  }
}
