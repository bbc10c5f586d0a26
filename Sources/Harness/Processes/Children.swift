import Foundation
import Glibc
import Measurement
import Modes
import Plan
import Records
import Synchronization
import SystemCalls
import Workloads

/// The plan that a client process reads from standard input.
struct ClientPlan: Codable {
  var spec: TrialSpec
  var cpus: [Int]
  /// Whether descriptor 3 is a control channel: it takes the lines `open` and `close` at the window's edges, and
  /// answers each with a byte.
  var hasControl: Bool
  /// The file of gathered replies, one line of JSON each; nil if they are not gathered.
  var replies: String?
  /// Whether the client reports `ready` when its lanes are connected, and then waits for `start` with an instant on
  /// CLOCK_MONOTONIC. If its lanes hold their connections, it also reports `done` and waits for `close`.
  var isLed = false

  enum CodingKeys: String, CodingKey {
    case spec, cpus
    case isLed = "led"
    case hasControl = "has_control"
    case replies
  }
}

/// The plan that a server process reads from standard input.
struct ServerPlan: Codable {
  var kind: TargetServer.Kind
  var mode: ModeID
  /// The address to listen on; with port 0 the system chooses the port.
  var address: String
  var capacity: Int
  var limits: TimeLimits
  var cpus: [Int]
  /// What the greeting calls every client; nil for the client's address.
  var greeted: String?
}

/// The first line that a server process prints.
struct ServerGreeting: Codable {
  var address: String
}

/// The line that a server process prints on request.
struct ServerReport: Codable {
  var usage: ProcessUsage
  /// When it read its counters for the window's edges, on CLOCK_MONOTONIC.
  var openRead: UInt64
  var closeRead: UInt64
  /// The operations answered until the last connection ended, including the warm-up, and those answered wrongly as
  /// asked.
  var totalDone: UInt64
  var faultsInAll: UInt64
  /// On another host: how others disturbed its machine.
  var machine: MachineUsage?

  enum CodingKeys: String, CodingKey {
    case usage
    case openRead = "open_read_ns"
    case closeRead = "close_read_ns"
    case totalDone = "done_in_all"
    case faultsInAll = "faults_in_all"
    case machine
  }
}

/// A coordinated client's words: its lanes are connected, or have done all their operations.
enum ClientWord: String, Codable {
  case ready, done
}

/// The line that a child prints instead of an answer if it cannot start its trial.
struct ChildFailure: Codable {
  var error: String
}

/// The processes of a trial. Each is this program, started again.
public enum Children {
  static let clientCommand = "--child-client"
  static let serverCommand = "--child-server"
  static let peerCommand = "--child-peer"
  static let limitCommand = "--child-limit"
  static let hostCommand = "--child-host"
  static let primitivesCommand = "--child-primitives"
  static let starterCommand = "--child-starter"
  private static let busyCommand = "--child-busy"
  private static let controlDescriptor: Int32 = 3

  /// The slack of timers, in nanoseconds: sleeps end as close to their time as the kernel allows.
  static let timerSlack: UInt = 1

  /// Runs as a child if the arguments say so, and then never returns.
  public static func runIfAsked(_ arguments: [String]) {
    if arguments.count == 3 {
      switch arguments[1] {
      case peerCommand: OwnPeer.run(arguments[2])
      case clientCommand: runClient(HostDuties(arguments[2]))
      case serverCommand: runServer(HostDuties(arguments[2]))
      case hostCommand: HostInquiry.answer()
      default: return
      }
    }
    guard arguments.count == 2 else { return }
    switch arguments[1] {
    case clientCommand: runClient()
    case serverCommand: runServer()
    case limitCommand: runLimit()
    case primitivesCommand: runPrimitives()
    case starterCommand: startBusyLoop()
    case busyCommand: keepBusy()
    case Worker.command:
      // A process that computes does not notice the end of its socket.
      followParent()
      Worker.serve()
      _exit(0)
    default: return
    }
  }

  // MARK: The client

  /// - Parameter host: what it does besides for a harness on another machine; nil for one on this machine.
  private static func runClient(_ host: HostDuties? = nil) -> Never {
    let plan: ClientPlan = readPlan(host)
    prepare(cpus: plan.cpus)
    let orders = ParentCommands()
    followParent(orders, host)
    var edges = WindowEdges(
      opened: { if plan.hasControl { ControlChannel.tell("open\n", over: [controlDescriptor]) } },
      closed: {
        if plan.hasControl { ControlChannel.tell("close\n", over: [controlDescriptor]) }
        if plan.isLed && plan.spec.each != nil {
          answer(ClientWord.done)
          _ = orders.next()
        }
      })
    if plan.isLed {
      edges.started = {
        answer(ClientWord.ready)
        let start = Instant(nanoseconds: UInt64(orders.next()) ?? 0)
        host?.awaitStart(at: start)
        return start
      }
    }
    do throws(TrialFailure) {
      let outcome = try Trial.run(plan.spec, edges: edges)
      var record = PartialRecord(outcome, asked: plan.spec.operations)
      record.usage.cpus = plan.cpus
      if let path = plan.replies, let replies = outcome.replies { write(replies, to: path) }
      record.host = host?.report
      answer(record)
    } catch {
      answer(ChildFailure(error: error.description))
    }
    host?.stay()
    _exit(0)
  }

