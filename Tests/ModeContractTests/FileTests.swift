import Foundation
import Measurement
import Modes
import Plan
import SystemCalls
import TestSupport
import Testing
import Workloads

/// Reads and writes of a data file, in every mode and in each of its variants.
@Suite(.serialized, .fewAtOnce, .endsHangs) struct FileTests {
  struct Case: CustomTestStringConvertible {
    var testDescription: String
    var checksum: UInt64
    var spec: FileSpec

    init(_ name: String, checksum: UInt64 = 0, _ change: (inout FileSpec) -> Void = { _ in }) {
      testDescription = name
      self.checksum = checksum
      spec = FileSpec()
      spec.span = ByteCount(1 << 20)
      spec.pool = 3
      spec.depth = 5
      change(&spec)
    }
  }

  static let cases = [
    Case("random reads", checksum: 0x32bd_55b7_5a0c_bd62),
    Case("sequential reads of 64 KiB", checksum: 0x5623_e5ad_4f69_bf9d) {
      $0.pattern = .sequential
      $0.size = ByteCount(64 << 10)
    },
    Case("random writes of a sector", checksum: 0x4f7c_2fe9_0450_b2bb) {
      $0.access = .write
      $0.size = ByteCount(512)
    },
    Case("sequential writes, each synced", checksum: 0xf501_0c6a_9c24_6984) {
      $0.access = .write
      $0.pattern = .sequential
      $0.sync = .fsync
    },
    Case("random writes, the data of each synced", checksum: 0x8360_964d_8b25_ce23) {
      $0.access = .write
      $0.sync = .fdatasync
    },
  ]

  /// What does not depend on the mode.
  private struct Work: Equatable {
    var verified: UInt64
    var checksum: UInt64
    var sent: UInt64
    var received: UInt64
  }

