import Foundation
import Records
import Testing

@testable import Reporting

struct CitationTests {
  @Test(arguments: CitationRuns.all.map(\.name))
  func everyNumberIsFoundByItsQueryAndNoOther(name: String) throws {
    let citations = try CitationRuns.citations(name)
    #expect(!citations.all.isEmpty)
    #expect(Set(citations.all.map(\.query)).count == citations.all.count, "every query is there once")
    var hashes = Citations.Hashes()
    for citable in citations.all {
      let found = try citations.find(CitationQuery(citable.words.reversed().joined(separator: "  ")), &hashes)
      #expect(found.citable.query == citable.query)
    }
  }

  /// The JSON report has all numbers of the others, and more.
  @Test(arguments: CitationRuns.all.map(\.name))
  func everyNumberOfTheReportsCanBeCited(name: String) throws {
    let run = try CitationRuns.run(name)
    let citations = try CitationRuns.citations(name)
    let text = Report(run).render(.json, width: 0, color: false)
    let document = try JSONDecoder().decode(JSONValue.self, from: Data(text.utf8))
    guard case .array(let experiments)? = document["experiments"] else {
      Issue.record("no experiments")
      return
    }
    var cited: [Place: Set<Double>] = [:]
    for citable in citations.all {
      let place = citable.place
      let names = [place.experiment] + (place.rate.map { ["\(place.experiment)-at-\(NumberText.brief($0))"] } ?? [])
      for name in names {
        let interval = citable.exact.interval.map { [$0.low, $0.high] } ?? []
        cited[Place(experiment: name, mode: place.mode, variant: place.variant), default: []]
          .formUnion([citable.exact.value] + interval)
      }
    }
    var count = 0
    for experiment in experiments {
      for (place, number) in Self.numbers(experiment, Place(experiment: experiment["name"]?.string ?? "")) {
        #expect(cited[place]?.contains(number) == true, "\(place): \(number)")
        count += 1
      }
    }
    #expect(count > 10)
  }

  private struct Place: Hashable {
    var experiment: String
    var mode: String?
    var variant: String?
  }

  /// Coordinates, and how many values an estimate is of.
  private static let noNumbers: Set<String> = ["concurrency", "rate_per_s", "limit", "pool", "n", "points", "trials"]

  private static func numbers(_ value: JSONValue, _ place: Place) -> [(Place, Double)] {
    switch value {
    case .number(let number): return place.mode == nil ? [] : [(place, number)]
    case .array(let values): return values.flatMap { numbers($0, place) }
    case .object(let members):
      var place = place
      if let mode = members["mode"]?.string { (place.mode, place.variant) = (mode, members["variant"]?.string) }
      return members.flatMap { key, value in
        if case .number = value { return noNumbers.contains(key) ? [] : numbers(value, place) }
        return key == "workload" ? [] : numbers(value, place)
      }
    default: return []
    }
  }

  @Test func wordsOfAQueryMayStandInAnyOrderAndBeOfTheWorkload() throws {
    let citations = try CitationRuns.citations(SyntheticRun().run())
    for query in [
      "http epoll concurrency=64 throughput", "throughput concurrency=64.0 epoll delay=2ms",
      "size=4KiB http-2ms concurrency=64 epoll throughput",
    ] {
      #expect(try citations.find(CitationQuery(query)).citable.query == "http-2ms epoll concurrency=64 throughput")
    }
    let speedup = try citations.find(CitationQuery("http epoll concurrency=64 speedup"))
    #expect(speedup.citable.metric == "ratio")
  }

  @Test func queryOfManyNumbersNamesAtMostTenOfThem() throws {
    let citations = try CitationRuns.citations(SyntheticRun().run())
    let failure = #expect(throws: CitationFailure.self) { try citations.find(CitationQuery("epoll")) }
    let lines = try #require(failure).description.split(separator: "\n")
    #expect(lines.count == 11)
    #expect(lines[0].hasPrefix("'epoll' matches ") && lines[1].contains("epoll concurrency="))
  }

