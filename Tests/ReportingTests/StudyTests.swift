import Foundation
import Records
import Testing

@testable import Reporting

/// Articles whose prose is written by hand, and whose numbers are the run's.
struct StudyTests {
  private static func article(_ template: String, _ run: Run = SyntheticRun(rounds: 11).run()) throws -> StudyArticle {
    try StudyArticle(StudyTemplate(template, named: "t.md"), run, CitationRuns.citations(run))
  }

  private static func failure(_ template: String) -> String? {
    do {
      _ = try article(template)
      return nil
    } catch let failure as StudyFailure {
      return failure.description
    } catch {
      return "\(error)"
    }
  }

  // MARK: Prose

  @Test(arguments: [
    "It takes 5 ms.", "It is 1.5 times the rate.", "In 95 % of cases.", "A top-10 list.", "The 1,024 descriptors.",
    "It has n=9.", "It is twice the rate.", "A thousand lanes.", "**Half** of them.", "In 1978 it was known.",
  ])
  func numberTypedByHandIsRefused(text: String) throws {
    let failure = try #require(Self.failure("# T\n\n\(text)"))
    #expect(failure.hasPrefix("t.md:3: '") && failure.contains("typed by hand"), "\(failure)")
  }

  @Test(arguments: [
    "The p99 of HTTP/1.1 in C++20, by SHA-256.", "As RFC 9112 says.", "Denning and Buzen (1978) and Holm 1979.",
    "The code `sleep(1)` is a name.", "Hundreds of times, and a million at once.",
  ])
  func namesYearsOfPapersAndRFCsAreAllowed(text: String) throws {
    #expect(Self.failure("# T\n\n\(text)") == nil)
  }

  @Test func headingHasNoNumber() {
    #expect(Self.failure("# T\n\n## The 5 findings")?.hasPrefix("t.md:3: '5'") == true)
  }

  @Test func comparisonNeedsAnAssertion() throws {
    #expect(Self.failure("# T\n\n`epoll` is faster.")?.contains("'faster' compares, and nothing checks it") == true)
    let asserted = "# T\n\n? http-2ms concurrency=64 throughput: epoll > blocking\n`epoll` is faster."
    #expect(Self.failure(asserted) == nil)
  }

  // MARK: Templates

  @Test(arguments: [
    ("{{http-2ms epoll", "has no '}}' behind it"), ("x {{}}", "is empty"),
    ("x {{claim nothing}}", "'nothing' is no claim"),
    ("x {{about weather}}", "there are run, machine"), ("x {{setting http-2ms}}", "is not of the form"),
    ("{{claims nothing}}", "'nothing' is no claim"), ("? http-2ms epoll > fast\nx", "has no bound"),
    ("? claim semaphore: maybe\nx", "names no verdict"), ("? http-2ms cpu: epoll < dispatch\nx", "names no experiment"),
    ("? http-2ms concurrency=64 cpu: epoll dispatch\nx", "in order"), ("? claim semaphore: holds\n", "above nothing"),
  ])
  func mistakeIsToldWithItsLine(text: String, words: String) throws {
    let failure = try #require(Self.failure("# T\n\n\(text)"))
    #expect(failure.hasPrefix("t.md:3: ") || failure.hasPrefix("t.md:4: "))
    #expect(failure.contains(words) && !failure.contains("\n"), "\(failure)")
  }

  @Test(arguments: [
    "{{http-2ms epoll concurrency=64 speed}}", "{{http-2ms epoll concurrency=63 throughput}}",
    "{{setting http-2ms flavour}}", "{{setting http-2ms concurrency}}", "{{setting http-2ms concurrency=63}}",
    "{{run happiness}}",
  ])
  func placeholderThatNamesNothingIsAnError(placeholder: String) throws {
    let failure = try #require(Self.failure("# T\n\nIt is \(placeholder)."))
    #expect(failure.hasPrefix("t.md:3: ") && !failure.contains("\n"), "\(failure)")
  }

