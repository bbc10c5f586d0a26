import Foundation
import Records
import TestSupport
import Testing

/// The output and exit code of `iomodes export` and `iomodes merge`, on synthetic runs.
@Suite(.endsHangs) struct DataFormatTests {
  private func write(_ name: String, cpu: String = "Abacus", delay: String = "2ms", in folder: String) throws {
    var environment = Records.Environment()
    environment.cpuModel = cpu
    let record = RunRecord(
      runID: name, started: "2026-01-02T03:04:05Z", tool: .init(version: "1", commit: nil, configuration: "release"),
      command: [], seed: 1, suite: .null, trialsPlanned: 2, environment: environment)
    let writer = try RunWriter(creating: RunFolder(path: "\(folder)/\(name)"), record)
    for (index, mode) in ["blocking", "epoll"].enumerated() {
      var trial = TrialRecord(
        runID: name, experiment: "http", trial: index + 1, round: 1, order: index + 1, seed: .max - 1, mode: mode,
        workload: .object(["kind": .string("http"), "delay": .string(delay)]), concurrency: 64, operations: .init(),
        valid: true, reasons: [])
      trial.throughput = 1.0 / 3
      try writer.append(trial)
    }
  }

  /// Runs command lines in order; returns the last one's ending, and all files of the folder.
  private func carryOut(_ lines: [String], later: String? = nil) async throws -> (Ending, [String: Data]) {
    var ending = Ending(code: -1, output: "", errors: "")
    var files: [String: Data] = [:]
    try await withFolder { folder in
      try write("a", in: folder)
      try write("b", in: folder)
      try write("other", delay: "3ms", in: folder)
      try write("elsewhere", cpu: "Slide rule", in: folder)
      if let later {
        let path = "\(folder)/b/\(later)"
        let text = try String(contentsOfFile: path, encoding: .utf8)
        try text.replacing("{", with: "{\"later\":1,", maxReplacements: 1)
          .write(toFile: path, atomically: true, encoding: .utf8)
      }
      for line in lines { ending = try await iomodes(line.split(separator: " ").map(String.init), in: folder) }
      for name in FileManager.default.enumerator(atPath: folder)?.compactMap({ $0 as? String }) ?? [] {
        files[name] = FileManager.default.contents(atPath: "\(folder)/\(name)")
      }
    }
    return (ending, files)
  }

  @Test func mergedRunIsThereAsAWholeAndItsPartsStayAsTheyAre() async throws {
    let (_, before) = try await carryOut([])
    let (ending, after) = try await carryOut(["merge a b --output deep/er/both/"])
    #expect(ending.code == 0 && ending.errors.isEmpty, "\(ending.errors)")
    #expect(ending.output == "deep/er/both: 4 trials of 2 runs\n")
    for (name, data) in before where name.contains("/") { #expect(after[name] == data) }
    #expect(
      after.keys.filter { $0.hasPrefix("deep/er/") }.sorted()
        == ["deep/er/both/run.json", "deep/er/both/trials.jsonl"])
    let text = String(decoding: after["deep/er/both/trials.jsonl"] ?? Data(), as: UTF8.self)
    #expect(text.contains(#""run_id":"a","schema_version":1,"seed":18446744073709551614"#), "whole to the last digit")
  }

  @Test(arguments: ["report", "compare", "export --output out", "merge elsewhere --allow-differences --output out"])
  func commandsTakeAMergedRun(_ command: String) async throws {
    var words = command.split(separator: " ", maxSplits: 1).map(String.init)
    words.insert("both", at: 1)
    let (ending, _) = try await carryOut(["merge a b --output both", words.joined(separator: " ")])
    #expect(ending.code == 0 && !ending.output.isEmpty, "\(ending.errors)")
  }

  @Test(
    arguments: [
      ("merge a", 2, "merge needs two runs or more"),
      ("merge a b", 2, "merge needs --output"),
      ("merge a nothing --output c", 1, "there is no run 'nothing'"),
      ("merge a b --output other", 1, "other already exists; name another --output"),
      ("merge a b --output /proc/c", 1, "cannot write /proc/c: "),
      ("merge a a --output c", 1, "a is given twice"),
      (
        "merge a other --output c --allow-differences", 1,
        "a and other are not the same work: http: workload delay: 2ms"
      ),
      ("merge a elsewhere --output c", 1, "machines or builds differ: cpu_model: Abacus in a; Slide rule in elsewhere"),
      ("export a --format hgrm,xml", 2, "--format 'hgrm,xml' is not a list of hgrm, hlog, csv"),
      ("export nothing", 1, "there is no run 'nothing'"),
      ("export a --output a/run.json/c", 1, "cannot create a/run.json/c: "),
    ] as [(String, Int32, String)])
  func whatCannotBeDoneIsRefusedInOneLine(line: String, code: Int32, complaint: String) async throws {
    let (_, before) = try await carryOut([])
    let (ending, after) = try await carryOut([line])
    #expect(ending.code == code)
    #expect(ending.output.isEmpty)
    #expect(ending.complaints.count == 1 && ending.errors.contains(complaint), "\(ending.errors)")
    #expect(Set(after.keys).subtracting(["stdout", "stderr"]) == Set(before.keys), "and nothing is left behind")
  }

  @Test(arguments: ["run.json", "trials.jsonl"])
  func fieldsThatWouldBeLostAreRefused(_ file: String) async throws {
    let (ending, after) = try await carryOut(["merge a b --output c"], later: file)
    #expect(ending.code == 1 && after["c/run.json"] == nil)
    #expect(ending.complaints.count == 1 && ending.errors.contains("b/\(file)") && ending.errors.contains("would lose"))
  }

  @Test func differencesThatAreAllowedAreTold() async throws {
    let (ending, files) = try await carryOut(["merge a elsewhere --output c --allow-differences"])
    #expect(ending.code == 0 && files["c/run.json"] != nil)
    #expect(ending.errors == "iomodes: mixed machines or builds: cpu_model: Abacus in a; Slide rule in elsewhere\n")
  }

  @Test func mergedRunIsNotResumed() async throws {
    let (ending, _) = try await carryOut(["merge a b --output both", "run --resume both"])
    #expect(
      ending.code == 1
        && ending.errors == "iomodes: both is merged from a, b: go on with one of those, and merge again\n")
  }
}
