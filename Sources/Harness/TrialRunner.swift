import Foundation
import Glibc
import Measurement
import Modes
import Records
import SystemCalls
import Workloads

/// Carries out one trial after another, each in fresh processes.
struct TrialRunner {
  let processors: Processors
  /// Addresses of the targets of each experiment that names targets, by experiment.
  let targets: [String: [String]]
  /// The run's folder.
  let folder: RunFolder
  let files: DataFiles
  /// Where operations are work for a processor.
  var calibration: RunRecord.Calibration?
  /// What counts in audits, if there are any.
  var auditTool: AuditTool?

  /// What a trial came to.
  enum Result {
    case measured(PartialRecord, server: ProcessUsage?, steal: UInt64?)
    /// Counted from outside, and what the harness's own server says that it has answered.
    case audited(PartialRecord, served: UInt64?, TrialRecord.Audit)
    /// Something broke that is not an answer of the server: why.
    case failed(String)
  }

  /// - Parameters:
  ///   - stall: stops the own server for a while.
  ///   - idle: called again and again while the trial runs.
  func run(_ plan: TrialPlan, stall: ServerStall? = nil, idle: () -> Void) throws(HarnessFailure) -> Result {
    let workload = plan.experiment.workload
    let folder = TemporaryFolder()
    var spec = plan.spec(endpoints: targets[plan.experiment.name] ?? [], isOwnServer: workload.needsServer)
    if let file = workload.file { spec.file = try files.make(for: file) }
    spec.iterations = work(of: plan)?.iterations
    var server: ChildProcess?
    var control: (client: Int32, server: Int32)?
    defer {
      for end in [control?.client, control?.server].compactMap({ $0 }) { Glibc.close(end) }
    }
    if workload.needsServer && plan.mode != .null {
      control = try Self.controlPair()
      let started = try start(
        serverFor: workload.asked, in: workload.isServe ? plan.mode : .epoll, lanes: plan.lanes, folder, control!.server
      )
      server = started.child
      spec.endpoints = [started.address]
    }
    let replies = plan.gathersReplies && !plan.isAudit ? try repliesPath(plan) : nil
    let client = try Self.spawn(Children.clientCommand, on: processors.client, control: control?.client)
    if let ends = control {
      Glibc.close(ends.client)
      Glibc.close(ends.server)
      control = nil
    }
    var audit: Audit?
    if plan.isAudit, let auditTool {
      guard let attached = try Audit(by: auditTool, client: client, server: server) else {
        return .failed("audit: \(auditTool.kind.rawValue) could not attach")
      }
      audit = attached
    }
    let stealBefore = ProcFile.stolenTime
    let clientPlan = ClientPlan(spec: spec, cpus: processors.client, hasControl: server != nil, replies: replies)
    client.send(Self.json(clientPlan))
    let started = MonotonicClock.now
    let line = try Self.await(client, patience: plan.patience(deadline: spec.deadline)) {
      if let server { stall?.carryOut(on: server, since: started) }
      idle()
    }
    let steal = ProcFile.stolenTime.flatMap { after in stealBefore.map { after - $0 } }
    guard let line else { return .failed("client: \(Self.verdict(client))") }
    if let failure: ChildFailure = Self.decode(line) { return .failed("client: \(failure.error)") }
    guard let partial: PartialRecord = Self.decode(line) else { return .failed("client: its record could not be read") }
    guard let server else {
      if let audit { return .audited(partial, served: nil, try audit.finish(partial, idle: idle)) }
      return .measured(partial, server: nil, steal: steal)
    }
    server.send("report")
    guard let report = try Self.await(server, patience: .seconds(10), idle: idle),
      let answer: ServerReport = Self.decode(report)
    else { return .failed("server: \(Self.verdict(server))") }
    if let audit { return .audited(partial, served: answer.doneInAll, try audit.finish(partial, idle: idle)) }
    var usage = answer.usage
    // To a trial of a number of operations belongs all that its server has done, also what it had sent, and not yet
    // counted, when the client closed the window.
    if spec.operations != nil && spec.warmup == .zero {
      usage.operationsDone = answer.doneInAll
      usage.faults = answer.faultsInAll
    }
    if workload.faults == nil { usage.faults = nil }
    usage.edgeLag = partial.window?.lag(openRead: answer.openRead, closeRead: answer.closeRead)
    return .measured(partial, server: usage, steal: steal)
  }

