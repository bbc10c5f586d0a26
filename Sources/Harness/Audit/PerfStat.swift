import Foundation
import Records

/// The command line and the output of perf-stat(1).
enum PerfStat {
  private static let total = "raw_syscalls:sys_enter"
  private static let switches = "sched:sched_switch"
  private static let named = "syscalls:sys_enter_"

  /// System calls for waiting and its bookkeeping, counted by name.
  private static let names = [
    "accept4", "clock_nanosleep", "close", "connect", "epoll_ctl", "epoll_pwait", "epoll_pwait2", "epoll_wait",
    "futex", "getpid", "io_uring_enter", "madvise", "mmap", "mprotect", "mremap", "munmap", "poll", "ppoll", "pread64",
    "pwrite64", "read",
    "recvfrom", "sched_yield", "sendto", "setsockopt", "shutdown", "socket", "timerfd_settime", "write",
  ]

  /// The harness's own threads, which do not belong to a mode.
  private static let ownThreads = ["monitor", "parent", "control"]

  /// The arguments before the process. Counters are off until `enable` arrives on standard input; standard output
  /// acknowledges it.
  static func arguments(probes: [String]) -> [String] {
    let known = names.filter { name in
      ["/sys/kernel/tracing", "/sys/kernel/debug/tracing"].contains {
        FileManager.default.fileExists(atPath: "\($0)/events/syscalls/sys_enter_\(name)")
      }
    }
    return ["stat", "-x", ",", "-D", "-1", "--control", "fd:0,1"]
      + counted([total] + known.map { named + $0 } + probes, besides: "comm")
      + counted([switches], besides: "prev_comm")
  }

  private static func counted(_ events: [String], besides field: String) -> [String] {
    let filter = ownThreads.map { "\(field) != \"\($0)\"" }.joined(separator: " && ")
    return events.flatMap { ["-e", $0, "--filter", filter] }
  }

  /// Whether the line acknowledges that the counters are on.
  static func hasBegun(_ line: String) -> Bool { line.hasSuffix("ack") }

  /// Parses the rows, `VALUE,UNIT,EVENT,…`. Events that were not counted are absent.
  static func counts(_ lines: [String], probes: [String]) -> TrialRecord.Counts {
    var values: [String: UInt64] = [:]
    for line in lines {
      // A zero byte follows the acknowledgement's line, and so precedes the first row.
      let fields = line.drop { $0 == "\0" }.split(separator: ",", omittingEmptySubsequences: false)
      if fields.count > 2, let value = UInt64(fields[0]) { values[String(fields[2])] = value }
    }
    let allocations = probes.compactMap { values[$0] }
    let byName = Dictionary(
      uniqueKeysWithValues: values.filter { $0.key.hasPrefix(named) && $0.value > 0 }.map {
        (String($0.key.dropFirst(named.count)), $0.value)
      })
    return TrialRecord.Counts(
      syscalls: values[total], switches: values[switches],
      allocations: probes.isEmpty || allocations.count < probes.count ? nil : allocations.reduce(0, +),
      byName: byName.isEmpty ? nil : byName)
  }
}
