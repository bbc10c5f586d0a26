import Foundation
import Measurement
import Plan
import SystemCalls
import TestSupport
import Testing
import Workloads

@testable import Modes

/// The mode that the article *Adding a mode* shows, added as it says. `IOMODES_WRITE=1` with these tests writes the article's
/// code anew.
@Suite(.serialized, .fewAtOnce, .endsHangs) struct ToyModeTests {
  private static let project = (0..<3).reduce(#filePath) { path, _ in (path as NSString).deletingLastPathComponent }

  @Test func articleShowsTheModeThatIsTestedHere() throws {
    let source = try String(contentsOfFile: "\(Self.project)/Tests/ModeContractTests/ToyMode.swift", encoding: .utf8)
    let code = try #require(source.components(separatedBy: "word by word.\n\n").last)
    let lines = code.split(separator: "\n", omittingEmptySubsequences: false).map { $0.isEmpty ? "" : "   \($0)" }
    let block = "   ```swift\n\(lines.joined(separator: "\n"))   ```\n"
    let path = "\(Self.project)/Sources/iomodes/iomodes.docc/AddingAMode.md"
    let article = try String(contentsOfFile: path, encoding: .utf8)
    let start = try #require(article.firstRange(of: "   ```swift\n"))
    let end = try #require(article[start.upperBound...].firstRange(of: "   ```\n"))
    if ProcessInfo.processInfo.environment["IOMODES_WRITE"] == "1" {
      let whole = article[..<start.lowerBound] + block + article[end.upperBound...]
      try String(whole).write(toFile: path, atomically: true, encoding: .utf8)
    }
    #expect(try String(contentsOfFile: path, encoding: .utf8).contains(block), "write it anew with IOMODES_WRITE=1")
  }

  @Test func itsDescriptionMayStandBesideTheOthers() {
    #expect(ModeDescription.complaint(about: ModeDescription.builtIn + [ToyMode.description]) == nil)
  }

  /// As every mode does: `ContractTests`.
  @Test(arguments: ContractTests.cases, [1, 8])
  func itDoesTheSameWorkAsAllModes(_ example: ContractTests.Case, concurrency: Int) async throws {
    // Two ends that wait for each other are no lanes to be carried one after another.
    guard example.workload.faults == nil, ModeID.blocking.objection(to: example.workload) == nil else { return }
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let address =
      try example.onUNIXSocket
      ? SocketAddress(unixPath: folder.path + "/toy") : SocketAddress(host: "127.0.0.1", port: 0)
    let server = try example.server.map { try RunningServer($0, on: address) }
    // As no build has it, the trial is that of a mode with as many lanes.
    let spec = TrialSpec.counting(
      example.operations, .threads, example.workload, concurrency: concurrency, server: server)
    let outcome = try await onAThread { try ToyMode.run(TrialExecution(spec, nil)) }
    #expect(outcome.failuresByKind.isEmpty && outcome.unfinishedAges.isEmpty && !outcome.ranOutOfTime)
    #expect(outcome.verified == example.operations && outcome.checksum == example.checksum)
  }

  @Test(arguments: TargetServer.Kind.allCases) func itServes(_ kind: TargetServer.Kind) async throws {
    let server = try TargetServer(
      kind, in: ToyMode.self, on: SocketAddress(host: "127.0.0.1", port: 0), capacity: 16)
    let thread = try SystemCalls.Thread(name: "server") { try? server.serve() }
    defer {
      server.stop()
      thread.join()
    }
    let spec = TrialSpec(
      mode: .epoll, workload: kind == .http ? .http(HTTPSpec()) : .echo(EchoSpec()), concurrency: 1, operations: 200,
      duration: nil, warmup: .zero, deadline: .seconds(20), seed: TrialSpec.testSeed,
      endpoints: [server.address.description], isOwnServer: true)
    let outcome = try await Trial.finished(spec)
    #expect(outcome.verified == 200 && outcome.failuresByKind.isEmpty && server.totals.done == 200)
  }

  private func onAThread<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
      do {
        try SystemCalls.Thread(name: "trial") { continuation.resume(with: Result(catching: body)) }.detach()
      } catch {
        continuation.resume(throwing: error)
      }
    }
  }
}
