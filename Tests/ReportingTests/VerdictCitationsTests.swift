import Testing

@testable import Reporting

/// What only verdicts say can be cited too.
struct VerdictCitationsTests {
  @Test(arguments: CitationRuns.recorded.map(\.name) + ["synthetic", "open loops", "search"])
  func theFirstModeHasItsRatioOverTheNext(name: String) throws {
    let citations = try CitationRuns.citations(name)
    for verdict in Verdicts(try CitationRuns.run(name), try CitationRuns.summary(name)).all {
      for standing in verdict.standings {
        guard let next = standing.apart.first, let ratio = next.ratio else { continue }
        let isSearched = standing.place.objective != nil
        let query = [
          verdict.plannedName, standing.first.name, "concurrency=\(standing.place.concurrency)",
          standing.place.rate.map { "rate=\(CitationQuery.text($0))" } ?? "",
          "\(isSearched ? "highest-met" : standing.quantity.metric.rawValue)-over-\(CitationQuery.word(next.key.name))",
        ]
        let citable = try citations.find(CitationQuery(query.joined(separator: " "))).citable
        #expect(citable.exact.value == ratio.median && citable.number.interval != nil)
        #expect(verdict.text.contains(VerdictWords.times(ratio)))
      }
    }
  }

  @Test(arguments: CitationRuns.recorded.map(\.name))
  func howOftenWhichModeIsAheadCanBeCited(name: String) throws {
    let citations = try CitationRuns.citations(name)
    func cited(_ metric: String) throws -> String {
      try citations.find(CitationQuery("run \(metric)")).citable.number.value
    }
    let text = Verdicts(try CitationRuns.run(name), try CitationRuns.summary(name)).count
    guard let counts = text.firstMatch(of: /of (\d+) closed-loop experiments/) else { return }
    #expect(try cited("closed-loops") == counts.1)
    if let alone = text.firstMatch(of: /than every other in (\d+) \(([^)]+)\)/) {
      #expect(try cited("led-by-one") == alone.1)
      for leader in alone.2.split(separator: ", ") {
        let words = leader.split(separator: " ")
        #expect(try cited("led-by-one-\(Citable.word(String(words[0])))") == words[2])
      }
    }
    if let several = text.firstMatch(of: /none does in (\d+)/) { #expect(try cited("led-by-several") == several.1) }
    if let few = text.firstMatch(of: /for a verdict in (\d+)/) { #expect(try cited("led-undecided") == few.1) }
  }
}
