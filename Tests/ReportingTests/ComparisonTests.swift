import Measurement
import Records
import Statistics
import TestSupport
import Testing

@testable import Reporting

struct ComparisonTests {
  /// Eight rounds of `blocking` and `epoll` at one point, with everything but the client's processor time scaled by
  /// `factor`.
  private func run(_ factor: Double = 1, seed: UInt64 = 7, rounds: Int = 8, epoll: Double = 2) -> Run {
    var random = SplitMix64(seed: seed)
    var trials: [TrialRecord] = []
    for round in stride(from: 1, through: rounds, by: 1) {
      for (mode, speed) in [("blocking", 1), ("epoll", epoll)] {
        let speed = speed * factor * random.jitter(0.01)
        var trial = TinyRun.trial(
          mode, round: round, throughput: 1000 * speed,
          latencies: .init(repeating: UInt64(1_000_000 / speed), count: 2000))
        trial.client = TinyRun.usage(user: UInt64(4_000_000 * random.jitter(0.01)), system: 1_000_000)
        trials.append(trial)
      }
    }
    return TinyRun.run(trials)
  }

  private func rows(_ comparison: Comparison, _ mode: String) -> [Comparison.Row] {
    comparison.experiments.flatMap(\.points).filter { $0.mode == mode }.flatMap(\.rows)
  }

  @Test func identicalRunsShowNoDifference() throws {
    let comparison = try Comparison(run(), run())
    #expect(comparison.experiments.map(\.name) == ["tiny"])
    let all = rows(comparison, "blocking") + rows(comparison, "epoll")
    #expect(all.count == 8)
    #expect(all.allSatisfy { $0.verdict == .notSignificant && !$0.isFlagged && $0.familySize == 2 })
    #expect(all.allSatisfy { abs(($0.ratio?.median ?? 0) - 1) < 1e-9 && $0.pValue == 1 })
    #expect(comparison.remarks == ["both are the same run"])
  }

  @Test func runThatIsATenthSlowerIsFound() throws {
    let comparison = try Comparison(run(), run(0.9, seed: 8), leastEffect: 0.05)
    for mode in ["blocking", "epoll"] {
      let found = rows(comparison, mode)
      #expect(found.map(\.metric) == ComparisonMetric.allCases)
      #expect(found.map(\.verdict) == [.slower, .notSignificant, .slower, .slower])
      #expect(abs((found[0].ratio?.median ?? 0) - 0.9) < 0.01)
      #expect(abs((found[2].ratio?.median ?? 0) - 1 / 0.9) < 0.01)
      #expect(found[0].ratio.map { $0.low < 0.9 && 0.9 < $0.high && $0.high < 0.95 } == true)
    }
  }

  @Test func modesAreJudgedByABaselinePairedByRound() throws {
    let comparison = try Comparison(run(), baseline: "blocking")
    #expect(comparison.kind == .modes)
    #expect(rows(comparison, "blocking").isEmpty)
    let found = rows(comparison, "epoll")
    #expect(found.map(\.verdict) == [.faster, .notSignificant, .faster, .faster])
    #expect(found[0].ratio?.n == 8)
    #expect(try rows(Comparison(run(), baseline: "epoll"), "blocking")[0].verdict == .slower)
  }

  @Test func roundsWithoutTheirOtherHalfAreNotPaired() throws {
    var one = run()
    one.trials[0].valid = false
    one.trials[0].reasons = ["steal: 12 %"]
    let comparison = try Comparison(one, baseline: "blocking")
    #expect(rows(comparison, "epoll")[0].ratio?.n == 7)
    #expect(comparison.remarks == ["tiny, blocking at 4: 1 of 8 trials not valid, left out (steal)"])
  }

  @Test func fewRoundsAreTooFew() throws {
    let comparison = try Comparison(run(rounds: 3), run(0.5, rounds: 3))
    #expect(rows(comparison, "epoll").allSatisfy { $0.verdict == .tooFewRounds })
    #expect(comparison.remarks == ["tiny: a difference can be found from 5 rounds on, in a family of 2"])
    let paired = try Comparison(run(rounds: 3), baseline: "blocking")
    #expect(paired.remarks == ["tiny: a difference can be found from 6 rounds on, in a family of 1"])
  }