  // MARK: Articles

  private static let prose = """
    # T

    ? http-2ms concurrency=64 throughput: epoll > blocking
    ? http-2ms epoll concurrency=64 ratio > 2
    **Speed.** With {{setting http-2ms concurrency=64}} lanes and {{setting http-2ms delay}} it is
    {{http-2ms epoll concurrency=64 throughput}}, {{http-2ms epoll concurrency=64 ratio}}, and
    {{http-2ms epoll concurrency=64 p99}} of {{run trials}}: {{verdict http-2ms}}.

    - `epoll` is {{places epoll}}.
    """

  @Test(arguments: [OutputFormat.md, .latex, .html]) func everyNumberIsACitationThatVerifies(format: OutputFormat)
    throws
  {
    let run = SyntheticRun(rounds: 11).run()
    let article = try Self.article(Self.prose, run)
    #expect(article.contradictions.isEmpty && article.gaps.isEmpty)
    let text = try #require(article.render(format))
    let citations = try CitationRuns.citations(run)
    let check = CitationCheck(text, isLatex: format == .latex) { _ in citations }
    #expect(check.findings.isEmpty, "\(check.findings)")
    // Four of the placeholders, and the ratios of rates and of CPU times in the verdict.
    #expect(check.count == 6)
    #expect(text.contains("64 lanes and 2 ms") && !text.contains("{{"))
  }

  /// LaTeX skips the spaces with which a line begins.
  @Test func spaceBehindACommentIsKept() throws {
    let text = try #require(try Self.article(Self.prose).render(.latex))
    let lines = text.split(separator: "\n")
    let following = zip(lines, lines.dropFirst()).filter { $0.0.contains("% [iomodes:") }.map(\.1)
    #expect(following.count == 6 && following.allSatisfy { $0.hasPrefix("\\ ") || $0.first?.isPunctuation == true })
    #expect(following.count { $0.hasPrefix("\\ ") } >= 3, "\(following)")
  }

  @Test func whatTheRunLacksIsSaid() throws {
    let article = try Self.article(
      "# T\n\n**Echo.** It is {{echo epoll concurrency=64 throughput}}.\n\n**Ring.** It is {{http-2ms uring concurrency=64 ratio}}."
    )
    let text = try #require(article.render(.md))
    #expect(text.contains("**Echo.** **Not measured:** this run has no experiment `echo`."))
    #expect(text.contains("**Ring.** **Not measured:** the run has no trial of `uring` in `http-2ms`."))
    #expect(article.gaps.count == 2 && article.gaps[0].hasPrefix("t.md:3: ") && article.contradictions.isEmpty)
  }

  @Test(arguments: [
    "http-2ms concurrency=64 throughput: blocking > epoll", "http-2ms concurrency=64 throughput: blocking ~ epoll",
    "http-2ms concurrency=64 cpu: epoll > dispatch", "http-2ms epoll concurrency=64 ratio < 2",
  ])
  func sentenceThatTheRunContradictsIsReplaced(assertion: String) throws {
    let article = try Self.article("# T\n\n? \(assertion)\n**Speed.** Secret.")
    let text = try #require(article.render(.md))
    #expect(!text.contains("Secret") && text.contains("**Speed.** **Not borne out by this run.** Expected `"))
    #expect(article.contradictions.count == 1 && article.contradictions[0].hasPrefix("t.md:3: "))
    // What was measured instead is cited.
    #expect(text.contains("[iomodes:"))
  }

