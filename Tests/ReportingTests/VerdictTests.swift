import Foundation
import Measurement
import Plan
import Records
import Statistics
import Testing

@testable import Reporting

/// What a run says of its modes at its end, and its reports under each heading.
struct VerdictTests {
  /// Trials of modes at four lanes, each with its throughput and its processor time for an operation in microseconds.
  /// The numbers of `taskgroup` go up and down from round to round.
  private static func run(
    _ modes: [(mode: String, throughput: Double, cpu: Double)], rounds: Int = 10, experiment: String = "tiny"
  ) -> Run {
    var trials: [TrialRecord] = []
    for round in 1...rounds {
      for one in modes {
        let steady = 1 + 0.0001 * Double(round % 3)
        let noise = one.mode == "taskgroup" ? (round % 2 == 0 ? 1.006 : 0.995) : steady
        var trial = TinyRun.trial(one.mode, round: round, throughput: one.throughput * noise, experiment: experiment)
        trial.client = TinyRun.usage(user: UInt64(one.cpu * 1e6 * noise), system: 0)
        trials.append(trial)
      }
    }
    return TinyRun.run(trials)
  }

  private static let three = run([("taskgroup", 1205, 10), ("dispatch", 1000, 14), ("epoll", 1210, 8)])

  private func verdict(_ run: Run) throws -> Verdict { try #require(Verdicts(run, Summary(run)).all.first) }

  private func words(_ run: Run) throws -> String {
    try verdict(run).text.replacing(/[0-9.]+ × \[[0-9.–]+\]/, with: "R")
  }

  @Test func oneModeIsAheadOfEveryOtherOnlyWhereItDiffersFromEach() throws {
    let run = Self.run([("blocking", 100, 20), ("dispatch", 1000, 14), ("epoll", 1210, 8)])
    #expect(try verdict(run).text.hasPrefix("at 4 lanes, epoll sustains 1.21 × [1."))
    #expect(
      try words(run) == "at 4 lanes, epoll sustains R dispatch's rate, and more than blocking. "
        + "epoll uses R dispatch's CPU time per operation, and less than blocking.")
    #expect(try verdict(run).closedLoop?.isLedByOne == true)
  }

