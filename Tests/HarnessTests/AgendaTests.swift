import Foundation
import Measurement
import Modes
import Plan
import Records
import Testing
import Workloads

@testable import Harness

@Suite struct FixedAgendaTests {
  /// Runs with the same seed must stay comparable across versions.
  @Test func roundsAreThoseOfEarlierVersionsWhenTheSeedIs() throws {
    let sleep = WorkloadSpec.sleep(SleepSpec())
    let experiments = ["a", "b", "c"].map { Experiment(name: $0, workload: sleep, concurrency: [1, 64], rounds: 6) }
    let plans = Agenda.plans(of: Suite(name: "s", about: "", experiments: experiments), seed: 1)
    #expect(
      plans.prefix(8).map { "\($0.mode) \($0.concurrency)" } == [
        "taskgroup 1", "dispatch 1", "dispatch 64", "epoll 64", "taskgroup 64", "blocking 64", "blocking 1", "epoll 1",
      ])
    #expect(plans.count == 144 && plans[0].seed == 16_860_738_450_190_168_606)
    #expect(plans[8].seed == 16_171_810_823_986_729_605 && plans[8].mode == .dispatch && plans[8].concurrency == 64)
    #expect(plans[143].seed == 4_906_482_356_522_563_564 && plans[143].mode == .epoll && plans[143].order == 8)
  }

  @Test func recordOfAnotherPlanIsNotTakenIn() throws {
    var agenda = Agenda(suite(Experiment(name: "x", workload: .sleep(SleepSpec()), rounds: 1)), seed: 7)
    let next = agenda.next()
    let plan = try #require(next)
    var record = TrialRecord(plan)
    record.mode = "null"
    for (candidate, isOfThePlan) in [(record, false), (TrialRecord(plan), true), (TrialRecord(plan), false)] {
      let isTaken = agenda.take(candidate)
      #expect(isTaken == isOfThePlan)
    }
    let second = agenda.next()
    #expect(second?.number == 2)
  }

  @Test func whatLiesAheadIsExactWhenNothingDependsOnWhatIsMeasured() {
    var agenda = Agenda(suite(Experiment(name: "x", workload: .sleep(SleepSpec()), rounds: 3)), seed: 7)
    #expect(agenda.certainTrials == 12 && agenda.most.trials == 12)
    var left = 12
    while let plan = agenda.next() {
      #expect(agenda.most.trials == left)
      #expect(abs(agenda.most.seconds - Double(left) * plan.expectedTime.seconds) < 1e-6)
      agenda.take(TrialRecord(plan))
      left -= 1
    }
    #expect(left == 0 && agenda.most.trials == 0 && agenda.most.seconds == 0)
  }

  @Test func trialsThatAreSkippedTakeNoTime() {
    let experiment = Experiment(
      name: "x", workload: .sleep(SleepSpec(duration: .seconds(1))), modes: [.blocking], operations: 1000, rounds: 2)
    #expect(Agenda(suite(experiment), seed: 7).most.seconds == 0)
    #expect(Agenda(suite(experiment), seed: 7, isPatient: true).most.seconds > 2000)
  }
}

@Suite struct RepeatedAgendaTests {
  private static let experiment = Experiment(
    name: "x", workload: .sleep(SleepSpec()), modes: [.blocking, .epoll], concurrency: [1, 4], rounds: 3)

  /// - Parameter isDisturbed: by the trial and the number of its earlier runs.
  private func carryOut(
    _ suite: Suite, _ isDisturbed: @escaping (TrialPlan, Int) -> Bool
  ) -> [(plan: TrialPlan, record: TrialRecord)] {
    var agenda = Agenda(suite, seed: 7)
    var times: [Int: Int] = [:]
    return agenda.carryOut { plan in
      let original = plan.repeats ?? plan.number
      defer { times[original, default: 0] += 1 }
      var record = TrialRecord(plan, throughput: 100)
      if isDisturbed(plan, times[original] ?? 0) {
        record.valid = false
        record.reasons = ["foreign-load: much"]
      }
      return record
    }
  }