  @Test(arguments: ["http-2ms epol concurrency=64 throughput", "http-2ms epoll concurrency=65 throughput"])
  func queryOfNoNumberSaysWhichWordAndWhatIsNear(query: String) throws {
    let citations = try CitationRuns.citations(SyntheticRun().run())
    let failure = #expect(throws: CitationFailure.self) { try citations.find(CitationQuery(query)) }
    let text = try #require(failure).description
    #expect(text.contains("'\(query.contains("epol ") ? "epol" : "concurrency=65")' is unknown"))
    #expect(text.contains("\n  http-2ms ") && failure?.lacksTrials == false)
  }

  @Test func pointWithoutValidTrialsIsSaidToHaveNone() throws {
    var trial = TinyRun.trial("epoll")
    trial.valid = false
    let citations = try CitationRuns.citations(TinyRun.run([trial, TinyRun.trial("blocking")]))
    for query in ["tiny epoll concurrency=4 throughput", "tiny epoll throughput"] {
      let failure = #expect(throws: CitationFailure.self) { try citations.find(CitationQuery(query)) }
      #expect(failure?.lacksTrials == true, "\(failure?.description ?? "")")
    }
  }

  @Test func percentileOfAnOpenLoopMustSayOfWhichTime() throws {
    let citations = try CitationRuns.citations(SyntheticRun(rates: [1000]).run())
    #expect(throws: CitationFailure.self) {
      try citations.find(CitationQuery("http epoll concurrency=64 rate=1000 p99"))
    }
    _ = try citations.find(CitationQuery("http epoll concurrency=64 rate=1,000 response-p99"))
  }

  @Test func hashIsOfTheLinesOfThePointInTheOrderOfTheFile() throws {
    let folder = "\(CitationRuns.project)/results/20261121-082442-quick"
    let lines = try String(contentsOfFile: folder + "/trials.jsonl", encoding: .utf8).split(separator: "\n")
    func hash(_ modes: [String]) -> String {
      SHA256.hash(
        lines.filter { line in
          line.contains(#""experiment":"http-2ms""#) && line.contains(#""concurrency":64,"#)
            && modes.contains { line.contains("\"mode\":\"\($0)\"") }
        }.map { $0 + "\n" }.joined().utf8)
    }
    let citations = try Citations(RunFolder(path: folder))
    let throughput = try citations.find(CitationQuery("http epoll concurrency=64 throughput"))
    #expect(throughput.sha256 == hash(["epoll"]))
    #expect(throughput.sha256 == "3994790c1a600984a3f8c26d30ad1db02f602b897fddce1d8c562ace5cde485a")
    #expect(try citations.find(CitationQuery("http epoll concurrency=64 ratio")).sha256 == hash(["epoll", "blocking"]))
  }

  @Test func hashIsOfTheFileThatTheNumberIsFrom() throws {
    let name = "20261130-062528-claims"
    func bytes(_ file: String) throws -> Data {
      try Data(contentsOf: URL(fileURLWithPath: "\(CitationRuns.project)/results/\(name)/\(file)"))
    }
    let citations = try CitationRuns.citations(name)
    func check(_ query: String, _ bytes: Data, _ command: String) throws {
      let citation = try citations.find(CitationQuery(query))
      #expect(citation.sha256 == SHA256.hash(bytes))
      #expect(citation.render(.text).contains("check   \(command)\n"))
    }
    try check("limits/ports held_to_one_address_connections", bytes("limits.json"), "sha256sum limits.json")
    try check("claim=select-1024 refused-of-1-100-at-once", bytes("limits.json"), "sha256sum limits.json")
    try check("machine memory", bytes("run.json"), "sha256sum run.json")
    try check("run valid", bytes("trials.jsonl"), "sha256sum trials.jsonl")
    try check(
      "run claims-holds", bytes("trials.jsonl") + bytes("limits.json"), "cat trials.jsonl limits.json | sha256sum")
  }

  @Test func hashOfAClaimIsOfTheTrialsThatItIsJudgedBy() throws {
    let citations = try CitationRuns.citations("20261130-062528-claims")
    let citation = try citations.find(CitationQuery("claim=file-pool epoll-cached-reads-pool-inline"))
    let lines = try String(
      contentsOfFile: "\(CitationRuns.project)/results/20261130-062528-claims/trials.jsonl", encoding: .utf8)
    let own = lines.split(separator: "\n").filter { line in
      line.contains(#""mode":"epoll""#)
        && ["cached-pool", "cached-inline"].contains { line.contains("\"experiment\":\"\($0)\"") }
    }
    #expect(own.count == 18)
    #expect(citation.sha256 == SHA256.hash(own.map { $0 + "\n" }.joined().utf8))
  }

  @Test(arguments: CitationRuns.all.map(\.name))
  func noNumberIsFromNothing(name: String) throws {
    let citations = try CitationRuns.citations(name)
    let nothing = SHA256.hash([])
    var hashes = Citations.Hashes()
    #expect(citations.all.allSatisfy { citations.citation(of: $0, &hashes).sha256 != nothing })
  }

  @Test func formatsHaveTheSameForm() throws {
    let citations = try CitationRuns.citations(TinyRun.example)
    let citation = try citations.find(CitationQuery("tiny epoll concurrency=1 throughput"))
    #expect(
      citation.form
        == "[iomodes:run-1 tiny epoll concurrency=1 throughput = 137.2 [136.5, 138.0]* op/s n=2 machine:Abacus,2_CPUs,Linux_6.1.0 "
        + "commit:not-recorded sha256:\(citation.sha256)]")
    #expect(citation.sha256.count == 64)
    for format in CitationFormat.allCases {
      let text = citation.render(format)
      #expect(text.contains(citation.form) && text.contains("Abacus") && text.contains("run-1"), "\(text)")
      #expect(text.contains("2026-01-02T03:04:05Z"))
    }
    #expect(citation.render(.text).hasPrefix("137.2 op/s (range 136.5–138.0, n = 2) [iomodes:"))
    #expect(citation.render(.latex).hasPrefix("137.2\\,op/s (range 136.5--138.0, $n = 2$)% [iomodes:"))
  }

  @Test(arguments: CitationRuns.all.map(\.name))
  func macrosHaveNamesOfLettersEachOnce(name: String) throws {
    let citations = try CitationRuns.citations(name)
    let names = citations.macros.matches(of: /\\newcommand\{\\([^}]*)\}/).map { String($0.1) }
    #expect(names.count > citations.all.count)
    #expect(names.allSatisfy { $0.hasPrefix("iomodes") && $0.allSatisfy { $0.isASCII && $0.isLetter } })
    #expect(Set(names).count == names.count)
  }

  @Test func prefixKeepsMacrosOfTwoRunsApart() throws {
    let citations = try CitationRuns.citations(TinyRun.example)
    let macros = citations.macros(prefix: "second")
    #expect(macros.contains("\\newcommand{\\secondTinyEpollCOneThroughput}{137.2}"))
    #expect(!macros.contains("\\newcommand{\\iomodes"))
    #expect(macros.contains("% [iomodes-macros:run-1 prefix:second machine:Abacus,2_CPUs,Linux_6.1.0 commit:"))
  }

  @Test(arguments: [
    (0, "Zero"), (13, "Thirteen"), (64, "Sixtyfour"), (100, "Onehundred"), (255, "Twohundredfiftyfive"),
    (15_000, "Fifteenthousand"), (1_000_001, "Onemillionone"),
  ])
  func numbersInLetters(number: Int, words: String) {
    #expect(LatexName.words(number) == words)
  }

  @Test func macrosAreNamedByTheWordsOfTheQuery() throws {
    let macros = try CitationRuns.citations(SyntheticRun().run()).macros
    #expect(macros.contains("\\newcommand{\\iomodesHttpTwoMsEpollCSixtyfourThroughput}{"))
    #expect(macros.contains("\\newcommand{\\iomodesHttpTwoMsEpollCSixtyfourThroughputInterval}{"))
    #expect(macros.contains("\\newcommand{\\iomodesHttpTwoMsEpollCSixtyfourPNinetynineUnit}{ms}"))
  }
}
