import Measurement
import Modes
import Plan
import SystemCalls

extension Bench {
  /// Conversations: what messages cost whose receivers wait for them, beyond what they cost where nobody waits. On two
  /// processors, a loop on the other one answers, as in a trial. On one, both ends run in the same way.
  static let conversations =
    [true, false].flatMap { tcp in
      [
        wake(tcp: tcp), apart(tcp: tcp, .threads), apart(tcp: tcp, .loop), apart(tcp: tcp, .tasks), together(tcp: tcp),
        resumption(tcp: tcp),
        carried(
          "\(kind(tcp))-loop-hop",
          "what a message adds whose task the mode executor resumes, on the thread of its loop",
          tcp: tcp, by: .executor),
      ]
    } + [
      carried(
        "epoll-loop", "what the mode epoll adds to a message with its own code, apart from its lanes", tcp: false,
        by: .epoll)
    ]

  /// How long the peer waits before it answers decides how deeply the processor sleeps, and how cold its caches become.
  private struct Regime {
    var lanes: Int
    var delay = Nanoseconds.zero
    var turns: Int
    var warmUp = 1

    static let brief = [Regime(lanes: 1, turns: 1000, warmUp: 100), Regime(lanes: 64, turns: 60, warmUp: 10)]
    static let long = [
      Regime(lanes: 1, delay: .microseconds(200), turns: 100), Regime(lanes: 1, delay: .milliseconds(2), turns: 20),
      Regime(lanes: 1, delay: .milliseconds(20), turns: 3),
      Regime(lanes: 64, delay: .milliseconds(2), turns: 30, warmUp: 30),
      Regime(lanes: 64, delay: .milliseconds(20), turns: 3),
    ]
    /// More threads than the caches hold.
    static let many = Regime(lanes: 1000, turns: 4)
  }

  private static func kind(_ tcp: Bool) -> String { tcp ? "tcp" : "unix" }

  /// Where the near ends wait.
  private enum Manner {
    /// A thread for each connection, in recv(2).
    case threads
    /// One loop, in epoll_wait(2).
    case loop
    /// Tasks on the default executor, which a loop resumes.
    case tasks

    var name: String {
      switch self {
      case .threads: "switch"
      case .loop: "epoll-switch"
      case .tasks: "task-switch"
      }
    }

    var about: String {
      switch self {
      case .threads:
        "what waiting in recv(2) adds to a message: switch to other threads and back, cold caches"
      case .loop: "what a switch of a loop that waits in epoll_wait(2) adds to its messages, with cold caches"
      case .tasks: "what a switch between a loop and the tasks that it resumes adds to messages, with cold caches"
      }
    }

    func talkers(_ sockets: [Socket]) throws -> any Talkers {
      switch self {
      case .threads: try ThreadTalkers(sockets)
      case .loop: try LoopTalkers(sockets)
      case .tasks: try TaskTalkers(sockets)
      }
    }
  }

  private static func waiting(_ tcp: Bool, _ manner: Manner, lanes: Int, delay: Nanoseconds? = nil) -> Primitive {
    Primitive("\(kind(tcp))-\(manner.name)", manner.about, lanes: lanes, delay: delay.map { Int($0.count) })
  }

  // MARK: Benches

  private static func wake(tcp: Bool) -> Bench {
    Bench("\(kind(tcp))-wake", "what send(2) adds if it wakes a thread that waits for the message", on: [1, 2]) {
      sampler in
      try sampler.boundToFirst { sampler.take([Cost(cpu: try costOfWaking(tcp, sampler), wall: nil)]) }
    }
  }

