import Foundation
import Glibc
import Records
import SystemCalls
import TestSupport
import Testing

/// Small real runs, from the command line to the figures.
@Suite(.serialized, .fewAtOnce, .endsHangs) struct RunTests {
  static let tiny = ["--modes", "taskgroup,epoll", "--concurrency", "2", "--rounds", "1", "--output", "out"]
  static let short = ["--operations", "40"]

  func expectReadable(_ folder: String, trials: Int, sourceLocation: SourceLocation = #_sourceLocation) throws {
    let run = try RunFolder(path: folder + "/out").read()
    #expect(run.warnings.isEmpty, sourceLocation: sourceLocation)
    #expect(run.record.trialsPlanned == trials, sourceLocation: sourceLocation)
    #expect(run.trials.map(\.trial) == Array(1...run.trials.count), sourceLocation: sourceLocation)
    #expect(run.trials.count { $0.repeats == nil } == trials, sourceLocation: sourceLocation)
    for trial in run.trials where !trial.wasDisturbed {
      #expect(trial.valid && trial.reasons.isEmpty, "\(trial.mode): \(trial.reasons)", sourceLocation: sourceLocation)
      #expect(try #require(trial.operations.done) > 0, sourceLocation: sourceLocation)
      #expect(trial.operations.done == trial.operations.verified, sourceLocation: sourceLocation)
      #expect(trial.latency?.service.count == trial.operations.done, sourceLocation: sourceLocation)
      #expect(trial.runID == "out" && trial.seed == run.trials[0].seed, sourceLocation: sourceLocation)
    }
  }

  @Test(arguments: [
    ["sleep", "--sleep", "1ms"], ["echo"], ["echo", "--transport", "unix"], ["echo", "--ends", "both"], ["http"],
    ["http", "--connection", "new"], ["http", "--delay", "exponential:1ms", "--size", "1KiB"],
    ["http", "--faults", "reset:0.1,truncate:0.1,stall:0.02,garbage:0.1,drip:0.1", "--timeout", "300ms"],
    ["serve", "--faults", "reset:0.1,truncate:0.1,garbage:0.1,drip:0.1"],
    ["file", "--span", "1MiB", "--offload", "pool"],
    ["file", "--span", "1MiB", "--access", "write", "--sync", "fdatasync"],
    ["echo", "--faults", "reset:0.1,truncate:0.1,stall:0.02,garbage:0.1,drip:0.1", "--timeout", "300ms"],
  ]) func runEndsWellAndIsReadableWhenItIsTiny(_ workload: [String]) async throws {
    try await withFolder { folder in
      let ending = try await iomodes(["run", "--workload"] + workload + Self.tiny + Self.short, in: folder)
      #expect(ending.code == 0, "\(ending.errors)")
      #expect(ending.output.contains("taskgroup") && ending.output.contains("epoll"))
      let complaints = ending.complaints.filter { !$0.hasPrefix("iomodes: the machine disturbed") }
      #expect(complaints.count == 3 && ending.errors.contains("iomodes plot out"), "\(ending.errors)")
      let verdict = "verdict on \(workload[0]): at 2 lanes, there are too few rounds for a verdict; "
      #expect(ending.errors.contains("iomodes: \(verdict)") || ending.errors.contains("disturbed"), "\(ending.errors)")
      let announcement = "iomodes: suite \(workload[0]): 2 trials, about 1 s"
      #expect(ending.complaints.first?.hasPrefix(announcement) == true, "\(ending.errors)")
      try expectReadable(folder, trials: 2)
    }
  }

