import Plan
import Records
import Testing

@testable import Reporting

/// How a page is put together: its sections and their anchors, what is folded, the claims, and the index of several.
struct PageStructureTests {
  private func page(_ run: Run, figures: PageFigures = .withoutGnuplot) -> String {
    Report(run, figures: figures).render(.html, width: 0, color: false)
  }

  private func links(in part: Substring?) -> [String] {
    (part ?? "").matches(of: /href="#([^"]*)"/).map { String($0.1) }
  }

  @Test func anchorsAreNamesInSmallLettersEachOnce() {
    #expect(
      PageAnchors(["http-2ms", "HTTP 2ms", "claims", "é", "", "x/limit=4", "Method"]).all
        == ["http-2ms", "http-2ms-2", "claims-2", "experiment", "experiment-2", "x-limit-4", "method-2"])
  }

  @Test func anAnchorStaysWhenOthersComeBeforeIt() {
    let one = SyntheticRun.run(of: [SyntheticRun(experiment: "http-2ms", rounds: 6)])
    let more = SyntheticRun.run(of: ["echo", "http-2ms"].map { SyntheticRun(experiment: $0, rounds: 6) })
    for run in [one, more] { #expect(page(run).contains("<section id=\"http-2ms\">")) }
  }

  @Test func theContentsLeadToEverySectionAndTheFirstTableToItsExperiments() {
    let names = ["b", "a", "c 1"]
    let page = page(SyntheticRun.run(of: names.map { SyntheticRun(experiment: $0, rounds: 6) }))
    let sections = page.matches(of: /<section id="([^"]*)">/).map { String($0.1) }
    #expect(sections == ["b", "a", "c-1", "trials", "machine", "method", "provenance"])
    #expect(links(in: page.firstMatch(of: /<nav(?s:.*)<\/nav>/)?.output) == sections)
    #expect(links(in: page.firstMatch(of: /<table class="headline">(?s:.*?)<\/table>/)?.output) == ["b", "a", "c-1"])
    #expect(ParsedPage(page).complaints == [])
  }

  @Test(arguments: [(40, true), (41, false)]) func manyFiguresAreFolded(_ count: Int, isOpen: Bool) {
    let figure = PageFigures.Figure(
      kind: .cpu, experiment: "http-2ms", question: "What does it cost?", subject: "cost", svg: "<svg><g/></svg>")
    let figures = PageFigures(figures: Array(repeating: figure, count: count))
    let parsed = ParsedPage(page(SyntheticRun(rounds: 1).run(), figures: figures))
    let folds = parsed.elements.filter { $0.name == "details" && $0.attributes["class"] == "figures" }
    #expect(folds.map { $0.attributes["open"] != nil } == [isOpen])
    #expect(parsed.words.contains("\(count) figures: What does it cost?") && parsed.complaints == [])
  }

  @Test func headingsSortTheHighestNumberFirst() {
    #expect(PageScript.script.text.contains(#"numberOrders = { none: "descending", descending: "ascending""#))
  }

  /// The others of the same claim are not.
  @Test func theNumberThatMissesItsPredictionIsMarked() throws {
    let sleep = #"{"kind": "sleep", "duration": "1s"}"#
    let run = TinyRun.run(
      ClaimRun.trials("blocking", "x", sleep, lanes: 5, asked: 5, seconds: 5.01)
        + ClaimRun.trials("epoll", "x", sleep, lanes: 5, asked: 5, seconds: 1.01)
        + ClaimRun.trials("dispatch", "x", sleep, lanes: 5, asked: 5, seconds: 2))
    let page = page(run)
    let missed = page.matches(of: /<tr class="missed"><td>([^<]*)/).map { String($0.1) }
    #expect(missed.map { $0.prefix { $0 != ":" } } == ["dispatch"])
    #expect(
      page.contains("<td>✗ does not hold</td>") && page.contains("1 of the 3 numbers with a prediction misses it: ✗."))
    #expect(page.contains("<tbody id=\"claim-sleeps-at-once\">") && page.contains("<a href=\"#x\">x</a>"))
    #expect(ParsedPage(page).complaints == [])
  }

  @Test func theIndexListsEveryRunTheNewestFirst() {
    let hostile = "<b>\"x\"</b>"
    var index = RunIndex()
    var pages: [String] = []
    for (name, started) in [
      ("old", "2026-01-01T00:00:00Z"), ("index", "2026-01-03T00:00:00Z"), ("ü", "2026-01-02T00:00:00Z"),
    ] {
      var run = SyntheticRun(rounds: 2).run()
      run.record.runID = name
      run.record.started = started
      run.record.suite = .object(["name": .string("quick"), "about": .string(hostile)])
      pages.append(index.add(run, in: RunFolder(path: "runs/\(name)")))
    }
    #expect(Set(pages).count == 3 && !pages.contains(RunIndex.page) && pages[0] == "old.html")
    let page = index.render()
    let parsed = ParsedPage(page)
    #expect(parsed.complaints(besides: Set(pages)) == [])
    #expect(
      parsed.elements.compactMap { $0.name == "a" ? $0.attributes["href"] : nil } == [pages[1], pages[2], pages[0]])
    for words in ["quick: ", "16 of 16", "2026-01-02T00:00:00Z"] { #expect(parsed.words.contains(words), "\(words)") }
    #expect(!page.contains("<b>\"x") && page == index.render())
  }
}
