import CLinux
import Glibc
import Measurement
import SystemCalls

extension Bench {
  /// Threads that hand over to each other. On two processors, the two run on different ones.
  static let waits = [futexSwitch, threadSwitch]

  private static let futexSwitch = Bench(
    "futex-switch", "what a futex(2) hand-over adds to its two calls: wake-up, switch to the other thread", on: [1, 2]
  ) { sampler in
    try sampler.boundToFirst {
      let (ping, pong) = (Word(), Word())
      let processor = sampler.processors.last!
      let thread = try Thread(name: "peer") {
        try? Affinity.set([processor])
        var turn: UInt32 = 0
        while true {
          ping.wait(while: turn)
          turn = ping.value
          if turn == .max { return }
          pong.store(turn)
        }
      }
      defer {
        ping.store(.max)
        thread.join()
        ping.deallocate()
        pong.deallocate()
      }
      let idle = Word()
      defer { idle.deallocate() }
      var turn: UInt32 = 0
      sampler.sample(parts: 3) { turns, meter in
        meter.time(0, turns, by: .callingThread) { for _ in 0..<turns { cl_futex_wake(idle.address, 1) } }
        let switches = Switches.ofProcess
        meter.time(1, 2 * turns) {
          for _ in 0..<turns {
            turn = (turn + 1) & 0x7fff_ffff
            let before = pong.value
            ping.store(turn)
            pong.wait(while: before)
          }
        }
        meter.add(.zero, to: 2, Switches.ofProcess - switches)
      } costs: {
        [($0[1] - $0[0] * 2) * $0.count(1) / max(1, $0.count(2))]
      }
    }
  }

  private static let threadSwitch = Bench(
    "thread-switch", "the switch between two threads that both want to run: sched_yield(2)"
  ) { sampler in
    let stop = Word()
    let thread = try Thread(name: "peer") { while stop.value == 0 { sched_yield() } }
    defer {
      stop.store(1)
      thread.join()
      stop.deallocate()
    }
    sampler.sample(parts: 2) { turns, meter in
      let switches = Switches.ofProcess
      meter.time(0, turns) { for _ in 0..<turns { sched_yield() } }
      meter.add(.zero, to: 1, Switches.ofProcess - switches)
    } costs: {
      [$0.total(0) / max(1, $0.count(1))]
    }
  }
}

/// Context switches: getrusage(2).
enum Switches {
  /// Those of all threads of this process so far, voluntary or not.
  static var ofProcess: Int {
    var usage = rusage()
    getrusage(RUSAGE_SELF.rawValue, &usage)
    return usage.ru_nvcsw + usage.ru_nivcsw
  }
}

extension Sampler {
  /// Runs the body with the calling thread on the first processor.
  func boundToFirst(_ body: () throws -> Void) throws {
    let own = try Affinity.current()
    try Affinity.set([processors[0]])
    defer { try? Affinity.set(own) }
    try body()
  }
}
