import Foundation
import Records
import Testing

/// How `iomodes cite` ends, on a run that never took place.
@Suite(.timeLimit(.minutes(1))) struct CiteTests {
  private func write(_ name: String, in folder: String) throws {
    let record = RunRecord(
      runID: name, started: "2026-01-02T03:04:05Z", tool: .init(version: "1", commit: nil, configuration: "release"),
      command: [], seed: 1, suite: .null, trialsPlanned: 14, environment: Records.Environment())
    let writer = try RunWriter(creating: RunFolder(path: "\(folder)/\(name)"), record)
    for round in 1...7 {
      for (mode, value) in [("blocking", 1000.0), ("epoll", 2000)] {
        var trial = TrialRecord(
          runID: name, experiment: "http-2ms", trial: round, round: round, order: 1, seed: 1, mode: mode,
          workload: .object(["kind": .string("http")]), concurrency: 64, operations: .init(), valid: mode == "epoll",
          reasons: mode == "epoll" ? [] : ["steal: 12 %"])
        trial.throughput = value + Double(round)
        try writer.append(trial)
      }
    }
  }

  private func cite(_ arguments: [String], document: String? = nil) async throws -> Ending {
    var ending = Ending(code: -1, output: "", errors: "")
    try await withFolder { folder in
      try write("results/old", in: folder)
      try document?.write(toFile: folder + "/paper.tex", atomically: true, encoding: .utf8)
      ending = try await iomodes(["cite"] + arguments, in: folder)
    }
    return ending
  }

  @Test(arguments: ["text", "md", "latex", "json"])
  func numberIsPrinted(format: String) async throws {
    let ending = try await cite(["old", "http", "epoll", "throughput", "--format", format])
    #expect(ending.code == 0 && ending.errors.isEmpty, "\(ending.errors)")
    #expect(ending.output.contains("http-2ms epoll concurrency=64 throughput = 2004 [2001, 2007] op/s n=7 sha256:"))
  }

  @Test func documentThatCitesIsChecked() async throws {
    let citation = try await cite(["old", "http epoll throughput", "--format", "latex"]).output
    let good = try await cite(["--verify", "paper.tex"], document: citation)
    #expect(good.code == 0 && good.output == "paper.tex: 1 citation, all match\n", "\(good.errors)")
    let wrong = citation.replacing("2,001", with: "2,000").replacing("2007]", with: "2008]")
    let bad = try await cite(["--verify", "paper.tex"], document: "\n" + wrong)
    #expect(bad.code == 4)
    #expect(bad.output.contains("paper.tex:2: http-2ms epoll concurrency=64 throughput: the high end is 2008"))
    #expect(bad.output.contains("the text has 2000 for the low end, and its citation 2001"))
    let elsewhere = try await cite(["--verify", "paper.tex", "--results", "nowhere"], document: citation)
    #expect(elsewhere.code == 1 && elsewhere.output.contains("is not there under nowhere"))
  }

  @Test func listAndMacrosHaveEveryNumber() async throws {
    let list = try await cite(["old", "--list"])
    #expect(list.code == 0 && list.output.contains("http-2ms epoll concurrency=64 throughput  "))
    let macros = try await cite(["old", "--macros"])
    #expect(macros.output.contains("\\newcommand{\\iomodesHttpTwoMsEpollCSixtyfourThroughput}{2,004}"))
  }

  @Test(
    arguments: [
      ([], 2, "cite needs a run and a query"), (["old"], 2, "cite needs a query"),
      (["old", "http epoll p50"], 2, "nothing answers to 'p50'"),
      (["old", "epoll"], 2, "'epoll' matches "), (["old", "--list", "--macros"], 2, "--list goes without --macros"),
      (["old", "epoll", "--list"], 2, "--list goes without a query"),
      (["old", "--verify", "paper.tex"], 2, "--verify goes without a run"),
      (["old", "epoll", "--results", "x"], 2, "--results goes with --verify"),
      (["old", "epoll", "--format", "csv"], 2, "--format 'csv' is not one of text, md, latex, json"),
      (["--verify", "nothing.md"], 1, "cannot read nothing.md"),
      (["nothing", "epoll"], 1, "there is no run 'nothing'"),
      (["--verify", "results/old/run.json"], 1, "has no citations"),
      (["old", "http blocking throughput"], 3, "http-2ms blocking concurrency=64 has no valid trial"),
    ] as [([String], Int32, String)])
  func whatCannotBeCitedIsRefusedInALine(arguments: [String], code: Int32, complaint: String) async throws {
    let ending = try await cite(arguments)
    #expect(ending.code == code)
    #expect(ending.output.isEmpty)
    #expect(ending.complaints.first?.contains(complaint) == true, "\(ending.errors)")
  }

  @Test func citationFileHasTheVersionOfTheProgram() async throws {
    let root = (0..<3).reduce(#filePath) { path, _ in (path as NSString).deletingLastPathComponent }
    let file = try String(contentsOfFile: root + "/CITATION.cff", encoding: .utf8)
    var version = ""
    try await withFolder { folder in version = try await iomodes(["--version"], in: folder).output }
    #expect(file.contains("\nversion: \(version.split(separator: " ").last ?? "")"))
  }
}
