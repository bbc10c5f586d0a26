import Foundation
import Glibc
import Measurement
import Plan
import SystemCalls
import TestSupport
import Testing
import Workloads

@testable import Harness

/// What the contract has no words for is skipped with a sentence, and nothing else is measured in its place.
struct PeerAbilityTests {
  private static let peer: ModeID = {
    var manifest = PeerManifest(id: "able-peer", about: "claims all that there is", language: "C")
    (manifest.drive, manifest.serve) = (["true"], ["true"])
    (manifest.drives, manifest.serves) = (PeerDescription.workloads, PeerDescription.protocols)
    manifest.features = PeerDescription.Feature.allCases
    Peers.add(Peer(manifest, in: "/"))
    return ModeID(manifest.id)
  }()

  private static func experiment(
    _ workload: WorkloadSpec, _ change: (inout Experiment) -> Void
  ) -> Experiment {
    var experiment = Experiment(name: "x", workload: workload, modes: [peer], concurrency: [8], operations: 40)
    change(&experiment)
    return experiment
  }

  struct Case: CustomTestStringConvertible, Sendable {
    var testDescription: String
    var words: String
    var change: @Sendable (inout Experiment) -> Void

    init(_ name: String, _ words: String, _ change: @escaping @Sendable (inout Experiment) -> Void) {
      (testDescription, self.words, self.change) = (name, words, change)
    }
  }

  static let refused: [Case] = [
    Case("pipeline", "peers do not pipeline requests") {
      ($0.workload, $0.pipeline) = (.http(HTTPSpec()), 4)
    },
    Case("bystanders", "peers have no bystanders") { $0.bystanders = BystanderSpec(count: 3, manner: .idle) },
    Case("processes", "peers run one process on each side") { $0.processes = 2 },
    Case("server processes", "peers run one process on each side") {
      ($0.processes, $0.serverProcesses) = (2, 2)
    },
    Case("each", "in peers the next free lane takes each operation") { ($0.each, $0.operations) = (5, nil) },
    Case("both ends", "peers run echo with ends server only") {
      var echo = EchoSpec()
      echo.ends = .both
      $0.workload = .echo(echo)
    },
    Case("file", "is a client for sleep, echo, http, and not for file") { $0.workload = .file(FileSpec()) },
    Case("compute", "is a client for sleep, echo, http, and not for compute") {
      $0.workload = .compute(ComputeSpec())
    },
  ]

  @Test(arguments: refused) func clientIsSkippedWithASentence(_ example: Case) throws {
    let experiment = Self.experiment(.echo(EchoSpec()), example.change)
    for plan in experiment.plans(seed: 1) + Schedule.audits(of: experiment, seed: 1, after: 1) {
      let reason = try #require(plan.reasonToSkip(isPatient: true)?.reason)
      #expect(reason.hasPrefix("unsupported: able-peer ") && reason.contains(example.words), "\(reason)")
      #expect(!reason.contains("\n"))
    }
  }

  /// Who asks is the client of this program.
  @Test(arguments: refused.filter { !["both ends", "file", "compute"].contains($0.testDescription) })
  func serverIsAskedInEveryManner(_ example: Case) throws {
    let experiment = Self.experiment(.serve(ServeSpec(.http(HTTPSpec())))) {
      example.change(&$0)
      $0.workload = .serve(ServeSpec(.http(HTTPSpec())))
    }
    let reason = experiment.plans(seed: 1)[0].reasonToSkip(isPatient: true)?.reason
    let isRefused = example.testDescription == "server processes"
    #expect(isRefused ? reason?.contains("peers serve with one process") == true : reason == nil, "\(reason ?? "")")
  }

  @Test func auditOfAPeersClientLastsATimeAndOfAServerANumberOfOperations() throws {
    for (workload, isTimed) in [
      (WorkloadSpec.echo(EchoSpec()), true), (.serve(ServeSpec(.http(HTTPSpec()))), false),
    ] {
      let experiment = Self.experiment(workload) { $0.warmup = .seconds(1) }
      let plan = try #require(Schedule.audits(of: experiment, seed: 1, after: 1).first)
      #expect(plan.isAudit && plan.experiment.warmup == .zero && plan.reasonToSkip(isPatient: true) == nil)
      #expect((plan.experiment.duration != nil) == isTimed && (plan.experiment.operations == nil) == isTimed)
    }
  }
}

/// The peers of this repository, those that are built.
@Suite(.serialized, .fewAtOnce, .endsHangs)
struct PeerRowTests {
  private static let folder =
    (0..<4).reduce(#filePath) { path, _ in (path as NSString).deletingLastPathComponent } + "/Benchmarks/peers"
  private static let names = [
    "asyncio-streams", "uvloop-protocols", "aiohttp", "requests-threads", "go-net", "node-net", "tokio", "rust-threads",
    "java-nio", "java-threads", "libuv", "asio-coroutines", "swiftnio",
  ]
  private static let built = names.compactMap { name -> Peer? in
    let path = "\(folder)/\(name)"
    guard let manifest = try? PeerManifest.read(from: "\(path)/peer.json") else { return nil }
    let peer = Peer(manifest, in: path)
    return peer.unavailability == nil ? peer : nil
  }

  /// In open loop a lane takes the next operation and waits for its time. Here that comes with the window's end.
  @Test(arguments: built.map(\.manifest.id)) func operationThatWasTakenAndNotBegunHasARow(_ name: String) async throws {
    let peer = try #require(Self.built.first { $0.manifest.id == name })
    Peers.add(peer)
    let spec = TrialSpec(
      mode: peer.id, workload: .sleep(SleepSpec(duration: .milliseconds(1))), concurrency: 4, operations: nil,
      duration: .milliseconds(300), warmup: .zero, arrivals: .constant(rate: 100), deadline: .seconds(20), seed: 7,
      endpoints: [], isOwnServer: false)
    let files = try PeerFiles(spec, endpoint: nil)
    defer { files.folder.remove() }
    let starts = [UInt64](repeating: 299_999_999, count: 30).withUnsafeBytes { Data($0) }
    try starts.write(to: URL(fileURLWithPath: try #require(files.plan.starts)))
    let rows = try await Thread.blocking { () throws -> [PeerRow] in
      let process = try PeerProcess(peer, try #require(peer.manifest.drive), on: Affinity.current())
      process.child.send(TrialRunner.json(files.plan))
      _ = try process.hear("ready", patience: .seconds(30), idle: {}).get()
      process.child.send("start \((MonotonicClock.now + .milliseconds(30)).nanoseconds)")
      _ = try process.hear("done", patience: .seconds(30), idle: {}).get()
      process.end(patience: .seconds(5))
      return try PeerRows(reading: files.rows, capacity: files.capacity).rows
    }
    #expect(rows.map(\.operation).sorted() == [0, 1, 2, 3])
    for row in rows { #expect(row.start == 0 && row.end == 0 && row.outcome == RowOutcome.unfinished.rawValue) }
  }
}

extension SystemCalls.Thread {
  /// Does what blocks on a thread of its own.
  fileprivate static func blocking<Value: Sendable>(
    _ body: @escaping @Sendable () throws -> Value
  ) async throws -> Value {
    try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Value, any Error>) in
      do {
        try SystemCalls.Thread(name: "peer") { continuation.resume(with: Result { try body() }) }.detach()
      } catch {
        continuation.resume(throwing: error)
      }
    }
  }
}
