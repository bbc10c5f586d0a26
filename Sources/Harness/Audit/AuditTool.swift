import Foundation
import Glibc
import Measurement
import SystemCalls

/// A program that counts a process's system calls from outside: perf-stat(1), or strace(1) if perf is not permitted.
struct AuditTool: Sendable {
  enum Kind: String, Sendable { case perf, strace }

  let kind: Kind
  let path: String
  /// Present if perf may set probes. They are removed with the last reference.
  let probes: AllocationProbes?

  /// Finds perf or else strace; each is tried on a process that does nothing.
  static func find() throws(HarnessFailure) -> AuditTool {
    // No signal may end this process before the probes are removed.
    Interruption.watch()
    let (perf, strace) = (programPath("perf"), programPath("strace"))
    if let perf {
      for probes in [AllocationProbes(perf: perf), nil] {
        let tool = AuditTool(kind: .perf, path: perf, probes: probes)
        if try tool.works() { return tool }
      }
    }
    if let strace {
      let tool = AuditTool(kind: .strace, path: strace, probes: nil)
      if try tool.works() { return tool }
    }
    let found = [perf, strace].compactMap { $0 }
    throw HarnessFailure(
      found.isEmpty
        ? "an audit needs perf or strace, and neither is on PATH; install linux-perf or strace"
        : "an audit needs perf or strace, but \(found.joined(separator: " and ")) may not count here; run as root, "
          + "or allow it (sysctl -w kernel.perf_event_paranoid=-1, or kernel.yama.ptrace_scope=0 for strace)")
  }

  func arguments(for processes: [pid_t]) -> [String] {
    let list = processes.map { "\($0)" }.joined(separator: ",")
    switch kind {
    case .perf: return PerfStat.arguments(probes: probes?.events ?? []) + ["-p", list]
    case .strace: return ["-f", "-c", "-p", list]
    }
  }

  /// Why a trial that was to be counted is not.
  var failure: String { "audit: \(kind.rawValue) could not attach" }

  private static func programPath(_ name: String) -> String? {
    let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
    return folders.map { "\($0)/\(name)" }.first { access($0, X_OK) == 0 }
  }

  /// Whether the tool can count a client that receives no plan.
  private func works() throws(HarnessFailure) -> Bool {
    guard let child = try? ChildProcess(TrialRunner.program, [Children.clientCommand]),
      let counter = try AuditCounter(by: self, on: [child.identifier])
    else { return false }
    child.closeInput()
    return try counter.finish(after: child, idle: {})?.syscalls ?? 0 > 0
  }
}

/// Probes on libc's allocation functions: perf-probe(1). The name of their group contains this process's number.
final class AllocationProbes: Sendable {
  private static let functions = ["malloc", "calloc", "realloc", "posix_memalign", "aligned_alloc"]
  private let perf: String
  private let library: String
  private let group = "iomodes_\(getpid())"

  var events: [String] { Self.functions.map { "\(group):\($0)" } }

  /// Nil if the probes cannot be set.
  init?(perf: String) {
    guard let library = Self.library else { return nil }
    self.perf = perf
    self.library = library
    removeOrphans()
    let added = Self.functions.flatMap { ["--add", "\(group):\($0)=\($0)"] }
    guard run(["-q", "-x", library] + added) else { return nil }
  }

  deinit { run(["-q", "-d", "\(group):*"]) }

  /// Whether any of the processes has loaded the library: what allocates by other means has none to count.
  func areOf(anyOf processes: [pid_t]) -> Bool {
    processes.contains { ProcFile.text(of: "/proc/\($0)/maps")?.contains(library) ?? false }
  }

  /// Removes probes left by a harness that was killed.
  private func removeOrphans() {
    let events = (try? String(contentsOfFile: "/sys/kernel/tracing/uprobe_events", encoding: .utf8)) ?? ""
    // p:iomodes_1234/malloc /usr/lib/libc.so.6:0x98930
    for owner in Set(events.matches(of: /p:iomodes_(\d+)\//).compactMap { pid_t($0.1) }) where !isAlive(owner) {
      run(["-q", "-d", "iomodes_\(owner):*"])
    }
  }

  private func isAlive(_ identifier: pid_t) -> Bool { kill(identifier, 0) == 0 || errno != ESRCH }

  /// The libc loaded by this process, and therefore by its children.
  private static var library: String? {
    let maps = (try? String(contentsOfFile: "/proc/self/maps", encoding: .utf8)) ?? ""
    return maps.split(separator: "\n").lazy.compactMap { $0.split(separator: " ").last }.first {
      $0.hasSuffix("/libc.so.6")
    }.map(String.init)
  }

  @discardableResult
  private func run(_ arguments: [String]) -> Bool {
    (try? ChildProcess(perf, ["probe"] + arguments, takesErrors: true))?.wait() == .exited(0)
  }
}
