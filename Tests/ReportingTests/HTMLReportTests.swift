import Foundation
import Plan
import Records
import Testing

@testable import Reporting

struct HTMLReportTests {

  private func page(_ run: Run, figures: PageFigures = .withoutGnuplot) -> String {
    Report(run, figures: figures).render(.html, width: 0, color: false)
  }

  private static let hostile = #"</title><script>alert(1)</script>"><img src=x onerror='alert(2)'>&amp;"#

  @Test func theFirstScreenHasTheVerdict() {
    let words = ParsedPage(page(SyntheticRun(rounds: 10).run())).words
    #expect(words.contains("http-2ms: at 64 lanes, epoll sustains "), "\(words.prefix(2000))")
    #expect(words.contains("Trust: 80 of 80 trials are valid"))
  }

  @Test func whatIsNotSignificantlyDifferentFromTheFirstIsBoldToo() {
    var trials: [TrialRecord] = []
    for round in 1...10 {
      trials.append(TinyRun.trial("dispatch", round: round, throughput: 1000))
      trials.append(TinyRun.trial("epoll", round: round, throughput: round % 2 == 0 ? 1006 : 998))
      trials.append(TinyRun.trial("threads", round: round, throughput: 900 + Double(round)))
      trials.append(TinyRun.trial("null", round: round, throughput: 1e6))
    }
    let run = TinyRun.run(trials)
    let table = Headline(Document(run).headline, Document(run).verdicts, PageAnchors([])).table?.text ?? ""
    #expect(table.contains("<b>1,000</b>") && table.contains("<b>1,002</b>"), "\(table)")
    #expect(table.contains(">905.5<") && table.contains(">1,000k<"))
  }

  @Test func withTooFewRoundsNothingIsBold() {
    let run = SyntheticRun(rounds: 5).run()
    let table = Headline(Document(run).headline, Document(run).verdicts, PageAnchors([])).table?.text ?? ""
    #expect(table.contains("64 lanes, too few rounds for a verdict") && !table.contains("<b>"))
  }

  @Test func ofManyExperimentsTheFirstScreenCounts() {
    let names = ["a", "b", "c", "d", "e", "f"]
    let run = SyntheticRun.run(of: names.map { SyntheticRun(experiment: $0, rounds: 6) })
    let parsed = ParsedPage(page(run))
    #expect(parsed.words.contains("Verdicts: of 6 closed-loop experiments that compare modes, "))
    #expect(parsed.elements.filter { $0.name == "section" }.count == names.count + 4)
  }

  /// But for the ends of its axes, which have two digits.
  @Test func allNumbersOfTheTextReportAreThere() {
    let run = SyntheticRun(modes: ["blocking", "dispatch", "epoll"], rounds: 6).run()
    func numbers(_ text: String) -> Set<Substring> {
      Set(text.split { !"0123456789,.".contains($0) }.filter { $0.contains(".") && $0.count > 3 })
    }
    let text = Report(run).render(.text, width: 100, color: false)
    #expect(numbers(text).subtracting(numbers(ParsedPage(page(run)).words)) == [])
  }

  @Test func aRunCannotPutMarkupIntoThePage() {
    var trials: [TrialRecord] = []
    for mode in ["epoll", Self.hostile] {
      for round in 1...6 {
        var trial = TinyRun.trial(mode, round: round, throughput: 100, experiment: Self.hostile)
        trial.variant = Self.hostile
        trial.workload = .object(["kind": .string(Self.hostile), Self.hostile: .string(Self.hostile)])
        if round > 3 {
          trial.valid = false
          trial.reasons = [Self.hostile]
        }
        trial.operations.failed = [Self.hostile: 1]
        trials.append(trial)
      }
    }
    var run = TinyRun.run(trials)
    run.record.runID = Self.hostile
    run.record.started = Self.hostile
    run.record.command = [Self.hostile]
    run.record.suite = .object(["name": .string(Self.hostile), "about": .string(Self.hostile)])
    run.record.environment.cpuModel = Self.hostile
    let svg = "<svg viewBox=\"0 0 9 9\"><title>\(Self.hostile)</title><text>\(Self.hostile)</text></svg>"
    let figures = PageFigures(
      figures: [.init(kind: .cpu, experiment: Self.hostile, question: Self.hostile, subject: Self.hostile, svg: svg)])
    let page = page(run, figures: figures)
    #expect(ParsedPage(page).complaints == [])
    #expect(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;"))
    #expect(!page.contains("<script>alert") && !page.contains("<img"))
  }

