import Testing

@testable import Reporting

/// What only the first screen of a page says can be cited too.
struct AnswerCitationsTests {
  @Test(arguments: CitationRuns.recorded.map(\.name) + ["synthetic", "open loops"])
  func theNextModeHasItsRatioToTheFirst(name: String) throws {
    let citations = try CitationRuns.citations(name)
    for answer in Answer.all(try CitationRuns.run(name), try CitationRuns.summary(name)) {
      guard let next = answer.next else { continue }
      let query = [
        answer.experiment.plannedName, next.point.name, "concurrency=\(answer.concurrency)",
        answer.experiment.rate.map { "rate=\(CitationQuery.text($0))" } ?? "", "ratio-to-first",
      ]
      let citation = try citations.find(CitationQuery(query.joined(separator: " ")))
      let sentence = answer.sentences.text
      if let said = sentence.firstMatch(of: /Next is \S+, with ([0-9.,]+) times/) {
        #expect(citation.citable.text.hasPrefix("\(said.1) ×"), "\(sentence) \(citation.citable.text)")
      }
      #expect(citation.citable.number.interval != nil)
    }
  }

  @Test(arguments: CitationRuns.recorded.map(\.name))
  func howOftenWhichModeIsAheadCanBeCited(name: String) throws {
    let run = try CitationRuns.run(name)
    let citations = try CitationRuns.citations(name)
    func cited(_ metric: String) throws -> String {
      try citations.find(CitationQuery("run \(metric)")).citable.number.value
    }
    let summary = try CitationRuns.summary(name)
    let text = Headline(summary, Answer.all(run, summary), PageAnchors([])).sentences.text
    guard let counts = text.firstMatch(of: /Of (\d+) experiments in closed loop/) else { return }
    #expect(try cited("closed-loops") == counts.1)
    if let alone = text.firstMatch(of: /highest throughput in (\d+) \(([^)]+)\)/) {
      #expect(try cited("led-by-one") == alone.1)
      for leader in alone.2.split(separator: ", ") {
        let words = leader.split(separator: " ")
        #expect(try cited("led-by-one-\(Citable.word(String(words[0])))") == words[2])
      }
    }
    if let several = text.firstMatch(of: /at the top in (\d+)/) { #expect(try cited("led-by-several") == several.1) }
    if let few = text.firstMatch(of: /few rounds to tell in (\d+)/) { #expect(try cited("led-undecided") == few.1) }
  }
}
