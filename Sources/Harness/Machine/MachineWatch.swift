import Foundation
import Glibc
import Measurement
import Records
import SystemCalls

/// Measures how others disturb a machine during a trial: from before its first process starts until its last one has
/// been waited for.
struct MachineWatch {
  private struct Reading {
    var at = MonotonicClock.now
    var stolen = ProcFile.stolenTime
    var processes: ProcessTable
    var processors: ProcessorTimes?
    var quota: QuotaUsage?

    init(_ processors: [Int], _ targets: () -> Set<pid_t>, _ group: ControlGroup) {
      processes = ProcessTable(with: targets())
      self.processors = MachineFacts.processorTimes(of: processors)
      quota = group.quotaUsage(MachineFacts.line)
    }
  }

  private let processors: [Int]
  private let targets: @Sendable () -> Set<pid_t>
  private let group: ControlGroup
  private let before: Reading

  /// - Parameters:
  ///   - processors: the trial's processors.
  ///   - targets: the processes of the trial that do not belong to this one; asked for at the beginning and at the end.
  init(_ processors: [Int], targets: @escaping @Sendable () -> Set<pid_t> = { [] }) {
    self.processors = processors
    self.targets = targets
    group = ControlGroup(ProcFile.text(of: "/proc/self/cgroup") ?? "", controller: "cpu")
    before = Reading(processors, targets, group)
  }

  /// The disturbances since the watch began.
  func finish() -> MachineUsage {
    let after = Reading(processors, targets, group)
    var usage = MachineUsage(steal: after.stolen.flatMap { now in before.stolen.map { now - min($0, now) } })
    usage.watched = after.at.since(before.at).count
    let used = after.processes.since(before.processes)
    if let now = after.processors, let then = before.processors {
      usage.foreign =
        ForeignLoad(
          used: used.others, own: used.family, processors: now.since(then)
        ).time
    } else {
      usage.foreign = used.others
    }
    if let now = after.quota, let then = before.quota {
      usage.throttled = now.throttled - min(then.throttled, now.throttled)
      usage.throttledPeriods = now.periods - min(then.periods, now.periods)
    }
    return usage
  }
}

/// The CPU time that others used on a trial's processors.
///
/// It combines two sources. The process table knows others' CPU time to the nanosecond, but not on which processors,
/// and it misses other PID namespaces. /proc/stat knows the processor, but only samples: at each tick it counts
/// whatever runs. A share *u* of *n* ticks is thus known within √(*n u* (1 − *u*)) ticks. The table's value is used as
/// far as the samples allow it, at four standard deviations.
struct ForeignLoad {
  /// Nanoseconds.
  let time: UInt64

  /// - Parameters:
  ///   - used: CPU time of all others on any processor, in nanoseconds.
  ///   - own: CPU time of the trial's processes, in nanoseconds.
  ///   - processors: the times of the trial's processors.
  init(used: UInt64, own: UInt64, processors: ProcessorTimes) {
    let tick = 1e9 / Double(sysconf(Int32(_SC_CLK_TCK)))
    let total = processors.busy + processors.idle + processors.stolen
    let share = total > 0 ? processors.busy / total : 0
    // No kernel samples less often than once per tick shown. Both readings are also truncated to whole ticks.
    let noise = 4 * (total * share * (1 - share)).squareRoot() + 2
    // Interrupts may serve the trial or others.
    let least = max(0, (processors.busy - processors.interrupts - noise) * tick - Double(own))
    let most = max(0, (processors.busy + noise) * tick - Double(own))
    time = UInt64(min(max(Double(used), least), most))
  }
}

/// How often and how long a control group's quota has kept it from running since it was created.
struct QuotaUsage: Equatable, Sendable {
  var periods: UInt64
  /// Nanoseconds.
  var throttled: UInt64

  /// - Parameter text: cpu.stat of cgroups v2 (`throttled_usec`) or v1 (`throttled_time`, in nanoseconds).
  init?(_ text: String) {
    let lines = text.split(separator: "\n").map { $0.split(separator: " ") }
    let values = Dictionary(
      lines.filter { $0.count == 2 }.compactMap { line in UInt64(line[1]).map { (line[0], $0) } }
    ) { first, _ in first }
    guard let periods = values["nr_throttled"] else { return nil }
    guard let time = values["throttled_time"] ?? values["throttled_usec"].map({ $0 &* 1000 }) else { return nil }
    self.periods = periods
    throttled = time
  }

  init(periods: UInt64, throttled: UInt64) {
    self.periods = periods
    self.throttled = throttled
  }
}

extension ControlGroup {
  /// The sum over the group and those above it, each of which may have a quota. Nil if none has one.
  func quotaUsage(_ read: (String) -> String?) -> QuotaUsage? {
    let usages = folders.compactMap { read($0 + "/cpu.stat").flatMap { QuotaUsage($0) } }
    guard !usages.isEmpty else { return nil }
    return usages.reduce(QuotaUsage(periods: 0, throttled: 0)) {
      QuotaUsage(periods: $0.periods + $1.periods, throttled: $0.throttled + $1.throttled)
    }
  }
}
