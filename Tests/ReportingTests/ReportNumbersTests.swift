import Foundation
import Records
import Testing

@testable import Reporting

/// Every number in a report has a query, except for names, dates, versions and requested values.
struct ReportNumbersTests {
  private static func markdown(_ run: Run) -> String { MarkdownReport(Document(run)).render() }

  @Test(arguments: CitationRuns.all.map(\.name))
  func everyNumberOfTheMarkdownReportCanBeCited(name: String) throws {
    let run = try CitationRuns.run(name)
    let summary = try CitationRuns.summary(name)
    let numbers = ReportNumbers(run, summary, try CitationRuns.citations(name).all, Self.markdown(run))
    #expect(numbers.missing.isEmpty, "\(numbers.missing.count): \(numbers.missing.prefix(9).joined(separator: "\n"))")
    #expect(numbers.count > 10)
  }

  /// All claims, measured or not, with predictions and reasons.
  @Test(arguments: ["20261130-062528-claims", "20261121-142158-files"])
  func everyNumberOfTheClaimsCanBeCited(name: String) throws {
    let run = try CitationRuns.run(name)
    let document = "## Claims\n\nClaims: \n\n" + Report(run).claims(.md, width: 0, color: false)
    let numbers = ReportNumbers(
      run, try CitationRuns.summary(name), try CitationRuns.citations(name).all, document)
    #expect(numbers.missing.isEmpty, "\(numbers.missing.count): \(numbers.missing.prefix(9).joined(separator: "\n"))")
    #expect(numbers.count > 10)
  }

  /// Text and LaTeX have the sentences of Markdown and, for each mode, the numbers of its tables. Only the ends of
  /// sparklines' axes differ.
  @Test(arguments: CitationRuns.all.map(\.name))
  func everyNumberOfTextAndLatexStandsInTheMarkdownReport(name: String) throws {
    let run = try CitationRuns.run(name)
    let summary = try CitationRuns.summary(name)
    let markdown = Self.markdown(run)
    let numerals = ReportNumbers(run, summary, [], markdown).numerals
    let memory = try CitationRuns.citations(name).all.filter { $0.metric == "memory" }
    let document = Document(run)
    let texts = [60, 100, 300].map { TextReport(document, width: $0, color: false).render() }
    for text in texts + [Self.withoutMarkup(LatexReport(document).render())] {
      let rows = TextNumbers(run, summary, text, markdown).rows
      let lacking = rows.flatMap { row in
        row.numerals.filter { numeral in
          var inMebibytes = numeral
          inMebibytes.unit = "MiB"
          let isMemory = memory.contains { $0.place.name == row.name && inMebibytes.isOf($0, orItsCount: false) }
          return numerals[row.name]?.contains(numeral.text) != true && !isMemory
        }.map { "\($0.text) in: \(row.line)" }
      }
      #expect(lacking.isEmpty, "\(lacking.count): \(lacking.prefix(9).joined(separator: "\n"))")
      #expect(!rows.isEmpty)
    }
  }

  /// LaTeX as text: its rows, and its sentences.
  private static func withoutMarkup(_ latex: String) -> String {
    let markup = [
      ("{[}", "["), ("{]}", "]"), ("{*}", "*"), ("---", "—"), ("--", "–"), ("{}-", "-"), ("$\\mu$", "µ"),
      ("$\\times$", "×"),
      ("$\\cdot$", "·"), ("$\\div$", "÷"), ("$\\pm$", "±"), ("$\\geq$", "≥"), ("$\\leq$", "≤"), ("$-$", "−"),
      ("$^2$", "²"), ("\\textless{}", "<"), (" & ", "  "), ("\\item ", ""), ("\\\\", ""), ("\\_", "_"), ("\\%", "%"),
      ("\\&", "&"), ("\\#", "#"), ("\\`{}", "`"), ("``", "“"), ("\\dots{}", "…"), ("\\par}", ""),
      ("{\\footnotesize ", ""),
    ]
    let lines = latex.split(separator: "\n").filter { !$0.contains("tabular") && !$0.contains("\\tabcolsep") }
    return markup.reduce(lines.joined(separator: "\n")) { $0.replacing($1.0, with: $1.1) }
      .replacing(/\\(multicolumn|(sub)?section\*|textbf|emph)(\{\d+\}\{l\})?/, with: "").replacing(/[{}]/, with: "")
  }

