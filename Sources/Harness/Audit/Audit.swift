import Measurement
import Records
import SystemCalls

/// An audit tool attached to one process. It ends with the last reference at the latest.
final class AuditCounter {
  private let tool: AuditTool
  private let process: ChildProcess
  private let watched: ChildProcess

  /// Attaches the tool and returns once it counts; nil if it cannot.
  init?(by tool: AuditTool, on watched: ChildProcess) throws(HarnessFailure) {
    guard let process = try? ChildProcess(tool.path, tool.arguments(for: watched.identifier), takesErrors: true) else {
      return nil
    }
    self.tool = tool
    self.process = process
    self.watched = watched
    if tool.kind == .perf { process.send("enable") }
    while let line = try TrialRunner.await(process, patience: .seconds(10), idle: {}) {
      switch tool.kind {
      case .perf: if PerfStat.hasBegun(line) { return }
      case .strace: if StraceSummary.hasBegun(line) { return }
      }
    }
    return nil
  }

  /// The counts, once the process has ended; nil if the tool reports none.
  func finish(idle: () -> Void) throws(HarnessFailure) -> TrialRecord.Counts? {
    while try TrialRunner.await(watched, patience: .seconds(10), idle: idle) != nil {}
    if tool.kind == .perf { process.interrupt() }
    var lines: [String] = []
    while let line = try TrialRunner.await(process, patience: .seconds(10), idle: idle) { lines.append(line) }
    switch tool.kind {
    case .perf: return PerfStat.counts(lines, probes: tool.probes?.events ?? [])
    case .strace: return StraceSummary.counts(lines)
    }
  }
}

/// The audit of one trial's processes.
struct Audit {
  private let tool: AuditTool.Kind
  private let client: AuditCounter
  private let server: AuditCounter?

  /// Attaches to all processes and returns once the tools count; nil if they cannot.
  init?(by tool: AuditTool, client: ChildProcess, server: ChildProcess?) throws(HarnessFailure) {
    self.tool = tool.kind
    guard let counter = try AuditCounter(by: tool, on: client) else { return nil }
    self.client = counter
    guard let server else {
      self.server = nil
      return
    }
    guard let counter = try AuditCounter(by: tool, on: server) else { return nil }
    self.server = counter
  }

  /// The counts, once client and server have sent their results.
  func finish(_ partial: PartialRecord, idle: () -> Void) throws(HarnessFailure) -> TrialRecord.Audit {
    var audit = TrialRecord.Audit(tool: tool.rawValue)
    audit.operations = partial.operations.done.map { $0 + partial.operations.failedInAll }
    audit.client = try client.finish(idle: idle)
    audit.server = try server?.finish(idle: idle)
    return audit
  }
}