  private static func write(_ replies: ReplyStore, to path: String) {
    let encoder = JSONEncoder.stable()
    var data = Data()
    for reply in replies.inOrder {
      let text = String(validating: reply.body, as: UTF8.self)
      let line = ReplyLine(
        op: reply.operation, status: reply.status, body: text,
        bodyBase64: text == nil ? Data(reply.body).base64EncodedString() : nil)
      if let json = try? encoder.encode(line) { data += json + Data("\n".utf8) }
    }
    do throws(Errno) {
      try WholeFile.write([UInt8](data), to: path)
    } catch {
      answer(ChildFailure(error: "cannot write replies to \(path): \(error)"))
      _exit(1)
    }
  }

  // MARK: The server

  private static func runServer(_ host: HostDuties? = nil) -> Never {
    let plan: ServerPlan = readPlan(host)
    prepare(cpus: plan.cpus)
    do {
      let server = try TargetServer(
        plan.kind, mode: plan.mode, on: SocketAddress(parsing: plan.address), capacity: plan.capacity,
        limits: plan.limits, greeted: plan.greeted)
      let readings = ServerReadings(server, cpus: plan.cpus)
      if let host {
        try SystemCalls.Thread(name: "parent") { host.follow(readings) }.detach()
        answer(ServerGreeting(address: server.address.description))
        try server.serve()
        _exit(1)
      }
      let control = try SystemCalls.Thread(name: "control") { readings.followWindow(from: controlDescriptor) }
      try SystemCalls.Thread(name: "parent") {
        // `report` asks for the record; the end of the input means that the harness has gone.
        if readInput() == "report" {
          control.join()
          answer(readings.report)
        }
        _exit(0)
      }.detach()
      answer(ServerGreeting(address: server.address.description))
      try server.serve()
    } catch {
      answer(ChildFailure(error: "the server could not listen on \(plan.address): \(error)"))
    }
    _exit(1)
  }

  // MARK: Other load

  /// Starts a busy loop that shares this process's standard input, reports it, and exits, so that the loop has no
  /// parent.
  private static func startBusyLoop() -> Never {
    let loop = Process()
    loop.executableURL = URL(fileURLWithPath: TrialRunner.program)
    loop.arguments = [busyCommand]
    loop.standardInput = FileHandle.standardInput
    loop.standardOutput = FileHandle.nullDevice
    guard (try? loop.run()) != nil else { _exit(1) }
    answer(ServerGreeting(address: "busy"))
    _exit(0)
  }

  /// Keeps the CPU busy until standard input ends.
  private static func keepBusy() -> Never {
    var entry = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
    while true {
      let end = MonotonicClock.now + .milliseconds(5)
      while MonotonicClock.now < end {}
      if poll(&entry, 1, 0) > 0 { _exit(0) }
    }
  }

  // MARK: Both

  /// - Parameter host: nil for a process of this machine, whose input surely ends with its parent.
  static func readPlan<Plan: Decodable>(_ host: HostDuties? = nil) -> Plan {
    guard let line = readInput(within: host.map { _ in Lease.term }),
      let plan = try? JSONDecoder().decode(Plan.self, from: Data(line.utf8))
    else {
      answer(ChildFailure(error: "no plan on standard input"))
      exit(1)
    }
    return plan
  }

  /// Must run before any other thread exists, because threads inherit the settings. The runtimes have already sized
  /// their pools by the CPUs at the process's start; the harness starts it on the same ones.
  static func prepare(cpus: [Int]) {
    ProcessControl.ignoreBrokenPipes()
    ProcessControl.raiseDescriptorLimit()
    ProcessControl.setTimerSlack(nanoseconds: timerSlack)
    if !cpus.isEmpty { try? Affinity.set(cpus) }
  }

  /// Ends the process when its standard input ends: the parent holds the other end for as long as it lives. Lines
  /// before the end go to `orders`. On another host, silence is an end, too.
  static func followParent(_ orders: ParentCommands? = nil, _ host: HostDuties? = nil) {
    try? SystemCalls.Thread(name: "parent") {
      while let line = readInput(within: host.map { _ in Lease.term }) {
        if host?.carryOut(line) != true { orders?.add(line) }
      }
      _exit(1)
    }.detach()
  }

  static func answer(_ value: some Encodable) {
    guard let data = try? JSONEncoder.stable().encode(value) else { return }
    say(data)
  }

  static func say(_ line: some Sequence<UInt8>) {
    output.withLock { _ in _ = SystemCall.writeAll(line + [UInt8(ascii: "\n")], to: STDOUT_FILENO) }
  }

  /// Several threads answer; a long line is written in parts.
  private static let output = Mutex(())

  /// The next line of standard input. It does not use stdio, because a waiting thread would hold the stream's lock.
  /// - Parameter silence: how long nothing may come; nil for no limit.
  /// - Returns: nil at the end of the input, or after the silence.
  static func readInput(within silence: Nanoseconds? = nil) -> String? {
    var line: [UInt8] = []
    var byte: UInt8 = 0
    while true {
      if let silence {
        var entry = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
        let count = poll(&entry, 1, Int32(silence.count / 1_000_000))
        if count < 0 && errno == EINTR { continue }
        guard count == 1 else { return nil }
      }
      let count = Glibc.read(STDIN_FILENO, &byte, 1)
      if count < 0 && errno == EINTR { continue }
      guard count == 1 else { return nil }
      if byte == UInt8(ascii: "\n") { return String(decoding: line, as: UTF8.self) }
      line.append(byte)
    }
  }
}
