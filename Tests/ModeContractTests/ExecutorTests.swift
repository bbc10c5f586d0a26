import Glibc
import Measurement
import Plan
import SystemCalls
import TestSupport
import Testing
import Workloads

@testable import Modes

/// The executor that is the loop.
@Suite(.endsHangs) struct ExecutorTests {
  /// Sleeps a few times, and counts the resumptions on a wrong thread.
  private struct Sleeper: Lane, ~Copyable {
    let thread: pthread_t
    let strays: UnsafeMutablePointer<Int>
    var left = 3

    mutating func begin(now: Instant) -> Step { next(now) }
    mutating func resume(_ event: Event) -> Step { next(MonotonicClock.now) }

    private mutating func next(_ now: Instant) -> Step {
      if pthread_equal(pthread_self(), thread) == 0 { strays.pointee += 1 }
      left -= 1
      return left < 0 ? .finished : .sleep(until: now + .milliseconds(1))
    }
  }

  @Test func lanesStayOnTheLoopsThread() async throws {
    let (strays, unfinished) = try await onThread {
      let count = 100
      let strays = UnsafeMutablePointer<Int>.allocate(capacity: 1)
      let lanes = UnsafeMutablePointer<Sleeper>.allocate(capacity: count)
      let connections = ConnectionTable(count: count, endpoints: [])
      defer {
        strays.deallocate()
        lanes.deallocate()
        connections.deallocate()
      }
      strays.initialize(to: 0)
      for lane in 0..<count { (lanes + lane).initialize(to: Sleeper(thread: pthread_self(), strays: strays)) }
      let arrangement = Arrangement(lanes: count)
      try ExecutorMode.drive(
        LaneTable(base: lanes, count: count, connections: connections, limit: nil, arrangement: arrangement))
      return (strays.pointee, (0..<count).filter { lanes[$0].left >= 0 }.count)
    }
    #expect(strays == 0 && unfinished == 0)
  }

  @Test func tasksThatOtherThreadsResumeComeBackToTheLoop() async throws {
    let strays = try await onThread {
      let thread = pthread_self()
      nonisolated(unsafe) let strays = UnsafeMutablePointer<Int>.allocate(capacity: 1)
      strays.initialize(to: 0)
      let loop = try TaskLoop(places: 0, permits: 0)
      defer {
        loop.deallocate()
        strays.deallocate()
      }
      loop.run {
        for _ in 0..<200 {
          await Task.detached {}.value
          if pthread_equal(pthread_self(), thread) == 0 { strays.pointee += 1 }
        }
      }
      return strays.pointee
    }
    #expect(strays == 0)
  }

  @Test func aHundredThousandSleepsEndTogether() async throws {
    let outcome = try await Trial.finished(
      .counting(100_000, .executor, .sleep(SleepSpec(duration: .milliseconds(500))), concurrency: 100_000))
    #expect(outcome.verified == 100_000 && outcome.unfinishedAges.isEmpty && outcome.failuresByKind.isEmpty)
  }

  /// A thread of its own: the loop would block one of the pool's.
  private func onThread<R: Sendable>(_ body: @escaping @Sendable () throws -> R) async throws -> R {
    try await withCheckedThrowingContinuation { continuation in
      do {
        try Thread(name: "loop") { continuation.resume(with: Result { try body() }) }.detach()
      } catch {
        continuation.resume(throwing: error)
      }
    }
  }
}