  /// A missing query is found: each metric of a report is removed in turn.
  @Test(
    arguments: [
      (
        "20261121-105051-serve",
        [
          "throughput", "p99", "cpu", "memory", "valid", "half-width", "cold-start", "unfinished", "processors",
          "drift",
          "late-warmup", "invalid-late-edge", "candidate", "load", "claims", "predicted",
        ]
      ), ("open loops", ["throughput", "p99", "cpu", "trials", "response-mean", "send-lag"]),
      ("search", ["highest-met", "lowest-missed", "rounds", "stopped-by"]),
      ("odd", ["audit", "failed", "status", "in-warm-ups"]),
    ])
  func metricThatCannotBeCitedIsFound(name: String, metrics: [String]) throws {
    let run = try CitationRuns.run(name)
    let summary = try CitationRuns.summary(name)
    let citables = try CitationRuns.citations(name).all
    let markdown = Self.markdown(run)
    for metric in metrics {
      let numbers = ReportNumbers(run, summary, citables.filter { !$0.metric.contains(metric) }, markdown)
      #expect(!numbers.missing.isEmpty, "\(metric)")
    }
  }

  /// With three digits, numbers are rarely mistaken for one another.
  @Test func digitThatIsChangedIsNoNumberOfTheRun() throws {
    let run = try CitationRuns.run("synthetic")
    let summary = try CitationRuns.summary("synthetic")
    let citables = try CitationRuns.citations("synthetic").all
    let markdown = Self.markdown(run)
    let numbers = markdown.matches(of: /[ \[–]\d(\d\.\d|\.\d\d)/)
    let places = stride(from: 0, to: numbers.count, by: 5).map { markdown.index(before: numbers[$0].range.upperBound) }
    let unnoticed = places.filter { place in
      let other = markdown[place] == "4" ? "9" : "4"
      let changed = markdown[..<place] + other + markdown[markdown.index(after: place)...]
      return ReportNumbers(run, summary, citables, String(changed)).missing.isEmpty
    }
    #expect(places.count > 15 && unnoticed.count * 10 < places.count, "\(unnoticed.count) of \(places.count)")
  }
}

/// The content of a terminal report besides Markdown's sentences, mode by mode.
struct TextNumbers {
  /// The mode that a line begins with, or nothing.
  private(set) var rows: [(name: String, numerals: [Numeral], line: String)] = []

  init(_ run: Run, _ summary: Summary, _ text: String, _ markdown: String) {
    let names = ReportNames(run, summary)
    let plain = markdown.replacing(/\\(.)/) { String($0.1) }.replacing("**", with: "") + TextReport.sparklineLegend
    let sentences = Data(plain.replacing("\n\n", with: ": ").utf8)
    let modes = Set(run.trials.map { $0.coordinates.name })
    let drawn = Set("▁▂▃▄▅▆▇█▉▊▋▌▍▎▏")
    for line in text.split(separator: "\n").map(String.init) {
      let words = line.split(separator: " ").map(String.init)
      let sentence = words.drop { $0 == "·" }.joined(separator: " ")
      guard line.contains(where: \.isNumber), sentences.range(of: Data(sentence.utf8)) == nil else { continue }
      // A number that is cut off does not count.
      let written = line.filter { !drawn.contains($0) }.replacing(/\d[\d,.]*…/, with: "")
      let numerals = Numeral.all(in: names.removed(from: ReportNotes.withoutConstants(written)), unit: nil)
      let isAxis = line.hasPrefix("      ") && !line.contains { $0.isLetter }
      if numerals.isEmpty || isAxis { continue }
      rows.append((modes.contains(words[0]) ? words[0] : "", numerals, line))
    }
  }
}
