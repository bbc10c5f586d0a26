import Foundation
import Records
import TestSupport
import Testing

/// The output and exit code of `iomodes cite`, on a synthetic run.
@Suite(.endsHangs) struct CiteTests {
  private func write(_ name: String, in folder: String) throws {
    let folder = RunFolder(path: "\(folder)/\(name)")
    let record = RunRecord(
      runID: folder.name, started: "2026-01-02T03:04:05Z",
      tool: .init(version: "1", commit: "0123456789abcdef-dirty", configuration: "release"),
      command: [], seed: 1, suite: .null, trialsPlanned: 14, environment: Records.Environment())
    let writer = try RunWriter(creating: folder, record)
    for round in 1...7 {
      for (index, (mode, value)) in [("blocking", 1000.0), ("epoll", 2000)].enumerated() {
        var trial = TrialRecord(
          runID: folder.name, experiment: "http-2ms", trial: 2 * round - 1 + index, round: round, order: 1, seed: 1,
          mode: mode,
          workload: .object(["kind": .string("http")]), concurrency: 64, operations: .init(), valid: mode == "epoll",
          reasons: mode == "epoll" ? [] : ["steal: 12 %"])
        trial.throughput = value + Double(round)
        try writer.append(trial)
      }
    }
  }

  private func cite(_ arguments: [String], document: String? = nil) async throws -> Ending {
    try await end(["cite"] + arguments, files: document.map { ["paper.tex": $0] } ?? [:])
  }

  private func end(_ arguments: [String], files: [String: String]) async throws -> Ending {
    var ending = Ending(code: -1, output: "", errors: "")
    try await withFolder { folder in
      try write("results/old", in: folder)
      for (name, text) in files {
        try text.write(toFile: "\(folder)/\(name)", atomically: true, encoding: .utf8)
      }
      ending = try await iomodes(arguments, in: folder)
    }
    return ending
  }

  @Test(arguments: ["text", "md", "latex", "json"])
  func numberIsPrinted(format: String) async throws {
    let ending = try await cite(["old", "http", "epoll", "throughput", "--format", format])
    #expect(ending.code == 0 && ending.errors.isEmpty, "\(ending.errors)")
    #expect(ending.output.contains("http-2ms epoll concurrency=64 throughput = 2004 [2001, 2007] op/s n=7 "))
    #expect(ending.output.contains(" machine:not-recorded commit:0123456789ab-dirty sha256:"))
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
    #expect(elsewhere.code == 1 && elsewhere.output.contains("was not found under nowhere"))
  }

  /// In a unit of its own, a table may show more digits than its citation has.
  @Test func missingRunIsNoMismatchWhateverTheDigits() async throws {
    let form =
      "[iomodes:gone http epoll p99 = 1.76 [1.70, 1.81] ms n=7 machine:m commit:c sha256:\(String(repeating: "0", count: 64))]"
    func verify(_ number: String) async throws -> Ending {
      try await cite(["--verify", "paper.tex"], document: "It takes \(number) % \(form)\n")
    }
    for number in ["1764 µs", "1.76 ms", "1.764 ms [1.698–1.814]"] {
      let ending = try await verify(number)
      #expect(ending.code == 1 && ending.output.contains("mismatches: 0, unchecked: 1"), "\(ending.output)")
    }
    let lines = try await cite(["old", "--macros"]).output.split(separator: "\n")
    let last = try #require(lines.last)
    let macros = (lines.dropLast() + [last.replacing("[iomodes:old ", with: "[iomodes:gone ")]).joined(separator: "\n")
    let mixed = try await end(["cite", "--verify", "numbers.tex"], files: ["numbers.tex": macros])
    #expect(mixed.code == 1 && mixed.output.contains("mismatches: 0, unchecked: 1"), "\(mixed.output)")
    let wrong = try await verify("1784 µs")
    #expect(wrong.code == 4 && wrong.output.contains("the text has 1784 µs for the value"), "\(wrong.output)")
  }

