import Foundation
import Plan
import Records
import Statistics
import Testing

@testable import Reporting

struct ExplainReportTests {
  private func rendered(
    _ format: OutputFormat = .text, _ query: String = "", run: Run = ExplainedRun.run(), width: Int = 100
  ) throws -> String {
    try ExplainReport(run, in: "out", CitationQuery(query)).render(format, width: width, color: false)
  }

  private func rows(_ text: String) -> [String] {
    text.split(separator: "\n").map { $0.split(separator: " ").joined(separator: " ") }
  }

  @Test func textHasPartsSumMeasuredAndUnexplained() throws {
    let text = try rendered(.text, "threads")
    let table = [
      "tiny: threads, concurrency 1", "part count cost ns ns/op % of measured",
      "sleep-lane 1.00 50.0 [50.0–50.0]* 50.0 [50.0–50.0]* 8.33",
      "kernel-entry 1.00 110 [100–120]* 110 [100–120]* 18.3", "sum 160 [150–170]* 26.7",
      "measured 600 [400–800]* 100", "unexplained 440 [230–650]* 73.3",
      "· kernel-entry: other system calls: at least their entry; those of setting up are left out",
    ]
    #expect(rows(text).dropFirst(2).prefix(table.count) == table[...], "\(text)")
    #expect(!text.contains("not in the sum"))
    #expect(!text.contains("dispatch") && !text.contains("Predicted"))
  }

  @Test func everyPointIsHeldAgainstWhatWasMeasured() throws {
    let text = try rendered()
    #expect(rows(text).contains("experiment mode conc. predicted ns/op measured ns/op ratio missing"), "\(text)")
    #expect(
      rows(text).contains("tiny threads 1 160 [150–170]* 600 [400–800]* 0.267 [0.188–0.425]* 0"), "\(text)")
    #expect(text.contains("within 10 %: 0 of 2 points, 0 with the whole interval"))
    #expect(text.contains("within 20 %: 0 of 2 points") && text.contains("ratios from 0.267 to 0.281"), "\(text)")
  }

  @Test(arguments: [
    (1.1, 1.0, 1.1, "10 %", "10 %"), (0.95, 0.85, 1.05, "10 %", "20 %"), (0.85, 0.7, 1.1, "20 %", nil),
    (1.21, 1.2, 1.3, nil, nil),
  ])
  func nearnessIsOfTheRatioAndOfItsWholeInterval(
    median: Double, low: Double, high: Double, within: String?, wholly: String?
  ) {
    let ratio = Estimate(median: median, low: low, high: high, kind: .range, n: 6)
    #expect(PredictionTally.nearest(ratio, wholly: false) == within)
    #expect(PredictionTally.nearest(ratio, wholly: true) == wholly)
  }

  /// The costs of another folder, which are twice as high.
  @Test func costsOfAnotherRunPredict() throws {
    var other = try #require(ExplainedRun.run().primitives)
    for index in other.primitives.indices { other.primitives[index].cpu = other.primitives[index].cpu?.map { 2 * $0 } }
    let run = ExplainedRun.run(costs: false)
    let text = try ExplainReport(run, in: "out", CitationQuery("threads"), by: other)
      .render(.text, width: 100, color: false)
    #expect(rows(text).contains("sum 320 [300–340]* 53.3"), "\(text)")
  }

  @Test func twoModesStandSideBySide() throws {
    let text = try rendered()
    #expect(text.contains("what dispatch takes more than threads"), "\(text)")
    #expect(rows(text).contains("kernel-entry 2.00 220 [200–240]*"), "\(text)")
    for width in [60, 80, 100] {
      for line in try rendered(.text, width: width).split(separator: "\n") { #expect(line.count <= width, "\(line)") }
    }
  }

  @Test func jsonHasAllNumbers() throws {
    let value = try JSONDecoder().decode(JSONValue.self, from: Data(try rendered(.json).utf8))
    guard case .array(let points)? = value["points"], case .array(let differences)? = value["differences"],
      case .array(let parts)? = points.first?["parts"]
    else { throw CancellationError() }
    #expect(points.count == 2 && points[0]["predicted_ns"]?["median"] == .number(160))
    #expect(points[0]["unexplained_ns"]?["median"] == .number(440) && points[0]["concurrency"] == .number(1))
    #expect(points[0]["predicted_over_measured"]?["high"] == .number(0.425) && points[0]["missing"] == nil)
    #expect(parts[1]["name"] == .string("kernel-entry") && parts[1]["cost_ns"]?["low"] == .number(100))
    #expect(
      value["predictions"]?["points"] == .number(2)
        && value["predictions"]?["predicted_within_20_percent"] == .number(0))
    #expect(differences[0]["mode"] == .string("dispatch") && differences[0]["than"] == .string("threads"))
    #expect(differences[0]["measured_ns"]?["median"] == .number(750))
  }

  @Test func csvHasARowForEachNumber() throws {
    let lines = try rendered(.csv).split(separator: "\n")
    #expect(lines[0] == "experiment,mode,concurrency,than,part,number,value,low,high,interval,n,remark")
    #expect(
      lines.contains(
        "tiny,threads,1,,kernel-entry,share_ns,110.0,100.0,120.0,range,2,other system calls: at least their entry; those of setting up are left out"
      ))
    #expect(lines.contains("tiny,threads,1,,,predicted_ns,160.0,150.0,170.0,range,2,"))
    #expect(lines.contains("tiny,dispatch,1,threads,,measured_ns,750.0,500.0,1000.0,range,2,"))
    #expect(lines.last == ",,,,,interval_within_20_percent,0.0,,,,2,")
  }

  @Test func markdownLatexAndPagesHaveATablePerPoint() throws {
    let markdown = try rendered(.md)
    #expect(
      markdown.contains("## tiny: dispatch, concurrency 1")
        && markdown.contains(#"| kernel-entry | 3.00 | 110 | \[100–120\]\* | 330 | \[300–360\]\* | 24.4 |"#),
      "\(markdown)")
    let latex = try rendered(.latex)
    #expect(latex.contains("\\subsection*{tiny: dispatch, concurrency 1}"))
    #expect(
      latex.contains("kernel-entry & 3.00 & 110 & {[}100--120{]}{*} & 330 & {[}300--360{]}{*} & 24.4"), "\(latex)")
    let page = try rendered(.html)
    #expect(page.hasPrefix("<!DOCTYPE html>") && page.contains("<h2>tiny: dispatch, concurrency 1</h2>"))
    #expect(page.contains("<td class=\"n\">330 <small>[300–360]*</small></td>"), "\(page)")
  }

  @Test func otherMachineAndBuildAreTold() throws {
    var run = ExplainedRun.run(machine: "Sundial")
    run.primitives?.tool.configuration = "debug"
    let text = try rendered(run: run)
    #expect(text.contains("the primitives are of another machine: Sundial"))
    #expect(text.contains("the primitives are of a debug build"))
  }

  @Test func whatIsMissingHasARemedy() {
    func failure(_ run: Run, _ query: String = "") -> ExplainFailure? {
      do throws(ExplainFailure) {
        _ = try ExplainReport(run, in: "out", CitationQuery(query))
        return nil
      } catch {
        return error
      }
    }
    #expect(failure(ExplainedRun.run(costs: false))?.remedy == .primitives(folder: "out"))
    #expect(failure(ExplainedRun.run(audited: false))?.remedy == .audits)
    #expect(failure(ExplainedRun.run(), "thread")?.description.contains("did you mean 'threads'?") == true)
  }
}

