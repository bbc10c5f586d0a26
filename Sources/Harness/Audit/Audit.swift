import Glibc
import Measurement
import Records
import SystemCalls

/// An audit tool attached to some processes. It ends with the last reference at the latest.
final class AuditCounter {
  private let tool: AuditTool
  private let process: ChildProcess
  /// Whether the functions that are probed are those of the processes.
  private let hasProbes: Bool

  /// Attaches the tool and returns once it counts; nil if it cannot.
  /// - Parameter watched: the processes, with all that they start from now on.
  init?(by tool: AuditTool, on watched: [pid_t]) throws(HarnessFailure) {
    guard !watched.isEmpty,
      let process = try? ChildProcess(tool.path, tool.arguments(for: watched), takesErrors: true)
    else { return nil }
    self.tool = tool
    self.process = process
    if tool.kind == .perf { process.send("enable") }
    guard try Self.hasBegun(process, tool.kind) else { return nil }
    // A process that was only just started has loaded its libraries by now.
    hasProbes = tool.probes?.areOf(anyOf: watched) ?? false
  }

  private static func hasBegun(_ process: ChildProcess, _ kind: AuditTool.Kind) throws(HarnessFailure) -> Bool {
    while let line = try TrialRunner.await(process, patience: .seconds(10), idle: {}) {
      switch kind {
      case .perf: if PerfStat.hasBegun(line) { return true }
      case .strace: if StraceSummary.hasBegun(line) { return true }
      }
    }
    return false
  }

  /// The counts, once the process that is watched alone has ended; nil if the tool reports none.
  func finish(after watched: ChildProcess, idle: () -> Void) throws(HarnessFailure) -> TrialRecord.Counts? {
    while try TrialRunner.await(watched, patience: .seconds(10), idle: idle) != nil {}
    // strace ends with it.
    if tool.kind == .perf { process.interrupt() }
    return try counts(idle)
  }

  /// The counts so far of processes that go on; nil if the tool reports none.
  func stop(idle: () -> Void) throws(HarnessFailure) -> TrialRecord.Counts? {
    process.interrupt()
    return try counts(idle)
  }

  private func counts(_ idle: () -> Void) throws(HarnessFailure) -> TrialRecord.Counts? {
    var lines: [String] = []
    while let line = try TrialRunner.await(process, patience: .seconds(10), idle: idle) { lines.append(line) }
    switch tool.kind {
    case .perf: return PerfStat.counts(lines, probes: hasProbes ? tool.probes?.events ?? [] : [])
    case .strace: return StraceSummary.counts(lines)
    }
  }
}

/// The audit of one trial's processes.
struct Audit {
  /// Who is counted.
  enum Subject {
    /// A child of this program, until it ends.
    case child(ChildProcess)
    /// Other programs, until they are told to stop, or the operations are done.
    case others([pid_t])

    var processes: [pid_t] {
      switch self {
      case .child(let child): [child.identifier]
      case .others(let processes): processes
      }
    }
  }

  private let tool: AuditTool.Kind
  private let client: (subject: Subject, counter: AuditCounter)
  private let server: (subject: Subject, counter: AuditCounter)?
  private var ofClient: TrialRecord.Counts?

  /// Attaches to all processes and returns once the tools count; nil if they cannot.
  init?(by tool: AuditTool, client: Subject, server: Subject?) throws(HarnessFailure) {
    self.tool = tool.kind
    guard let counter = try AuditCounter(by: tool, on: client.processes) else { return nil }
    self.client = (client, counter)
    guard let server, !server.processes.isEmpty else {
      self.server = nil
      return
    }
    guard let counter = try AuditCounter(by: tool, on: server.processes) else { return nil }
    self.server = (server, counter)
  }

  /// The client is another program, and has done its operations: what it does from now on is not counted.
  mutating func stopClient(idle: () -> Void) throws(HarnessFailure) {
    ofClient = try client.counter.stop(idle: idle)
  }

  /// The counts, once client and server have sent their results.
  func finish(_ partial: PartialRecord, idle: () -> Void) throws(HarnessFailure) -> TrialRecord.Audit {
    var audit = TrialRecord.Audit(tool: tool.rawValue)
    audit.operations = partial.operations.done.map { $0 + partial.operations.failedInAll }
    func counts(
      _ side: (subject: Subject, counter: AuditCounter)
    ) throws(HarnessFailure) -> TrialRecord.Counts? {
      switch side.subject {
      case .child(let child): try side.counter.finish(after: child, idle: idle)
      case .others: try side.counter.stop(idle: idle)
      }
    }
    if let ofClient { audit.client = ofClient } else { audit.client = try counts(client) }
    if let server { audit.server = try counts(server) }
    return audit
  }
}
