import Foundation
import Glibc
import Measurement
import Modes
import Plan
import Records
import SystemCalls

/// Runs trials one after another, each in fresh processes.
struct TrialRunner {
  let processors: Processors
  /// The addresses of targets, by experiment.
  let targets: [String: [String]]
  /// The run's folder.
  let folder: RunFolder
  let files: DataFiles
  /// The CPU speed, for workloads that compute.
  var calibration: RunRecord.Calibration?
  /// Modifies a peer's plan; used by checks.
  var tellPeer: (@Sendable (inout PeerPlan) -> Void)?
  /// The hosts of the trials' processes; nil if all are on this machine.
  var cluster: Cluster?
  /// The tool that counts in audits, if there are any.
  var auditTool: AuditTool?

  /// The result of a trial.
  enum Result {
    case measured(PartialRecord, server: ProcessUsage?, machine: MachineUsage, StartTimings? = nil)
    /// The counts from outside, and the number of answers by the built-in server.
    case audited(PartialRecord, served: UInt64?, TrialRecord.Audit)
    /// Why the trial broke, apart from the server's answers.
    case failed(String)
    /// The same, where a process on a host did not start.
    case unstarted(String, host: String)
  }

  /// - Parameters:
  ///   - stop: stops the client or the built-in server for a while.
  ///   - idle: called repeatedly while the trial runs.
  func run(_ plan: TrialPlan, stop: ProcessStop? = nil, idle: () -> Void) throws(HarnessFailure) -> Result {
    if let cluster {
      return try HostTrial(cluster: cluster, plan: plan).run {
        cluster.copies?.renew()
        idle()
      }
    }
    let targets = targets[plan.experiment.name] ?? []
    let contender = Peers.named(plan.mode)?.contender
    let asked = ListeningProcesses.holding(ports: Set(targets.compactMap { (try? SocketAddress(parsing: $0))?.port }))
      .union(contender?.processes ?? [])
    let watch = MachineWatch(Set(processors.client + processors.server).sorted(), targets: { asked })
    // When this returns, all processes of the trial have been waited for.
    let result = try carryOut(plan, stop, idle)
    guard case .measured(let partial, let server, let led, let leading) = result else { return result }
    var machine = watch.finish()
    machine.memory = led.memory
    // If a local target's processes are not visible, their load cannot be told from foreign load.
    if asked.isEmpty, targets.contains(where: { $0.hasPrefix("127.") || $0.hasPrefix("[::1]") }) {
      machine.foreign = nil
    }
    return .measured(partial, server: server, machine: machine, leading)
  }

  private func carryOut(
    _ plan: TrialPlan, _ stop: ProcessStop?, _ idle: () -> Void
  ) throws(HarnessFailure) -> Result {
    let needsServer = plan.experiment.needsServer
    let file = try plan.workload.file.map(files.make(for:))
    let serving = plan.workload.isServe ? Peers.named(plan.mode) : nil
    let scratch = try plan.experiment.needsFolder || serving != nil ? Self.scratchFolder() : nil
    defer { scratch?.remove() }
    let servers: [Server]
    switch try start(serving, plan, scratch) {
    case .started(let started): servers = started
    case .failed(let reason): return .failed("server: \(reason)")
    }
    if let peer = Peers.named(plan.client) {
      let spec = plan.spec(endpoints: servers.map(\.address), isOwnServer: needsServer)
      return try drive(peer, spec, plan, servers, stop, idle)
    }
    let contender = serving?.contender
    let specs = plan.shares.map { share in
      plan.spec(
        share,
        endpoints: servers.isEmpty
          ? targets[plan.experiment.name] ?? [] : [servers[share.process % servers.count].address],
        isOwnServer: needsServer && contender == nil,
        serverProcesses: servers.isEmpty ? nil : servers.compactMap(\.child?.identifier), file: file,
        iterations: work(of: plan)?.iterations, asking: contender)
    }
    let replies = plan.gathersReplies && !plan.isAudit ? try repliesPath(plan) : nil
    var clients: [ChildProcess] = []
    for share in plan.shares {
      let control = servers.isEmpty ? nil : servers[share.process % servers.count].control
      clients.append(try Self.spawn(Children.clientCommand, on: processors.client, control: control?.descriptor))
    }
    for server in servers { server.control.close() }
    var audit: Audit?
    if plan.isAudit, let auditTool {
      audit = try Audit(by: auditTool, client: .child(clients[0]), server: servers.first?.auditSubject)
      if audit == nil { return .failed(auditTool.failure) }
    }
    let group = ClientGroup(
      processes: clients, patience: plan.patience(deadline: specs[0].deadline), holds: plan.experiment.each != nil)
    let begun = MonotonicClock.now
    let around = plan.isLed ? MachineFacts.memory : nil
    for (spec, client) in zip(specs, clients) {
      let clientPlan = ClientPlan(
        spec: spec, cpus: processors.client, hasControl: !servers.isEmpty, replies: replies, isLed: plan.isLed)
      client.send(Self.json(clientPlan))
    }
    let partial: PartialRecord
    let leading: StartTimings?
    let end = try group.follow(from: begun, before: around) {
      stop?.carryOut(client: clients[0], server: servers.first?.child, since: begun)
      idle()
    }
    switch end {
    case .ended(let merged, let led):
      partial = merged
      leading = led
    case .failed(let reason): return .failed("client: \(reason)")
    }
    let machine = MachineUsage(steal: nil, memory: leading?.memory)
    guard !servers.isEmpty else {
      if let audit { return .audited(partial, served: nil, try audit.finish(partial, idle: idle)) }
      return .measured(partial, server: nil, machine: machine, leading)
    }
    switch try report(of: servers, idle) {
    case .failure(let failure): return .failed("server: \(failure.reason)")
    case .success(let answer):
      if let audit {
        return .audited(
          partial, served: servers.first?.child.map { _ in answer.totalDone }, try audit.finish(partial, idle: idle))
      }
      return .measured(
        partial, server: Self.usage(of: answer, beside: partial, specs[0]), machine: machine, leading)
    }
  }

