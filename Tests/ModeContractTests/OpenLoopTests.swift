import Measurement
import Modes
import Plan
import TestSupport
import Testing
import Workloads

/// Arrivals by schedule, and the limit, in every mode.
@Suite(.serialized, .fewAtOnce, .endsHangs) struct OpenLoopTests {
  static let modes = ModeID.available.filter { $0 != .null }

  @Test(arguments: modes, [Arrivals.constant(rate: 2000), .poisson(rate: 2000)])
  func everyScheduledOperationIsDoneOnce(_ mode: ModeID, _ arrivals: Arrivals) async throws {
    var spec = TrialSpec.counting(300, mode, .sleep(SleepSpec(duration: .zero)), concurrency: 8)
    spec.arrivals = arrivals
    let hasLag = { (outcome: TrialOutcome) in outcome.lag.map { $0.count > 0 && $0.count <= 300 } ?? false }
    let outcome = try await Trial.finished(spec, until: hasLag)
    #expect(outcome.done == 300 && outcome.verified == 300)
    #expect(outcome.scheduled == 300)
    #expect(outcome.response?.count == 300)
    // The lag covers operations whose lane was waiting: at most all operations.
    #expect(hasLag(outcome))
    // No operation starts early.
    #expect(outcome.wall >= .milliseconds(arrivals.kind == "constant" ? 149 : 50))
  }

  @Test(arguments: modes)
  func responseIncludesTheTimeInWhichNoLaneWasFree(_ mode: ModeID) async throws {
    // One lane takes 5 ms per operation, and one arrives every millisecond: operation i waits 4 ms × i.
    var spec = TrialSpec.counting(20, mode, .sleep(SleepSpec(duration: .milliseconds(5))), concurrency: 1)
    spec.arrivals = .constant(rate: 1000)
    let outcome = try await Trial.finished(spec) { ($0.service.maximum ?? .max) < 5_000_000 + 19 * 4_000_000 }
    #expect(outcome.done == 20)
    #expect(outcome.response?.maximum ?? 0 >= 5_000_000 + 19 * 4_000_000)
    // The service time excludes the wait.
    #expect(outcome.service.maximum ?? .max < 5_000_000 + 19 * 4_000_000)
    // The wait is 38 ms on average; a histogram keeps three digits.
    let waited = try #require(outcome.response?.mean) - #require(outcome.service.mean)
    #expect(waited >= 0.99 * 38_000_000)
  }

  @Test(arguments: modes)
  func noMoreOperationsAreInHandThanTheLimit(_ mode: ModeID) async throws {
    var spec = TrialSpec.counting(60, mode, .sleep(SleepSpec(duration: .milliseconds(10))), concurrency: 20)
    spec.limit = 5
    let outcome = try await Trial.finished(spec)
    #expect(outcome.done == 60 && outcome.verified == 60)
    #expect(outcome.inFlight.max <= 5)
    // Twelve rounds of five.
    #expect(outcome.wall >= .milliseconds(120))
    #expect(outcome.response?.count == 60)
    #expect(outcome.response?.maximum ?? 0 >= outcome.service.maximum ?? 0)
  }

  @Test(arguments: modes)
  func aWindowThatClosesWhileLanesQueueEndsWithThemUnfinished(_ mode: ModeID) async throws {
    var spec = TrialSpec.counting(1000, mode, .sleep(SleepSpec(duration: .seconds(30))), concurrency: 6)
    spec.operations = nil
    spec.duration = .milliseconds(50)
    spec.limit = 2
    let underWay = mode.lanesUnderWay(for: 6)
    let outcome = try await Trial.finished(spec) { underWay.contains($0.unfinishedAges.count) }
    #expect(outcome.done == 0)
    #expect(underWay.contains(outcome.unfinishedAges.count))
    #expect(outcome.unfinishedAges.allSatisfy { $0 <= .milliseconds(50) })
  }
}
