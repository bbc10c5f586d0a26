import CLinux
import Glibc
import Measurement
import Synchronization
import SystemCalls

extension Bench {
  /// Threads that wait, are woken, and take a processor again. On two processors, the two ends run on different ones.
  static let waits =
    [true, false].flatMap { tcp in
      [1, 64].map { peers(tcp: tcp, lanes: $0, inEpoll: false) } + [peers(tcp: tcp, lanes: 1, inEpoll: true)]
    } + [futexSwitch, threadSwitch]

  /// Messages to threads that each wait on a socket, and their replies. Of the CPU time of all threads, sends and receives
  /// take what they take where nobody waits. The rest belongs to the switches that the kernel has counted, of which a part
  /// is spent by the sender.
  private static func peers(tcp: Bool, lanes: Int, inEpoll: Bool) -> Bench {
    let kind = (tcp ? "tcp" : "unix") + (inEpoll ? "-epoll" : "")
    let place = inEpoll ? "epoll_wait(2)" : "recv(2)"
    return Bench(
      [
        Primitive(
          "\(kind)-message", "a message to a thread that waits in \(place): send, wake-up, switch, receive",
          lanes: lanes),
        Primitive("\(kind)-wake", "what send(2) adds if it wakes a thread that waits in \(place)", lanes: lanes),
        Primitive(
          "\(kind)-switch", "what \(place) adds if it waits: the switch to other threads and back", lanes: lanes),
      ], on: [1, 2]
    ) { sampler in
      try sampler.boundToFirst {
        let plain = try Connections(lanes, tcp: tcp)
        let waiting = try Connections(lanes, tcp: tcp, blocking: true)
        let message = Message(64)
        var threads: [SystemCalls.Thread] = []
        defer {
          for (near, _) in waiting.pairs { near.shutdown() }
          for thread in threads { thread.join() }
          plain.close()
          waiting.close()
          message.deallocate()
        }
        let processor = sampler.processors.last!
        for (near, far) in waiting.pairs {
          threads.append(
            try Thread(name: "peer", stackSize: 64 << 10) {
              try? Affinity.set([processor])
              answer(on: far, inEpoll: inEpoll)
              near.shutdown()
            })
        }
        let ownWatch = inEpoll ? try Watch(of: waiting.pairs.map(\.near)) : nil
        let plainWatch = inEpoll ? try Watch(of: plain.pairs.flatMap { [$0.near, $0.far] }) : nil
        try sampler.sample(parts: Part.allCases.count) { turns, meter in
          for turn in 0..<turns {
            let way = Way(turn)
            try meter.time(Part.send.rawValue, lanes, by: .callingThread) { try plain.send(message, way) }
            try meter.time(Part.receive.rawValue, lanes, by: .callingThread) {
              _ = plainWatch?.wait(timeout: 0)
              try plain.receive(message, way)
            }
          }
          func receiveReplies() throws {
            _ = ownWatch?.wait(timeout: -1)
            try waiting.receive(message, .back)
          }
          let switches = Switches.ofProcess
          try meter.time(Part.exchange.rawValue, 2 * lanes * turns) {
            for _ in 0..<turns {
              try waiting.send(message, .forth)
              try receiveReplies()
            }
          }
          meter.add(.zero, to: Part.switches.rawValue, Switches.ofProcess - switches)
          for _ in 0..<turns {
            try meter.time(Part.waking.rawValue, lanes, by: .callingThread) { try waiting.send(message, .forth) }
            try receiveReplies()
          }
        } costs: { meter in
          func each(_ part: Part) -> Cost { meter[part.rawValue] }
          let messages = meter.count(Part.exchange.rawValue)
          let switches = max(1, meter.count(Part.switches.rawValue))
          let waits = (each(.exchange) - each(.send) - each(.receive)) * messages / switches
          let wake = (each(.waking) - each(.send)) * messages / switches
          return [each(.exchange), wake.withoutWall, (waits - wake).withoutWall]
        }
      }
    }
  }

  private enum Part: Int, CaseIterable { case send, receive, exchange, switches, waking }

  /// Sends each message back, until the connection ends.
  private static func answer(on socket: Socket, inEpoll: Bool) {
    let message = Message(64)
    defer { message.deallocate() }
    do {
      let watch = inEpoll ? try Watch(of: [socket]) : nil
      while true {
        _ = watch?.wait(timeout: -1)
        try message.receive(on: socket)
        try message.send(on: socket)
      }
    } catch {}
  }

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
