import Foundation
import Records
import TestSupport
import Testing

/// The output and exit code of `iomodes explain`, on a synthetic run.
@Suite(.fewAtOnce, .endsHangs) struct ExplainCommandTests {
  /// Two rounds of a mode and its audit.
  private func write(_ name: String, audited: Bool = true, costs: Bool = true, in folder: String) throws {
    let record = RunRecord(
      runID: name, started: "2026-01-02T03:04:05Z", tool: .init(version: "1", commit: nil, configuration: "release"),
      command: [], seed: 1, suite: .null, trialsPlanned: 3, environment: Records.Environment())
    let writer = try RunWriter(creating: RunFolder(path: "\(folder)/\(name)"), record)
    for round in 0...2 {
      var trial = TrialRecord(
        runID: name, experiment: "sleep", trial: round + 1, round: round, order: 1, seed: 1, mode: "epoll",
        workload: .object(["kind": .string("sleep"), "duration": .string("1ms")]), concurrency: 4, operations: .init(),
        valid: true, reasons: [])
      trial.operations.done = 100
      if round == 0 {
        guard audited else { continue }
        trial.audit = TrialRecord.Audit(tool: "perf")
        trial.audit?.operations = 100
        trial.audit?.client = .init(syscalls: 300, switches: 0, allocations: 0, byName: [:])
      } else {
        trial.client = ProcessUsage()
        trial.client?.cpuTime = 100_000
      }
      try writer.append(trial)
    }
    guard costs else { return }
    let primitives = PrimitivesRecord(
      started: "2026-01-02T03:04:05Z", tool: record.tool, machine: record.environment, rounds: 1,
      primitives: [
        .init(.init("kernel-entry"), about: "", cpu: [200]), .init(.init("sleep-lane"), about: "", cpu: [50]),
      ])
    try JSONEncoder().encode(primitives).write(to: URL(fileURLWithPath: "\(folder)/\(name)/primitives.json"))
  }

  private func explain(_ arguments: String...) async throws -> Ending {
    var ending = Ending(code: -1, output: "", errors: "")
    try await withFolder { folder in
      try write("out", in: folder)
      try write("plain", audited: false, in: folder)
      try write("unpriced", costs: false, in: folder)
      ending = try await iomodes(["explain"] + arguments, in: folder)
    }
    return ending
  }

  @Test func sumStandsBesideTheMeasured() async throws {
    let ending = try await explain("out", "epoll", "concurrency=4")
    #expect(ending.code == 0 && ending.errors.isEmpty, "\(ending.errors)")
    #expect(ending.output.contains("sleep: epoll, concurrency 4"), "\(ending.output)")
    let rows = ending.output.split(separator: "\n").map { $0.split(separator: " ") }
    #expect(
      rows.contains { $0.starts(with: ["sum", "650"]) } && rows.contains { $0.starts(with: ["measured", "1,000"]) })
    let json = try await explain("out", "--format", "json")
    #expect(try JSONDecoder().decode(JSONValue.self, from: Data(json.output.utf8))["points"] != nil)
  }

  @Test func costsMayBeOfAnotherFolder() async throws {
    let ending = try await explain("unpriced", "--primitives", "out")
    let rows = ending.output.split(separator: "\n").map { $0.split(separator: " ") }
    #expect(ending.code == 0 && rows.contains { $0.starts(with: ["sum", "650"]) }, "\(ending)")
    let cited = try await explain("unpriced", "--primitives", "out", "--format", "md", "--cite")
    #expect(cited.code == 2 && cited.errors.contains("verified from the run alone"), "\(cited.errors)")
    let none = try await explain("out", "--primitives", "unpriced")
    #expect(none.code == 1 && none.errors.contains("unpriced/primitives.json"), "\(none.errors)")
  }

  @Test func citationsOfExplanationsAreVerifiedFromTheRunAlone() async throws {
    try await withFolder { folder in
      try write("out", in: folder)
      let cited = try await iomodes("cite", "out", "sleep epoll predicted", in: folder)
      #expect(cited.output.hasPrefix("650 ns/op (n = 1) [iomodes:out sleep epoll concurrency=4 predicted = 650 "))
      let tables = try await iomodes("explain", "out", "--format", "md", "--cite", in: folder)
      try (cited.output + tables.output).write(toFile: folder + "/text.md", atomically: true, encoding: .utf8)
      let check = try await iomodes("cite", "--verify", "text.md", "--results", ".", in: folder)
      #expect(check.code == 0 && check.output.hasSuffix("citations, all match\n"), "\(check.output)")
      let costs = try String(contentsOfFile: folder + "/out/primitives.json", encoding: .utf8)
      try costs.replacing("[200]", with: "[201]")
        .write(toFile: folder + "/out/primitives.json", atomically: true, encoding: .utf8)
      let changed = try await iomodes("cite", "--verify", "text.md", "--results", ".", in: folder)
      #expect(changed.code == 4 && changed.output.contains("should be 653"), "\(changed.output)")
    }
  }

  @Test func whatIsMissingNamesTheCommandThatMeasuresIt() async throws {
    #expect(
      try await explain("plain").errors == "iomodes: plain has no valid audit; `iomodes run --audit` records them\n")
    #expect(
      try await explain("unpriced").errors
        == "iomodes: unpriced has no costs of primitives; measure them with `iomodes primitives --output unpriced`\n")
    let mistyped = try await explain("out", "epol")
    #expect(mistyped.code == 2 && mistyped.errors.contains("did you mean 'epoll'?"), "\(mistyped.errors)")
    let nameless = try await explain()
    #expect(nameless.code == 2 && nameless.errors == "iomodes: explain needs a run; name its folder\n")
  }
}