  /// What each operation is to a processor; nil where it is nothing.
  func work(of plan: TrialPlan) -> TrialRecord.Work? {
    guard case .compute(let spec) = plan.experiment.workload, let calibration else { return nil }
    return TrialRecord.Work(iterations: calibration.iterations(in: spec.work), nominal: spec.work.count)
  }

  /// A server of its own, listening.
  private func start(
    serverFor workload: WorkloadSpec, in mode: ModeID, lanes: Int, _ folder: borrowing TemporaryFolder, _ control: Int32
  ) throws(HarnessFailure) -> (child: ChildProcess, address: String) {
    // The loops of a mode divide the slots between them, and the system connections as it likes: each has room for all.
    let capacity = (lanes + Feasibility.spareDescriptors / 2) * processors.server.count
    var plan = ServerPlan(
      kind: .http, mode: mode, address: "127.0.0.1:0", capacity: capacity, limits: .none, cpus: processors.server)
    if case .echo(let echo) = workload {
      plan.kind = .echo
      if echo.transport == .unix { plan.address = "unix:\(try folder.make())/server" }
    }
    let child = try Self.spawn(Children.serverCommand, on: processors.server, control: control)
    child.send(Self.json(plan))
    guard let line = try Self.await(child, patience: .seconds(10), idle: {}) else {
      throw HarnessFailure("the target server did not start: \(Self.verdict(child))")
    }
    if let failure: ChildFailure = Self.decode(line) { throw HarnessFailure(failure.error) }
    guard let greeting: ServerGreeting = Self.decode(line) else {
      throw HarnessFailure("the target server did not say where it listens")
    }
    return (child, greeting.address)
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

  /// This program.
  static var program: String { ProcessControl.executablePath ?? CommandLine.arguments[0] }

  private static func controlPair() throws(HarnessFailure) -> (client: Int32, server: Int32) {
    do throws(Errno) {
      let (client, server) = try Socket.pair(tcp: false, blocking: true)
      return (client.descriptor, server.descriptor)
    } catch {
      throw HarnessFailure("cannot open a control channel: \(error)")
    }
  }

  /// The child is on its processors from its first instruction: Dispatch sizes its pools when it is loaded, before the
  /// child could have read its plan.
  private static func spawn(
    _ command: String, on processors: [Int], control: Int32?
  ) throws(HarnessFailure) -> ChildProcess {
    let own = try? Affinity.current()
    defer { if let own { try? Affinity.set(own) } }
    do throws(Errno) {
      try Affinity.set(processors)
      return try ChildProcess(program, [command], control: control)
    } catch {
      throw HarnessFailure("cannot start a child process: \(error)")
    }
  }

  /// The child's next line; nil where it ended, or had to be ended, without one.
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

  static func verdict(_ child: ChildProcess) -> String { "it ended without an answer (\(child.wait()))" }

  static func json(_ value: some Encodable) -> String {
    (try? JSONEncoder.stable().encode(value)).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
  }

  static func decode<Value: Decodable>(_ line: String) -> Value? {
    try? JSONDecoder().decode(Value.self, from: Data(line.utf8))
  }
}

/// A folder that is made when it is first asked for, and removed in the end.
private struct TemporaryFolder: ~Copyable {
  private let path = FileManager.default.temporaryDirectory.path + "/iomodes-\(UUID().uuidString.prefix(8))"

  func make() throws(HarnessFailure) -> String {
    do {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    } catch {
      throw HarnessFailure(
        "cannot make \(path): \(error.localizedDescription); set TMPDIR to a folder that can be written")
    }
    return path
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }
}

extension TrialPlan {
  var gathersReplies: Bool {
    if case .http(let spec) = experiment.workload { spec.gather } else { false }
  }
}

extension Nanoseconds {
  static func + (a: Nanoseconds, b: Nanoseconds) -> Nanoseconds { Nanoseconds(a.count &+ b.count) }
}
