import Measurement
import Modes
import Plan
import Records
import SystemCalls

/// The servers of a trial: how they are started, and what they report.
extension TrialRunner {
  /// The time limit for a server to report its address and its counts.
  private static let serverPatience = Nanoseconds.seconds(30)

  /// A server that a trial has started.
  struct Server {
    /// The built-in server, which reports its own counts.
    var child: ChildProcess?
    /// Another server, which is watched from outside.
    var outside: OutsideServer?
    var control: ControlEnd
    var address: String

    var auditSubject: Audit.Subject? { child.map { .child($0) } ?? outside.map { .others($0.processes) } }
  }

  enum Starting {
    case started([Server])
    /// Why a server did not report its address.
    case failed(String)
  }

  /// - Parameter peer: the peer that serves, if any.
  func start(
    _ peer: Peer?, _ plan: TrialPlan, _ folder: ScratchFolder?
  ) throws(HarnessFailure) -> Starting {
    guard plan.experiment.needsServer && plan.mode != .null else { return .started([]) }
    guard let peer, let folder else { return try startServers(plan, folder) }
    let (client, server) = try Self.controlPair()
    let answer = try peer.serve(
      plan.experiment.workload.asked, in: folder, control: server.release(), clients: plan.shares.count,
      on: processors.server)
    switch answer {
    case .success(let (outside, address)):
      return .started([Server(outside: outside, control: client, address: address)])
    case .failure(let failure): return .failed(failure.reason)
    }
  }

  /// Starts all servers of a trial before it waits for the first. Throws if a server rejects its plan.
  private func startServers(
    _ plan: TrialPlan, _ folder: ScratchFolder?
  ) throws(HarnessFailure) -> Starting {
    let experiment = plan.experiment
    var started: [(child: ChildProcess, control: ControlEnd)] = []
    for index in 0..<experiment.servers {
      let lanes = experiment.shares(askingServer: index).reduce(0) { $0 + plan.lanes(of: $1) }
      // The loops of a mode divide the slots among them, but the system distributes connections freely, so each loop
      // has space for all.
      let capacity = (lanes + Feasibility.spareDescriptors / 2) * processors.server.count
      var serverPlan = ServerPlan(
        kind: .http, mode: experiment.workload.isServe ? plan.mode : .epoll, address: "127.0.0.1:0",
        capacity: capacity, limits: .none, cpus: processors.server)
      if case .echo = experiment.workload.asked.ofBystanders {
        serverPlan.kind = .echo
        if let folder { serverPlan.address = "unix:\(folder.path)/server\(index)" }
      }
      let (client, server) = try Self.controlPair()
      let child = try Self.spawn(Children.serverCommand, on: processors.server, control: server.descriptor)
      server.close()
      child.send(Self.json(serverPlan))
      started.append((child, client))
    }
    var servers: [Server] = []
    for (child, control) in started {
      guard let line = try Self.await(child, patience: Self.serverPatience, idle: {}) else {
        return .failed(Self.verdict(child, after: Self.serverPatience))
      }
      if let failure: ChildFailure = Self.decode(line) { throw HarnessFailure(failure.error) }
      guard let greeting: ServerGreeting = Self.decode(line) else {
        throw HarnessFailure("the target server did not report its address")
      }
      servers.append(Server(child: child, control: control, address: greeting.address))
    }
    return .started(servers)
  }

  /// The reports of the built-in servers.
  func report(
    of servers: [Server], _ idle: () -> Void
  ) throws(HarnessFailure) -> Swift.Result<ServerReport, PeerProcess.Failure> {
    for server in servers { server.child?.send("report") }
    var reports = servers.compactMap { $0.outside?.report() }
    for child in servers.compactMap(\.child) {
      guard let report = try Self.await(child, patience: Self.serverPatience, idle: idle),
        let answer: ServerReport = Self.decode(report)
      else { return .failure(PeerProcess.Failure(reason: Self.verdict(child, after: Self.serverPatience))) }
      reports.append(answer)
    }
    return .success(ServerReport(merging: reports))
  }

  static func usage(of answer: ServerReport, beside partial: PartialRecord, _ spec: TrialSpec) -> ProcessUsage {
    var usage = answer.usage
    // A fixed-count trial includes all that its server did, even answers that the server had sent but not counted when
    // the client closed the window.
    if spec.operations != nil && spec.warmup == .zero && usage.operationsDone != nil {
      usage.operationsDone = answer.totalDone
      usage.faults = answer.faultsInAll
    }
    if spec.workload.faults == nil { usage.faults = nil }
    usage.edgeLag = partial.window?.lag(openRead: answer.openRead, closeRead: answer.closeRead)
    return usage
  }

  private static func controlPair() throws(HarnessFailure) -> (client: ControlEnd, server: ControlEnd) {
    do throws(Errno) {
      let (client, server) = try Socket.pair(tcp: false, blocking: true)
      return (ControlEnd(client), ControlEnd(server))
    } catch {
      throw HarnessFailure("cannot open a control channel: \(error)")
    }
  }
}

/// An end of a control channel; it is closed explicitly or when nothing refers to it.
final class ControlEnd {
  private var socket: Socket?
  var descriptor: Int32 { socket?.descriptor ?? -1 }

  init(_ socket: Socket) { self.socket = socket }
  deinit { close() }

  func close() {
    socket?.close()
    socket = nil
  }

  /// The descriptor; the caller must close it.
  func release() -> Int32 {
    let descriptor = descriptor
    socket = nil
    return descriptor
  }
}

extension Experiment {
  /// Whether its servers listen on UNIX sockets, which need a folder.
  var needsFolder: Bool {
    guard needsServer, case .echo(let echo) = workload.asked.ofBystanders else { return false }
    return echo.transport == .unix
  }
}