  @Test func amongTiesNoneIsAhead() throws {
    #expect(
      try words(Self.three)
        == "at 4 lanes, epoll sustains R dispatch's rate; taskgroup and epoll are not significantly "
        + "different. epoll uses R taskgroup's CPU time per operation, and less than dispatch.")
    let standing = try #require(try verdict(Self.three).closedLoop)
    #expect(!standing.isLedByOne && standing.leaders.map(\.name) == ["epoll", "taskgroup"])
    let two = Self.run([("taskgroup", 1000, 10), ("epoll", 1000, 10)])
    #expect(
      try words(two) == "at 4 lanes, taskgroup and epoll are not significantly different in rate. "
        + "taskgroup and epoll are not significantly different in CPU time per operation.")
    let several = Self.run([("dispatch", 1000, 10), ("taskgroup", 1000, 10), ("epoll", 1000, 10)])
    #expect(try words(several).contains(" are not significantly different from "))
  }

  @Test func ofTwoModesThatDifferTheDifferenceIsSaid() throws {
    let run = Self.run([("threads", 1000, 10), ("epoll", 1500, 10)])
    #expect(
      try words(run) == "at 4 lanes, epoll sustains R threads' rate. "
        + "epoll and threads are not significantly different in CPU time per operation.")
  }

  @Test func smallDifferenceHasTheDigitsThatShowIt() throws {
    #expect(
      VerdictWords.times(.init(median: 1.0021, low: 1.0013, high: 1.004, kind: .interval95, n: 9))
        == "1.002 × [1.001–1.004]")
    #expect(
      VerdictWords.times(.init(median: 0.56, low: 0.5, high: 0.6, kind: .interval95, n: 9)) == "0.560 × [0.500–0.600]")
  }

  /// Eight of ten rounds are far on one side, two a little on the other.
  @Test func aDifferenceThatTheIntervalDoesNotShowIsTooCloseForAVerdict() throws {
    let trials = (1...10).flatMap { round in
      [
        TinyRun.trial("threads", round: round, throughput: 1000),
        TinyRun.trial("epoll", round: round, throughput: round < 3 ? 999 : 1100),
      ]
    }
    let standing = try #require(try verdict(TinyRun.run(trials)).closedLoop)
    #expect(standing.rivals.map(\.verdict) == [.faster] && standing.apart.isEmpty && !standing.isLedByOne)
    #expect(try verdict(TinyRun.run(trials)).text == "at 4 lanes, threads is too close to epoll in rate for a verdict.")
    #expect(standing.leaders.map(\.name) == ["epoll", "threads"])
  }

  @Test func manyModesBehindTheNextAreCounted() throws {
    let run = Self.run([
      ("epoll", 1300, 10), ("uring", 1200, 10), ("threads", 1100, 10), ("dispatch", 1000, 10), ("taskgroup", 900, 10),
    ])
    #expect(try words(run).hasPrefix("at 4 lanes, epoll sustains R uring's rate, and more than all 3 others. "))
  }

  @Test func withTooFewRoundsThereIsNoVerdict() throws {
    let few = "at 4 lanes, there are too few rounds for a verdict; 9 valid ones are recommended."
    #expect(try verdict(Self.run([("dispatch", 1000, 14), ("epoll", 1210, 8)], rounds: 5)).text == few)
    var half = Self.three
    for index in half.trials.indices where half.trials[index].round > 4 && half.trials[index].mode == "dispatch" {
      half.trials[index].valid = false
    }
    #expect(
      try words(half)
        == "at 4 lanes, taskgroup and epoll are not significantly different in rate; too few rounds for a "
        + "verdict on dispatch; 9 valid ones are recommended. epoll uses R taskgroup's CPU time per operation; "
        + "too few rounds for a verdict on dispatch.")
  }

  @Test func aModeAloneHasItsNumber() throws {
    let alone = Self.run([("epoll", 1000, 10)])
    let text = try verdict(alone).text
    #expect(
      text.hasPrefix("at 4 lanes, epoll sustains ") && text.hasSuffix("]; there is no mode to compare with."), "\(text)"
    )
    var others = Self.three
    for index in others.trials.indices where others.trials[index].mode != "epoll" { others.trials[index].valid = false }
    #expect(try verdict(others).text.hasSuffix("]; no other mode can be compared with it."))
    for index in others.trials.indices { others.trials[index].valid = false }
    #expect(Verdicts(others, Summary(others)).lines.isEmpty)
    #expect(Verdicts(TinyRun.run([]), Summary(TinyRun.run([]))).lines.isEmpty)
  }

  @Test func theControlIsNotRanked() throws {
    let run = Self.run([("epoll", 1000, 10), ("threads", 500, 10), ("null", 1e6, 1)])
    #expect(try words(run).hasPrefix("at 4 lanes, epoll sustains R threads' rate. "))
  }

  /// The one with the best median is slower in the rounds that both have.
  @Test func theFirstIsOneThatNoOtherIsSignificantlyBetterThan() throws {
    var trials: [TrialRecord] = []
    for round in 1...20 {
      let noise = Double(round % 3)
      trials.append(TinyRun.trial("threads", round: round, throughput: (round < 10 ? 100 : 200) + noise))
      if round < 10 { trials.append(TinyRun.trial("epoll", round: round, throughput: 120 + noise)) }
    }
    let standing = try #require(try verdict(TinyRun.run(trials)).closedLoop)
    #expect(standing.first.name == "epoll" && standing.apart.map(\.key.name) == ["threads"])
  }

  @Test func aModeThatServesAPartOfItsLanesSaysSoAndItsPercentilesAreNotRanked() throws {
    var run = ServedLanesTests.run()
    for index in run.trials.indices {
      run.trials[index].throughput = run.trials[index].mode == "dispatch" ? 1000 : Double(500 + index % 7)
    }
    #expect(
      try words(run).hasPrefix("at 10,000 lanes, dispatch, which served 255 of 10,000 lanes, sustains R epoll's rate"))
    for index in run.trials.indices {
      run.trials[index].arrivals = .init(kind: "constant", rate: 900)
      run.trials[index].throughput = 900
      let service = run.trials[index].latency?.service
      run.trials[index].latency?.response = service
    }
    let text = try words(run)
    #expect(text.contains("epoll has a p99 response time of ") && !text.contains("dispatch"), "\(text)")
    // Of three modes, two can be ranked.
    var third = run.trials.filter { $0.mode == "epoll" }
    for index in third.indices {
      third[index].mode = "uring"
      third[index].latency = TinyRun.trial("", latencies: .init(repeating: 90_000_000, count: 2000)).latency
      let service = third[index].latency?.service
      third[index].latency?.response = service
    }
    run.trials += third
    #expect(
      try words(run).hasPrefix(
        "at 10,000 lanes and 900/s offered, uring has R epoll's p99 response time; "
          + "dispatch served 255 of 10,000 lanes and is not ranked."))
  }

  @Test func ofRatesThoseAreJudgedThatAllKeepUpWith() throws {
    let run = SyntheticRun(
      modes: ["threads", "epoll"], concurrencies: [16], rounds: 10, rates: [1000, 4000, 7000, 90_000]
    ).run()
    let standings = try verdict(run).standings
    #expect(standings.map(\.quantity.metric.rawValue) == ["throughput", "p99", "cpu"])
    #expect(standings.map(\.place.rate) == [90_000, 7000, 7000])
    #expect(try words(run).contains("at 16 lanes and 7,000/s offered, "))
  }

  @Test func aSearchIsJudgedByTheHighestRatesOfItsRounds() throws {
    let run = try CitationRuns.run("search")
    let verdict = try #require(Verdicts(run, Summary(run)).all.first)
    #expect(verdict.text.hasPrefix("at 64 lanes, with p99<10ms, "), "\(verdict.text)")
    #expect(verdict.standings.first?.place.objective == "p99<10ms")
  }

  @Test func severalLimitsHaveBestSettingsAndNoVerdict() throws {
    let run = try #require(CitationRuns.recorded.first { $0.name.hasSuffix("-tuning") }).run
    #expect(!Verdicts(run, Summary(run)).all.contains { $0.name == "http-2ms-limit" })
  }

  // MARK: Reports

  @Test(arguments: [OutputFormat.text, .md, .latex, .html])
  func allFormatsSayTheSameUnderTheHeading(_ format: OutputFormat) throws {
    for run in [Self.three, SyntheticRun(rounds: 5).run(), Self.run([("epoll", 1000, 10)])] {
      let said = "Verdict: \(try verdict(run).text)"
      let text = Report(run).render(format, width: 80, color: false)
      let expected =
        switch format {
        case .md: MarkdownReport.escaped(said)
        case .latex: LatexText.escaped(said)
        case .html: Markup(said).text
        default: said
        }
      #expect(text.split { $0.isWhitespace }.joined(separator: " ").contains(expected))
    }
  }

  @Test func aRunOfManyExperimentsCountsItsVerdicts() throws {
    let names = ["a", "b", "c", "d", "e", "f"]
    func run(_ names: some Sequence<String>) -> Run {
      TinyRun.run(
        names.flatMap { Self.run([("dispatch", 1000, 14), ("epoll", 1210, 8)], experiment: $0).trials })
    }
    let few = run(names.prefix(5))
    let lines = Verdicts(few, Summary(few)).lines
    #expect(lines.count == 5 && lines[0].hasPrefix("verdict on a: at 4 lanes, epoll sustains 1.2"))
    let many = run(names)
    #expect(
      Verdicts(many, Summary(many)).lines == [
        "verdicts: of 6 closed-loop experiments that compare modes, one mode sustains a significantly higher rate than "
          + "every other in 6 (epoll in 6). Each experiment has its own in the report."
      ])
  }

  /// No other command of the program contradicts it.
  @Test(arguments: CitationRuns.recorded.map(\.name))
  func compareWithTheFirstAsBaselineSaysTheSame(_ name: String) throws {
    let run = try CitationRuns.run(name)
    for verdict in Verdicts(run, try CitationRuns.summary(name)).all {
      for standing in verdict.standings where standing.first.variant == nil && standing.place.objective == nil {
        let comparison = try Comparison(run, baseline: standing.first.mode)
        let points = comparison.experiments.filter { $0.name == verdict.name }.flatMap(\.points)
        for rival in standing.rivals {
          let point = try #require(
            points.first { $0.name == rival.key.name && $0.concurrency == standing.place.concurrency })
          let row = try #require(point.rows.first { $0.metric == standing.quantity.metric })
          let opposite: [PairedComparison.Verdict: PairedComparison.Verdict] = [.faster: .slower, .slower: .faster]
          #expect(row.verdict == opposite[rival.verdict] ?? rival.verdict, "\(verdict.name) \(point.name)")
        }
      }
    }
  }

  // MARK: Comparisons

  private func text(_ lines: [String]) -> [String] {
    lines.map { $0.replacing(/[0-9.]+ × \[[0-9.–]+\]/, with: "R") }
  }

  @Test func comparisonOfTwoRunsNamesWhatDiffersBetweenThem() throws {
    let slower = Self.run([("taskgroup", 1205, 10), ("dispatch", 1000, 14), ("epoll", 1000, 8)])
    let comparison = try Comparison(Self.three, slower)
    #expect(
      text(comparison.verdict) == [
        "verdict on tiny: 1 of 6 ratios differs significantly by more than 15 % between these two runs: op/s of epoll at 4 "
          + "R; 5 are not significantly different."
      ])
    #expect(
      try Comparison(Self.three, Self.three).verdict == [
        "verdict on tiny: none of 6 ratios differs significantly by more than 15 % between these two runs."
      ])
    let short = Self.run([("epoll", 1000, 8)], rounds: 2)
    #expect(
      try Comparison(short, short).verdict == [
        "verdict on tiny: there are too few rounds for a verdict; 9 valid ones a run are recommended."
      ])
  }

  @Test func comparisonOfModesSaysHowTheyStandToTheBaseline() throws {
    #expect(
      try text(Comparison(Self.three, baseline: "taskgroup").verdict) == [
        "verdict on tiny: at 4 lanes, dispatch sustains R taskgroup's rate; taskgroup and epoll are not significantly "
          + "different. dispatch uses R taskgroup's CPU time per operation and epoll R."
      ])
  }

  @Test func textAndMarkdownOfAComparisonEndWithItsVerdict() throws {
    let comparison = try Comparison(Self.three, baseline: "dispatch")
    let last = try #require(comparison.verdict.last)
    for format in [ComparisonFormat.text, .md] {
      let text = comparison.render(format, width: 90, color: false).split { $0.isWhitespace }.joined(separator: " ")
      #expect(text.hasSuffix(format == .md ? MarkdownReport.escaped(last) : last))
    }
  }

  @Test func comparisonOfManyExperimentsHasOneVerdict() throws {
    let names = ["a", "b", "c", "d", "e", "f"]
    let run = TinyRun.run(names.flatMap { Self.run([("epoll", 1210, 8)], experiment: $0).trials })
    #expect(
      try Comparison(run, run).verdict == [
        "verdict: in 6 experiments, none of 12 ratios differs significantly by more than 15 % between these two runs."
      ])
  }
}
