import Measurement
import Modes
import Plan
import Testing
import Workloads

@testable import Harness

extension PredictionTests {
  @Test func windowIsPredictedByTheLanesWhenTheyCannotKeepUpWithTheRate() {
    let experiment = Experiment(
      name: "x", workload: Self.oneSecond, modes: [.blocking], concurrency: [64], arrivals: "constant", rates: [1000],
      operations: 100_000, rounds: 1)
    let plan = Agenda.plans(of: Suite(name: "s", about: "", experiments: [experiment]), seed: 1)[0]
    #expect(plan.predictedWindow == .seconds(100_000))
  }
}
