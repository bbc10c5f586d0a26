import Foundation
import Glibc
import Measurement
import SystemCalls

/// A line of /proc/PID/stat, proc(5): the process's identity and its CPU time.
struct ProcessStatus: Equatable, Sendable {
  var parent: pid_t
  var group: pid_t
  var isKernelThread: Bool
  /// Its own CPU time, in clock ticks.
  var userTicks: UInt64
  var systemTicks: UInt64
  var ticks: UInt64 { userTicks + systemTicks }
  /// The CPU time of its ended children, in clock ticks.
  var ticksOfChildren: UInt64

  /// - Parameter text: the line; the process's name in it may contain parentheses and spaces.
  init?(_ text: String) {
    guard let end = text.lastIndex(of: ")") else { return nil }
    let fields = text[text.index(after: end)...].split(whereSeparator: \.isWhitespace)
    guard fields.count >= 15, let parent = pid_t(fields[1]), let group = pid_t(fields[2]),
      let flags = UInt64(fields[6])
    else { return nil }
    // Fields 14 to 17: utime, stime, cutime, cstime.
    let times = fields[11..<15].compactMap { UInt64($0) }
    guard times.count == 4 else { return nil }
    self.parent = parent
    self.group = group
    // PF_KTHREAD, linux/sched.h.
    isKernelThread = flags & 0x0020_0000 != 0
    (userTicks, systemTicks) = (times[0], times[1])
    ticksOfChildren = times[2] + times[3]
  }
}

/// The CPU time of a family of processes, and of all others, at an instant.
///
/// A process that ends leaves its time to the parent that waits for it. So the sum lacks only processes without such a
/// parent, and those outside of this process's PID namespace (pid_namespaces(7)). Kernel threads are left out: on an
/// otherwise quiet machine, they work for the trial.
struct ProcessTable: Sendable {
  /// The time of the reading process and its descendants, in nanoseconds.
  private(set) var family = ResourceUsage.processorTimeOfFamily.count
  /// The time of all other processes, in nanoseconds.
  private(set) var others: UInt64 = 0

  /// - Parameter members: further processes that belong to the family, with their descendants.
  init(with members: Set<pid_t> = []) {
    let head = getpid()
    let heads = members.union([head])
    var statuses: [pid_t: ProcessStatus] = [:]
    for process in FileSystem.entries(of: "/proc").compactMap({ pid_t($0) }) {
      statuses[process] = ProcFile.text(of: "/proc/\(process)/stat").flatMap { ProcessStatus($0) }
    }
    let tick = UInt64(1_000_000_000 / sysconf(Int32(_SC_CLK_TCK)))
    for (process, status) in statuses where !status.isKernelThread && process != head {
      let own = ResourceUsage.processorTime(of: process)?.count ?? status.ticks * tick
      let time = own + status.ticksOfChildren * tick
      if Self.isOfFamily(process, heads, statuses) { family += time } else { others += time }
    }
  }

  private static func isOfFamily(_ process: pid_t, _ heads: Set<pid_t>, _ statuses: [pid_t: ProcessStatus]) -> Bool {
    var process = process
    // Processes may change while they are read, so the chain of parents may be a cycle.
    for _ in 0..<statuses.count {
      if heads.contains(process) { return true }
      guard let parent = statuses[process]?.parent, parent > 0 else { return false }
      process = parent
    }
    return false
  }

  /// The time since an earlier table, including that of new processes.
  func since(_ earlier: ProcessTable) -> ProcessTable {
    var table = self
    table.family -= min(family, earlier.family)
    table.others -= min(others, earlier.others)
    return table
  }
}