  @Test func paperOfMacrosAloneIsCheckedWithTheFileOfTheMacros() async throws {
    let macros = try await cite(["old", "--macros", "--prefix", "quick"]).output
    let paper = "\\input{numbers}\n\nIt is $\\quickHttpTwoMsEpollCSixtyfourThroughput$\\,op/s.\n"
    let command = ["cite", "--verify", "paper.tex"]
    let good = try await end(command, files: ["paper.tex": paper, "numbers.tex": macros])
    #expect(good.code == 0 && good.output == "paper.tex: 1 citation, all match\n", "\(good.output)\(good.errors)")
    let stale = macros.replacing("{2,004}", with: "{2,040}")
    let bad = try await end(command, files: ["paper.tex": paper, "numbers.tex": stale])
    #expect(bad.code == 4 && bad.output.contains("numbers.tex:") && bad.output.contains(": stale: 1 of its "))
    #expect(bad.output.contains("paper.tex:3: \\quickHttpTwoMsEpollCSixtyfourThroughput: "), "\(bad.output)")
    let lone = try await end(command, files: ["paper.tex": paper])
    #expect(lone.code == 1, "\(lone.output)")
    #expect(lone.output.contains("paper.tex:1: 'numbers' is read here, but the file does not exist"))
  }

  @Test func olderCitationIsCheckedAsFarAsItGoes() async throws {
    let citation = String(try await cite(["old", "http epoll throughput"]).output.prefix { $0 != "\n" })
    let older = citation.replacing(/\ machine:.* sha256:([0-9a-f]{16})[0-9a-f]+/) { " sha256:\($0.1)" }
    let good = try await cite(["--verify", "paper.tex"], document: older)
    #expect(good.code == 0 && good.output.hasSuffix("paper.tex: 1 citation, all match\n"), "\(good.output)")
    #expect(good.output.contains("paper.tex:1: older form"))
    let wrong = older.replacing(/sha256:(.)/) { $0.1 == "0" ? "sha256:1" : "sha256:0" }
    #expect(try await cite(["--verify", "paper.tex"], document: wrong).code == 4)
  }

  @Test(arguments: [("md", "tables.md", ["--cite"]), ("latex", "tables.tex", [])])
  func tablesCarryTheirCitations(format: String, name: String, options: [String]) async throws {
    let tables = try await end(["report", "old", "--format", format] + options, files: [:])
    #expect(
      tables.code == 0 && tables.output.contains(" epoll concurrency=64 throughput = 2004 "), "\(tables.errors)")
    let good = try await end(["cite", "--verify", name], files: [name: tables.output])
    #expect(good.code == 0 && good.output.contains("all match"), "\(good.output)\(good.errors)")
    let wrong = tables.output.replacing("2,004", with: "2,400")
    #expect(try await end(["cite", "--verify", name], files: [name: wrong]).code == 4)
  }

  @Test func trialThatIsThereTwiceIsRefusedInALine() async throws {
    try await withFolder { folder in
      try write("results/old", in: folder)
      let path = folder + "/results/old/trials.jsonl"
      let lines = try String(contentsOfFile: path, encoding: .utf8)
      try (lines + lines.split(separator: "\n")[3] + "\n").write(toFile: path, atomically: true, encoding: .utf8)
      for arguments in [
        ["report", "old"], ["cite", "old", "http epoll throughput"], ["run", "--resume", "results/old"],
      ] {
        let ending = try await iomodes(arguments, in: folder)
        #expect(ending.code == 1 && ending.complaints.count == 1, "\(ending.output)\(ending.errors)")
        #expect(ending.errors.contains("trials.jsonl: line 15 repeats trial 4 of line 4; they are equal"))
      }
    }
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
      (["old", "http epoll p50"], 2, "'p50' is unknown"),
      (["old", "epoll"], 2, "'epoll' matches "),
      (["old", "--list", "--macros"], 2, "--list and --macros exclude each other"),
      (["old", "epoll", "--list"], 2, "--list takes no query"),
      (["old", "--verify", "paper.tex"], 2, "--verify takes no run"),
      (["old", "--list", "--prefix", "x"], 2, "--prefix needs --macros"),
      (["old", "--macros", "--prefix", "run2"], 2, "--prefix 'run2' is not letters only"),
      (["old", "epoll", "--results", "x"], 2, "--results needs --verify"),
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