  @Test func disturbedTrialIsCarriedOutAgainAtTheEndOfItsExperiment() throws {
    let other = Experiment(name: "y", workload: .sleep(SleepSpec()), modes: [.epoll], rounds: 1)
    let all = carryOut(suite(Self.experiment, other)) { plan, before in plan.number == 5 && before == 0 }
    #expect(all.count == 14 && all.map(\.plan.number) == Array(1...14))
    let (again, first) = (all[12].plan, all[4].plan)
    #expect(again.repeats == 5 && again.experiment.name == "x" && all[13].plan.experiment.name == "y")
    #expect(again.point == first.point && again.round == first.round && again.seed == first.seed)
    #expect(all[12].record.repeats == 5 && all.count { $0.plan.repeats != nil } == 1)
  }

  @Test func disturbedTrialIsCarriedOutAgainTwiceAtMost() {
    let all = carryOut(suite(Self.experiment)) { plan, _ in (plan.repeats ?? plan.number) == 5 }
    #expect(all.map(\.plan.repeats).suffix(2) == [5, 5] && all.count == 14)
  }

  /// The run ends after about twice the time, and does not repeat forever.
  @Test func nothingIsCarriedOutAgainOnceTheMachineIsNeverQuiet() {
    let second = Experiment(
      name: "y", workload: .sleep(SleepSpec()), modes: [.epoll], concurrency: [1, 2, 4], rounds: 6)
    let all = carryOut(suite(Self.experiment, second)) { _, _ in true }
    #expect(all.count == 12 + 12 + 18)
  }

  @Test func whatIsNotTheMachinesDoingIsNotCarriedOutAgain() {
    var agenda = Agenda(suite(Self.experiment), seed: 7)
    let all = agenda.carryOut { plan in
      var record = TrialRecord(plan)
      record.reasons = ["failures: ECONNRESET 3 of 100 operations"]
      return record
    }
    #expect(all.count == 12)
  }

  @Test func runGoesOnWhereItsRecordsEnd() {
    let whole = carryOut(suite(Self.experiment)) { plan, before in plan.number == 5 && before == 0 }
    var agenda = Agenda(suite(Self.experiment), seed: 7)
    for (_, record) in whole {
      #expect(agenda.next() != nil)
      let isTaken = agenda.take(record)
      #expect(isTaken)
    }
    #expect(agenda.next() == nil)
  }
}

private func suite(_ experiments: Experiment...) -> Suite {
  Suite(name: "s", about: "", experiments: experiments)
}

@Suite struct PrecisionTests {
  static let bothEnds: WorkloadSpec = {
    var spec = EchoSpec()
    spec.ends = .both
    return .echo(spec)
  }()

  static let experiment = Experiment(
    name: "x", workload: bothEnds, modes: [.blocking, .epoll, .taskgroup], concurrency: [1, 8],
    rounds: 3)
  static let precision = Precision(halfWidth: 0.02, maxRounds: 20)

  /// A throughput of 1000 that deviates by at most `spread`, alternately up and down.
  private static func measured(_ plan: TrialPlan, spread: Double) -> TrialRecord {
    if let skipped = plan.reasonToSkip(isPatient: false) {
      var record = TrialRecord(plan)
      record.skipped = skipped
      return record
    }
    let sign: Double = plan.round % 2 == 0 ? 1 : -1
    return TrialRecord(plan, throughput: 1000 * (1 + sign * spread))
  }

  private func rounds(_ all: [(plan: TrialPlan, record: TrialRecord)]) -> Int { all.last?.plan.round ?? 0 }

  @Test func sixRoundsAreMadeWhenThroughputsAreSteady() {
    var agenda = Agenda(suite(Self.experiment), seed: 7, precision: Self.precision)
    let all = agenda.carryOut { Self.measured($0, spread: 0.01) }
    // Blocking is skipped in every round, because it cannot hold both ends; this must not stop the run.
    #expect(rounds(all) == 6 && all.count == 36 && agenda.shortfalls.isEmpty)
    #expect(all.filter { $0.record.skipped != nil }.count == 12)
    #expect(all.map(\.plan.number) == Array(1...36))
  }

