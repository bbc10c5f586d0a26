import Foundation
import Measurement
import Modes
import Plan
import SystemCalls
import TestSupport
import Testing
import Workloads

@testable import Harness

/// Trials with bystanders that are carried out, and judged with them.
@Suite(.serialized, .fewAtOnce, .endsHangs) struct BystanderCoverageTests {
  private static func beside(_ bystanders: BystanderSpec) -> RealTrial {
    AuditCoverageTests.window.with { $0.spec.bystanders = bystanders }
  }

  static let idle = BystanderSpec(count: 20, manner: .idle)
  static let paced = BystanderSpec(count: 20, manner: .paced, every: .milliseconds(20))

  @Test func bystandersLate() async throws {
    try await Self.beside(Self.idle).expectReasons([])
    try await Self.beside(Self.idle).with { $0.spec.warmup = .microseconds(1) }.expectReasons(["bystanders-late"])
  }

  @Test func bystanderFailures() async throws {
    let lost: @Sendable (inout TrialOutcome) -> Void = { $0.bystanders?.failuresByKind = [.prematureEnd: 1] }
    try await Self.beside(Self.paced).expectReasons([])
    try await Self.beside(Self.paced).with { $0.tamper = lost }.expectReasons(["bystander-failures"])
  }

  @Test func modeOfOneLaneServesBystandersToo() {
    var experiment = Experiment(name: "x", workload: .serve(ServeSpec(.echo(EchoSpec()))))
    experiment.bystanders = Self.idle
    for mode in ModeID.allCases where mode != .null {
      #expect(experiment.objection(in: mode) == nil, "\(mode)")
    }
    experiment.workload = .echo(EchoSpec())
    #expect(experiment.objection(in: .blocking) == "blocking has one lane, and no room for bystanders")
  }

  @Test(arguments: [idle, paced]) func serverCount(_ bystanders: BystanderSpec) async throws {
    let trial = RealTrial.counting(400, AuditCoverageTests.echo(delay: .milliseconds(2)), server: .echo).with {
      $0.spec.bystanders = bystanders
    }
    try await trial.expectReasons([])
    let stray: @Sendable (SocketAddress?) -> Void = { server in
      var spec = RealTrial.counting(100, AuditCoverageTests.echo, server: .echo).spec
      spec.endpoints = [server!.description]
      _ = try? Trial.run(spec)
    }
    try await trial.with { $0.opening = stray }.expectReasons(["server-count"])
  }

  @Test func recordHasAllClassesAndSpeaksOfTheBusyOne() async throws {
    let record = try await Self.beside(Self.paced).carriedOut()
    let lanes = try #require(record.lanes)
    #expect(Set(lanes.keys) == ["busy", "paced"])
    #expect(lanes["busy"]?.count == 8 && lanes["paced"]?.count == 20)
    #expect(lanes["busy"]?.operations == record.operations && lanes["busy"]?.latency == record.latency)
    let paced = try #require(lanes["paced"])
    #expect((paced.operations.done ?? 0) > 0 && (paced.early ?? 0) > 0)
    #expect(paced.latency?.service.count == paced.operations.done)
    #expect(paced.latency?.response?.count == paced.operations.done)
    let alone = try await AuditCoverageTests.window.carriedOut()
    #expect(alone.lanes == nil)
  }

  // MARK: Beside a file

  private static func besideFile(_ path: String) -> RealTrial {
    var spec = FileSpec()
    spec.span = ByteCount(1 << 20)
    return RealTrial.lasting(.seconds(1), .file(spec), server: .echo).with {
      $0.spec.bystanders = paced
      $0.spec.file = path
    }
  }

  @Test func bystandersOfAFileAreJudgedByTheirServer() async throws {
    let path = FileManager.default.temporaryDirectory.path + "/" + UUID().uuidString
    try DataFile.make(path, span: ByteCount(1 << 20))
    defer { try? FileManager.default.removeItem(atPath: path) }
    let trial = Self.besideFile(path)
    try await trial.expectReasons([])
    let stray: @Sendable (SocketAddress?) -> Void = { server in
      var spec = RealTrial.counting(200, AuditCoverageTests.echo, server: .echo).spec
      spec.endpoints = [server!.description]
      _ = try? Trial.run(spec)
    }
    // Within the window, as far as the server can tell.
    try await trial.with {
      $0.spec.duration = nil
      $0.spec.operations = 200_000
      $0.spec.warmup = .zero
      $0.opening = stray
    }.expectReasons(["server-count"])
    try await trial.with { $0.tamper = { $0.bystanders?.failuresByKind = [.wrongContent: 1] } }
      .expectReasons(["bystander-failures"])
    let record = try await trial.carriedOut()
    let paced = try #require(record.lanes?["paced"])
    #expect(paced.workload?.kind == "echo" && record.lanes?["busy"]?.workload == nil)
    #expect(paced.operations.done == paced.operations.verified && (paced.operations.done ?? 0) > 0)
    #expect(record.operations.done == record.operations.verified && (record.operations.done ?? 0) > 0)
    #expect(try SchemaValidator.complaints(FullRecords.value(record), "trial") == [])
  }

  @Test func planOfAFileHasAServerWhereLanesAreBesideIt() {
    var experiment = Experiment(name: "x", workload: .file(FileSpec()), modes: [.epoll], concurrency: [8])
    #expect(!experiment.needsServer && experiment.servers == 0)
    experiment.bystanders = Self.paced
    #expect(experiment.needsServer && experiment.servers == 1 && experiment.complaint == nil)
    experiment.processes = 2
    experiment.serverProcesses = 2
    #expect(experiment.servers == 2 && experiment.complaint == nil)
    #expect(experiment.shares.map { experiment.lanes(of: $0, mode: .epoll, concurrency: 8) } == [14, 14])
    let plan = Schedule.plans(experiment.points, of: experiment, at: 0, round: 1, seed: 1, after: 0)[0]
    #expect(plan.expectedTime > experiment.duration ?? .zero && plan.reasonToSkip(isPatient: false) == nil)
  }

  @Test func planCountsBystanders() {
    var experiment = Experiment(
      name: "x", workload: .echo(EchoSpec()), modes: [.epoll, .blocking], concurrency: [8], rounds: 1)
    experiment.bystanders = BystanderSpec(count: 10_000, manner: .idle)
    let plans = Schedule.plans(experiment.points, of: experiment, at: 0, round: 1, seed: 1, after: 0)
    for plan in plans {
      #expect(plan.spec(endpoints: [], isOwnServer: true).bystanders == experiment.bystanders)
      let reason = plan.reasonToSkip(isPatient: false)?.reason
      #expect(
        reason == (plan.mode == .blocking ? "unsupported: blocking has one lane, and no room for bystanders" : nil))
      #expect(plan.lanes(of: .whole) == plan.mode.lanes(for: 8) + 10_000)
      // They have to be connected.
      #expect(plan.expectedTime >= .seconds(2))
    }
    #expect(Schedule.audits(of: experiment, seed: 1, after: 0).map(\.mode) == [.epoll])
  }
}