  @Test func reportPlotAndResumeWorkWhenTheRunIsFinished() async throws {
    try await withFolder { folder in
      let run = ["run", "--workload", "echo", "--quiet"] + Self.tiny + Self.short
      let ending = try await iomodes(run, in: folder)
      #expect(ending.code == 0 && ending.output.isEmpty && ending.errors.isEmpty, "\(ending.errors)")

      let text = try await iomodes("report", "out", in: folder)
      #expect(text.code == 0 && text.errors.isEmpty && text.output.contains("epoll"))
      let markdown = try await iomodes("report", "out", "--format", "md", in: folder)
      #expect(markdown.code == 0 && markdown.output.contains("| epoll") || markdown.output.contains("| `epoll`"))
      let csv = try await iomodes("report", "out", "--format", "csv", in: folder)
      let rows = csv.output.split(separator: "\n").filter { !$0.hasPrefix("#") }
      let columns = try #require(rows.first).split(separator: ",", omittingEmptySubsequences: false).count
      #expect(csv.code == 0 && rows.count > 2 && columns > 3)
      let json = try await iomodes("report", "out", "--format", "json", in: folder)
      #expect(json.code == 0)
      #expect(try JSONSerialization.jsonObject(with: Data(json.output.utf8)) is [String: Any])

      let plot = try await iomodes("plot", "out", "--output", "figures", in: folder)
      #expect(plot.code == 0, "\(plot.errors)")
      let files = try FileManager.default.subpathsOfDirectory(atPath: folder + "/figures")
      #expect(files.contains { $0.hasSuffix(".dat") })
      let checked = try await iomodes("plot", "out", "--output", "figures", "--check", in: folder)
      #expect(checked.code == 0 && checked.output == "figures: \(files.count) files match the run\n")
      try Data("#".utf8).write(to: URL(fileURLWithPath: folder + "/figures/echo-cpu.dat"))
      let changed = try await iomodes("plot", "out", "--output", "figures", "--check", in: folder)
      #expect(changed.code == 4 && changed.output.hasPrefix("figures/echo-cpu.dat differs\n"), "\(changed.output)")
      #expect(try await iomodes("plot", "out", "--output", "nowhere", "--check", in: folder).code == 1)

      let before = try Data(contentsOf: URL(fileURLWithPath: folder + "/out/trials.jsonl"))
      let resumed = try await iomodes("run", "--resume", "out", "--quiet", in: folder)
      #expect(resumed.code == 0, "\(resumed.errors)")
      #expect(try Data(contentsOf: URL(fileURLWithPath: folder + "/out/trials.jsonl")) == before)
    }
  }

  @Test func trialsAreSkippedWithTheirPredictionWhenTheyWouldTakeMinutes() async throws {
    try await withFolder { folder in
      let ending = try await iomodes(
        "run", "--workload", "sleep", "--operations", "100000", "--modes", "blocking", "--rounds", "1", "--output",
        "out", in: folder)
      #expect(ending.code == 0, "\(ending.errors)")
      let trial = try #require(try RunFolder(path: folder + "/out").read().trials.first)
      #expect(trial.skipped?.predictedWall == 100_000_000_000_000)
      #expect(trial.operations.done == nil && trial.latency == nil)
    }
  }

  @Test func experimentThatIsOptionalIsSkippedWhereItDoesNotFit() async throws {
    try await withFolder { folder in
      func suite(_ optional: Bool) -> String {
        #"{"name": "large", "experiments": [{"name": "x", "workload": {"kind": "echo"}, "optional": \#(optional), "#
          + #""modes": ["epoll"], "concurrency": [10000000], "rounds": 1}]}"#
      }
      try suite(true).write(toFile: folder + "/large.json", atomically: true, encoding: .utf8)
      let ending = try await iomodes("run", "large.json", "--output", "out", in: folder)
      #expect(ending.code == 0, "\(ending.errors)")
      let trial = try #require(try RunFolder(path: folder + "/out").read().trials.first)
      #expect(trial.skipped?.reason.hasPrefix("unavailable: ") == true && !trial.valid)

      try suite(false).write(toFile: folder + "/large.json", atomically: true, encoding: .utf8)
      let refused = try await iomodes("run", "large.json", "--output", "none", in: folder)
      #expect(refused.code == 1 && refused.errors.contains("descriptors are needed"), "\(refused.errors)")
    }
  }

  @Test func programEndsWithThreeAndKeepsTheRecordsWhenNoTrialIsValid() async throws {
    try await withFolder { folder in
      let ending = try await iomodes(
        ["run", "--workload", "sleep", "--sleep", "10s", "--duration", "200ms", "--warmup", "0"] + Self.tiny, in: folder
      )
      #expect(ending.code == 3)
      #expect(ending.errors.contains("no valid trial: sleep, epoll, concurrency 2"))
      let trials = try RunFolder(path: folder + "/out").read().trials.filter { $0.repeats == nil }
      #expect(trials.count == 2)
      for trial in trials {
        #expect(!trial.valid && trial.operations.unfinished == 2)
        #expect(trial.reasons.contains { $0.hasPrefix("nothing-done: ") })
      }
    }
  }

  @Test(arguments: ["help", "--help", "-h", "help run", "run --help", "list", "--version", "help serve"])
  func programTellsOfItselfWhenAsked(_ words: String) async throws {
    try await withFolder { folder in
      let ending = try await iomodes(words.split(separator: " ").map(String.init), in: folder)
      #expect(ending.code == 0 && ending.errors.isEmpty)
      #expect(!ending.output.isEmpty)
      switch words {
      case "list":
        for word in ["blocking", "dispatch", "taskgroup", "epoll", "null", "sleep", "echo", "http", "quick", "sweep"] {
          #expect(ending.output.contains("  \(word) "))
        }
      case "--version": #expect(ending.output.wholeMatch(of: /iomodes \d+\.\d+\.\d+\n/) != nil)
      case "help run", "run --help":
        for word in ["--modes", "--target", "--resume", "--output"] { #expect(ending.output.contains(word)) }
      default: break
      }
    }
  }
}