  /// A trial whose client is a peer.
  private func drive(
    _ peer: Peer, _ spec: TrialSpec, _ plan: TrialPlan, _ servers: [Server], _ stop: ProcessStop?, _ idle: () -> Void
  ) throws(HarnessFailure) -> Result {
    let trial = PeerTrial(
      peer: peer, spec: spec, processors: processors.client, controls: servers.map(\.control.descriptor),
      tell: tellPeer, patience: spec.duration == nil ? plan.patience(deadline: spec.deadline) : PeerTrial.writing)
    let begun = MonotonicClock.now
    var client: ChildProcess?
    var audit: Audit?
    let end = try trial.run(
      started: { client = $0 },
      isReady: { () throws(HarnessFailure) in
        guard plan.isAudit, let auditTool, let client else { return nil }
        let family = ProcessFamily(of: [client.identifier])
        audit = try Audit(by: auditTool, client: .others(family.members), server: servers.first?.auditSubject)
        return audit == nil ? auditTool.failure : nil
      }, isDone: { () throws(HarnessFailure) in try audit?.stopClient(idle: idle) },
      idle: {
        stop?.carryOut(client: client, server: servers.first?.child, since: begun)
        idle()
      })
    for server in servers { server.control.close() }
    let machine = MachineUsage(steal: nil)
    guard case .ended(let partial) = end else {
      guard case .failed(let reason) = end else { preconditionFailure("it has ended, or failed") }
      return .failed("client: \(reason)")
    }
    guard !servers.isEmpty else {
      if let audit { return .audited(partial, served: nil, try audit.finish(partial, idle: idle)) }
      return .measured(partial, server: nil, machine: machine)
    }
    switch try report(of: servers, idle) {
    case .failure(let failure): return .failed("server: \(failure.reason)")
    case .success(let answer):
      if let audit { return .audited(partial, served: answer.totalDone, try audit.finish(partial, idle: idle)) }
      return .measured(partial, server: Self.usage(of: answer, beside: partial, spec), machine: machine)
    }
  }

  /// The CPU work of each operation; nil if there is none.
  func work(of plan: TrialPlan) -> TrialRecord.Work? {
    guard case .compute(let spec) = plan.workload, let calibration else { return nil }
    return TrialRecord.Work(iterations: calibration.iterations(in: spec.work), nominal: spec.work.count)
  }

  private static func scratchFolder() throws(HarnessFailure) -> ScratchFolder {
    do throws(Errno) {
      return try ScratchFolder(in: Leftovers.temporary)
    } catch {
      throw HarnessFailure(
        "cannot make a folder in \(Leftovers.temporary): \(error); set TMPDIR to a writable folder")
    }
  }

  private func repliesPath(_ plan: TrialPlan) throws(HarnessFailure) -> String {
    let replies = folder.path + "/replies"
    do {
      try FileManager.default.createDirectory(atPath: replies, withIntermediateDirectories: true)
    } catch {
      throw HarnessFailure("cannot make \(replies): \(error.localizedDescription)")
    }
    let name = "\(plan.number)-\(plan.experiment.name)-\(plan.mode.rawValue)-\(plan.concurrency).jsonl"
    return URL(fileURLWithPath: replies).appendingPathComponent(name).path
  }

  // MARK: Processes

  /// The path of this program.
  static var program: String { ProcessControl.executablePath ?? CommandLine.arguments[0] }

  static func spawn(
    _ command: String, on processors: [Int], control: Int32?
  ) throws(HarnessFailure) -> ChildProcess {
    do throws(Errno) {
      return try Affinity.on(processors) { () throws(Errno) in
        try ChildProcess(program, [command], control: control)
      }
    } catch {
      throw HarnessFailure("cannot start a child process: \(error)")
    }
  }

  /// The child's next line; nil if it ended, or had to be killed, without one.
  static func await(_ child: ChildProcess, patience: Nanoseconds, idle: () -> Void) throws(HarnessFailure)
    -> String?
  {
    let end = MonotonicClock.now + patience
    while MonotonicClock.now < end {
      if let signal = Interruption.signal { throw HarnessFailure(.interrupted(signal), "interrupted") }
      switch child.readLine(timeout: 100) {
      case .text(let line): return line
      case .ended: return nil
      case .nothing: idle()
      }
    }
    child.kill()
    return nil
  }

  /// Why a child has not answered.
  /// - Parameter patience: the time that it had.
  static func verdict(_ child: ChildProcess, after patience: Nanoseconds) -> String {
    let end = child.wait()
    if child.isKilled { return "it did not answer within \(Int(patience.seconds.rounded())) s, and was killed" }
    let suspicion =
      end == .signalled(SIGKILL) ? ", not sent by this program: perhaps the system is out of memory" : ""
    return "it ended without an answer (\(end)\(suspicion))"
  }

  static func json(_ value: some Encodable) -> String {
    (try? JSONEncoder.stable().encode(value)).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
  }

  static func decode<Value: Decodable>(_ line: String) -> Value? {
    try? JSONDecoder().decode(Value.self, from: Data(line.utf8))
  }
}

extension TrialPlan {
  var gathersReplies: Bool {
    if case .http(let spec) = workload { spec.gather } else { false }
  }
}
