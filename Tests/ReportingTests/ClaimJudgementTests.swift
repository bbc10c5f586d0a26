import Records
import Statistics
import Testing

@testable import Reporting

/// Numbers that look like a confirmation, but are none.
struct ClaimJudgementTests {
  private typealias R = ClaimRun

  private func result(
    _ claim: String, _ trials: [TrialRecord], limits: [LimitsRecord.Entry] = [], processors: Int = 1
  ) throws -> ClaimResult {
    let run = R.run(trials, limits: limits, processors: processors)
    return try #require(ClaimResult.all(run, Summary(run)).first { $0.claim.id == claim })
  }

  private func measure(_ result: ClaimResult, _ name: String) throws -> Measure {
    try #require(result.measures.first { $0.name.contains(name) }, "\(result.measures.map(\.name))")
  }

  private static let waits = #"{"kind": "http", "delay": "20ms"}"#
  private static let plain = #"{"kind": "http"}"#

  private func ratios(_ experiment: String, _ workload: String, _ ratio: Double, over single: Double = 50)
    -> [TrialRecord]
  {
    R.trials("blocking", experiment, workload, lanes: 500, perSecond: single)
      + R.trials("epoll", experiment, workload, lanes: 500, perSecond: single * ratio)
  }

  // MARK: Work left to others