/// The numbers of explanations in citations.
struct ExplainCitationTests {
  @Test func everyNumberIsFoundByItsQueryAndNoOther() throws {
    let citations = try CitationRuns.citations(ExplainedRun.run())
    let own = citations.all.filter { $0.place.part != nil || $0.query.contains("predicted") }
    #expect(own.count > 20 && Set(citations.all.map(\.query)).count == citations.all.count)
    for citable in own { #expect(try citations.find(CitationQuery(citable.query)).citable.query == citable.query) }
  }

  @Test(arguments: [
    ("tiny threads concurrency=1 part=kernel-entry share", "110 [100, 120]* ns/op n=2"),
    ("tiny threads concurrency=1 part=kernel-entry count", "1.00 occurrences/op n=1"),
    ("tiny threads concurrency=1 part=kernel-entry cost", "110 [100, 120]* ns n=2"),
    ("sleep threads predicted", "160 [150, 170]* ns/op n=2"),
    ("tiny threads concurrency=1 predicted-over-measured", "0.267 [0.188, 0.425]* x n=2"),
    ("tiny dispatch concurrency=1 measured-above-threads", "750 [500, 1000]* ns/op n=2"),
    ("tiny dispatch concurrency=1 part=kernel-entry count-above-threads", "2.00 occurrences/op n=1"),
    ("run predicted-within-20-percent", "0 points n=2"),
  ])
  func numbersHaveIntervalsAndUnits(query: String, number: String) throws {
    let citations = try CitationRuns.citations(ExplainedRun.run())
    #expect(try citations.find(CitationQuery(query)).form.contains(" = \(number) machine:"))
  }

  @Test func hashIsOfTheTrialsOfThePointAndOfThePrimitives() throws {
    let run = ExplainedRun.run()
    let citations = try CitationRuns.citations(run)
    let encoder = JSONEncoder.stable()
    func lines(_ mode: String) throws -> Data {
      try run.trials.filter { $0.mode == mode }.reduce(into: Data()) {
        $0 += try encoder.encode($1) + Data("\n".utf8)
      }
    }
    let costs = try encoder.encode(try #require(run.primitives))
    let predicted = try citations.find(CitationQuery("threads predicted"))
    #expect(predicted.sha256 == SHA256.hash(try lines("threads") + costs))
    #expect(predicted.render(.text).contains("; cat primitives.json; } | sha256sum"))
    #expect(try citations.find(CitationQuery("threads measured")).sha256 == SHA256.hash(try lines("threads")))
  }

  @Test(arguments: [OutputFormat.md, .latex])
  func tablesCarryCitationsThatMatch(format: OutputFormat) throws {
    let run = ExplainedRun.run()
    let citations = try CitationRuns.citations(run)
    let report = try ExplainReport(run, in: "out", CitationQuery(""))
    let text = report.render(format, width: 0, color: false, citations: citations)
    let check = CitationCheck(text, isLatex: format == .latex) { _ in citations }
    #expect(check.findings.isEmpty, "\(check.findings.prefix(3))")
    for number in ["predicted", "unexplained-share", "part=sleep-lane share", "share-above-threads"] {
      #expect(text.contains(" \(number) = "), "\(number): \(text)")
    }
    // All but "100 %", in the two points' tables, in the difference and in the overview.
    #expect(check.count == 2 * (2 * 4 + 5) + 2 * 2 + 2 + 2 * 4, "\(check.count): \(text)")
  }
}
