import Foundation
import Measurement
import Modes
import Plan
import Records
import Testing
import Workloads

@testable import Harness

@Suite struct RateSearchTests {
  static let objective = Objective(.p99, below: .milliseconds(10))
  static let experiment = Experiment(
    name: "x", workload: .http(HTTPSpec()), modes: [.blocking, .dispatch, .taskgroup, .epoll], concurrency: [8, 64],
    objective: objective, rounds: 3)
  static let suite = Suite(name: "s", about: "", experiments: [experiment])
  static let saturation = 50_000.0

  /// By mode: the rate at which it fails, as a fraction of the closed loop's throughput.
  static let thresholds: [ModeID: Double] = [.blocking: 0.01, .dispatch: 0.4, .taskgroup: 0.777, .epoll: 1.3]

  static func measured(_ plan: TrialPlan) -> TrialRecord {
    TrialRecord(plan, threshold: saturation * (thresholds[plan.mode] ?? 1), saturation: saturation)
  }

  private static func carriedOut(
    _ suite: Suite = suite, seed: UInt64 = 7, _ measured: (TrialPlan) -> TrialRecord = measured
  ) -> [(plan: TrialPlan, record: TrialRecord)] {
    var agenda = Agenda(suite, seed: seed)
    return agenda.carryOut(measured)
  }

  private static func found(_ all: [(plan: TrialPlan, record: TrialRecord)], _ mode: ModeID) -> [Int: Bracket] {
    brackets(
      of: all.filter { $0.plan.mode == mode && $0.plan.concurrency == 64 }.map(\.record), objective: objective)
  }

  @Test func bracketHoldsTheThresholdAndIsNarrow() throws {
    let all = Self.carriedOut()
    for (mode, part) in Self.thresholds {
      let found = Self.found(all, mode)
      #expect(found.keys.sorted() == [1, 2, 3])
      for bracket in found.values {
        #expect(bracket.saturation == Self.saturation)
        let low = bracket.highestMet ?? 0
        let high = bracket.lowestMissed ?? 1.25 * Self.saturation
        #expect(high - low < 0.03 * Self.saturation)
        if part < 1.25 { #expect(low <= part * Self.saturation && part * Self.saturation < high, "\(mode)") }
      }
    }
    #expect(Self.found(all, .blocking)[1]?.highestMet == nil)
    #expect(Self.found(all, .epoll)[1]?.lowestMissed == nil)
  }

  @Test func searchesOfTheModesAreInterleavedAndTakeTheSeedOfTheirRound() {
    let all = Self.carriedOut().map(\.plan)
    let points = 8
    #expect(all.count == 3 * 7 * points)
    #expect(all.map(\.number) == Array(1...all.count))
    for round in 1...3 {
      let plans = all.filter { $0.round == round }
      #expect(plans.map(\.order) == Array(1...7 * points))
      #expect(Set(plans.map(\.seed)).count == 1)
      for step in 0..<7 {
        let part = plans[step * points..<(step + 1) * points]
        #expect(Set(part.map { "\($0.mode) \($0.concurrency)" }).count == points)
        #expect(part.allSatisfy { $0.arrivals.kind == (step == 0 ? "closed" : "constant") })
      }
      let orders = (0..<7).map { step in
        plans[step * points..<(step + 1) * points].map { "\($0.mode) \($0.concurrency)" }
      }
      #expect(Set(orders).count == 7)
    }
    #expect(Set(all.map(\.seed)).count == 3)
  }

  @Test func arrivalsArePoissonWhenTheExperimentSaysSo() {
    var experiment = Self.experiment
    experiment.arrivals = "poisson"
    let kinds = Set(Self.carriedOut(Suite(name: "s", about: "", experiments: [experiment])).map(\.plan.arrivals.kind))
    #expect(kinds == ["closed", "poisson"])
  }

  @Test func rateIsMissedWhenItsTrialIsNotValid() throws {
    let limit = 0.5 * Self.saturation
    let all = Self.carriedOut { plan in
      var record = TrialRecord(plan, threshold: .infinity, saturation: Self.saturation)
      if let rate = plan.arrivals.rate, rate > limit { record.valid = false }
      return record
    }
    let bracket = try #require(Self.found(all, .epoll)[2])
    #expect(try #require(bracket.highestMet) <= limit && limit < bracket.lowestMissed ?? 0)
  }

  @Test func nothingIsSearchedWhereTheClosedLoopCameToNothing() {
    let all = Self.carriedOut { plan in
      guard plan.mode == .epoll else { return Self.measured(plan) }
      return TrialRecord(plan)
    }
    #expect(all.count { $0.plan.mode == .epoll } == 3 * 2)
    #expect(all.count { $0.plan.mode == .dispatch } == 3 * 2 * 7)
    #expect(Self.found(all, .epoll)[1] == Bracket())
  }

  @Test func rateStaysAmongThoseThatCanBeAskedForWhenTheClosedLoopIsVeryFast() {
    let all = Self.carriedOut { TrialRecord($0, threshold: .infinity, saturation: 3e8) }
    #expect(all.count > 24)
    #expect(all.allSatisfy { $0.plan.arrivals.rate ?? 1 <= Arrivals.highestRate })
  }

  @Test func rateIsTriedAgainWhenTheMachineDisturbedItsTrial() {
    var isDisturbed = true
    let all = Self.carriedOut { plan in
      var record = Self.measured(plan)
      guard plan.mode == .epoll, plan.concurrency == 8, plan.round == 1, plan.arrivals.rate != nil else {
        return record
      }
      if isDisturbed {
        record.valid = false
        record.reasons = ["steal: of the hypervisor"]
      }
      isDisturbed = false
      return record
    }
    let rates = all.filter { $0.plan.mode == .epoll && $0.plan.concurrency == 8 && $0.plan.round == 1 }
      .compactMap(\.plan.arrivals.rate)
    #expect(rates.count == 7 && rates[0] == rates[1] && Set(rates).count == 6)
  }

  /// Records go through JSON, as in a resumed run.
  @Test(arguments: [0, 1, 7, 8, 9, 55, 56, 57, 100, 167, 168])
  func continuationIsTheSameWhateverHasBeenRecorded(_ count: Int) throws {
    let whole = Self.carriedOut()
    var agenda = Agenda(Self.suite, seed: 7)
    for trial in whole.prefix(count) {
      let plan = agenda.next()
      #expect(plan?.number == trial.plan.number)
      let line = try JSONEncoder().encode(trial.record)
      let isTaken = agenda.take(try JSONDecoder().decode(TrialRecord.self, from: line))
      #expect(isTaken)
    }
    let rest = agenda.carryOut(Self.measured)
    #expect(rest.map(\.record) == whole.dropFirst(count).map(\.record))
  }

  @Test func whatLiesAheadIsNeverLessThanWhatComes() {
    var agenda = Agenda(Self.suite, seed: 7)
    #expect(agenda.certainTrials == 24 && agenda.most.trials == 216)
    var left = Self.carriedOut().count
    while let plan = agenda.next() {
      #expect(agenda.most.trials >= left)
      agenda.take(Self.measured(plan))
      left -= 1
    }
    #expect(left == 0 && agenda.most.trials == 0)
  }

  @Test func searchHasTheRoundsOfTheSuiteWhenAPrecisionIsAskedFor() {
    var agenda = Agenda(Self.suite, seed: 7, precision: Precision(halfWidth: 0.0001))
    let all = agenda.carryOut(Self.measured)
    #expect(all.count == 168)
    #expect(agenda.shortfalls.isEmpty)
  }
}
