import Glibc
import Measurement
import SystemCalls

/// A limit on the number of threads and processes, and how many more it allows.
struct ThreadCeiling: Equatable, Sendable {
  /// The name under which the limit can be raised.
  var name: String
  var room: Int
  /// Whether other processes or mappings use up the limit, too.
  var isShared = true

  /// The limits of the system, the user and the control groups, as far as they are readable.
  static func ofThisMachine() -> [ThreadCeiling] {
    func number(_ path: String) -> Int? { MachineFacts.line(path).flatMap { Int($0) } }
    var ceilings: [ThreadCeiling] = []
    func add(_ name: String, _ limit: Int?, used: Int, per thread: Int = 1) {
      if let limit { ceilings.append(ThreadCeiling(name: name, room: max(0, limit - used) / thread)) }
    }
    let running = MachineFacts.line("/proc/loadavg").flatMap(threads) ?? 0
    add("kernel.threads-max", number("/proc/sys/kernel/threads-max"), used: running)
    add("kernel.pid_max", number("/proc/sys/kernel/pid_max"), used: running)
    // A thread needs two mappings: its stack, and the guard page below it.
    let mappings = ProcFile.text(of: "/proc/self/maps")?.count { $0 == "\n" } ?? 0
    add("vm.max_map_count", number("/proc/sys/vm/max_map_count"), used: mappings, per: 2)
    for folder in ControlGroup(ProcFile.text(of: "/proc/self/cgroup") ?? "", controller: "pids").folders {
      add("the control group's pids.max", number(folder + "/pids.max"), used: number(folder + "/pids.current") ?? 0)
    }
    var limit = rlimit()
    // The limit does not apply to root.
    if geteuid() != 0, getrlimit(__rlimit_resource_t(__RLIMIT_NPROC.rawValue), &limit) == 0, limit.rlim_cur < 1 << 40 {
      add("ulimit -u", Int(limit.rlim_cur), used: threads(of: getuid()))
    }
    return ceilings
  }

  /// Threads of the machine: the fourth field of /proc/loadavg, `3/812`, proc(5).
  private static func threads(_ line: String) -> Int? {
    let fields = line.split(separator: " ")
    return fields.count > 3 ? fields[3].split(separator: "/").last.flatMap { Int($0) } : nil
  }

  /// Threads of all processes of a user, /proc/PID/status.
  private static func threads(of user: uid_t) -> Int {
    FileSystem.entries(of: "/proc").filter { pid_t($0) != nil }.reduce(0) { sum, process in
      let lines = ProcFile.text(of: "/proc/\(process)/status")?.split(separator: "\n") ?? []
      func first(_ field: String) -> Int? {
        lines.first { $0.hasPrefix(field) }?.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int($0) }
      }
      return first("Uid:") == Int(user) ? sum + (first("Threads:") ?? 1) : sum
    }
  }
}