  @Test func roundsThatWerePlannedAreMadeInAnyCase() {
    var experiment = Self.experiment
    experiment.rounds = 9
    var agenda = Agenda(suite(experiment), seed: 7, precision: Precision(halfWidth: 0.5, maxRounds: 6))
    let all = agenda.carryOut { Self.measured($0, spread: 0) }
    #expect(rounds(all) == 9)
  }

  @Test func addedRoundsAreThoseThatALongerPlanWouldHave() {
    var longer = Self.experiment
    longer.rounds = 20
    var agenda = Agenda(suite(Self.experiment), seed: 7, precision: Self.precision)
    let all = agenda.carryOut { Self.measured($0, spread: 0.1) }.map(\.plan)
    let plans = Agenda.plans(of: suite(longer), seed: 7)
    #expect(all.map(\.seed) == plans.map(\.seed) && all.map(\.point) == plans.map(\.point))
    #expect(all.map(\.order) == plans.map(\.order) && all.map(\.number) == plans.map(\.number))
  }

  @Test func roundsEndAtTheirMostWhenOnePointIsNotSteadyAndItIsTold() {
    var agenda = Agenda(suite(Self.experiment), seed: 7, precision: Self.precision)
    let all = agenda.carryOut { plan in
      Self.measured(plan, spread: plan.mode == .epoll && plan.concurrency == 8 ? 0.1 : 0)
    }
    #expect(rounds(all) == 20)
    #expect(agenda.shortfalls == ["precision of ±2.0% not reached: x epoll × 8: ±10.0% with 20 valid trials"])
  }

  @Test func roundsGoOnOnlyUntilTheIntervalIsNarrow() {
    var agenda = Agenda(suite(Self.experiment), seed: 7, precision: Self.precision)
    let all = agenda.carryOut { plan in Self.measured(plan, spread: plan.round == 1 ? 0.2 : 0) }
    // The interval of six to eight values is their range; with nine it leaves out the lowest and the highest.
    #expect(rounds(all) == 9 && agenda.shortfalls.isEmpty)
  }

  @Test func trialsThatAreNotValidDoNotCount() {
    var agenda = Agenda(suite(Self.experiment), seed: 7, precision: Self.precision)
    let all = agenda.carryOut { plan in
      var record = Self.measured(plan, spread: 0)
      if plan.round % 2 == 0 { record.valid = false }
      return record
    }
    #expect(rounds(all) == 11)
    agenda = Agenda(suite(Self.experiment), seed: 7, precision: Self.precision)
    _ = agenda.carryOut { TrialRecord($0) }
    #expect(agenda.shortfalls.count == 6)
    #expect(agenda.shortfalls.allSatisfy { $0.hasSuffix("no interval with 0 valid trials") })
  }

  @Test func everyExperimentHasItsOwnRounds() {
    var second = Self.experiment
    second.name = "y"
    var agenda = Agenda(suite(Self.experiment, second), seed: 7, precision: Self.precision)
    let all = agenda.carryOut { Self.measured($0, spread: $0.experiment.name == "x" ? 0.1 : 0) }
    #expect(all.count { $0.plan.experiment.name == "x" } == 120)
    #expect(all.count { $0.plan.experiment.name == "y" } == 36)
    #expect(agenda.shortfalls.count == 4)
  }

  @Test(
    arguments: [
      ("2%", 0.02), ("0.5%", 0.005), ("99.9%", 0.999), ("2", nil), ("%", nil), ("0%", nil), ("100%", nil), ("-1%", nil),
      ("1e1%", nil), ("nan%", nil), ("2 %", nil), ("2%%", nil), ("1.2.3%", nil), ("", nil),
    ] as [(String, Double?)]) func precisionIsReadStrictly(_ text: String, fraction: Double?)
  {
    let precision = Precision(parsing: text)
    #expect((precision == nil) == (fraction == nil))
    if let precision, let fraction { #expect(abs(precision.halfWidth - fraction) < 1e-12) }
  }
}
