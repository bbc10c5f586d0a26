import Records
import Testing

@testable import Reporting

struct CitationCheckTests {
  private let citations: Citations

  init() throws { citations = try CitationRuns.citations(SyntheticRun().run()) }

  private func check(_ document: String) -> CitationCheck {
    CitationCheck(document) { $0 == citations.record.runID ? citations : nil }
  }

  private func citation(_ metric: String) throws -> Citation {
    try citations.find(CitationQuery("http-2ms epoll concurrency=64 \(metric)"))
  }

  @Test(arguments: [CitationFormat.text, .md, .latex])
  func everyCitationOfARunMatches(format: CitationFormat) throws {
    let document = citations.all.map { "In 2 of 3 cases: " + citations.citation(of: $0).render(format) }
    let check = check(document.joined(separator: "\n"))
    #expect(check.count == citations.all.count)
    #expect(check.findings.isEmpty, "\(check.findings.prefix(3))")
  }

  @Test(arguments: CitationRuns.all.map(\.name))
  func everyMacroOfARunMatches(name: String) throws {
    let citations = try CitationRuns.citations(name)
    let check = CitationCheck(citations.macros) { _ in citations }
    #expect(check.count == citations.all.count)
    #expect(check.findings.isEmpty, "\(check.findings.prefix(3))")
  }

  @Test(arguments: [CitationFormat.text, .md, .latex], ["throughput", "ratio", "p99", "cpu", "threads"])
  func everyDigitThatIsChangedIsFound(format: CitationFormat, metric: String) throws {
    let citation = try citation(metric)
    let text = citation.render(format)
    let end = try #require(text.firstRange(of: citation.form)).upperBound
    var count = 0
    for index in text.indices where index < end && text[index].isASCII && text[index].isNumber {
      let other = text[index] == "7" ? "8" : "7"
      let changed = text.replacingCharacters(at: index, with: other)
      let check = check("first\n\n" + changed)
      #expect(!check.findings.isEmpty && check.findings[0].line == 3, "\(changed)")
      count += 1
    }
    #expect(count > 30)
  }

  /// Numbers of limits, of the run as a whole, of its machine, of reasons, of sums, and of claims.
  @Test(
    arguments: [
      "limits/select by_epoll_of_2000_at_once_served_connections", "limits/dispatch-growth growth_threads_per_s",
      "run widest-half-width", "run claims-measured", "machine memory", "machine speed",
      "five-sleeps dispatch concurrency=5 invalid-foreign-load.1", "waits-2ms epoll oldest-unfinished",
      "claim=tune-limits taskgroup-16-lanes-over-1.predicted-least", "claim=select-1024 served-by-callbacks-of-1-100",
    ])
  func everyDigitIsFoundWhateverANumberIsFrom(query: String) throws {
    let citations = try CitationRuns.citations("20261130-062528-claims")
    let citation = try citations.find(CitationQuery(query))
    let text = citation.render(.text)
    let form = try #require(text.firstRange(of: citation.form))
    // Which number it is, is not part of what can be wrong.
    let name = text[form].firstRange(of: citation.citable.query)
    for index in text.indices where index < form.upperBound && text[index].isASCII && text[index].isNumber {
      if let name, name.contains(index) { continue }
      let changed = text.replacingCharacters(at: index, with: text[index] == "7" ? "8" : "7")
      let check = CitationCheck(changed) { $0 == citations.record.runID ? citations : nil }
      #expect(!check.findings.isEmpty, "\(changed)")
    }
    #expect(CitationCheck(text) { _ in citations }.findings.isEmpty)
  }

  @Test func findingSaysWhatStandsThereAndWhatShould() throws {
    let citation = try citation("throughput")
    let value = citation.citable.number.value
    let form = citation.form.replacing("= \(value)", with: "= 1234")
    let check = check("a\nb 1,234 \(form)")
    #expect(
      check.findings.map(\.text) == [
        "http-2ms epoll concurrency=64 throughput: the value is 1234, and should be \(value)"
      ])
    #expect(check.findings.map(\.line) == [2])
  }

  @Test func numberInTheTextIsTheOneThatIsCited() throws {
    let form = try citation("throughput").form
    let check = check("With 64 lanes it was 99,999 operations\na second \(form).\n\nNo number \(form)")
    #expect(check.findings.map(\.line) == [1, 4])
    #expect(check.findings[0].text.contains("the text has 99999 for the value"))
    #expect(check.findings[1].text.contains("there is no number before its citation"))
  }

  @Test func textMayBeWordedOtherwiseAndLinesBrokenAnywhere() throws {
    let citation = try citation("throughput")
    let number = citation.citable.number
    let (low, high) = (number.interval?.low ?? "", number.interval?.high ?? "")
    let broken = citation.form.split(separator: " ").joined(separator: "\r\n  % ")
    for text in [
      "it is \(number.value) each second (between \(low) and \(high); $n=\(number.n)$) \(broken)",
      "it is \(number.value)% \(broken)", "at 64, \(number.value) operations a second <!-- \(citation.form) -->",
      "> \(number.value)\n> \(citation.form)",
    ] {
      let check = check(text)
      #expect(check.count == 1 && check.findings.isEmpty, "\(text): \(check.findings)")
    }
  }

  @Test func runThatIsNotThereIsNoMismatch() throws {
    let citation = try citation("throughput")
    let check = CitationCheck(citation.render(.text)) { _ in nil }
    #expect(check.findings.map(\.lacksRun) == [true])
  }

  @Test func citationThatCannotBeReadIsAFinding() throws {
    let check = check("30 [iomodes:run-1 something = ]\n\n[iomodes:")
    #expect(check.count == 2)
    #expect(check.findings.map(\.line) == [1, 3])
  }

  @Test func numberThatTheRunHasNoMoreIsAFinding() throws {
    let citation = try citation("throughput")
    let check = check("1 " + citation.form.replacing(" throughput ", with: " gone "))
    #expect(check.findings.first?.text.contains("has no number") == true)
  }
}

extension String {
  fileprivate func replacingCharacters(at index: Index, with text: String) -> String {
    self[..<index] + text + self[self.index(after: index)...]
  }
}
