import Measurement
import Modes
import Plan
import TestSupport
import Testing
import Workloads

/// The time that operations queue for a permit, in every mode.
@Suite(.serialized, .endsHangs) struct QueueingTests {
  private static let nap = Nanoseconds.milliseconds(5)

  @Test(arguments: ModeID.available)
  func everyOperationHasOneWhereThereIsALimit(_ mode: ModeID) async throws {
    var spec = TrialSpec.counting(40, mode, .sleep(SleepSpec(duration: Self.nap)), concurrency: 10)
    spec.limit = 2
    let outcome = try await Trial.finished(spec)
    #expect(outcome.done == 40 && outcome.queueing?.count == 40)
    let queueing = try #require(outcome.queueing)
    let response = try #require(outcome.response)
    // Response is queueing and service, but for the three digits of each histogram.
    let parts = try #require(queueing.mean) + #require(outcome.service.mean)
    #expect(abs(try #require(response.mean) - parts) <= 0.005 * parts)
    guard mode.lanesUnderWay(for: 10) == 10...10 else { return }
    // Ten lanes begin, two of them at once, so the last of the other eight waits for at least four naps.
    #expect(queueing.maximum ?? 0 >= 4 * Self.nap.count - Self.nap.count / 100)
  }

  @Test(arguments: ModeID.available)
  func thereIsNoneWithoutALimit(_ mode: ModeID) async throws {
    let spec = TrialSpec.counting(20, mode, .sleep(SleepSpec(duration: .zero)), concurrency: 4)
    let outcome = try await Trial.finished(spec)
    #expect(outcome.done == 20 && outcome.queueing == nil)
  }

  @Test(arguments: ModeID.available.filter { $0 != .null })
  func ofAnOpenLoopItIsTheWaitFromTheIntendedStart(_ mode: ModeID) async throws {
    // Two lanes with one permit take 5 ms, and an operation arrives every millisecond.
    var spec = TrialSpec.counting(20, mode, .sleep(SleepSpec(duration: Self.nap)), concurrency: 2)
    spec.arrivals = .constant(rate: 1000)
    spec.limit = 1
    let outcome = try await Trial.finished(spec)
    #expect(outcome.done == 20 && outcome.queueing?.count == 20)
    #expect(outcome.queueing?.maximum ?? 0 >= 19 * 4_000_000 - 100_000)
  }
}
