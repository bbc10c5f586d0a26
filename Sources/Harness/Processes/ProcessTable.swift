import Foundation
import Glibc
import Measurement
import SystemCalls

/// A line of /proc/PID/stat, proc(5), as far as it says who a process is and what it has used.
struct ProcessStatus: Equatable, Sendable {
  var parent: pid_t
  var group: pid_t
  var isKernelThread: Bool
  /// Its own processor time; in clock ticks.
  var userTicks: UInt64
  var systemTicks: UInt64
  var ticks: UInt64 { userTicks + systemTicks }
  /// That of its children that have ended and been waited for; in clock ticks.
  var ticksOfChildren: UInt64

  /// - Parameter text: whatever the process is called, which may have parentheses and spaces in it.
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

/// The processor time of a family of processes, and of all others, at an instant.
///
/// A process that ends and is waited for leaves its time to its parent, so that the sum loses only what had no parent to
/// wait for it, and what runs outside of this process's PID namespace (pid_namespaces(7)). Threads of the kernel are left
/// out: on an otherwise quiet machine what they do is on behalf of the trial.
struct ProcessTable: Sendable {
  /// Of the process that it is read in, and of its descendants; in nanoseconds.
  private(set) var family = ResourceUsage.processorTimeOfFamily.count
  /// Of all others; in nanoseconds.
  private(set) var others: UInt64 = 0

  /// - Parameter members: processes that are of the family, too, with their descendants.
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
    // A chain of parents that was read while it changed may have no end.
    for _ in 0..<statuses.count {
      if heads.contains(process) { return true }
      guard let parent = statuses[process]?.parent, parent > 0 else { return false }
      process = parent
    }
    return false
  }

  /// What has been used since, by processes that were not there then as well.
  func since(_ earlier: ProcessTable) -> ProcessTable {
    var table = self
    table.family -= min(family, earlier.family)
    table.others -= min(others, earlier.others)
    return table
  }
}