  @Test(arguments: cases, [1, 8])
  func everyVariantDoesTheSameWork(_ example: Case, concurrency: Int) async throws {
    let file = try ScratchFile(span: example.spec.span)
    let operations: UInt64 = example.spec.sync == .none ? 400 : 40
    var first: Work?
    for (name, outcome) in try await outcomes(example.spec, operations, concurrency, file) {
      #expect(
        outcome.failuresByKind.isEmpty, "\(name): \(outcome.failuresByKind.map { "\($0.key.name): \($0.value)" })")
      #expect(outcome.done == operations && outcome.unfinishedAges.isEmpty && !outcome.ranOutOfTime, "\(name)")
      let work = Work(
        verified: outcome.verified, checksum: outcome.checksum, sent: outcome.sentBytes,
        received: outcome.receivedBytes)
      #expect(work == first ?? work, "\(name) differs")
      first = first ?? work
      #expect(outcome.damagedSectors == (example.spec.access == .write ? 0 : nil), "\(name)")
    }
    let bytes = operations * UInt64(example.spec.size.count)
    #expect(first?.verified == operations)
    expectPinned(first?.checksum, example.checksum, of: example.testDescription, operations: operations)
    #expect(first?.sent == (example.spec.access == .write ? bytes : 0))
    #expect(first?.received == (example.spec.access == .write ? 0 : bytes))
  }

  @Test func aFileCutShortFailsByKind() async throws {
    let spec = Case("reads").spec
    let file = try ScratchFile(span: spec.span)
    try #require(truncate(file.path, 512 << 10) == 0)
    for (name, outcome) in try await outcomes(spec, 400, 4, file) {
      let ended = outcome.failuresByKind[.prematureEnd] ?? 0
      #expect(
        ended > 0 && outcome.verified > 0 && ended + outcome.verified == 400, "\(name): \(outcome.failuresByKind)")
    }
  }

  @Test func aSectorOfAnotherPlaceIsWrongContent() async throws {
    let spec = Case("reads").spec
    let file = try ScratchFile(span: spec.span)
    let handle = try #require(FileHandle(forUpdatingAtPath: file.path))
    let sector = try #require(try handle.read(upToCount: 512))
    for number in stride(from: 7, to: 2048, by: 8) {
      try handle.seek(toOffset: UInt64(number) * 512)
      handle.write(sector)
    }
    try handle.close()
    let outcome = try await Trial.finished(.onFile(file.path, spec, .blocking, operations: 200))
    #expect(outcome.failuresByKind == [.wrongContent: 200])
  }

  @Test func writesThatAreLostAreFound() throws {
    let spec = FileSpec {
      $0.access = .write
      $0.span = ByteCount(64 << 10)
    }
    let file = try ScratchFile(span: spec.span)
    let layout = FileLayout(spec, seed: 1)
    let written = UInt64(Set((0..<10).map { layout.block(of: $0) }).count)
    #expect(try DataFile.damagedSectors(file.path, layout, operations: 0, failed: 0) == 0)
    #expect(try DataFile.damagedSectors(file.path, layout, operations: 10, failed: 0) == written * 8)
    #expect(try DataFile.damagedSectors(file.path, layout, operations: 10, failed: 10) == 0)
    try #require(truncate(file.path, 60 << 10) == 0)
    #expect(try DataFile.damagedSectors(file.path, layout, operations: 0, failed: 0) == 8)
  }

  @Test func aFileThatIsNotThereIsAFailureInALine() async throws {
    await #expect(throws: TrialFailure.self) {
      _ = try await Trial.finished(.onFile("/nowhere/at all", FileSpec(), .blocking, operations: 1))
    }
  }

  @Test(arguments: ["epoll", "uring", "executor", "taskgroup"].compactMap(ModeID.init))
  func aWindowEndsWithEveryLaneUnderWay(_ mode: ModeID) async throws {
    guard mode.unavailability == nil else { return }
    for offload in FileSpec.Offload.allCases {
      var spec = Case("reads").spec
      spec.offload = offload
      let file = try ScratchFile(span: spec.span)
      var trial = TrialSpec.onFile(file.path, spec, mode, operations: 1, concurrency: 16)
      trial.operations = nil
      trial.duration = .milliseconds(60)
      let outcome = try await Trial.finished(trial)
      #expect(outcome.failuresByKind.isEmpty && outcome.verified > 0, "\(offload)")
      #expect(outcome.unfinishedAges.count <= 16, "\(offload)")
    }
  }

  @Test func fileSystemThatKnowsNoDirectAccessSaysSo() throws {
    // procfs refuses O_DIRECT.
    #expect(DataFile.directRefusal("/proc/self/comm")?.symbol == "EINVAL")
    #expect(DataFile.directRefusal("/nowhere/at all")?.symbol == "ENOENT")
    #expect(FileSystem.name(at: "/proc") == "file system 0x9fa0")
    #expect(FileSystem.name(at: "/nowhere/at all") == nil && FileSystem.freeBytes(at: "/nowhere/at all") == nil)
    #expect(try #require(FileSystem.freeBytes(at: NSTemporaryDirectory())) > 0)
  }

  @Test func nullHasNoFile() {
    #expect(ModeID.null.objection(to: .file(FileSpec())) != nil)
    #expect(ModeID.blocking.variant(doing: .file(FileSpec())) == nil)
    #expect(ModeID.epoll.variant(doing: .file(FileSpec { $0.offload = .pool })) == "pool")
    #expect(ModeID.epoll.variant(doing: .sleep(SleepSpec())) == nil)
  }

  /// Of every mode and variant.
  private func outcomes(
    _ spec: FileSpec, _ operations: UInt64, _ concurrency: Int, _ file: borrowing ScratchFile
  ) async throws -> [(name: String, outcome: TrialOutcome)] {
    var outcomes: [(name: String, outcome: TrialOutcome)] = []
    for mode in ModeID.available where mode.objection(to: .file(spec)) == nil {
      for offload in FileSpec.Offload.allCases {
        var spec = spec
        spec.offload = offload
        let variant = mode.variant(doing: .file(spec))
        if variant == nil && offload == .pool { continue }
        let trial = TrialSpec.onFile(file.path, spec, mode, operations: operations, concurrency: concurrency)
        outcomes.append(("\(mode)/\(variant ?? "")", try await Trial.finished(trial)))
        if spec.access == .write { try DataFile.make(file.path, span: spec.span) }
      }
    }
    return outcomes
  }
}

/// A data file that is removed in the end.
struct ScratchFile: ~Copyable {
  let path = FileManager.default.temporaryDirectory.path + "/" + UUID().uuidString

  init(span: ByteCount) throws { try DataFile.make(path, span: span) }

  deinit { try? FileManager.default.removeItem(atPath: path) }
}

extension FileSpec {
  init(_ change: (inout FileSpec) -> Void) {
    self.init()
    change(&self)
  }
}

extension TrialSpec {
  static func onFile(
    _ path: String, _ spec: FileSpec, _ mode: ModeID, operations: UInt64, concurrency: Int = 1
  ) -> TrialSpec {
    var trial = counting(operations, mode, .file(spec), concurrency: concurrency)
    trial.file = path
    return trial
  }
}
