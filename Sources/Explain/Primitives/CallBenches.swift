import CLinux
import Glibc
import Measurement
import SystemCalls

extension Bench {
  /// System calls that neither transfer nor wait.
  static let calls = [
    Bench("kernel-entry", "a system call that does nothing: getppid(2)") { sampler in
      sampler.sample { turns in for _ in 0..<turns { getppid() } }
    },
    Bench("clock-reading", "a reading of CLOCK_MONOTONIC: clock_gettime(2)") { sampler in
      sampler.sample { turns in for _ in 0..<turns { _ = MonotonicClock.now } }
    },
    Bench("futex-call", "a futex(2) call that wakes nobody") { sampler in
      let word = Word()
      defer { word.deallocate() }
      sampler.sample { turns in for _ in 0..<turns { cl_futex_wake(word.address, 1) } }
    },
    Bench("eventfd", "a signal to an eventfd(2), and its reading; nobody waits") { sampler in
      let wakeUp = try WakeUp()
      sampler.sample { turns in
        var count: UInt64 = 0
        for _ in 0..<turns {
          wakeUp.signal()
          _ = SystemCall.retrying { read(wakeUp.descriptor, &count, 8) }
        }
      }
    },
    epoll, epollAdd,
  ]

  /// An event costs its sender, too, who finds the socket registered.
  private static var epoll: Bench {
    let lanes = 64
    return Bench([
      Primitive("epoll-wait", "epoll_wait(2) that finds nothing and does not wait"),
      Primitive("epoll-event", "a ready event, edge-triggered: what it adds to a send, a receive and epoll_wait"),
    ]) { sampler in
      let plain = try Connections(lanes, tcp: false)
      let registered = try Connections(lanes, tcp: false)
      defer {
        plain.close()
        registered.close()
      }
      let watch = try Watch(of: registered.pairs.flatMap { [$0.near, $0.far] })
      let message = Message(64)
      defer { message.deallocate() }
      try sampler.sample(parts: 3) { turns, meter in
        meter.time(0, turns) { for _ in 0..<turns { _ = watch.wait(timeout: 0) } }
        try meter.time(1, turns * lanes) {
          for turn in 0..<turns {
            try plain.send(message, Way(turn))
            try plain.receive(message, Way(turn))
          }
        }
        try meter.time(2, turns * lanes) {
          for turn in 0..<turns {
            try registered.send(message, Way(turn))
            guard watch.wait(timeout: 0) == lanes else { throw Obstacle("an event was missing") }
            try registered.receive(message, Way(turn))
          }
        }
      } costs: {
        [$0[0], $0[2] - $0[1] - $0[0] / Double(lanes)]
      }
    }
  }
}

extension Bench {
  /// A socket leaves its epoll instance when it is closed.
  private static let epollAdd = Bench(
    "epoll-add", "epoll_ctl(2) that adds a socket, edge-triggered, and what it adds to close(2)"
  ) { sampler in
    let count = 32
    try sampler.sample(parts: 3) { turns, meter in
      for _ in 0..<turns {
        let plain = try Connections(count, tcp: false)
        let registered = try Connections(count, tcp: false)
        let watch = try Watch(of: [])
        try meter.time(0, 2 * count, by: .callingThread) {
          for (place, pair) in registered.pairs.enumerated() {
            try watch.add(pair.near.descriptor, at: place)
            try watch.add(pair.far.descriptor, at: place)
          }
        }
        meter.time(1, 2 * count, by: .callingThread) { registered.close() }
        meter.time(2, 2 * count, by: .callingThread) { plain.close() }
      }
    } costs: {
      [$0[0] + $0[1] - $0[2]]
    }
  }
}

/// A word that the kernel knows by its address: futex(2).
struct Word: @unchecked Sendable {
  let address: UnsafeMutablePointer<UInt32>

  init() {
    address = .allocate(capacity: 1)
    address.initialize(to: 0)
  }

  func deallocate() { address.deallocate() }

  var value: UInt32 { cl_load_acquire(address) }

  /// Stores the value and wakes one thread, or several, that wait for a change.
  func store(_ value: UInt32, waking count: Int32 = 1) {
    cl_store_release(address, value)
    cl_futex_wake(address, count)
  }

  func clear() { cl_store_release(address, 0) }

  /// Waits until the value differs.
  func wait(while value: UInt32) { while self.value == value { cl_futex_wait(address, value) } }
}
