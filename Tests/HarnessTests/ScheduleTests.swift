import Measurement
import Modes
import Plan
import Testing
import Workloads

@testable import Harness

@Suite struct ScheduleTests {
  static let suite = Suite(
    name: "s", about: "",
    experiments: [
      Experiment(
        name: "first", workload: .sleep(SleepSpec()), modes: [.blocking, .dispatch, .taskgroup, .epoll],
        concurrency: [1, 8, 64], rounds: 5),
      Experiment(name: "second", workload: .echo(EchoSpec()), modes: [.epoll], concurrency: [2, 4], rounds: 3),
    ])

  private struct Key: Equatable {
    var number, concurrency, round, order: Int
    var mode: ModeID
    var seed: UInt64
    var experiment: String
  }

  private func keys(seed: UInt64) -> [Key] {
    Agenda.plans(of: Self.suite, seed: seed).map {
      Key(
        number: $0.number, concurrency: $0.concurrency, round: $0.round, order: $0.order, mode: $0.mode, seed: $0.seed,
        experiment: $0.experiment.name)
    }
  }

  @Test func scheduleIsTheSameWhenTheSeedIs() {
    #expect(keys(seed: 7) == keys(seed: 7))
    #expect(keys(seed: 7) != keys(seed: 8))
  }

  @Test(arguments: [0, 1, 7, UInt64.max]) func everyPointComesOncePerRound(seed: UInt64) {
    let plans = keys(seed: seed)
    #expect(plans.map(\.number) == Array(1...66))
    #expect(plans.map(\.experiment) == Array(repeating: "first", count: 60) + Array(repeating: "second", count: 6))
    for round in 1...5 {
      let points = plans.filter { $0.experiment == "first" && $0.round == round }
      #expect(points.map(\.order) == Array(1...12))
      #expect(Set(points.map { "\($0.mode) \($0.concurrency)" }).count == 12)
    }
    #expect(plans.prefix(60).map(\.round) == (1...5).flatMap { Array(repeating: $0, count: 12) })
  }

  @Test func seedIsTheSameInEveryModeOfARoundAndNotInAnother() {
    let plans = keys(seed: 7)
    for experiment in ["first", "second"] {
      let seeds = Dictionary(grouping: plans.filter { $0.experiment == experiment }, by: \.round).mapValues {
        Set($0.map(\.seed))
      }
      #expect(seeds.values.allSatisfy { $0.count == 1 })
      #expect(Set(seeds.values.flatMap { $0 }).count == seeds.count)
    }
    #expect(Set(plans.map(\.seed)).count == 8)
  }

  @Test func orderDiffersBetweenRounds() {
    let plans = keys(seed: 7).filter { $0.experiment == "first" }
    let orders = (1...5).map { round in
      plans.filter { $0.round == round }.map { "\($0.mode) \($0.concurrency)" }
    }
    #expect(Set(orders).count == 5)
  }

  @Test func everyRateIsAPointOfItsOwnWhenTheLoopIsOpen() {
    let experiment = Experiment(
      name: "x", workload: .sleep(SleepSpec()), modes: [.epoll, .dispatch], concurrency: [4], arrivals: "poisson",
      rates: [10, 20, 30], rounds: 2)
    let plans = Agenda.plans(of: Suite(name: "s", about: "", experiments: [experiment]), seed: 7)
    #expect(plans.count == 12)
    for round in 1...2 {
      for mode in experiment.modes {
        let arrivals = Set(plans.filter { $0.round == round && $0.mode == mode }.map(\.arrivals))
        #expect(arrivals == [.poisson(rate: 10), .poisson(rate: 20), .poisson(rate: 30)])
      }
    }
    #expect(plans.allSatisfy { $0.spec(endpoints: [], isOwnServer: false).arrivals == $0.arrivals })
  }

  /// A biased shuffle would measure one mode earlier in the round than another.
  @Test func everyModeComesAtEveryPlaceAlikeOverManyRounds() {
    var experiment = Self.suite.experiments[0]
    experiment.concurrency = [1]
    experiment.rounds = 4000
    let plans = Agenda.plans(of: Suite(name: "s", about: "", experiments: [experiment]), seed: 7)
    for mode in experiment.modes {
      for order in 1...4 {
        // Binomial with n = 4000 and p = 1/4: six standard deviations are 164.
        let count = plans.count { $0.mode == mode && $0.order == order }
        #expect(abs(count - 1000) < 164, "\(mode) at \(order): \(count)")
      }
    }
  }
}

@Suite struct PredictionTests {
  struct Case: CustomTestStringConvertible, Sendable {
    var name: String
    var workload: WorkloadSpec
    var mode = ModeID.epoll
    var concurrency = 1
    var operations: UInt64? = nil
    var duration: Nanoseconds? = nil
    var window: Nanoseconds
    var deadline = Nanoseconds.seconds(60)

