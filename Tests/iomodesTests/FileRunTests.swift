import Foundation
import Glibc
import Records
import SystemCalls
import TestSupport
import Testing

/// Runs of the workload `file`: the place of its file, its removal, and what cannot be done.
@Suite(.serialized, .fewAtOnce, .endsHangs) struct FileRunTests {
  static let run = [
    "run", "--workload", "file", "--span", "1MiB", "--concurrency", "2", "--rounds", "1", "--output", "out", "--quiet",
  ]

  @Test func variantsAreNamedAndTheFileIsRemoved() async throws {
    try await withFolder { folder in
      let ending = try await iomodes(
        Self.run + ["--modes", "blocking,epoll,null", "--operations", "50", "--file-dir", "."], in: folder)
      #expect(ending.code == 0 && ending.errors.isEmpty, "\(ending.errors)")
      let run = try RunFolder(path: folder + "/out").read()
      let trials = Dictionary(uniqueKeysWithValues: run.trials.map { ($0.mode, $0) })
      #expect(trials["epoll"]?.variant == "inline" && trials["epoll"]?.valid == true)
      #expect(trials["blocking"]?.variant == nil && trials["blocking"]?.checksum == trials["epoll"]?.checksum)
      #expect(trials["null"]?.skipped?.reason.hasPrefix("unsupported: null") == true)
      #expect(run.record.fileFolder == "." && run.record.fileSystem != nil)
      #expect(try !FileManager.default.contentsOfDirectory(atPath: folder).contains { $0.hasPrefix("iomodes-") })
      #expect(
        try FileManager.default.contentsOfDirectory(atPath: folder + "/out").sorted() == ["run.json", "trials.jsonl"])
    }
  }

  @Test func pastThePageCacheItRunsOrSaysWhyNot() async throws {
    try await withFolder { folder in
      let ending = try await iomodes(
        Self.run + ["--modes", "blocking,uring", "--operations", "50", "--direct"], in: folder)
      #expect(ending.code == 0, "\(ending.errors)")
      for trial in try RunFolder(path: folder + "/out").read().trials {
        let reason = trial.skipped?.reason ?? "unsupported: O_DIRECT: "
        #expect(reason.hasPrefix("unsupported: O_DIRECT: ") || reason.hasPrefix("unavailable: "), "\(reason)")
        #expect(trial.valid == (trial.skipped == nil), "\(trial.reasons)")
      }
    }
  }

  @Test(arguments: [[], ["--processes", "2"]])
  func lanesBesideItEchoWithAServerThatEndsWithTheTrial(_ processes: [String]) async throws {
    try await withFolder { folder in
      let arguments = ["--modes", "blocking,dispatch,taskgroup,epoll,uring", "--operations", "500", "--bystanders"]
      let running = try Running(Self.run.dropLast() + arguments + ["paced:4:20ms"] + processes, in: folder)
      let ending = try await running.ended()
      // 3: other tests may use the CPUs, and a window's edge may be late.
      #expect(ending.code == 0 || ending.code == 3, "\(ending.errors)")
      #expect(running.children.isEmpty)
      let words = ending.output.split { $0.isWhitespace }.joined(separator: " ")
      #expect(words.contains("beside 4 paced lanes of echo 64 B over TCP"), "\(words)")
      var checksums: Set<String?> = []
      for trial in try RunFolder(path: folder + "/out").read().trials {
        if let skipped = trial.skipped {
          #expect(trial.mode == "blocking" || skipped.reason.hasPrefix("unavailable: "))
          continue
        }
        checksums.insert(trial.checksum)
        #expect(trial.operations.verified == 500 && trial.lanes?["busy"]?.operations.verified == 500)
        let paced = try #require(trial.lanes?["paced"])
        #expect(paced.count == 4 && paced.workload?.kind == "echo" && paced.operations.failed == nil)
        // All operations, except for those in hand when the file's lanes had finished.
        let echoes = paced.operations.done ?? 0
        #expect((echoes...echoes + 4).contains(trial.server?.operationsDone ?? 0))
      }
      #expect(checksums.count == 1)
    }
  }

  @Test(.enabled(if: FileSystem.nameInMemory(at: "/dev/shm") != nil, "/dev/shm is no file system in memory"))
  func pastThePageCacheOrToADeviceItRunsOnNoFileSystemInMemory() async throws {
    try await withFolder { folder in
      for asked in [["--direct"], ["--access", "write", "--sync", "fsync"]] {
        let ending = try await iomodes(
          Self.run + ["--modes", "epoll", "--operations", "50", "--file-dir", "/dev/shm"] + asked, in: folder)
        #expect(ending.code == 1 && ending.output.isEmpty)
        #expect(ending.errors.contains(" reaches no device on tmpfs (/dev/shm)"), "\(ending.errors)")
        #expect(
          ending.errors.contains("folder on a disk for data files") && ending.errors.split(separator: "\n").count == 1)
        #expect(!FileManager.default.fileExists(atPath: folder + "/out"))
      }
      let suite = """
        {"name": "shm", "experiments": [{"name": "x", "workload": {"kind": "file", "span": "1MiB", "direct": true},
          "modes": ["epoll"], "concurrency": [2], "operations": 50, "rounds": 1, "optional": true}]}
        """
      try suite.write(toFile: folder + "/shm.json", atomically: true, encoding: .utf8)
      let ending = try await iomodes(
        ["run", "./shm.json", "--file-dir", "/dev/shm", "--output", "out", "--quiet"], in: folder)
      let trial = try #require(try RunFolder(path: folder + "/out").read().trials.first, "\(ending.errors)")
      #expect(trial.skipped?.reason.hasPrefix("unavailable: O_DIRECT (direct) reaches no device") == true)
    }
  }

  @Test func lanesBesideItAreInTheFigure() async throws {
    try await withFolder { folder in
      let (ending, run) = try await validRun(
        [
          "run", "--workload", "file", "--span", "1MiB", "--modes", "epoll", "--concurrency", "2", "--bystanders",
          "paced:20:10ms", "--duration", "800ms", "--rounds", "1",
        ], in: folder)
      // If the hypervisor always takes CPU time, there is nothing to draw.
      if ending.code == 3, try RunFolder(path: "\(folder)/\(run)").read().trials.allSatisfy(\.wasDisturbed) { return }
      #expect(ending.code == 0, "\(ending.errors)")
      #expect(try await iomodes("plot", run, "--output", "figures", in: folder).code == 0)
      let trial = try #require(try RunFolder(path: "\(folder)/\(run)").read().trials.first)
      #expect(trial.variant == "inline" && trial.lanes?.count == 2 && trial.server?.connections == 20)
      let data = try String(contentsOfFile: folder + "/figures/file-interference.dat", encoding: .utf8)
      #expect(data.contains(#""epoll/inline" p99_of_trials_ns "#) && data.contains("\n0 "), "\(data)")
    }
  }

  @Test func fileThatIsCutShortUnderTheClientIsCountedAndTheTrialNotValid() async throws {
    try await withFolder { folder in
      let running = try Running(Self.run + ["--modes", "epoll", "--duration", "1s", "--warmup", "0"], in: folder)
      let isCut = try await eventually {
        recordedTrials(folder + "/out") == 0 && running.children.count == 1
          && dataFile(in: folder + "/out").map { truncate($0, 512 << 10) == 0 } ?? false
      }
      #expect(isCut)
      let ending = try await running.ended()
      #expect(ending.code == 3, "\(ending.errors)")
      let trial = try #require(try RunFolder(path: folder + "/out").read().trials.first)
      #expect((trial.operations.failed?["premature-end"] ?? 0) > 0 && !trial.valid)
      #expect(trial.reasons.contains { $0.hasPrefix("failures: premature-end") }, "\(trial.reasons)")
    }
  }

  @Test func fileIsRemovedWhenTheRunIsInterrupted() async throws {
    try await withFolder { folder in
      let running = try Running(Self.run + ["--modes", "epoll", "--duration", "20s"], in: folder)
      let isUnderWay = try await eventually {
        running.children.count == 1 && dataFile(in: folder + "/out") != nil
      } then: {
        running.signal(SIGINT)
      }
      #expect(isUnderWay)
      #expect(try await running.ended().code == 128 + SIGINT)
      #expect(
        try FileManager.default.contentsOfDirectory(atPath: folder + "/out").sorted() == ["run.json", "trials.jsonl"])
    }
  }

  @Test func folderThatCannotBeMadeIsRefusedInALine() async throws {
    try await withFolder { folder in
      let ending = try await iomodes(
        Self.run + ["--modes", "epoll", "--operations", "5", "--file-dir", "/proc/nowhere"], in: folder)
      #expect(ending.code == 1 && ending.complaints.count == 1, "\(ending.errors)")
      #expect(ending.errors.contains("another folder for data files"), "\(ending.errors)")
    }
  }
}

/// The data file of a run that is carried out.
private func dataFile(in run: String) -> String? {
  let names = (try? FileManager.default.contentsOfDirectory(atPath: run)) ?? []
  return names.first { $0.hasPrefix("iomodes-tmp-") }.map { "\(run)/\($0)/file" }
}
