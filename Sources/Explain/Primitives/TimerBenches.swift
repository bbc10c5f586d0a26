import CLinux
import Dispatch
import Glibc
import Measurement
import Modes
import SystemCalls

extension Bench {
  /// Timers. The runtimes do without one where its time has come already, so that theirs is 50 µs ahead.
  static let timers = [
    Bench("timerfd", "a timer of 1 ns, set, fired and read: timerfd_settime(2), read(2)") { sampler in
      let descriptor = try SystemCall.checked { timerfd_create(CLOCK_MONOTONIC, Int32(TFD_CLOEXEC)) }
      defer { close(descriptor) }
      sampler.sample { turns in
        var soon = itimerspec(it_interval: timespec(), it_value: timespec(tv_sec: 0, tv_nsec: 1))
        var count: UInt64 = 0
        for _ in 0..<turns {
          timerfd_settime(descriptor, 0, &soon, nil)
          _ = SystemCall.retrying { read(descriptor, &count, 8) }
        }
      }
    },
    heap,
    Bench("dispatch-timer", "DispatchQueue.asyncAfter(deadline:) of 50 µs", on: [1, 2]) { sampler in
      let queue = DispatchQueue(label: "timers")
      sampler.sample { turns in
        Chain.run(turns) { _, next in queue.asyncAfter(deadline: .now() + .microseconds(50), execute: next) }
      }
    },
  ]

  /// The other timers are far in the future, as those of lanes that sleep.
  private static var heap: Bench {
    let others = 1000
    return Bench("timer-heap", "a timer set and fired in a heap of \(others) others") { sampler in
      var heap = TimerHeap(capacity: 2 * others)
      let future = MonotonicClock.now + .seconds(3600)
      for lane in 0..<UInt32(others) { heap.insert(lane: lane, deadline: future + .microseconds(UInt64(lane))) }
      let due = Instant(nanoseconds: 1)
      try sampler.sample { turns in
        for _ in 0..<turns {
          heap.insert(lane: 0, deadline: due)
          guard heap.popDue(at: due) == 0 else { throw Obstacle("a timer did not fire") }
        }
      }
    }
  }
}
