import Foundation
import Glibc
import Measurement
import Modes
import Plan
import Records
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

  enum CodingKeys: String, CodingKey {
    case usage
    case openRead = "open_read_ns"
    case closeRead = "close_read_ns"
    case totalDone = "done_in_all"
    case faultsInAll = "faults_in_all"
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
  static let primitivesCommand = "--child-primitives"
  static let starterCommand = "--child-starter"
  private static let busyCommand = "--child-busy"
  private static let controlDescriptor: Int32 = 3

  /// The slack of timers, in nanoseconds: sleeps end as close to their time as the kernel allows.
  static let timerSlack: UInt = 1

  /// Runs as a child if the arguments say so, and then never returns.
  public static func runIfAsked(_ arguments: [String]) {
    if arguments.count == 3, arguments[1] == peerCommand { OwnPeer.run(arguments[2]) }
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

  private static func runClient() -> Never {
    let plan: ClientPlan = readPlan()
    prepare(cpus: plan.cpus)
    let orders = ParentCommands()
    followParent(orders)
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
        return Instant(nanoseconds: UInt64(orders.next()) ?? 0)
      }
    }
    do throws(TrialFailure) {
      let outcome = try Trial.run(plan.spec, edges: edges)
      var record = PartialRecord(outcome, asked: plan.spec.operations)
      record.usage.cpus = plan.cpus
      if let path = plan.replies, let replies = outcome.replies { write(replies, to: path) }
      answer(record)
    } catch {
      answer(ChildFailure(error: error.description))
    }
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

  private static func runServer() -> Never {
    let plan: ServerPlan = readPlan()
    prepare(cpus: plan.cpus)
    do {
      let server = try TargetServer(
        plan.kind, mode: plan.mode, on: SocketAddress(parsing: plan.address), capacity: plan.capacity,
        limits: plan.limits)
      let readings = Readings(server, cpus: plan.cpus)
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

  /// The server's counters at the window's edges.
  private final class Readings: @unchecked Sendable {
    private struct Reading {
      var at: Instant
      var totals: TargetServer.Totals
      var usage: ResourceUsage
      /// The usage of the reading thread, which does not belong to the mode.
      var own: ResourceUsage
    }

    private let server: TargetServer
    private let cpus: [Int]
    private var first: Reading
    private var last: Reading?
    private var hasOpened = false
    /// Read at the window's edges, because the connections are gone when the report is due.
    private var threadsPeak: Int?
    private var descriptorsPeak: Int?
    private var memory: UInt64?
    private var heart = Heartbeat(isPreferred: false)

    init(_ server: TargetServer, cpus: [Int]) {
      self.server = server
      self.cpus = cpus
      first = Self.read(server)
    }

    private static func read(_ server: TargetServer) -> Reading {
      Reading(at: MonotonicClock.now, totals: server.totals, usage: .current(), own: .ofThread())
    }

    /// Runs until the client has closed its end.
    func followWindow(from descriptor: Int32) {
      // With a thousand serving threads, the readings would otherwise be late.
      heart = Heartbeat(isPreferred: ProcessControl.prefer())
      var byte: UInt8 = 0
      while awaitWord(from: descriptor), Glibc.read(descriptor, &byte, 1) == 1 {
        // With several clients, the window is from the first opening to the last closing.
        if byte == UInt8(ascii: "o"), !hasOpened {
          hasOpened = true
          samplePeaks()
          first = Self.read(server)
        }
        if byte == UInt8(ascii: "c") {
          last = Self.read(server)
          samplePeaks()
          memory = ProcFile.memory
        }
        _ = Glibc.write(descriptor, "k", 1)
        while byte != UInt8(ascii: "\n"), Glibc.read(descriptor, &byte, 1) == 1 {}
      }
    }

    /// Waits for a word of the client, and beats meanwhile if the window is open.
    private func awaitWord(from descriptor: Int32) -> Bool {
      var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      while true {
        let isOpen = hasOpened && last == nil
        if isOpen { heart.beat(at: MonotonicClock.now) }
        if poll(&entry, 1, isOpen ? 20 : -1) != 0 { return true }
      }
    }

    private func samplePeaks() {
      threadsPeak = [threadsPeak, ProcFile.threads].compactMap { $0 }.max()
      descriptorsPeak = [descriptorsPeak, ProcFile.openDescriptors].compactMap { $0 }.max()
    }

    var report: ServerReport {
      let last = last ?? Self.read(server)
      var usage = ProcessUsage(last.usage.since(first.usage).without(last.own.since(first.own)))
      usage.longestGap = heart.longestGap.count
      usage.threadsPeak = threadsPeak
      usage.descriptorsPeak = descriptorsPeak
      usage.memoryPeak = ProcFile.peakMemory
      usage.memory = memory
      usage.cpus = cpus
      usage.operationsDone = last.totals.done - first.totals.done
      usage.connections = last.totals.connections
      usage.failed = last.totals.failed - first.totals.failed
      usage.faults = last.totals.faults - first.totals.faults
      usage.bytesSent = last.totals.sentBytes - first.totals.sentBytes
      usage.bytesReceived = last.totals.receivedBytes - first.totals.receivedBytes
      let settled = settledTotals()
      return ServerReport(
        usage: usage, openRead: first.at.nanoseconds, closeRead: last.at.nanoseconds, totalDone: settled.done,
        faultsInAll: settled.faults)
    }

    /// The totals after the client has gone and the server has ended its last operations.
    private func settledTotals() -> TargetServer.Totals {
      let end = MonotonicClock.now + .seconds(2)
      while case let totals = server.totals, totals.ended < totals.connections, MonotonicClock.now < end {
        Interruption.pause(milliseconds: 1)
      }
      return server.totals
    }
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

  static func readPlan<Plan: Decodable>() -> Plan {
    guard let line = readInput(), let plan = try? JSONDecoder().decode(Plan.self, from: Data(line.utf8)) else {
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
  /// before the end go to `orders`.
  static func followParent(_ orders: ParentCommands? = nil) {
    try? SystemCalls.Thread(name: "parent") {
      while let line = readInput() { orders?.add(line) }
      _exit(1)
    }.detach()
  }

  static func answer(_ value: some Encodable) {
    guard let data = try? JSONEncoder.stable().encode(value) else { return }
    SystemCall.writeAll([UInt8](data) + [UInt8(ascii: "\n")], to: STDOUT_FILENO)
  }

  /// The next line of standard input. It does not use stdio, because a waiting thread would hold the stream's lock.
  private static func readInput() -> String? {
    var line: [UInt8] = []
    var byte: UInt8 = 0
    while true {
      let count = Glibc.read(STDIN_FILENO, &byte, 1)
      if count < 0 && errno == EINTR { continue }
      guard count == 1 else { return nil }
      if byte == UInt8(ascii: "\n") { return String(decoding: line, as: UTF8.self) }
      line.append(byte)
    }
  }
}
