import Foundation
import Records
import TestSupport
import Testing

/// `iomodes report --study` and `iomodes reproduce`: output, complaints and exit codes.
@Suite(.fewAtOnce, .endsHangs) struct StudyCommandTests {
  private static let results =
    (0..<3).reduce(#filePath) { path, _ in (path as NSString).deletingLastPathComponent }
    + "/results"
  private static let quick = "\(results)/20261129-221614-quick"
  private static let claims = "\(results)/20261130-062528-claims"

  private func ending(_ arguments: String...) async throws -> Ending {
    var ending = Ending(code: -1, output: "", errors: "")
    try await withFolder { folder in ending = try await iomodes(arguments, in: folder) }
    return ending
  }

  @Test func articleVerifiesAndTellsWhatIsNotMeasured() async throws {
    try await withFolder { folder in
      let article = try await iomodes(["report", "--study", Self.quick], in: folder)
      #expect(article.code == 0 && article.output.hasPrefix("# Four ways to wait"), "\(article.errors)")
      #expect(article.complaints.count == 1 && article.errors.contains("not measured: FourWaysToWait.md:"))
      try article.output.write(toFile: "\(folder)/a.md", atomically: true, encoding: .utf8)
      let check = try await iomodes(["cite", "--verify", "a.md", "--results", Self.results], in: folder)
      #expect(check.code == 0 && check.output.contains("all match"), "\(check.output)")
    }
  }

  /// Eleven rounds of the suite quick's sleeps, in which every mode does the same.
  private func write(_ name: String, lanes: Int, in folder: String) throws {
    let record = RunRecord(
      runID: name, started: "2026-01-02T03:04:05Z", tool: .init(version: "1", commit: nil, configuration: "release"),
      command: [], seed: 1, suite: .object(["name": .string("quick")]), trialsPlanned: 44,
      environment: Records.Environment())
    let writer = try RunWriter(creating: RunFolder(path: "\(folder)/\(name)"), record)
    let modes = ["blocking", "dispatch", "taskgroup", "epoll"]
    for (index, mode) in (0..<44).map({ ($0, modes[$0 % 4]) }) {
      var trial = TrialRecord(
        runID: name, experiment: "sleep-2ms", trial: index + 1, round: index / 4 + 1, order: index % 4 + 1, seed: 1,
        mode: mode, workload: .object(["kind": .string("sleep"), "duration": .string("2ms")]), concurrency: lanes,
        operations: .init(), valid: true, reasons: [])
      trial.throughput = 500 + Double((index * 7) % 11)
      trial.operations.done = 100
      try writer.append(trial)
    }
  }

  @Test func sentenceThatTheRunContradictsIsReplacedAndTold() async throws {
    try await withFolder { folder in
      try write("out", lanes: 64, in: folder)
      let ending = try await iomodes(["report", "--study", "out"], in: folder)
      #expect(ending.code == 4 && ending.errors.contains("does not bear out 'dispatch > blocking in throughput"))
      #expect(ending.output.contains("**Overlapping waits.** **Not borne out by this run.**"), "\(ending.output)")
      #expect(!ending.output.contains("because a wait takes no CPU"))
    }
  }

  @Test func placeholderThatNamesNothingEndsItWithOneLine() async throws {
    try await withFolder { folder in
      try write("out", lanes: 63, in: folder)
      let ending = try await iomodes(["report", "--study", "out"], in: folder)
      #expect(ending.code == 1 && ending.output.isEmpty && ending.complaints.count == 1, "\(ending.errors)")
      #expect(ending.errors.contains("the experiment sleep-2ms has no trials with 64 lanes"), "\(ending.errors)")
    }
  }

  @Test func wrongUseIsTold() async throws {
    let format = try await ending("report", "--study", Self.quick, "--format", "csv")
    #expect(format.code == 2 && format.errors.contains("--study has no format csv"))
    let both = try await ending("report", "--study", "--claims", Self.quick)
    #expect(both.code == 2 && both.errors.contains("--study and --claims exclude each other"))
    let none = try await ending("reproduce")
    #expect(none.code == 2 && none.errors.contains("reproduce needs a study"))
    let unclaimed = try await ending("reproduce", Self.quick, "--run", Self.quick)
    #expect(unclaimed.code == 1 && unclaimed.errors.contains("measures no claim"))
    let unknown = try await ending("reproduce", Self.claims, "--claim", "uvloop-over-asyncio", "--run", Self.claims)
    #expect(unknown.code == 2 && unknown.errors.contains("is not a claim that"))
    let twice = try await ending("reproduce", Self.claims, "--run", Self.claims, "--output", "x")
    #expect(twice.code == 2 && twice.errors.contains("--run and --output exclude each other"))
  }

  @Test func runReproducesItselfAndNotWhatItLacks() async throws {
    let same = try await ending("reproduce", Self.claims, "--run", Self.claims)
    #expect(same.code == 0 && same.output.contains("semaphore: reproduced"), "\(same.errors)")
    let lacking = try await ending("reproduce", Self.claims, "--claim", "semaphore", "--run", Self.quick)
    #expect(lacking.code == 3 && lacking.output.contains("semaphore: not measured"))
  }

  @Test func claimIsMeasuredByItsOwnExperimentsAlone() async throws {
    try await withFolder { folder in
      let ending = try await iomodes(
        ["reproduce", Self.claims, "--claim", "keep-alive-slips", "--output", "out"], in: folder)
      #expect(ending.code == 0 && ending.output.contains("keep-alive-slips: reproduced"), "\(ending.errors)")
      let run = try RunFolder(path: "\(folder)/out").read()
      #expect(run.trials.isEmpty && run.limits?.experiments.map(\.name) == ["keep-alive-slips"])
    }
  }
}
