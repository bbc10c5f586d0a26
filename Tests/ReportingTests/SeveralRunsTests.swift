import Glibc
import Measurement
import Records
import Statistics
import TestSupport
import Testing

@testable import Reporting

/// Comparisons whose unit is a run or a pair of runs.
struct SeveralRunsTests {
  /// A run of `epoll` at two points, all of whose trials share `level`.
  private func run(_ name: String, level: Double, seed: UInt64, rounds: Int = 9) -> Run {
    var random = SplitMix64(seed: seed)
    var trials: [TrialRecord] = []
    for round in 1...rounds {
      for mode in ["dispatch", "epoll"] {
        let speed = level * random.jitter(0.01)
        var trial = TinyRun.trial(
          mode, round: round, throughput: 1000 * speed,
          latencies: .init(repeating: UInt64(1_000_000 / speed), count: 2000))
        trial.client = TinyRun.usage(user: UInt64(4_000_000 / speed), system: 1_000_000)
        trials.append(trial)
      }
    }
    var run = TinyRun.run(trials)
    run.record.runID = name
    return run
  }

  /// Runs of one build, each with a level of its own.
  private func runs(_ name: String, _ levels: [Double], seed: UInt64 = 1) -> [Run] {
    levels.enumerated().map { run("\(name)\($0 + 1)", level: $1, seed: seed + UInt64($0)) }
  }

  private func rows(_ comparison: Comparison) -> [Comparison.Row] {
    comparison.experiments.flatMap(\.points).flatMap(\.rows)
  }

  @Test func differenceOfTwelvePercentBetweenTwoRunsIsNotSignificantUnlessAskedFor() throws {
    let (one, other) = (run("a", level: 1, seed: 1), run("b", level: 1.12, seed: 2))
    let usual = try Comparison(one, other)
    #expect(usual.unit == .trial && usual.leastEffect == 0.15)
    #expect(rows(usual).allSatisfy { $0.verdict == .notSignificant && $0.words == "not significant" })
    let strict = try Comparison(one, other, leastEffect: 0)
    #expect(rows(strict).contains { $0.verdict == .faster })
  }

  @Test func verdictOnOneRunASideIsOnTheseTwoRuns() throws {
    let comparison = try Comparison(run("a", level: 1, seed: 1), run("b", level: 0.7, seed: 2))
    #expect(rows(comparison)[0].words == "slower between these two runs")
    #expect(comparison.render(.text, width: 100, color: false).contains("p  these two runs"))
    let markdown = comparison.render(.md, width: 100, color: false)
    #expect(markdown.contains("slower between these two runs") && markdown.contains("beyond 1 ± 15 %"))
    let json = comparison.render(.json, width: 100, color: false)
    for part in [#""unit" : "trial""#, #""least_effect" : 0.15"#, #""verdicts_are_on" : "these two runs""#] {
      #expect(json.contains(part), "\(part)")
    }
  }

  @Test func levelsOfSingleRunsAreNoDifferenceBetweenSeveral() throws {
    let (old, new) = (runs("a", [1, 1.07, 0.94]), runs("b", [1.08, 0.95, 1.01], seed: 10))
    // Two of them alone do differ.
    #expect(try rows(Comparison(old[0], new[0], leastEffect: 0)).contains { $0.verdict == .faster })
    let comparison = try Comparison(old, new)
    #expect(comparison.unit == .run && comparison.leastEffect == 0)
    #expect(comparison.runs.first == ["a1", "a2", "a3"] && comparison.runs.second == ["b1", "b2", "b3"])
    #expect(rows(comparison).allSatisfy { $0.verdict == .notSignificant })
    let throughput = rows(comparison)[0]
    #expect(throughput.ratio?.n == 6 && throughput.first?.n == 3)
    #expect(throughput.ratio.map { $0.low < 0.9 && $0.high > 1.1 } == true)
    #expect(try #require(throughput.spread).between > 0.05)
    #expect(try #require(throughput.spread?.within) < 0.01)
  }