  @Test func modesThatAreNotThereAreRefused() {
    #expect(throws: ComparisonFailure.self) { try Comparison(run(), baseline: "uring") }
    #expect(throws: ComparisonFailure.self) { try Comparison(run(), run(), modes: ["epol"]) }
    #expect(throws: ComparisonFailure.self) { try Comparison(TinyRun.run([]), baseline: "blocking") }
  }

  @Test func machinesThatDifferAreToldAndFlagVerdicts() throws {
    var other = run(0.7, seed: 8)
    other.record.environment.cpuModel = "Slide rule"
    other.record.environment.governor = "powersave"
    other.record.tool.configuration = "debug"
    other.record.seed = 8
    let comparison = try Comparison(run(), other)
    #expect(
      comparison.machineDifferences == [
        "cpu_model: Abacus in the first run, Slide rule in the second",
        "governor: not recorded in the first run, powersave in the second",
        "configuration: release in the first run, debug in the second",
      ])
    #expect(comparison.remarks == ["seed: 7 in the first run, 8 in the second: the operations are not the same ones"])
    #expect(rows(comparison, "epoll").allSatisfy { $0.isFlagged })
    #expect(rows(comparison, "epoll")[0].words == "slower between these two runs !")
  }

  @Test func workThatDiffersIsToldAndFlagsItsVerdicts() throws {
    var other = run(seed: 8)
    for index in other.trials.indices {
      other.trials[index].workload = .object(["kind": .string("sleep"), "duration": .string("20ms")])
    }
    let comparison = try Comparison(run(), other)
    #expect(
      comparison.workDifferences == ["tiny: workload duration: 10ms in the first run, 20ms in the second"])
    #expect(rows(comparison, "epoll").allSatisfy { $0.isFlagged })
  }

  @Test func pointsOfOneRunOnlyAreTold() throws {
    var other = run(seed: 8)
    other.trials.removeAll { $0.mode == "epoll" }
    let comparison = try Comparison(run(), other)
    #expect(comparison.remarks.contains("only the first run has: tiny, epoll at 4"))
    #expect(try Comparison(run(), TinyRun.run([])).isEmpty)
  }

  @Test func latencyIsResponseTimeOnlyWhereBothSidesHaveIt() throws {
    func open(_ run: Run) -> Run {
      var run = run
      run.trials = run.trials.map { trial in
        var trial = trial
        let service = trial.latency?.service
        trial.latency?.response = service
        return trial
      }
      return run
    }
    #expect(try rows(Comparison(open(run()), open(run(seed: 8))), "epoll").allSatisfy { $0.isResponse })
    #expect(try rows(Comparison(run(), open(run(seed: 8))), "epoll").allSatisfy { !$0.isResponse })
  }

  @Test func ratesOfAnExperimentAreOneFamily() throws {
    func open(_ run: Run) -> Run {
      var run = run
      let double = run.trials.map { trial in
        var trial = trial
        trial.arrivals = .init(kind: "constant", rate: 500)
        return trial
      }
      run.trials = run.trials.map { trial in
        var trial = trial
        trial.arrivals = .init(kind: "constant", rate: 100)
        return trial
      }
      run.trials += double
      return run
    }
    let comparison = try Comparison(open(run()), open(run(seed: 8)))
    #expect(comparison.experiments.map(\.name) == ["tiny-at-100", "tiny-at-500"])
    #expect(comparison.familySizes == [4])
  }

  @Test func textFitsAndSaysFamilyTestAndExclusions() throws {
    var other = run(0.9, seed: 8)
    other.trials[1].valid = false
    other.trials[1].reasons = ["steal: 12 %"]
    other.record.environment.cpuModel = String(repeating: "long name ", count: 20)
    let comparison = try Comparison(run(), other)
    for width in [40, 80, 100, 300] {
      let text = comparison.render(.text, width: width, color: false)
      let widest = text.split(separator: "\n").map(\.count).max() ?? 0
      #expect(widest <= max(40, min(width, 100)))
      #expect(text == comparison.render(.text, width: width, color: false))
    }
    let text = comparison.render(.text, width: 100, color: false)
    #expect(text.contains("Mann–Whitney") && text.contains("2 comparisons"))
    #expect(text.contains("tiny, epoll at 4: 1 of 8 trials of the second run not valid, left out (steal)"))
    #expect(comparison.render(.json, width: 100, color: false).contains(#""family_size" : 2"#))
    #expect(comparison.render(.md, width: 100, color: false).contains("| epoll | 4 | op/s |"))
  }
}