  @Test func bystandersAreJudgedAgainstBystandersAloneAndNotAgainstThoseThatWaitForWork() throws {
    let trials = R.alone(p99: 1) + R.work("inline", p99: 40) + R.work("pool", p99: 38.8)
    let result = try result("offload-work", trials)
    #expect(result.verdict == .doesNotHold)
    let pool = try measure(result, "epoll/pool: bystanders' p99 ÷ alone")
    #expect(pool.most == 2 && pool.estimate.median > 30)
    let inline = try measure(result, "epoll/inline: bystanders' p99 ÷ alone")
    #expect(inline.role == .arithmetic && inline.standingText == "as predicted")
    guard case .trials(let samples) = pool.source else { return #expect(Bool(false)) }
    #expect(samples.map(\.experiment.plannedName) == ["work-pool", "alone"])
  }

  @Test func percentileOfAPartOfTheBystandersIsNoneOfAll() throws {
    let trials = R.alone(p99: 1) + R.work("inline", p99: 40) + R.work("pool", p99: 1, answered: 600)
    let result = try result("offload-work", trials)
    #expect(result.verdict == .doesNotHold)
    #expect(try measure(result, "epoll/pool: bystanders answered ÷ alone").estimate.median == 0.5)
  }

  @Test func percentilesBesideStarvedLanesAreNotClaimed() throws {
    let pool = R.work("pool", p99: 1).map { trial in
      var trial = trial
      trial.lanesServed = 1
      return trial
    }
    let result = try result("offload-work", R.alone(p99: 1) + R.work("inline", p99: 40) + pool)
    #expect(result.verdict == .undecided && !result.measures.contains { $0.name.contains("pool") })
  }

  // MARK: Work for a processor

  private func computing(_ mode: String, _ ratio: Double) -> [TrialRecord] {
    let workload = #"{"kind": "compute", "work": "1ms", "offload": "inline"}"#
    return R.trials("blocking", "c", workload, lanes: 16, perSecond: 1000)
      + R.trials(mode, "c", workload, lanes: 16, variant: "inline", perSecond: 1000 * ratio)
  }

  @Test(
    arguments: [
      ("taskgroup", 2, 2, .holds, "on each of 2 processors"),
      ("taskgroup", 2.4, 2, .doesNotHold, "on each of 2 processors"),
      ("epoll", 2, 2, .doesNotHold, "on 1 processor"), ("epoll", 1, 2, .holds, "on 1 processor"),
      ("taskgroup", 2, 1, .doesNotHold, "on 1 processor"),
    ] as [(String, Double, Int, ClaimVerdict, String)])
  func workIsComparedForEachProcessorThatAModeUses(
    mode: String, ratio: Double, processors: Int, verdict: ClaimVerdict, words: String
  ) throws {
    let result = try result("not-for-computation", computing(mode, ratio), processors: processors)
    #expect(result.verdict == verdict)
    #expect(result.measures[0].name.hasSuffix(words), "\(result.measures[0].name)")
  }

  @Test func operationsThatWaitBeforeTheyWorkSayNothingOfWorkAlone() throws {
    let workload = #"{"kind": "compute", "work": "2ms", "offload": "inline", "delay": "8ms"}"#
    let trials = ["blocking", "epoll"].flatMap { R.trials($0, "i", workload, lanes: 64, perSecond: 100) }
    #expect(try result("not-for-computation", trials).verdict == .notMeasured)
    #expect(try result("idle-time", trials).verdict == .doesNotHold)
  }

  // MARK: Hundreds of times

  @Test func shareOfTheFloorHasTheUncertaintyOfTheFloor() throws {
    // At least 20,000 per second, and up to twice as many, without waits.
    let unwaiting = R.trials("epoll", "n", Self.plain, lanes: 500) {
      $0.throughput = Double(10_000 + 2000 * $0.round)
      _ = $1
    }
    let trials =
      ratios("w", Self.waits, 280) + R.trials("blocking", "n", Self.plain, lanes: 500, perSecond: 9000) + unwaiting
    let share = try measure(try result("hundreds-of-times", trials), "share of min(")
    #expect(share.role == .arithmetic)
    // 14,000 over 12,000 to 22,000.
    #expect(share.estimate.low < 0.7 && share.estimate.high > 1.15, "\(share.estimate)")
    #expect(share.standing == .open)
    let floor = try #require(share.floor)
    #expect(floor.kind == .interval95 && floor.low < 250 && floor.high > 430)
  }

  @Test func shareOfTheLanesIsExactWhereTheFloorIsFarAbove() throws {
    let trials = ratios("w", Self.waits, 490) + ratios("n", Self.plain, 10, over: 20_000)
    let share = try measure(try result("hundreds-of-times", trials), "share of min(500, 4,")
    #expect(abs(share.estimate.median - 0.98) < 0.001 && share.standingText == "as predicted")
  }

  @Test func ratioBeyondTheFloorIsOtherwise() throws {
    let trials = ratios("w", Self.waits, 490) + ratios("n", Self.plain, 1, over: 15_000)
    let result = try result("hundreds-of-times", trials)
    #expect(try measure(result, "share of min(500, 300)").standingText == "otherwise")
    // It is no number of the claim.
    #expect(result.judged.count == 2)
  }

  // MARK: A million

  @Test func taskGroupIsJudgedByTheSameTimeAsOthers() throws {
    let sleep = #"{"kind": "sleep", "duration": "4s"}"#
    let trials = R.trials("taskgroup", "m", sleep, lanes: 1_000_000, asked: 1_000_000, seconds: 15)
    let time = try measure(try result("million-at-once", trials), "taskgroup: time of sleeps")
    #expect(time.least == 4 && time.most == 14 && time.standing == .beyond && time.estimate.n == 6)
  }

  @Test func millionThatWaitsInTurnsIsNotAtOnce() throws {
    let sleep = #"{"kind": "sleep", "duration": "4s"}"#
    let trials = R.trials("taskgroup", "m", sleep, lanes: 1_000_000, asked: 1_000_000) { trial, _ in
      trial.wall = 8_600_000_000
      trial.inFlight = .init(mean: 400_000, max: 600_000, samples: 400)
    }
    let result = try result("million-at-once", trials)
    #expect(try measure(result, "asleep at once").standing == .beyond && result.verdict == .holdsWithinBounds)
  }

  @Test(
    arguments: [
      (0, 0, ["out-of-time: its deadline came"], .doesNotHold),
      (0, 0, ["out-of-time: its deadline came", "foreign-load: 26 % of one"], .undecided),
      (1_000_000, 1_000_000, ["foreign-load: 26 % of one"], .holds),
      (1_000_000, 999_999, ["foreign-load: 26 % of one"], .doesNotHold),
      (500_000, 499_999, ["steal: 3 s"], .doesNotHold),
    ] as [(UInt64, UInt64, [String], ClaimVerdict)])
  func countThatTheMachineCutShortRefutesNothing(
    done: UInt64, verified: UInt64, reasons: [String], verdict: ClaimVerdict
  ) throws {
    let echo = #"{"kind": "echo", "size": "64B"}"#
    func connections(_ round: Int) -> [TrialRecord] {
      R.trials("epoll", "c", echo, lanes: 1_000_000, rounds: 1, asked: 1_000_000) { trial, _ in
        (trial.each, trial.round) = (1, round)
      }
    }
    let disturbed = connections(1).map { trial in
      var trial = trial
      (trial.operations.done, trial.operations.verified) = (done, verified)
      (trial.valid, trial.reasons) = (false, reasons)
      return trial
    }
    #expect(try result("million-at-once", disturbed).verdict == verdict)
    // An undisturbed trial decides instead.
    let both = try result("million-at-once", disturbed + connections(2)).verdict
    #expect(both == (verdict == .undecided ? .holds : verdict))
  }

  // MARK: Blocking calls

  @Test func blockingTasksAreComparedWithTasksOverWidth() throws {
    let workload = #"{"kind": "http", "delay": "50ms"}"#
    let trials =
      R.trials("taskgroup-blocking", "t", workload, lanes: 64, perSecond: 80)
      + R.trials("taskgroup", "t", workload, lanes: 64, perSecond: 1270)
    let result = try result("avoid-blocking-calls", trials, processors: 4)
    let ratio = try measure(result, "64 tasks ÷ taskgroup-blocking")
    #expect(ratio.least == 0.9 * 16 && ratio.most == 1.1 * 16 && ratio.standing == .within)
    #expect(try self.result("avoid-blocking-calls", trials, processors: 2).verdict == .doesNotHold)
  }

  // MARK: Knees

  /// Throughputs at 1, 4, 64 and 512 lanes, in rounds that find the knee and in the others.
  private func sweep(_ finding: [Double], _ judging: [Double]) -> [TrialRecord] {
    [1, 4, 64, 512].indices.flatMap { index in
      R.trials("epoll", "w", Self.waits, lanes: [1, 4, 64, 512][index], rounds: 9) { trial, factor in
        trial.throughput = (trial.round % 3 == 0 ? finding : judging)[index] * factor
      }
    }
  }

  @Test func roundsThatFindTheKneeAreNotJudged() throws {
    let result = try result("tune-limits", sweep([50, 200, 1000, 1005], [50, 60, 70, 80]))
    let below = try measure(result, "4 lanes over 1")
    #expect(below.estimate.n == 6 && abs(below.estimate.median - 1.2) < 1e-9 && below.estimate.high < 1.3)
    let beyond = try measure(result, "512 lanes over 64")
    #expect(abs(beyond.estimate.median - 80.0 / 70) < 1e-9)
  }

  @Test func kneeIsThatOfItsOwnRounds() throws {
    // In the other rounds, the highest throughput would put the knee at 20.
    let result = try result("tune-limits", sweep([50, 100, 100, 100], [50, 200, 1000, 1005]))
    #expect(result.measures.map(\.name) == ["epoll: 512 lanes over 4"])
  }

  // MARK: Verdicts

  @Test func undecidedPartsAreSaidInTheVerdict() throws {
    let spread =
      R.trials("blocking", "u", Self.waits, lanes: 500, perSecond: 50)
      + R.trials("epoll", "u", Self.waits, lanes: 500) {
        $0.throughput = Double(8000 + 1000 * $0.round)
        _ = $1
      }
    let within = ratios("w", Self.waits, 400)
    let some = try result("hundreds-of-times", within + spread)
    #expect(some.verdict == .undecided && some.verdictText == "undecided: 1 of 2")
    let other = try result("hundreds-of-times", within + spread + ratios("v", #"{"kind": "http", "delay": "1ms"}"#, 3))
    #expect(other.verdictText == "holds within bounds; 1 of 3 undecided")
    #expect(try result("hundreds-of-times", spread).verdictText == "undecided")
    #expect(try result("hundreds-of-times", within).verdictText == "holds")
    let run = R.run(within + spread)
    #expect(Report(run).render(.text, width: 100, color: false).contains("hundreds-of-times: undecided: 1 of 2\n"))
    #expect(Report(run).claims(.md, width: 100, color: false).contains("**undecided: 1 of 2**"))
    #expect(Report(run).claims(.json, width: 100, color: false).contains(#""undecided" : 1"#))
  }

  @Test func verdictOnMillionsNamesTheModesThatReachThem() throws {
    let trials = [("epoll", 2e6), ("uring", 3e6), ("taskgroup", 4e5)].flatMap { mode, rate in
      R.trials(mode, "p", Self.plain, lanes: 64, pipeline: 24, perSecond: rate)
        + R.trials(mode, "q", Self.plain, lanes: 64, perSecond: rate / 10)
    }
    let result = try result("millions-per-second", trials)
    #expect(
      result.verdictText
        == "holds within bounds (epoll made, 24 in a pipeline; uring made, 24 in a pipeline)")
    #expect(result.measures.count == 6 && result.judged.count == 6)
  }
}
