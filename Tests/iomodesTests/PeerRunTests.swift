import Foundation
import Glibc
import Plan
import Records
import TestSupport
import Testing

/// Runs of the program with peers among the modes.
@Suite(.serialized, .endsHangs, .enabled(if: access("/usr/bin/python3", X_OK) == 0))
struct PeerRunTests {
  private static let project = (0..<3).reduce(#filePath) { path, _ in (path as NSString).deletingLastPathComponent }
  private static let example = "\(project)/Benchmarks/peers/example"

  private func records(_ folder: String) throws -> [TrialRecord] {
    let lines = try String(contentsOfFile: "\(folder)/run/trials.jsonl", encoding: .utf8).split(separator: "\n")
    return try lines.map { try JSONDecoder().decode(TrialRecord.self, from: Data($0.utf8)) }
  }

  @Test(arguments: ["echo", "sleep"]) func peerDoesTheSameOperations(_ workload: String) async throws {
    try await withFolder { folder in
      let arguments = [
        "run", "--workload", workload, "--modes", "epoll,python-threads", "--as-peer", "--peer", Self.example,
        "--operations", "200", "--concurrency", "4", "--rounds", "3", "--quiet", "--output", "run",
      ]
      let ending = try await iomodes(arguments + (workload == "sleep" ? ["--sleep", "1ms"] : []), in: folder)
      #expect(ending.code == 0, "\(ending.errors)")
      let records = try records(folder)
      #expect(Set(records.map(\.mode)) == ["epoll", "python-threads", "epoll-as-peer"])
      #expect(Set(records.map(\.checksum)).count == 1)
      for record in records {
        #expect(record.valid && record.operations.verified == 200, "\(record.mode): \(record.reasons)")
        #expect((record.client?.cpuTime ?? 0) > 0)
        // A mode's are sampled, and a peer's are exact.
        #expect(record.mode == "epoll" || (1...4).contains(record.inFlight?.max ?? 0))
      }
    }
  }

  /// A report needs neither the peer nor its manifest.
  @Test func reportIsTheSameWhereThePeerIsNotKnown() async throws {
    try await withFolder { folder in
      _ = try await iomodes(
        "run", "--workload", "sleep", "--sleep", "1ms", "--modes", "epoll,python-threads", "--peer", Self.example,
        "--operations", "40", "--concurrency", "4", "--rounds", "3", "--quiet", "--output", "run", in: folder)
      for format in ["text", "md", "csv", "json", "html"] {
        let here = try await iomodes("report", "run", "--format", format, in: folder)
        try FileManager.default.createDirectory(atPath: "\(folder)/elsewhere", withIntermediateDirectories: true)
        let script = "cd / && exec '\(Executable.path)' report '\(folder)/run' --format \(format)"
        let there = try await Running(["-c", script], of: "/bin/sh", in: folder).ended()
        #expect(here.code == 0 && here.output == there.output && here.output.contains("python-threads"))
      }
      let data = try Data(contentsOf: URL(fileURLWithPath: "\(folder)/run/run.json"))
      let peer = try JSONDecoder().decode(RunRecord.self, from: data).modes?.last?.peer
      #expect(peer?.language == "Python" && peer?.version?.hasPrefix("Python 3") == true)
    }
  }

  @Test func peerThatIsNotInstalledIsSkippedWithWhatWouldInstallIt() async throws {
    try await withFolder { folder in
      let manifest = """
        {"contract": 1, "id": "cobol", "about": "cards", "language": "COBOL", "requires": ["no-such-compiler"],
         "install": "wait for it", "drive": ["./client"], "drives": ["sleep"]}
        """
      try FileManager.default.createDirectory(
        atPath: "\(folder)/Benchmarks/peers/cobol", withIntermediateDirectories: true)
      try manifest.write(toFile: "\(folder)/Benchmarks/peers/cobol/peer.json", atomically: true, encoding: .utf8)
      let ending = try await iomodes(
        "run", "--workload", "sleep", "--sleep", "1ms", "--modes", "epoll,cobol", "--operations", "20", "--rounds", "1",
        "--quiet", "--output", "run", in: folder)
      #expect(ending.code == 0, "\(ending.errors)")
      let skipped = try records(folder).compactMap(\.skipped)
      #expect(
        skipped.map(\.reason) == ["unavailable: no-such-compiler is not on PATH; install it: wait for it"])
      let list = try await iomodes("peer", "list", in: folder)
      #expect(list.code == 0 && list.output.contains("cobol") && list.output.contains("wait for it"))
    }
  }

  @Test func workloadThatAPeerDoesNotClaimIsSkipped() async throws {
    try await withFolder { folder in
      let ending = try await iomodes(
        "run", "--workload", "http", "--modes", "epoll,python-threads", "--peer", Self.example, "--operations", "20",
        "--rounds", "1", "--quiet", "--output", "run", in: folder)
      #expect(ending.code == 0, "\(ending.errors)")
      let reasons = try records(folder).compactMap(\.skipped?.reason)
      #expect(reasons == ["unsupported: python-threads is a client for sleep, echo, and not for http"])
    }
  }

  /// Who asks is the client of this program, which can do it in each of these manners.
  @Test(arguments: [
    ["--pipeline", "4"], ["--bystanders", "idle:4"], ["--bystanders", "paced:4:10ms"],
    ["--bystanders", "slow:2:64KiB"],
    ["--each", "30"], ["--processes", "2"], ["--rate", "500"], ["--limit", "2"],
  ])
  func peerServesWhateverItsClientIsToldToAsk(_ manner: [String]) async throws {
    // A window of 300 ms on a machine that does other things besides may have nothing in it.
    let attempts = 5
    for attempt in 1...attempts {
      let counts = try await withFolder { folder in
        let span = manner[0] == "--each" ? [] : ["--duration", "300ms", "--warmup", "1s"]
        let ending = try await iomodes(
          [
            "run", "--workload", "serve", "--modes", "asyncio-server", "--peer",
            "\(Self.project)/Benchmarks/peers/asyncio-server", "--concurrency", "4", "--rounds", "3", "--quiet",
            "--output", "run",
          ] + span + manner, in: folder)
        let records = try records(folder)
        #expect(!records.isEmpty && records.allSatisfy { $0.skipped == nil }, "\(ending.errors)")
        let counts = records.contains {
          $0.valid && ($0.operations.verified ?? 0) > 0 && ($0.server?.cpuTime ?? 0) > 0
        }
        #expect(counts || attempt < attempts, "\(manner): \(records.map(\.reasons))")
        return counts
      }
      if counts { return }
    }
  }
}