  @Test func figureStandsOnThePageAndInLatexIfItsFileDoes() throws {
    let template = "# T\n\nWords.\n\n{{figure http-2ms speedup}}\n\n{{figure other speedup}}"
    let article = try Self.article(template)
    let svg = "<svg viewBox=\"0 0 9 9\"><path d=\"M0,0 L9,9\"/></svg>"
    let figures = PageFigures(figures: [
      .init(kind: .speedup, experiment: "http-2ms", question: "How?", subject: "ratio", svg: svg),
      .init(kind: .cpu, experiment: "http-2ms", question: "What?", subject: "time", svg: svg),
    ])
    let page = try #require(article.render(.html, figures: figures))
    #expect(page.contains("How?") && !page.contains("What?") && page.contains("<svg"))
    let latex = try #require(article.render(.latex))
    #expect(latex.contains("\\IfFileExists{figures/http-2ms-speedup-column.pdf}{%\n"))
    #expect(latex.contains("\\caption{") && !latex.contains("-cpu-column") && !latex.contains("other"))
    let text = try #require(article.render(.md))
    #expect(text.contains("Words.") && !text.contains("figure"))
    #expect(Self.failure("# T\n\n{{figure http-2ms sketch}}")?.contains("with one of throughput, latency") == true)
  }

  @Test func columnsAreAsWideAsTheirWordsAndShareTheRest() {
    let long = Array(repeating: "word", count: 100).joined(separator: " ")
    let texts = [
      ["claim", long], ["n", "1,000,000"], ["interval", "[1.00–1.10] ms"], ["x", "a-very-long-name indeed"],
    ]
    let widths = ColumnWidths(texts, room: 100).widths
    #expect(abs(widths.reduce(0, +) - 100) < 0.01)
    // The long one gets most, and not all.
    #expect(widths[1] == 11 && widths[2] == 13 && (55..<65).contains(widths[0]) && widths[3] > 12, "\(widths)")
    // With no room at all, words are whole.
    #expect(ColumnWidths(texts, room: 10).widths == [7, 11, 13, 8])
    // With more than enough, no column is wider than its longest cell.
    #expect(ColumnWidths([["a"], ["b c"]], room: 100).widths == [3, 4])
  }

  /// As many as in Markdown: those of sentences and those of tables.
  @Test func tablesOfAPageAreCitedAsThoseOfMarkdown() throws {
    let name = "20261130-062528-claims"
    let citations = try CitationRuns.citations(name)
    let article = try StudyArticle(try CitationRuns.run(name), citations)
    func check(_ format: OutputFormat) throws -> CitationCheck {
      CitationCheck(try #require(article.render(format)), isLatex: false) { _ in citations }
    }
    let (page, markdown) = (try check(.html), try check(.md))
    #expect(page.findings.isEmpty && page.count >= markdown.count * 9 / 10, "\(page.count) of \(markdown.count)")
    let changed = try #require(article.render(.html)).replacing("> 803.7 ms", with: "> 803.8 ms")
    #expect(CitationCheck(changed, isLatex: false) { _ in citations }.findings.count == 1)
  }

  @Test func tieIsNotADifference() throws {
    var trials: [TrialRecord] = []
    for round in 1...9 {
      let swing = round % 2 == 0 ? 1.0 : -1
      trials.append(TinyRun.trial("epoll", round: round, throughput: 100 + swing))
      trials.append(TinyRun.trial("uring", round: round, throughput: 100 - swing + 0.01 * Double(round)))
    }
    let run = TinyRun.run(trials)
    func contradictions(_ relation: String) throws -> Int {
      try Self.article("# T\n\n? tiny concurrency=4 throughput: epoll \(relation) uring\nX.", run).contradictions.count
    }
    #expect(try contradictions("~") == 0)
    #expect(try contradictions(">") == 1 && contradictions("<") == 1)
  }

  @Test func tooFewRoundsAreNoContradiction() throws {
    let run = SyntheticRun(rounds: 3).run()
    let article = try Self.article("# T\n\n? http-2ms concurrency=64 throughput: epoll > blocking\n**S.** X.", run)
    #expect(article.contradictions.isEmpty && article.gaps.count == 1)
  }

  @Test func experimentIsFoundWithItsSuiteBeforeItOrWithout() throws {
    func text(_ name: String, suite: String) throws -> String? {
      var run = SyntheticRun(experiment: name, rounds: 11).run()
      run.record.suite = .object(["name": .string(suite)])
      let article = try Self.article("# T\n\nIt is {{quick/http-2ms epoll concurrency=64 ratio}}.", run)
      return article.gaps.isEmpty ? article.render(.md) : nil
    }
    #expect(try text("quick-http-2ms", suite: "mine") != nil)
    #expect(try text("http-2ms", suite: "quick") != nil)
    #expect(try text("http-2ms", suite: "study") != nil)
    // It may be other work that has the same name.
    #expect(try text("http-2ms", suite: "serve") == nil)
  }
}

/// The article that comes with the program.
struct FourWaysToWaitTests {
  @Test(arguments: CitationRuns.recorded.map(\.name)) func measuredNumbersOfVerdictsAreCited(name: String) throws {
    let run = try CitationRuns.run(name)
    let evidence = StudyEvidence(run, try CitationRuns.citations(name))
    for verdict in evidence.verdicts.all where verdict.standings.contains(where: \.isJudged) {
      let spans: [StudySpan]
      do throws(StudyEvidence.Absence) {
        spans = try evidence.verdict(on: StudyExperiment(verdict.plannedName))
      } catch {
        Issue.record("\(verdict.plannedName): \(error)")
        continue
      }
      #expect(spans.plain + "." == verdict.text)
      let rest = spans.map { if case .words(let text) = $0 { text } else { "" } }.joined(separator: "|")
      // What is left are names, and the plan's numbers of lanes, rates, rounds and other modes.
      let planned =
        rest.replacing(/at [\d,]+ lanes?( and [\d,.]+\/s offered)?/, with: "")
        .replacing(/with p[\d.]+<[^,]*/, with: "").replacing(/\d+ valid ones are/, with: "")
        .replacing(/\d+ others/, with: "").replacing(/\ of [\d,]+ lanes/, with: "")
      let measured = planned.first(where: \.isNumber)
      #expect(measured == nil, "\(planned)")
    }
  }

