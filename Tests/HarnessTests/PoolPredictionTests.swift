import Measurement
import Modes
import Plan
import Testing
import Workloads

@testable import Harness

/// Blocking lanes are in flight only as far as there are threads.
@Suite struct PoolPredictionTests {
  struct Case: CustomTestStringConvertible, Sendable {
    var mode: ModeID
    var lanes: Int
    var operations: UInt64
    var processors = 2
    var limit: Int? = nil
    /// In seconds, for operations of one second.
    var window: Double

    var testDescription: String { "\(operations) by \(mode.rawValue) × \(lanes) on \(processors)" }

    var plan: TrialPlan {
      var experiment = Experiment(
        name: "x", workload: PredictionTests.oneSecond, modes: [mode], concurrency: [lanes], operations: operations,
        rounds: 1)
      experiment.limits = limit.map { AxisValues($0) }
      return Agenda.plans(
        of: Suite(name: "s", about: "", experiments: [experiment]), seed: 1, processors: processors)[0]
    }
  }

  static let cases: [Case] = [
    Case(mode: .dispatch, lanes: 255, operations: 255, window: 1),
    Case(mode: .dispatch, lanes: 1000, operations: 1000, window: 4),
    Case(mode: .dispatch, lanes: 100_000, operations: 100_000, window: 393),
    Case(mode: .dispatch, lanes: 1000, operations: 1000, limit: 50, window: 20),
    Case(mode: .taskgroupBlocking, lanes: 1000, operations: 1000, processors: 1, window: 500),
    Case(mode: .taskgroupBlocking, lanes: 1000, operations: 1000, processors: 8, window: 125),
    Case(mode: .taskgroupBlocking, lanes: 3, operations: 9, processors: 8, window: 3),
    // One second for the first.
    Case(mode: .dispatchConcurrent, lanes: 4, operations: 4, processors: 4, window: 1),
    // 2·6 + 6²/2 = 30.
    Case(mode: .dispatchConcurrent, lanes: 30, operations: 30, window: 6),
    // 8·4 + 4²/2 = 40.
    Case(mode: .dispatchConcurrent, lanes: 40, operations: 40, processors: 8, window: 4),
    // 2·8 + 8²/2 = 48 until there are ten threads, and ten a second from then on.
    Case(mode: .dispatchConcurrent, lanes: 10, operations: 1048, window: 108),
    // 2·253 + 253²/2 = 32510.5 until there are 255 threads.
    Case(mode: .dispatchConcurrent, lanes: 100_000, operations: 100_000, window: 253 + 67_489.5 / 255),
    Case(mode: .threads, lanes: 1000, operations: 1000, window: 1),
    Case(mode: .taskgroup, lanes: 1000, operations: 1000, window: 1),
  ]

  @Test(arguments: cases) func windowIsPredictedByTheThreadsOfThePool(_ example: Case) {
    #expect(abs(example.plan.predictedWindow.seconds - example.window) < 1e-6)
  }

  @Test(arguments: cases) func trialsThatWouldTakeMinutesAreSkippedWithTheirPrediction(_ example: Case) {
    let plan = example.plan
    #expect(
      plan.reasonToSkip(isPatient: false)?.predictedWall == (example.window > 60 ? plan.predictedWindow.count : nil))
    #expect(plan.reasonToSkip(isPatient: true) == nil)
    #expect(plan.spec(endpoints: [], isOwnServer: false).deadline.seconds >= 2 * example.window - 1e-3)
  }

  @Test(arguments: [ModeID.dispatch, .dispatchConcurrent, .taskgroupBlocking])
  func hugeNumbersDoNotOverflow(mode: ModeID) {
    let plan = Case(mode: mode, lanes: 1000, operations: .max, window: 0).plan
    #expect(plan.predictedWindow >= .seconds(3600 * 24 * 365) && plan.expectedTime >= plan.predictedWindow)
  }
}
