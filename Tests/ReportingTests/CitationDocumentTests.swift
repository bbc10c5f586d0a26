import Foundation
import Plan
import Records
import Testing

@testable import Reporting

/// Papers of several files, and of macros.
struct CitationDocumentTests {
  private let citations: Citations

  init() throws { citations = try CitationRuns.citations(SyntheticRun().run()) }

  private func check(_ files: [String: String], at name: String = "paper.tex") throws -> CitationCheck {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    defer { try? FileManager.default.removeItem(at: folder) }
    for (name, text) in files {
      let file = folder.appendingPathComponent(name)
      try FileManager.default.createDirectory(
        at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try text.write(to: file, atomically: true, encoding: .utf8)
    }
    let document = try #require(CitationDocument(path: folder.appendingPathComponent(name).path))
    return CitationCheck(document) { $0 == citations.record.runID ? citations : nil }
  }

  private func citation(_ metric: String) throws -> Citation {
    try citations.find(CitationQuery("http-2ms epoll concurrency=64 \(metric)"))
  }

  private let macro = "\\iomodesHttpTwoMsEpollCSixtyfourThroughput"

  @Test func filesThatAreReadAreCheckedOnceEach() throws {
    let text = try citation("throughput").render(.latex)
    let wrong = text.replacing("op/s (", with: "million op/s (")
    let files = [
      "paper.tex": "\\include{parts/one}\n\\input parts/two.tex\n% \\input{commented}\n\(text)\n\\input{parts/one.tex}",
      "parts/one.tex": "\\input{deep}\n\(text)\n\\input{../paper}", "parts/two.tex": wrong,
      "parts/deep": "\(text)\n\\input{shared}", "shared.tex": text,
    ]
    let check = try check(files)
    #expect(check.count == 5)
    #expect(Set(check.findings.map { ($0.path as NSString).lastPathComponent }) == ["two.tex"], "\(check.findings)")
  }

  @Test func fileThatIsMissingIsSaidInALine() throws {
    let check = try check(["paper.tex": "a\n\\input{nowhere}\n" + (try citation("p99").render(.latex))])
    #expect(check.count == 1 && check.findings.count == 1)
    #expect(check.findings[0].line == 2 && check.findings[0].kind == .noFile)
    #expect(check.findings[0].text == "'nowhere' is read here, but the file does not exist")
  }

  @Test func markdownReadsNoFiles() throws {
    let text = "`\\input{numbers}` \(try citation("throughput").render(.md))"
    let check = try check(["paper.md": text], at: "paper.md")
    #expect(check.count == 1 && check.findings.isEmpty, "\(check.findings)")
  }

  @Test func usesOfMacrosAreCitations() throws {
    let paper = "\\input{numbers}\nIt is \(macro)~\(macro)Unit{} (\(macro)Interval{}), and once more \(macro)."
    let check = try check(["paper.tex": paper, "numbers.tex": citations.macros])
    #expect(check.count == 3)
    #expect(check.findings.isEmpty && check.older.isEmpty, "\(check.findings.prefix(3))")
  }

  @Test func macroWhoseDefinitionIsNotWhatTheRunSaysIsFoundWhereItIsUsed() throws {
    let value = try #require(citation("throughput").citable.number.latexValue as String?)
    let stale = citations.macros.replacing("\(macro)}{\(value)}".dropFirst(), with: "\(macro.dropFirst())}{1,234}")
    let check = try check(["paper.tex": "\\input{numbers}\n\n\(macro)", "numbers.tex": stale])
    #expect(check.findings.count == 2, "\(check.findings)")
    #expect(check.findings.contains { $0.text.hasPrefix("stale: 1 of its \(citations.all.count) macros") })
    #expect(
      check.findings.contains { $0.line == 3 && $0.text == "\(macro): \(macro) is 1,234, and should be \(value)" })
  }

  @Test func macrosOfARunThatHasChangedAreStale() throws {
    var run = SyntheticRun().run()
    run.trials.removeLast()
    let older = try CitationRuns.citations(run).macros
    let check = try check(["paper.tex": "\\input{numbers}\n\nno macro", "numbers.tex": older])
    #expect(check.count == 0 && check.findings.count == 1, "\(check.findings)")
    #expect(check.findings[0].text.hasPrefix("stale: "))
    #expect(check.findings[0].remedy == .newMacros(run: citations.record.runID, prefix: nil))
  }

  @Test func macroThatIsNotDefinedOrDefinedAnewIsFound() throws {
    let paper =
      "\\input{numbers}\n\\renewcommand{\(macro)}{9,999}\n\(macro)s and \\iomodesOther and \\iomodesMine"
      + "\n\\newcommand{\\iomodesMine}{mine}"
    let check = try check(["paper.tex": paper, "numbers.tex": citations.macros])
    #expect(check.findings.map(\.line) == [2, 3, 3], "\(check.findings)")
    #expect(check.findings[0].text.contains("is redefined here"))
    #expect(check.findings[1].text.hasPrefix("\(macro)s is not defined by"))
    #expect(check.findings[2].text.hasPrefix("\\iomodesOther is not defined by"))
  }

  @Test(arguments: [
    ("\\,million op/s", "'million op/s'"),
    (" million~\\iomodesHttpTwoMsEpollCSixtyfourThroughputUnit", "'million op/s'"),
    ("\\,ms", "'ms'"),
  ])
  func unitBehindAMacroIsHeldAgainstItsCitation(text: String, finding: String) throws {
    let check = try check(["paper.tex": "\\input{numbers}\n\(macro)\(text)", "numbers.tex": citations.macros])
    #expect(check.findings.count == 1 && check.findings[0].text.contains(finding), "\(check.findings)")
  }

  @Test func macrosOfTwoRunsAreKeptApartByTheirPrefix() throws {
    let paper = "\\input{one}\n\\input{two}\n\(macro) and \\secondHttpTwoMsEpollCSixtyfourThroughput"
    let apart = try check([
      "paper.tex": paper, "one.tex": citations.macros, "two.tex": citations.macros(prefix: "second"),
    ])
    #expect(apart.count == 2 && apart.findings.isEmpty, "\(apart.findings)")
    let both = try check(["paper.tex": paper, "one.tex": citations.macros, "two.tex": citations.macros])
    #expect(both.findings.contains { $0.remedy == .otherPrefix })
    #expect(both.findings.contains { $0.text.hasPrefix("\\secondHttp") == false })
  }

  @Test func macroUnderTheNameOfAnotherIsFound() throws {
    let swapped = citations.macros.replacing("\(macro.dropFirst())}{", with: "\(macro.dropFirst())Swapped}{")
    let check = try check(["paper.tex": "\\input{numbers}\n\n\(macro)Swapped", "numbers.tex": swapped])
    #expect(
      check.findings.contains { $0.text.contains("is not a macro of 'http-2ms epoll concurrency=64 throughput'") })
  }
}
