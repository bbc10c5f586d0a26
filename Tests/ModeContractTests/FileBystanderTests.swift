import Measurement
import Modes
import Plan
import SystemCalls
import TestSupport
import Testing
import Workloads

/// Lanes that echo beside lanes on a data file, in every mode that has room for them and in each of its variants.
@Suite(.serialized, .fewAtOnce, .endsHangs) struct FileBystanderTests {
  struct Variant: CustomTestStringConvertible {
    var mode: ModeID
    var offload: FileSpec.Offload
    var testDescription: String { "\(mode.rawValue) \(offload.rawValue)" }
  }

  static let variants = BystanderTests.modes.flatMap { mode in
    FileSpec.Offload.allCases.filter { $0 == .inline || mode.variant(doing: .file(FileSpec())) != nil }
      .map { Variant(mode: mode, offload: $0) }
  }
  static let wide = variants.filter { BystanderTests.wide.contains($0.mode) }

  private func file(_ variant: Variant, _ access: FileSpec.Access) -> FileSpec {
    FileSpec {
      $0.access = access
      $0.span = ByteCount(1 << 20)
      $0.offload = variant.offload
      $0.pool = 3
      $0.depth = 5
    }
  }

  static let paced = BystanderSpec(count: 6, manner: .paced, every: .milliseconds(30))

  @Test(arguments: variants, FileSpec.Access.allCases)
  func workOnTheFileIsTheSameAsAlone(_ variant: Variant, _ access: FileSpec.Access) async throws {
    let file = file(variant, access)
    let server = try RunningServer(.echo)
    func outcome(_ bystanders: BystanderSpec?) async throws -> TrialOutcome {
      let data = try ScratchFile(span: file.span)
      var spec = TrialSpec.counting(300, variant.mode, .file(file), concurrency: 4, server: server)
      spec.file = data.path
      spec.bystanders = bystanders
      return try await Trial.finished(spec)
    }
    let alone = try await outcome(nil)
    #expect(server.server.totals.connections == 0 && alone.bystanders == nil)
    let beside = try await outcome(Self.paced)
    #expect(beside.done == 300 && beside.verified == 300 && beside.checksum == alone.checksum)
    #expect(beside.sentBytes == alone.sentBytes && beside.receivedBytes == alone.receivedBytes)
    #expect(beside.sentBytes + beside.receivedBytes == 300 * UInt64(file.size.count))
    #expect(beside.failuresByKind.isEmpty && beside.unfinishedAges.isEmpty && !beside.ranOutOfTime)
    #expect(beside.damagedSectors == (access == .write ? 0 : nil) && alone.damagedSectors == beside.damagedSectors)
    #expect(beside.bystanders?.count == 6 && beside.bystanders?.failuresByKind.isEmpty == true)
    server.stop()
    #expect(server.server.totals.connections == 6 && server.server.totals.failed == 0)
  }

  @Test(arguments: wide) func echoesAreVerifiedAndCounted(_ variant: Variant) async throws {
    let file = file(variant, .read)
    let data = try ScratchFile(span: file.span)
    // 200 a second, for 300 ms.
    let asExpected = 50...70 as ClosedRange<UInt64>
    var server = try RunningServer(.echo)
    func outcome() async throws -> TrialOutcome {
      server = try RunningServer(.echo)
      var spec = TrialSpec(
        mode: variant.mode, workload: .file(file), concurrency: 4, operations: nil, duration: .milliseconds(300),
        warmup: .milliseconds(100), bystanders: Self.paced, deadline: .seconds(20), seed: 7,
        endpoints: [server.server.address.description], isOwnServer: true)
      spec.file = data.path
      let outcome = try await Trial.finished(spec)
      server.stop()
      return outcome
    }
    var ended = try await outcome()
    // Other processes may have used the CPUs.
    for _ in 0..<4 where !asExpected.contains(ended.bystanders?.done ?? 0) { ended = try await outcome() }
    let bystanders = try #require(ended.bystanders)
    #expect(
      asExpected.contains(bystanders.done) && bystanders.verified == bystanders.done
        && bystanders.failuresByKind.isEmpty)
    #expect(bystanders.receivedBytes == 64 * bystanders.done)
    #expect(bystanders.response?.count == bystanders.done && bystanders.service.count == bystanders.done)
    // The server counts every echo, except for those in hand at the window's end.
    let counted = bystanders.done + (bystanders.early ?? 0)
    #expect((counted...counted + 6).contains(server.server.totals.done), "\(server.server.totals.done) of \(counted)")
    #expect(
      ended.done > 0 && ended.verified == ended.done && ended.failuresByKind.isEmpty
        && ended.service.count == ended.done)
    #expect(ended.receivedBytes == ended.done * UInt64(file.size.count))
    #expect(ended.inFlight.max <= 4 && ended.unfinishedAges.count <= 4)
  }

  @Test func lanesHaveAsManyOperationsEachAsTheyAreDealt() async throws {
    for variant in Self.wide {
      let file = file(variant, .read)
      let data = try ScratchFile(span: file.span)
      let server = try RunningServer(.echo)
      var spec = TrialSpec.counting(20, variant.mode, .file(file), concurrency: 4, server: server)
      spec.file = data.path
      spec.each = 5
      spec.bystanders = Self.paced
      let outcome = try await Trial.finished(spec)
      #expect(outcome.done == 20 && outcome.verified == 20 && !outcome.ranOutOfTime, "\(variant.testDescription)")
    }
  }

  @Test func wrongEchoIsTheBystandersAlone() async throws {
    let file = file(Variant(mode: .epoll, offload: .inline), .read)
    let data = try ScratchFile(span: file.span)
    let server = try FaultServer(.echo) { $0 == 3 ? .wrongContent : .healthy }
    defer { server.stop() }
    var spec = TrialSpec.onFile(data.path, file, .epoll, operations: 1, concurrency: 4)
    spec.operations = nil
    spec.duration = .milliseconds(200)
    spec.bystanders = Self.paced
    spec.endpoints = [server.address.description]
    let outcome = try await Trial.finished(spec)
    #expect(outcome.verified > 0 && outcome.verified == outcome.done && outcome.failuresByKind.isEmpty)
    let bystanders = try #require(outcome.bystanders)
    #expect(
      bystanders.failuresByKind == [.wrongContent: 1] && bystanders.verified == bystanders.done && bystanders.done > 3)
  }

  @Test(arguments: [
    BystanderSpec(count: 3, manner: .idle), BystanderSpec(count: 3, manner: .slow, rate: ByteCount(64 << 10)),
  ]) func onlyPacedLanesAreBesideAFile(_ bystanders: BystanderSpec) {
    let manner = bystanders.manner.rawValue
    #expect(
      ModeID.epoll.objection(to: .file(FileSpec()), beside: bystanders)
        == "\(manner) lanes cannot be combined with file; use paced lanes, such as paced:16:10ms")
    #expect(ModeID.epoll.objection(to: .file(FileSpec()), beside: Self.paced) == nil)
  }
}
