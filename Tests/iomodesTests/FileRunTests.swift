import Foundation
import Glibc
import Records
import TestSupport
import Testing

/// Runs of the workload `file`: where its file is made, what is left of it, and what cannot be done.
@Suite(.serialized, .fewAtOnce, .timeLimit(.minutes(1))) struct FileRunTests {
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
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder + "/out").contains("data") == false)
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

  @Test func fileThatIsCutShortUnderTheClientIsCountedAndTheTrialNotValid() async throws {
    try await withFolder { folder in
      let running = try Running(Self.run + ["--modes", "epoll", "--duration", "1s", "--warmup", "0"], in: folder)
      let isCut = try await eventually {
        recordedTrials(folder + "/out") == 0 && running.children.count == 1
          && truncate(folder + "/out/data/file", 512 << 10) == 0
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
        running.children.count == 1 && FileManager.default.fileExists(atPath: folder + "/out/data/file")
      } then: {
        running.signal(SIGINT)
      }
      #expect(isUnderWay)
      #expect(try await running.ended().code == 128 + SIGINT)
      #expect(!FileManager.default.fileExists(atPath: folder + "/out/data"))
    }
  }

  @Test func folderThatCannotBeMadeIsRefusedInALine() async throws {
    try await withFolder { folder in
      let ending = try await iomodes(
        Self.run + ["--modes", "epoll", "--operations", "5", "--file-dir", "/proc/nowhere"], in: folder)
      #expect(ending.code == 1 && ending.complaints.count == 1, "\(ending.errors)")
      #expect(ending.errors.contains("--file-dir"), "\(ending.errors)")
    }
  }
}