    var testDescription: String { name }
  }

  static func http(_ change: (inout HTTPSpec) -> Void) -> WorkloadSpec {
    var spec = HTTPSpec()
    change(&spec)
    return .http(spec)
  }

  static let oneSecond = WorkloadSpec.sleep(SleepSpec(duration: .seconds(1)))

  static let cases: [Case] = [
    Case(
      name: "five sleeps one after another", workload: oneSecond, mode: .blocking, concurrency: 5, operations: 5,
      window: .seconds(5)),
    Case(
      name: "five sleeps at once", workload: oneSecond, concurrency: 5, operations: 5, window: .seconds(1)),
    Case(
      name: "a sixth sleep begins another round", workload: oneSecond, mode: .taskgroup, concurrency: 5, operations: 6,
      window: .seconds(2)),
    Case(
      name: "100,000 blocking sleeps", workload: oneSecond, mode: .blocking, concurrency: 1000, operations: 100_000,
      window: .seconds(100_000), deadline: .seconds(200_000)),
    Case(
      name: "a number that would overflow", workload: oneSecond, operations: .max,
      window: Nanoseconds(UInt64(Int64.max))),
    Case(name: "a window", workload: oneSecond, duration: .milliseconds(300), window: .milliseconds(300)),
    Case(
      name: "a long window", workload: oneSecond, duration: .seconds(100), window: .seconds(100),
      deadline: .seconds(200)),
    Case(
      name: "1,000 fetches of 100 ms, 500 at once",
      workload: http { $0.delay = .fixed(.milliseconds(100)) }, concurrency: 500, operations: 1000,
      window: .milliseconds(200)),
    Case(
      name: "fetches with a drawn delay, by its mean",
      workload: http { $0.delay = .exponential(mean: .milliseconds(3)) }, mode: .blocking, concurrency: 4,
      operations: 10, window: .milliseconds(30)),
    Case(name: "fetches without a delay", workload: http { _ in }, operations: 1_000_000, window: .zero),
  ]

  @Test(arguments: cases) func windowIsPredictedByArithmetic(_ example: Case) {
    var experiment = Experiment(
      name: "x", workload: example.workload, modes: [example.mode], concurrency: [example.concurrency],
      operations: example.operations, duration: example.duration, rounds: 1)
    experiment.warmup = .milliseconds(10)
    let plan = Agenda.plans(of: Suite(name: "s", about: "", experiments: [experiment]), seed: 1)[0]
    #expect(plan.predictedWindow == example.window)
    guard example.operations != .max else { return }
    #expect(plan.spec(endpoints: [], isOwnServer: false).deadline == example.deadline)
    #expect(plan.expectedTime.count == example.window.count + 10_000_000 + 150_000_000)
  }

  @Test func windowIsPredictedByTheRateWhenTheLoopIsOpen() {
    let experiment = Experiment(
      name: "x", workload: .sleep(SleepSpec(duration: .milliseconds(1))), modes: [.epoll], concurrency: [4],
      arrivals: "constant", rates: [50], operations: 100, rounds: 1)
    let plan = Agenda.plans(of: Suite(name: "s", about: "", experiments: [experiment]), seed: 1)[0]
    #expect(plan.predictedWindow == .seconds(2))
  }

  @Test func deadlineIsBeyondThePredictionWhenThePredictionIsHuge() {
    let experiment = Experiment(
      name: "x", workload: Self.oneSecond, modes: [.epoll], concurrency: [1], operations: .max, rounds: 1)
    let plan = Agenda.plans(of: Suite(name: "s", about: "", experiments: [experiment]), seed: 1)[0]
    #expect(plan.spec(endpoints: [], isOwnServer: false).deadline >= .seconds(3600 * 24 * 365))
    #expect(plan.expectedTime >= plan.predictedWindow)
  }

  @Test func specSaysWhatThePlanSays() {
    let experiment = Experiment(
      name: "x", workload: Self.oneSecond, modes: [.epoll], concurrency: [3], operations: 9, rounds: 1)
    let plan = Agenda.plans(of: Suite(name: "s", about: "", experiments: [experiment]), seed: 1)[0]
    let spec = plan.spec(endpoints: ["127.0.0.1:80"], isOwnServer: true)
    #expect(spec.mode == .epoll && spec.concurrency == 3 && spec.operations == 9 && spec.duration == nil)
    #expect(spec.warmup == .zero && spec.seed == plan.seed && spec.endpoints == ["127.0.0.1:80"] && spec.isOwnServer)
  }
}
