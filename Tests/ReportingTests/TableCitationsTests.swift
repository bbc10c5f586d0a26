import Foundation
import Records
import Testing

@testable import Reporting

/// Tables that carry the citations of their numbers.
struct TableCitationsTests {
  private static let names = [
    "20261129-221614-quick", "tiny", "synthetic", "odd", "open loops", "memory", "search", "faults", "mixed", "pools",
    "served in part", "unanswered", "hosts",
  ]

  private func report(_ name: String, _ format: OutputFormat, cites: Bool = true) throws -> String {
    let citations = try CitationRuns.citations(name)
    return Report(try CitationRuns.run(name), citations: cites ? citations : nil).render(format, width: 0, color: false)
  }

  @Test(arguments: Self.names, [OutputFormat.md, .latex])
  func everyCitationOfATableMatches(name: String, format: OutputFormat) throws {
    let text = try report(name, format)
    let check = CitationCheck(text, isLatex: format == .latex) { _ in try? CitationRuns.citations(name) }
    #expect(check.findings.isEmpty, "\(check.findings.count): \(check.findings.prefix(3))")
    #expect(check.count > 3 && check.older.isEmpty)
  }

  /// The typeset result must not change.
  @Test(arguments: Self.names)
  func citationsOfATableAreCommentsAndNoMore(name: String) throws {
    let latex = try report(name, .latex).replacing(/% \[iomodes:[^\n]*\n/, with: "")
    #expect(latex == (try report(name, .latex, cites: false)))
    let markdown = try report(name, .md).replacing(/\ <!-- \[iomodes:.*? -->/, with: "")
    #expect(markdown == (try report(name, .md, cites: false)))
  }

  /// All numbers except coordinates and the ratios of `blocking` to itself.
  @Test(arguments: [OutputFormat.md, .latex])
  func everyNumberOfAnExperimentsTableHasACitation(format: OutputFormat) throws {
    let text = try report("synthetic", format)
    let start = try #require(text.firstRange(of: "epoll &") ?? text.firstRange(of: "| epoll |")).lowerBound
    let row = text[start...].prefix { !"\n".contains($0) || format == .latex }
    let own = format == .md ? row : row[..<(try #require(row.firstRange(of: "\\\\\n")).lowerBound)]
    for metric in ["trials", "throughput", "p50", "p99"] {
      #expect(own.contains(" \(metric) = "), "\(metric): \(own)")
    }
  }

  @Test func lanesServedAreCitedBehindTheirNumberAndNotBehindHowManyThereAre() throws {
    let (markdown, latex) = (try report("served in part", .md), try report("served in part", .latex))
    #expect(markdown.contains(/255 <!-- \[iomodes:[^\]]* served = 255 lanes [^\]]*\] --> of 10,000 \|/))
    #expect(latex.contains(/255 % \[iomodes:[^\]]* served = 255 lanes [^\]]*\]\nof 10,000 &/))
  }

  @Test(arguments: ["synthetic", "open loops", "search"], [OutputFormat.md, .latex])
  func digitOfATableThatIsChangedIsFound(name: String, format: OutputFormat) throws {
    let text = try report(name, format)
    let cells = text.matches(of: /(\d)(?:\{?\\?\]\}?)?(?:% | <!-- )\[iomodes:/)
    #expect(cells.count > 10)
    for cell in stride(from: 0, to: cells.count, by: max(1, cells.count / 12)).map({ cells[$0] }) {
      let digit = cell.1.startIndex
      let changed = text[..<digit] + (text[digit] == "7" ? "8" : "7") + text[text.index(after: digit)...]
      let check = CitationCheck(String(changed), isLatex: format == .latex) { _ in try? CitationRuns.citations(name) }
      #expect(!check.findings.isEmpty, "\(cell.0)")
    }
  }
}
