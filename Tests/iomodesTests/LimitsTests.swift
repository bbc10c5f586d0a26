import Foundation
import Plan
import Records
import TestSupport
import Testing

@testable import Harness
@testable import iomodes

@Suite(.serialized, .fewAtOnce, .endsHangs) struct LimitsCommandTests {
  private struct Record: Decodable {
    struct Experiment: Decodable {
      var name: String
      var verdict: String
      var measurement: [String: Double]?
    }
    var experiments: [Experiment]
  }

  @Test func recordIsWrittenAndNothingElseIsLeft() async throws {
    try await withFolder { folder in
      let running = try Running(
        ["limits", "keep-alive-slips", "select", "--format", "json", "--output", "out"], in: folder)
      let ending = try await running.ended()
      #expect(ending.code == 0, "\(ending.errors)")
      #expect(ending.errors == "iomodes: the record is in out/limits.json\n")
      let file = try Data(contentsOf: URL(fileURLWithPath: folder + "/out/limits.json"))
      #expect(file == Data(ending.output.utf8))
      let record = try JSONDecoder().decode(Record.self, from: file)
      #expect(record.experiments.map(\.name) == ["select", "keep-alive-slips"])
      for experiment in record.experiments where experiment.verdict != "skipped" {
        #expect(experiment.measurement?.isEmpty == false)
      }
      #expect(try await eventually(within: 5) { running.children.isEmpty })
      let again = try await iomodes("limits", "select", "--output", "out", in: folder)
      #expect(again.code == 1)
      #expect(again.errors == "iomodes: out already holds a limits.json; name another --output\n")
    }
  }

  @Test func killLeavesNoChild() async throws {
    try await expectNoChildLeft(ofKilled: ["limits", "dispatch-growth", "--output", "out"])
  }

  @Test func listNamesAllAndMeasuresNothing() async throws {
    try await withFolder { folder in
      let ending = try await iomodes("limits", "--list", in: folder)
      for limit in Limit.allCases { #expect(ending.output.contains(limit.rawValue)) }
      for line in ending.output.split(separator: "\n") { #expect(line.count <= 100, "\(line)") }
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder).sorted() == ["stderr", "stdout"])
      let wrong = try await iomodes("limits", "port", in: folder)
      #expect(wrong.code == 2 && wrong.errors.contains("did you mean 'ports'?"), "\(wrong.errors)")
    }
  }

  @Test func suiteCarriesLimitsOutOnceAndItsReportHasTheirClaims() async throws {
    try await withFolder { folder in
      let suite = #"{"name": "slips", "limits": ["select", "keep-alive-slips"]}"#
      try suite.write(toFile: folder + "/slips.json", atomically: true, encoding: .utf8)
      let run = try await iomodes("run", "slips.json", "--output", "out", in: folder)
      #expect(run.code == 0 && run.complaints.first == "iomodes: suite slips: 2 experiments on limits, about 3 s")
      let limits = try #require(try RunFolder(path: folder + "/out").read().limits)
      #expect(limits.experiments.map(\.name) == ["select", "keep-alive-slips"])
      for experiment in limits.experiments where experiment.verdict != .skipped {
        let claim = experiment.name == "select" ? "select-1024" : experiment.name
        #expect(run.output.contains("\n\(claim): holds within bounds\n"), "\(run.output)")
      }

      let written = try Data(contentsOf: URL(fileURLWithPath: folder + "/out/limits.json"))
      let resumed = try await iomodes("run", "--resume", "out", "--quiet", in: folder)
      #expect(resumed.code == 0, "\(resumed.errors)")
      #expect(try Data(contentsOf: URL(fileURLWithPath: folder + "/out/limits.json")) == written)
      let claims = try await iomodes("report", "out", "--claims", "--format", "csv", in: folder)
      #expect(claims.code == 0 && claims.output.contains("\nsleeps-at-once,"), "\(claims.errors)")
    }
  }

  @Test func numbersStandBesideWhatWasPredicted() {
    let results = [
      LimitResult(
        .select,
        [
          LimitResult.Observation("served", .connections, exactly: 1019, measured: 1019),
          LimitResult.Observation("ended by", .signal, exactly: 0, measured: 6),
          LimitResult.Observation("late by", .nanoseconds, within: 1e6...2e6, measured: 1.5e6),
        ], "So it is."),
      LimitResult(.ports, [], "Not here."),
    ]
    let text = """
      select: otherwise
        served    1,019              1,019 connections
        ended by  no signal          signal 6
        late by   1.00 ms … 2.00 ms  1.50 ms
        So it is.

      ports: skipped
        Not here.

      1 otherwise, 1 skipped
      """
    #expect(LimitsText.render(results, width: 100) == text)
    let table = LimitsText.markdown(results)
    #expect(table.contains("| what | predicted | measured |\n|---|---|---|\n| served | 1,019 | 1,019 connections |"))
  }
}