struct ComparisonGateTests {
  @Test(arguments: [
    ("epoll http throughput < 0.95", "epoll http throughput < 0.95"),
    ("  epoll  http p99>1.1 concurrency=64 ", "epoll http p99 > 1.1 concurrency=64"),
    ("epoll/inline http-at-1,000 cpu > 2", "epoll/inline http-at-1,000 cpu > 2"),
  ])
  func expressionIsRead(expression: String, text: String) throws {
    #expect(try ComparisonGate(expression).text == text)
  }

  @Test(arguments: [
    ("", "it has 0 words"), ("epoll http throughput <", "it has 4 words"),
    ("epoll http throughput < 0.95 concurrency = 6", "it has 8 words"), ("epoll http p42 < 1", "'p42' is not a metric"),
    ("epoll http p50 = 1", "'=' is neither < nor >"), ("epoll http p50 < five", "'five' is not a positive ratio"),
    ("epoll http p50 < -1", "'-1' is not a positive ratio"), ("epoll http p50 < nan", "'nan' is not a positive ratio"),
    ("epoll http p50 > inf", "'inf' is not a positive ratio"),
    ("epoll http p50 < 1 lanes=4", "'lanes=4' is not concurrency=N"),
    ("epoll http p50 < 1 concurrency=0", "'concurrency=0' is not concurrency=N"),
  ])
  func malformedExpressionIsRefusedInOneLine(expression: String, complaint: String) {
    do throws(ComparisonFailure) {
      _ = try ComparisonGate(expression)
      Issue.record("'\(expression)' was taken")
    } catch {
      #expect(error.description.contains(complaint), "\(error)")
      #expect(!error.description.contains("\n"))
    }
  }

  private func trials(_ throughput: Double, rounds: Int) -> Run {
    TinyRun.run((1...rounds).map { TinyRun.trial("epoll", round: $0, throughput: throughput + Double($0)) })
  }

  @Test(arguments: [
    ("epoll tiny throughput < 0.95", 6, ComparisonGate.Outcome.Judgement.fails),
    ("epoll sleep throughput < 0.95", 6, .fails), ("epoll tiny throughput < 0.95 concurrency=4", 6, .fails),
    // Slower by a tenth, but the interval reaches beyond the bound.
    ("epoll tiny throughput < 0.9", 6, .holds), ("epoll tiny throughput < 0.85", 6, .holds),
    ("epoll tiny throughput > 1.05", 6, .holds), ("epoll tiny throughput > 0.8", 6, .fails),
    ("epoll tiny throughput < 0.95", 3, .unjudged), ("epoll tiny p99 > 1.1", 6, .unjudged),
  ])
  func gateFailsOnlyWithTheWholeInterval(
    expression: String, rounds: Int, judgement: ComparisonGate.Outcome.Judgement
  ) throws {
    let comparison = try Comparison(trials(1000, rounds: rounds), trials(900, rounds: rounds))
    let outcomes = try ComparisonGate(expression).judge(comparison)
    #expect(outcomes.map(\.judgement) == [judgement])
  }

  @Test(arguments: ["dispatch tiny p50 < 1", "epoll http p50 < 1", "epoll tiny p50 < 1 concurrency=5"])
  func gateThatMatchesNothingIsRefused(expression: String) throws {
    let comparison = try Comparison(trials(1000, rounds: 6), trials(900, rounds: 6))
    #expect(throws: ComparisonFailure.self) { try ComparisonGate(expression).judge(comparison) }
  }
}