  /// The pool of the default executor has as many threads as the processors that the process is started on.
  private static func apart(tcp: Bool, _ manner: Manner) -> Bench {
    let inLoop = manner != .threads
    let regimes = Regime.brief + (tcp ? Regime.long : []) + (tcp && !inLoop ? [Regime.many] : [])
    return Bench(
      regimes.map { waiting(tcp, manner, lanes: $0.lanes, delay: $0.delay) }, on: [2],
      startsOnFirst: manner == .tasks
    ) { sampler in
      try sampler.boundToFirst {
        let wake = try costOfWaking(tcp, sampler)
        let call = try inLoop ? costOfEmptyWait() : 0
        var costs = [Cost](repeating: .zero, count: regimes.count)
        for lanes in Set(regimes.map(\.lanes)).sorted() {
          let least = try costWithoutWaits(tcp, lanes, inLoop: inLoop)
          let connections = try Connections(lanes, tcp: tcp, blocking: !inLoop)
          defer { connections.close() }
          let near = connections.pairs.map(\.near)
          let answerer = try Answerer(connections.pairs.map(\.far), on: sampler.processors.last!)
          defer { answerer.end() }
          let talkers = try manner.talkers(near)
          defer { talkers.end() }
          for (place, regime) in regimes.enumerated() where regime.lanes == lanes {
            answerer.delay = regime.delay
            let spent = try Self.spent(by: talkers, and: answerer, in: regime)
            let messages = Double(lanes * regime.turns)
            // Its event and the first call of a turn are among what a message takes anyway.
            let calls = inLoop ? call * (spent.loopWaits / messages - 1 / Double(lanes)) : 0
            let added = spent.cpu - (least + calls) * messages - wake * max(0, spent.wakes)
            // Threads wait once for each message. Other messages share the switches, of which a turn has one at least.
            let waits = inLoop ? max(spent.switches, Double(regime.turns)) : messages
            costs[place] = Cost(
              cpu: added / waits, wall: max(0, spent.wall - spent.cpu) / Double(regime.turns))
          }
        }
        sampler.take(costs)
      }
    }
  }

  /// With both ends on one processor, no time passes idly, and each switch is one to the other end.
  private static func together(tcp: Bool) -> Bench {
    Bench(
      Regime.brief.map { waiting(tcp, .threads, lanes: $0.lanes) } + [waiting(tcp, .loop, lanes: 1)]
    ) { sampler in
      try sampler.boundToFirst {
        let wake = try costOfWaking(tcp, sampler)
        var costs = try Regime.brief.map { regime in
          let least = try costWithoutWaits(tcp, regime.lanes, inLoop: false)
          let connections = try Connections(regime.lanes, tcp: tcp, blocking: true)
          let echoes = try Crew(regime.lanes) { member, turns in
            let message = Message(64)
            defer { message.deallocate() }
            for _ in 0..<turns {
              try message.receive(on: connections.pairs[member].far)
              try message.send(on: connections.pairs[member].far)
            }
          }
          let talkers = try ThreadTalkers(connections.pairs.map(\.near))
          defer {
            talkers.end()
            echoes.end()
            connections.close()
          }
          let spent = try Spending.of(turns: regime.turns, after: regime.warmUp) { turns in
            echoes.begin(turns)
            try talkers.talk(turns)
            try echoes.rest()
          }
          let messages = Double(2 * regime.lanes * regime.turns)
          return Cost(cpu: (spent.cpu - least * messages) / max(1, spent.switches) - wake, wall: nil)
        }
        let least = try costWithoutWaits(tcp, 1, inLoop: true)
        let connections = try Connections(1, tcp: tcp)
        let answerer = try Answerer(connections.pairs.map(\.far), on: sampler.processors[0])
        let talkers = try LoopTalkers(connections.pairs.map(\.near))
        defer {
          talkers.end()
          answerer.end()
          connections.close()
        }
        let regime = Regime.brief[0]
        let spent = try Spending.of(turns: regime.turns, after: regime.warmUp) { try talkers.talk($0) }
        let messages = Double(2 * regime.turns)
        // Each message has a call of epoll_wait(2), as where nobody waits.
        costs.append(Cost(cpu: (spent.cpu - least * messages) / max(1, spent.switches) - wake, wall: nil))
        sampler.take(costs)
      }
    }
  }

  /// Beyond what a message takes in a loop that holds both ends.
  private static func resumption(tcp: Bool) -> Bench {
    Bench(
      Regime.brief.map {
        Primitive(
          "\(kind(tcp))-task-hop",
          "what a message adds that resumes a task on the default executor, with all switches of threads",
          lanes: $0.lanes)
      }
    ) { sampler in
      try sampler.boundToFirst {
        let call = try costOfEmptyWait()
        sampler.take(
          try Regime.brief.map { regime in
            let least = try costWithoutWaits(tcp, regime.lanes, inLoop: true)
            let connections = try Connections(regime.lanes, tcp: tcp)
            defer { connections.close() }
            let talkers = try TaskTalkers(connections.pairs.map(\.near), connections.pairs.map(\.far))
            defer { talkers.end() }
            let spent = try Self.spent(by: talkers, in: regime)
            let messages = Double(2 * regime.lanes * regime.turns)
            let calls = call * (spent.loopWaits / messages - 1 / Double(regime.lanes))
            return Cost(cpu: spent.cpu / messages - least - calls, wall: nil)
          })
      }
    }
  }

