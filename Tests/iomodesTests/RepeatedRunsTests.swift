import Foundation
import TestSupport
import Testing

/// The output and exit code of `iomodes run --repeat` and `--versus`.
@Suite(.fewAtOnce, .endsHangs) struct RepeatedRunsTests {
  private static let work = [
    "run", "--workload", "sleep", "--sleep", "1ms", "--modes", "epoll,threads", "--concurrency", "2", "--duration",
    "50ms", "--warmup", "0ms",
  ]

  @Test func suiteIsCarriedOutRepeatedlyAndItsSpreadIsTold() async throws {
    try await withFolder { folder in
      let ending = try await iomodes(Self.work + ["--rounds", "1", "--repeat", "2", "--output", "out"], in: folder)
      // Other tests may use the CPUs.
      #expect(ending.code == 0 || ending.code == 3, "\(ending.errors)")
      #expect(ending.output.hasPrefix("2 runs: out-1, out-2\n"))
      for run in ["out-1", "out-2"] { #expect(plannedTrials("\(folder)/\(run)") == 2) }
      #expect(!FileManager.default.fileExists(atPath: folder + "/out"))
    }
  }

  @Test func twoBuildsAreRunByTurnsAndCompared() async throws {
    try await withFolder { folder in
      let words = ["--versus", Executable.path, "--repeat", "2", "--output", "out", "--seed", "5"]
      let ending = try await iomodes(Self.work + words, in: folder)
      #expect(ending.code == 0 || ending.code == 3, "\(ending.errors)")
      #expect(ending.output.contains("out-a1, out-a2 judged by out-b1, out-b2"))
      #expect(ending.output.contains("pairs of runs"))
      // Nine rounds in two pairs make five each, of two modes.
      for run in ["out-a1", "out-b1", "out-a2", "out-b2"] { #expect(plannedTrials("\(folder)/\(run)") == 10) }
      let order = try ["a1", "b1", "b2", "a2"].map { name in
        try FileManager.default.attributesOfItem(atPath: "\(folder)/out-\(name)/trials.jsonl")[.modificationDate]
          as? Date
          ?? .distantPast
      }
      #expect(order == order.sorted())
      let record = try String(contentsOfFile: folder + "/out-b2/run.json", encoding: .utf8)
      #expect(record.contains("out-suite.json") && record.contains("\"seed\" : 5"))
    }
  }

  @Test func buildThatFailsIsToldInOneLine() async throws {
    try await withFolder { folder in
      // It has no file that is called run.
      let ending = try await iomodes(
        Self.work + ["--rounds", "1", "--versus", "/bin/sh", "--repeat", "2", "--output", "out", "--quiet"], in: folder)
      #expect(ending.code == 1)
      #expect(ending.complaints.last?.contains("/bin/sh ended with exit code 2: ") == true)
      #expect(ending.complaints.last?.contains("the finished runs are kept: out-a1") == true)
      #expect(plannedTrials(folder + "/out-a1") == 2)
    }
  }

  @Test func interruptionKeepsTheFinishedRuns() async throws {
    try await withFolder { folder in
      let words = ["--rounds", "20", "--repeat", "3", "--output", "out"]
      let running = try Running(Self.work + words, in: folder)
      let isUnderWay = try await eventually(within: 40) {
        recordedTrials(folder + "/out-2") > 0
      } then: {
        running.signal(SIGINT)
      }
      #expect(isUnderWay)
      let ending = try await running.ended()
      #expect(ending.code == 130)
      #expect(ending.complaints.last?.contains("the finished runs are kept: out-1") == true, "\(ending.errors)")
      #expect(ending.complaints.last?.contains("`iomodes run --resume out-2`") == true, "\(ending.errors)")
      #expect(plannedTrials(folder + "/out-1") == 40)
      #expect(!FileManager.default.fileExists(atPath: folder + "/out-3"))
    }
  }

  @Test(arguments: [
    (["--versus", "/nothing/here"], "--versus '/nothing/here' is not a program"),
    (["--versus", "/tmp"], "--versus '/tmp' is not a program"),
    (["--repeat", "1"], "--repeat '1' is not a number of runs from 2 to 1000"),
    (["--repeat", "2", "--format", "csv"], "--format csv needs a single run"),
    (["--versus", Executable.path, "--audit"], "--audit cannot be combined with --versus"),
  ])
  func whatCannotBeRepeatedIsRefusedInOneLine(words: [String], complaint: String) async throws {
    try await withFolder { folder in
      let ending = try await iomodes(Self.work + words, in: folder)
      #expect(ending.code == 2)
      #expect(ending.complaints.count == 1 && ending.errors.contains(complaint), "\(ending.errors)")
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder).allSatisfy { $0.hasPrefix("std") })
    }
  }
}