  @Test(arguments: CitationRuns.recorded.map(\.name)) func everyPublishedRunFillsItIn(name: String) throws {
    let citations = try CitationRuns.citations(name)
    let article = try StudyArticle(try CitationRuns.run(name), citations)
    for format in [OutputFormat.md, .latex, .html] {
      let text = try #require(article.render(format))
      let check = CitationCheck(text, isLatex: format == .latex) { _ in citations }
      #expect(check.findings.isEmpty, "\(format): \(check.findings.prefix(3))")
      #expect(!text.contains("{{") || format == .latex)
      #expect(text.utf8.count < 2_000_000)
    }
  }

  @Test func everyNumberOfAClaimIsOneOfAPublishedRun() throws {
    var known: Set<String> = []
    for (name, run) in CitationRuns.recorded {
      for result in ClaimResult.all(run, try CitationRuns.summary(name)) {
        known.formUnion(result.measures.map { "\(result.claim.id) \(Citable.word($0.name))" })
      }
    }
    let named = try StudyTemplate.fourWaysToWait().claimNumbers
    #expect(!named.isEmpty && Set(named).isSubset(of: known), "\(Set(named).subtracting(known))")
  }

  @Test func everyClaimHasItsPlaceInTheArticle() throws {
    let text = try #require(try StudyArticle(TinyRun.example, CitationRuns.citations("tiny")).render(.md))
    for claim in Claim.all { #expect(text.contains("| \(claim.id): ")) }
  }
}

extension StudyTemplate {
  /// The numbers of claims that it names: `ID NUMBER`.
  fileprivate var claimNumbers: [String] {
    var queries: [StudyQuery] = []
    for block in blocks {
      let passage: Passage
      switch block {
      case .paragraph(let own), .item(let own): passage = own
      default: continue
      }
      for case .placeholder(.number(let query)) in passage.parts { queries.append(query) }
      for case (.bound(let query, _, _), _) in passage.assertions { queries.append(query) }
    }
    return queries.compactMap(\.claim).map { "\($0.id) \($0.number)" }
  }
}
