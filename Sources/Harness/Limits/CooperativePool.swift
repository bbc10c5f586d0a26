import Dispatch
import Measurement
import Synchronization
import SystemCalls

/// What do blocking calls in tasks do to the pool that runs all tasks?
enum CooperativePool {
  private static let calls = 10
  private static let nap = Nanoseconds.milliseconds(10)
  /// How much later than predicted an end may be, as a share of the prediction.
  private static let tolerance = 0.25

  static func carryOut(brief: Bool) throws -> LimitResult {
    let blocking = Nanoseconds.milliseconds(brief ? 50 : 200)
    // Even with one processor, the pool has two threads.
    let width = max(2, try Affinity.current().count)
    let idle = measure(calls: 0, blocking)
    let starved = measure(calls: calls, blocking)
    let rounds = (calls + width - 1) / width
    let all = Double(rounds) * Double(blocking.count)
    func milliseconds(_ span: Nanoseconds) -> String { "\((Double(span.count) / 1e5).rounded() / 10) ms" }
    return LimitResult(
      .cooperativePool,
      [
        LimitResult.Observation(
          "\(calls) calls of \(blocking), width \(width)", .nanoseconds,
          within: all...all * (1 + tolerance), measured: Double(starved.calls.count)),
        LimitResult.Observation(
          "an awaited \(nap) in an idle pool", .nanoseconds, within: Double(nap.count)...Double(blocking.count),
          measured: Double(idle.nap.count)),
        // Its continuation queues behind all calls except those still running when the last of them begins.
        LimitResult.Observation(
          "an awaited \(nap) beside the calls", .nanoseconds,
          within: all - Double(blocking.count)...all * (1 + tolerance), measured: Double(starved.nap.count)),
      ],
      "\(calls) blocking calls of \(blocking) in tasks took \(milliseconds(starved.calls)) on a pool of \(width), and an "
        + "awaited sleep of \(nap) beside them \(milliseconds(starved.nap)) (\(milliseconds(idle.nap)) in an idle pool)."
    )
  }

  private struct Spans {
    var calls = Nanoseconds.zero
    var nap = Nanoseconds.zero
  }

  /// Runs a task that awaits a sleep, and once it does, tasks that block.
  private static func measure(calls: Int, _ blocking: Nanoseconds) -> Spans {
    let shared = Shared()
    let done = DispatchSemaphore(value: 0)
    Task.detached {
      await withDiscardingTaskGroup { group in
        group.addTask {
          let start = MonotonicClock.now
          try? await Task.sleep(nanoseconds: nap.count)
          shared.spans.withLock { $0.nap = MonotonicClock.now.since(start) }
        }
        // Gives the first task time to fall asleep.
        try? await Task.sleep(nanoseconds: nap.count / 10)
        let start = MonotonicClock.now
        await withDiscardingTaskGroup { group in
          for _ in 0..<calls { group.addTask { Interruption.pause(milliseconds: Int32(blocking.count / 1_000_000)) } }
        }
        shared.spans.withLock { $0.calls = MonotonicClock.now.since(start) }
      }
      done.signal()
    }
    done.wait()
    return shared.spans.withLock { $0 }
  }

  private final class Shared: Sendable {
    let spans = Mutex(Spans())
  }
}