  @Test func differenceIsFoundBeyondWhatVariesBetweenRuns() throws {
    let comparison = try Comparison(runs("a", [1, 1.01, 0.99]), runs("b", [0.7, 0.71, 0.69], seed: 10))
    #expect(rows(comparison)[0].words == "slower")
    let text = comparison.render(.text, width: 100, color: false)
    #expect(text.contains("tiny: op/s between runs ±") && text.contains("runs a side find a difference of 5 %"))
    #expect(text.contains("Student's t"))
    let json = comparison.render(.json, width: 100, color: false)
    for part in [#""unit" : "run""#, #""least_effect" : 0"#, #""test" : "student-t""#, "between_runs_relative_sd"] {
      #expect(json.contains(part), "\(part)")
    }
  }

  @Test func pairsOfRunsAreJudgedByTheirRatios() throws {
    // The drift between pairs far exceeds the difference.
    let levels = (0..<9).map { 1 + Double($0) / 10 }
    let (old, new) = (runs("a", levels), runs("b", levels.map { $0 * 0.95 }, seed: 20))
    #expect(try rows(Comparison(old, new)).allSatisfy { $0.verdict == .notSignificant })
    let comparison = try Comparison(old, new, isPaired: true)
    #expect(comparison.unit == .pairOfRuns)
    let throughput = rows(comparison)[0]
    #expect(throughput.verdict == .slower && throughput.ratio?.n == 9)
    #expect(throughput.ratio.map { abs($0.median - 0.95) < 0.01 } == true)
    #expect(comparison.render(.text, width: 100, color: false).contains("pairs of runs find a difference of 5 %"))
  }

  @Test func pairWithoutAValidTrialOnOneSideIsLeftOut() throws {
    let levels = Array(repeating: 1.0, count: 5)
    var new = runs("b", levels, seed: 20)
    for index in new[2].trials.indices { new[2].trials[index].valid = false }
    let comparison = try Comparison(runs("a", levels), new, isPaired: true)
    #expect(rows(comparison)[0].ratio?.n == 4)
    #expect(rows(comparison)[0].verdict == .tooFewRounds && rows(comparison)[0].words == "too few runs")
    #expect(comparison.remarks.contains("tiny: a difference can be found from 7 pairs of runs on, in a family of 2"))
  }

  @Test func runThatIsThereTwiceIsTold() throws {
    let old = runs("a", [1, 1.01])
    let comparison = try Comparison(old, [old[0], run("b", level: 1, seed: 9)])
    #expect(comparison.remarks.contains("a run is there twice: not independent"))
  }

  @Test func machinesThatDifferWithinASideFlagVerdicts() throws {
    var old = runs("a", [1, 1.01])
    old[1].record.environment.cpuModel = "Slide rule"
    let comparison = try Comparison(old, runs("b", [1, 1.01], seed: 9))
    #expect(comparison.machineDifferences == ["cpu_model: Abacus in the first run, Slide rule in another"])
    #expect(rows(comparison).allSatisfy { $0.isFlagged })
  }

  @Test func modesOfARunSayHowManyRoundsFindFivePercent() throws {
    let comparison = try Comparison(run("a", level: 1, seed: 1), baseline: "dispatch")
    #expect(comparison.leastEffect == 0 && rows(comparison)[0].words == "not significant")
    #expect(comparison.notes == ["tiny: 6 rounds find a difference of 5 % in op/s at every point, nine times in ten"])
  }

  @Test func spreadOfRunsOfOneSuiteIsTold() {
    let spread = SpreadOfRuns(runs("a", [1, 1.1, 0.9]))
    let text = spread.render(.text)
    #expect(text.hasPrefix("3 runs: a1, a2, a3\n  tiny: op/s between runs ±10 %, within ±0."))
    #expect(spread.render(.json).contains(#""between_runs_relative_sd""#))
    #expect(spread.values.count == 8)
  }
}
