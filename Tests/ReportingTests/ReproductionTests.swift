import Records
import Testing

@testable import Reporting

/// Whether one run agrees with another, claim by claim.
struct ReproductionTests {
  /// Five sleeps of a second, one after another and at once.
  private static func sleeps(_ blocking: Double, _ epoll: Double, rounds: Int = 6) -> Run {
    let work = #"{"kind": "sleep", "duration": "1s"}"#
    return TinyRun.run(
      [("blocking", blocking), ("epoll", epoll)].flatMap { mode, seconds in
        ClaimRun.trials(mode, "five", work, lanes: 5, rounds: rounds, asked: 5, seconds: seconds)
      })
  }

  private static func entry(_ study: Run, _ run: Run) throws -> Reproduction.Entry {
    try #require(Reproduction(of: study, by: run, claims: ["sleeps-at-once"]).entries.first)
  }

  @Test(arguments: [
    (5.01, 1.01, Reproduction.Agreement.reproduced), (5.01, 2, .notReproduced), (2, 2, .notReproduced),
    (5.01, 1.048, .undecided),
  ])
  func runIsJudgedByTheClaimsOwnBounds(blocking: Double, epoll: Double, agreement: Reproduction.Agreement) throws {
    #expect(try Self.entry(Self.sleeps(5.001, 1.001), Self.sleeps(blocking, epoll)).agreement == agreement)
  }

  @Test func whatDoesNotHoldIsReproducedByWhatDoesNotHoldEither() throws {
    let entry = try Self.entry(Self.sleeps(5.001, 3), Self.sleeps(5.001, 2))
    #expect(entry.agreement == .reproduced)
    #expect(entry.numbers.last?.accepted == "outside 1.000–1.050 s")
  }

  @Test func tooFewRoundsAreUndecidedAndNoneAreNotMeasured() throws {
    let study = Self.sleeps(5.001, 1.001)
    #expect(try Self.entry(study, Self.sleeps(5.001, 1.001, rounds: 3)).agreement == .undecided)
    #expect(try Self.entry(study, TinyRun.example).agreement == .notMeasured)
  }

  @Test func undecidedStudyLeavesNothingToReproduce() throws {
    let study = Self.sleeps(5.001, 1.001, rounds: 3)
    #expect(try Self.entry(study, Self.sleeps(5.001, 1.001)).agreement == .nothing)
  }

  @Test(arguments: CitationRuns.recorded.map(\.name)) func everyPublishedRunReproducesItself(name: String) throws {
    let run = try CitationRuns.run(name)
    let reproduction = Reproduction(of: run, by: run)
    #expect(reproduction.entries.allSatisfy { [.reproduced, .nothing].contains($0.agreement) })
    #expect(reproduction.differences.isEmpty)
    // The range is the claim's, so that no number of the run is in it.
    for number in reproduction.entries.flatMap(\.numbers) where number.agreement == .reproduced {
      #expect(number.study.least != nil || number.study.most != nil)
    }
  }

  @Test(arguments: ComparisonFormat.allCases) func bothIntervalsAreShown(format: ComparisonFormat) {
    let text = Reproduction(of: Self.sleeps(5.001, 1.001), by: Self.sleeps(5.01, 2), claims: ["sleeps-at-once"])
      .render(format, width: 200)
    #expect(text.contains("not reproduced") && text.contains("sleeps-at-once"))
    #expect(
      format == .json ? text.contains("\"study\"") : text.contains("1.004 s") && text.contains("2.006 s"), "\(text)")
  }

  @Test func planHasTheExperimentsAndTheRangeOfEachClaim() throws {
    let plan = ReproductionPlan(Self.sleeps(5.001, 1.001))
    let entry = try #require(plan.entries.first { $0.id == "sleeps-at-once" })
    #expect(plan.entries.count == 1 && entry.experiments == ["five"] && entry.limits.isEmpty)
    let table = plan.table(["sleeps-at-once": .init(command: "x", seconds: 120, bytes: 1 << 20)])
    let cells = Dictionary(uniqueKeysWithValues: table.columns.map { ($0.heading, $0.cells[0].text) })
    #expect(cells["command"] == "x" && cells["minutes"] == "2.0" && cells["disk"] == "1.0 MiB")
    #expect(cells["accepted"]?.contains("5 × 1 s one after another: 5.000–5.250 s") == true)
  }
}
