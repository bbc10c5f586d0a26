import Foundation
import Records
import Testing

@testable import Reporting

/// The article *Four ways to wait* in the documentation, generated from a published run of the suite `study`.
///
/// Citations bind the numbers that a run measured. An article also has settings of experiments, predictions and counts
/// of trials, so that it is generated again here and compared, digit by digit.
struct PublishedStudyTests {
  private static let place = "Sources/iomodes/iomodes.docc/FourWaysToWait.md"

  /// What is wrong with the published article.
  ///
  /// - Parameters:
  ///   - article: nil if there is none.
  ///   - studies: the published runs of the study.
  private static func objections(_ article: String?, _ studies: [(name: String, run: Run)]) throws -> [String] {
    guard let newest = studies.map(\.name).max() else {
      return article == nil ? [] : ["\(place) has no run of the suite study under results/"]
    }
    guard let article else {
      return ["\(place) is missing: iomodes report --study results/\(newest) > \(place)"]
    }
    let cited = article.firstMatch(of: /\[iomodes:(\S+)\ /).map { String($0.1) }
    guard let study = studies.first(where: { $0.name == cited }) else {
      return ["\(place) is of \(cited ?? "no run"), and not of \(newest)"]
    }
    let citations = try CitationRuns.citations(study.name)
    let check = CitationCheck(article) { $0 == study.name ? citations : nil }
    guard let generated = try StudyArticle(study.run, citations).render(.md) else { return ["it has no Markdown"] }
    let lines = [article, generated].map { $0.split(separator: "\n").map(withoutCosts) }
    let difference = zip(lines[0], lines[1]).first { $0 != $1 }
    return check.findings.map { "\(place):\($0.line): \($0.text)" }
      + (lines[0] == lines[1] ? [] : ["\(place) is not what the run gives: \(difference?.0 ?? "its end")"])
  }

  /// A row of the reproduction without its command, minutes and space on the disk, which are from the machine that wrote
  /// the article.
  private static func withoutCosts(_ line: Substring) -> String {
    let cells = line.split(separator: " | ", omittingEmptySubsequences: false)
    let isRow = cells.count == 6 && (cells[1] == "–" || cells[1].hasPrefix("iomodes reproduce "))
    return isRow ? [cells[0], cells[3], cells[5]].joined(separator: " | ") : String(line)
  }

  @Test func publishedStudyHasItsArticleAndEveryDigitOfItIsTheRuns() throws {
    let article = try? String(contentsOfFile: "\(CitationRuns.project)/\(Self.place)", encoding: .utf8)
    let studies = CitationRuns.recorded.filter { name, run in
      run.record.runID == name && run.record.suite["name"]?.string == "study"
    }
    #expect(try Self.objections(article, studies) == [])
  }

  @Test func articleWithoutRunAndRunWithoutArticleAreFound() throws {
    #expect(try Self.objections(nil, []).isEmpty)
    #expect(try Self.objections("# Four ways to wait", []).count == 1)
    let study = [try #require(CitationRuns.recorded.first { $0.name == "20261129-221614-quick" })]
    #expect(try Self.objections(nil, study).first?.contains("is missing") == true)
    #expect(try Self.objections("# Four ways to wait", study).first?.contains("is of no run") == true)
  }

  /// One in every few digits, wherever it stands: in a sentence, a citation, a table or a setting.
  @Test func changedDigitIsFound() throws {
    let study = [try #require(CitationRuns.recorded.first { $0.name == "20261129-221614-quick" })]
    let article = try #require(try StudyArticle(study[0].run, CitationRuns.citations(study[0].name)).render(.md))
    #expect(try Self.objections(article, study) == [])
    let digits = article.indices.filter { article[$0].isASCII && article[$0].isNumber }
    for index in stride(from: 1, to: digits.count, by: digits.count / 24).map({ digits[$0] }) {
      let other = article[index] == "9" ? "0" : "9"
      let changed = article[..<index] + other + article[article.index(after: index)...]
      #expect(try !Self.objections(String(changed), study).isEmpty, "\(article[..<index].suffix(40))")
    }
  }

  /// The figures and tables of every other document that cites runs.
  @Test(
    arguments: [
      "README.md", "Benchmarks/README.md", "Benchmarks/peers/README.md", "plots/README.md", "results/README.md",
    ] + PublishedStudyTests.articles) func documentCitesWhatThePublishedRunsSay(path: String) throws
  {
    let text = try String(contentsOfFile: "\(CitationRuns.project)/\(path)", encoding: .utf8)
    let check = try CitationCheck(text) { try Citations(run: $0, in: "\(CitationRuns.project)/results") }
    #expect(check.findings.isEmpty, "\(check.findings)")
  }

  fileprivate static let articles: [String] = {
    let catalog = "Sources/iomodes/iomodes.docc"
    let names = (try? FileManager.default.contentsOfDirectory(atPath: "\(CitationRuns.project)/\(catalog)")) ?? []
    return names.filter { $0.hasSuffix(".md") }.sorted().map { "\(catalog)/\($0)" }
  }()
}