  @Test(.enabled(if: FigureFolder.gnuplot != nil, "gnuplot is not installed"))
  func allFiguresAreInThePageAndSoAreThoseOfAHostileRun() throws {
    let run = SyntheticRun.run(of: [
      SyntheticRun(), SyntheticRun(experiment: Self.hostile, rounds: 2),
      SyntheticRun(experiment: "load", concurrencies: [16], rates: [100, 1000, 4000]),
    ])
    let figures = try Figures.forPage(run, gnuplot: try #require(FigureFolder.gnuplot))
    let drawn = GnuplotData.files(of: run).count { $0.absence == nil }
    #expect(figures.figures.count == drawn && drawn >= 9)
    let page = page(run, figures: figures)
    let parsed = ParsedPage(page)
    #expect(parsed.complaints == [])
    #expect(parsed.count("svg") == drawn)
    #expect(parsed.count("path") > 100 && parsed.count("text") > 100)
    #expect(!parsed.words.contains("No figures"))
    let again = try Figures.forPage(run, gnuplot: try #require(FigureFolder.gnuplot))
    #expect(page == self.page(run, figures: again))
  }

  @Test func figuresThatBelongToSeveralExperimentsComeAfterThemAll() {
    let svg = "<svg><g/></svg>"
    let figures = ["http-2ms", "other"].map {
      PageFigures.Figure(kind: .cpu, experiment: $0, question: "What does it cost?", subject: "cost", svg: svg)
    }
    let page = page(SyntheticRun(rounds: 1).run(), figures: PageFigures(figures: figures))
    #expect(
      page.contains(
        "<h2>Across experiments</h2></summary>\n<details class=\"figures\" open><summary>1 figure: What does it cost?"
          + "</summary>\n<figure>\n<svg role=\"img\" aria-label=\"What does it cost? other: cost\">"))
    #expect(ParsedPage(page).count("figure") == 2)
  }

  @Test func withoutGnuplotThePageSaysSoAndEverythingElseStands() {
    let parsed = ParsedPage(page(SyntheticRun().run()))
    #expect(parsed.complaints == [])
    #expect(parsed.words.contains("No figures: gnuplot was not installed"))
    #expect(parsed.count("svg") == 0 && parsed.count("table") == 3)
  }

  @Test(arguments: ["20261121-082442-quick", "20261121-105051-serve"])
  func pagesOfTheCommittedRunsAreWellFormed(name: String) throws {
    let run = try RunFolder(path: "\(CitationRuns.project)/results/\(name)").read()
    let page = page(run)
    #expect(ParsedPage(page).complaints == [])
    #expect(page == self.page(run))
    #expect(page.utf8.count < 400_000)
  }

  @Test func strangeRunsHaveAPage() {
    let runs = [
      TinyRun.run([], planned: 12), TinyRun.example,
      SyntheticRun(skips: { mode, lanes in mode == "blocking" && lanes > 1 }).run(),
      SyntheticRun(modes: ["epoll"], concurrencies: [16], rates: [1000, 4000, 7000, 90_000]).run(),
      TinyRun.run([TinyRun.trial("", concurrency: -1, throughput: .nan, experiment: "")]),
    ]
    for run in runs { #expect(ParsedPage(page(run)).complaints == []) }
  }

  @Test func columnsOfSmallTablesAreNumbersWhereAllTheirCellsAre() throws {
    let small = Table(
      title: "t",
      columns: [
        .modes(["epoll", "uring/x"]),
        .estimates("op/s", [.init(median: "1", interval: "[1–2]*"), .init(median: "10", interval: "")]),
        .text("why", ["2 of them", "none"]),
      ], rows: [.init(mode: "epoll"), .init(mode: "uring")], names: 1)
    let table = PageTable.table(small).text
    #expect(table.contains(#"<th scope="col" class="n">op/s</th><th scope="col">why</th>"#))
    #expect(table.contains(#"<td class="n">1 <small>[1–2]*</small></td><td>2 of them</td>"#))
    #expect(table.contains(#"<span class="mode uring">uring/x</span></td><td class="n">10</td>"#))
  }

  @Test func theHashOfTheTrialsIsTold() {
    let run = TinyRun.example
    let page = Report(run, trialsHash: "0123abcd").render(.html, width: 0, color: false)
    #expect(page.contains("<dt>SHA-256 of trials.jsonl</dt><dd>0123abcd</dd>"))
    #expect(!self.page(run).contains("SHA-256"))
  }

  @Test func modesOfOtherBuildsHaveTheColourThatTheirRunTells() {
    var run = TinyRun.example
    #expect(!page(run).contains(".mode-asyncio"))
    run.record.modes = [
      ModeDescription(ModeID("asyncio"), .reference, "an event loop", .init("#123456", dash: 3, marker: 3), .shared)
    ]
    #expect(page(run).contains(".mode-asyncio { --mode: #123456 }"))
    #expect(Palette.name(of: "asyncio") == "other mode-asyncio" && Palette.name(of: "epoll") == "epoll")
  }
}
