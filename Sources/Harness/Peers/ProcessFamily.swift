import Glibc
import Measurement
import Plan
import Records
import SystemCalls

/// A process with all that it has started, as /proc tells of them from outside: proc(5). Its processor time is exact to the
/// nanosecond, but for children that have ended, whose time is known in clock ticks.
struct ProcessFamily {
  private let heads: Set<pid_t>
  /// Those that were there at the last look.
  private(set) var members: [pid_t]

  /// - Parameter heads: the processes; members of their groups belong to the family, too, also where a parent has ended.
  init(of heads: Set<pid_t>) {
    self.heads = heads
    members = Self.members(of: heads)
  }

  /// Whether there is any process of which it could tell.
  var isKnown: Bool { !heads.isEmpty }

  /// What the family has used so far, and has now.
  struct Reading {
    /// When the processor time of those that were known was read.
    var at: Instant
    fileprivate(set) var usage = ResourceUsage.zero

    init(at: Instant) { self.at = at }

    /// By thread: voluntary and involuntary ones; nil where there are too many threads to ask each of them.
    fileprivate var switches: [pid_t: (voluntary: UInt64, involuntary: UInt64)]? = [:]
    fileprivate(set) var threads: Int?
    fileprivate(set) var descriptors: Int?
    fileprivate(set) var memoryPeak: UInt64?
    fileprivate(set) var memory: UInt64?
  }

  /// The processor time of those that are known: takes some microseconds for each.
  func readTimes() -> Reading {
    var reading = Reading(at: MonotonicClock.now)
    for process in members { reading.addTime(of: process) }
    return reading
  }

  /// Looks at the rest of what a reading has: switches, threads, descriptors and memory.
  func readDetails(into reading: inout Reading) {
    for process in members { reading.addDetails(of: process) }
  }

  /// Looks for processes that have been started since the last look, and adds their time to a reading: all of it.
  mutating func readNewMembers(into reading: inout Reading) {
    let known = Set(members)
    members = Self.members(of: heads)
    for process in members where !known.contains(process) { reading.addTime(of: process) }
  }

  /// The heads that still run, their descendants, and what else is in the groups of the heads.
  private static func members(of heads: Set<pid_t>) -> [pid_t] {
    var statuses: [pid_t: ProcessStatus] = [:]
    for process in FileSystem.entries(of: "/proc").compactMap({ pid_t($0) }) {
      statuses[process] = ProcFile.text(of: "/proc/\(process)/stat").flatMap { ProcessStatus($0) }
    }
    func belongs(_ process: pid_t) -> Bool {
      var process = process
      // A chain of parents that was read while it changed may have no end.
      for _ in 0..<statuses.count {
        if heads.contains(process) { return true }
        guard let status = statuses[process] else { return false }
        if heads.contains(status.group) { return true }
        guard status.parent > 0 else { return false }
        process = status.parent
      }
      return false
    }
    return statuses.keys.filter(belongs).sorted()
  }

  /// SIGKILL to all of it, also to those that were of it at the last look, and have become somebody else's.
  func kill() {
    for process in Set(members + Self.members(of: heads)) where process != getpid() { _ = Glibc.kill(process, SIGKILL) }
  }
}

extension ProcessFamily.Reading {
  /// More threads than this are not asked for their switches, one by one.
  private static let mostThreads = 512

  private static let tick = UInt64(1_000_000_000 / sysconf(Int32(_SC_CLK_TCK)))

  fileprivate mutating func addTime(of process: pid_t) {
    let time = ResourceUsage.processorTime(of: process)
    guard let status = ProcFile.text(of: "/proc/\(process)/stat").flatMap({ ProcessStatus($0) }) else { return }
    let ofChildren = Nanoseconds(status.ticksOfChildren * Self.tick)
    usage.cpuTime = usage.cpuTime + (time ?? Nanoseconds(status.ticks * Self.tick)) + ofChildren
    usage.userTime = usage.userTime + Nanoseconds(status.userTicks * Self.tick) + ofChildren
    usage.systemTime = usage.systemTime + Nanoseconds(status.systemTicks * Self.tick)
  }

  fileprivate mutating func addDetails(of process: pid_t) {
    let folder = "/proc/\(process)"
    guard let status = ProcFile.text(of: "\(folder)/status") else { return }
    func add(_ value: UInt64?, to sum: inout UInt64?) { if let value { sum = (sum ?? 0) + value } }
    add(MachineText.memory("VmHWM:", in: status), to: &memoryPeak)
    add(MachineText.memory("VmRSS:", in: status), to: &memory)
    let tasks = FileSystem.entries(of: "\(folder)/task").compactMap { pid_t($0) }
    threads = (threads ?? 0) + tasks.count
    let open = FileSystem.entries(of: "\(folder)/fd").count - 2
    if open > 0 { descriptors = (descriptors ?? 0) + open }
    guard (switches?.count ?? .max) + tasks.count <= Self.mostThreads else {
      switches = nil
      return
    }
    for task in tasks {
      guard let text = ProcFile.text(of: "\(folder)/task/\(task)/status"),
        let voluntary = Self.field("voluntary_ctxt_switches:", of: text),
        let involuntary = Self.field("nonvoluntary_ctxt_switches:", of: text)
      else { continue }
      switches?[task] = (voluntary, involuntary)
    }
  }

  private static func field(_ name: String, of status: String) -> UInt64? {
    guard let line = status.split(separator: "\n").first(where: { $0.hasPrefix(name) }) else { return nil }
    return line.dropFirst(name.count).split(whereSeparator: \.isWhitespace).first.flatMap { UInt64($0) }
  }

  /// Takes the rest from a reading that has no times.
  mutating func take(detailsOf other: Self?) {
    guard let other else { return }
    (switches, threads, descriptors) = (other.switches, other.threads, other.descriptors)
    (memoryPeak, memory) = (other.memoryPeak, other.memory)
  }

  /// What was used between two readings, and the peaks of both.
  func since(_ earlier: Self) -> ProcessUsage {
    var used = ProcessUsage(usage.since(earlier.usage))
    used.directCalls = nil
    (used.voluntarySwitches, used.involuntarySwitches) = (nil, nil)
    // What a thread that has ended had waited for is lost.
    if let switches, let before = earlier.switches, before.keys.allSatisfy({ switches[$0] != nil }) {
      used.voluntarySwitches = switches.reduce(0) { $0 + $1.value.voluntary - (before[$1.key]?.voluntary ?? 0) }
      used.involuntarySwitches = switches.reduce(0) { $0 + $1.value.involuntary - (before[$1.key]?.involuntary ?? 0) }
    }
    used.threadsPeak = [earlier.threads, threads].compactMap { $0 }.max()
    used.descriptorsPeak = [earlier.descriptors, descriptors].compactMap { $0 }.max()
    used.memoryPeak = memoryPeak ?? earlier.memoryPeak
    used.memory = memory
    return used
  }
}