  /// Beyond what a message takes in a loop that holds both ends: a mode's own loop, with lanes that only answer.
  private static func carried(_ name: String, _ about: String, tcp: Bool, by mode: ModeID) -> Bench {
    Bench(Regime.brief.map { Primitive(name, about, lanes: $0.lanes) }) { sampler in
      try sampler.boundToFirst {
        let call = try costOfEmptyWait()
        let message = Message(64)
        defer { message.deallocate() }
        sampler.take(
          try Regime.brief.map { regime in
            let least = try costWithoutWaits(tcp, regime.lanes, inLoop: true)
            let spent = try Spending.of(turns: regime.turns, after: regime.warmUp) { turns in
              try Rally.pass(
                message.content, over: Connections(regime.lanes, tcp: tcp).pairs, turns: turns, by: mode)
            } reading: {
              var spending = Spending.ofProcess
              // Of the thread's calls, each message has a send and a receive; the rest are those of the loop.
              spending.loopWaits = Double(SystemCall.countOfThread)
              return spending
            }
            let messages = Double(2 * regime.lanes * regime.turns)
            let calls = call * (spent.loopWaits / messages - 2 - 1 / Double(regime.lanes))
            return Cost(cpu: spent.cpu / messages - least - calls, wall: nil)
          })
      }
    }
  }

  /// What the talkers spend in so many turns, without the answerer, which has the far ends if they are not their own.
  private static func spent(
    by talkers: any Talkers, and answerer: Answerer? = nil, in regime: Regime
  ) throws -> Spending {
    try Spending.of(turns: regime.turns, after: regime.warmUp) {
      try talkers.talk($0)
    } reading: {
      var spending = Spending.ofProcess
      if let far = answerer?.spent() {
        spending.cpu -= far.cpu
        spending.switches -= far.switches
        spending.wakes = far.wakes
      }
      spending.loopWaits = Double(talkers.loopWaits)
      return spending
    }
  }

  // MARK: What is known without waits

  /// A message where nobody waits: send, receive, and in a loop its event with a share of the call that tells of it.
  private static func costWithoutWaits(_ tcp: Bool, _ lanes: Int, inLoop: Bool) throws -> Double {
    let connections = try Connections(lanes, tcp: tcp)
    let message = Message(64)
    defer {
      connections.close()
      message.deallocate()
    }
    let watch = inLoop ? try Watch(of: connections.pairs.flatMap { [$0.near, $0.far] }) : nil
    var meter = Meter(parts: 2)
    // The first part warms up.
    for (part, turns) in [(0, 2), (1, max(4, 2000 / lanes))] {
      try meter.time(part, turns * lanes, by: .callingThread) {
        for turn in 0..<turns {
          try connections.send(message, Way(turn))
          _ = watch?.wait(timeout: 0)
          try connections.receive(message, Way(turn))
        }
      }
    }
    return meter[1].cpu
  }

  /// A call of epoll_wait(2) that finds nothing and does not wait.
  private static func costOfEmptyWait() throws -> Double {
    let watch = try Watch(of: [])
    var meter = Meter(parts: 1)
    meter.time(0, 2000, by: .callingThread) { for _ in 0..<2000 { _ = watch.wait(timeout: 0) } }
    return meter[0].cpu
  }

  /// What a send takes more if its peer waits, and is woken.
  private static func costOfWaking(_ tcp: Bool, _ sampler: Sampler) throws -> Double {
    let turns = 500
    let connections = try Connections(1, tcp: tcp, blocking: true)
    defer { connections.close() }
    let message = Message(64)
    defer { message.deallocate() }
    var meter = Meter(parts: 2)
    for turn in 0..<2 * turns {
      try meter.time(0, 1, by: .callingThread) { try connections.send(message, Way(turn)) }
      try connections.receive(message, Way(turn))
    }
    let answerer = try Answerer(connections.pairs.map(\.far), on: sampler.processors.last!)
    defer { answerer.end() }
    for _ in 0..<turns {
      try meter.time(1, 1, by: .callingThread) { try connections.send(message, .forth) }
      try connections.receive(message, .back)
    }
    return meter[1].cpu - meter[0].cpu
  }
}
