import Glibc
import Measurement
import Plan
import Records
import SystemCalls

/// A process with all its descendants, read from outside in /proc: proc(5). Its CPU time is exact to the nanosecond,
/// except for ended children, whose time is known in clock ticks.
struct ProcessFamily {
  private let heads: Set<pid_t>
  /// Those that were there at the last look.
  private(set) var members: [pid_t]

  /// - Parameter heads: the processes. Members of their process groups belong to the family, too, even if a parent has
  ///   ended.
  init(of heads: Set<pid_t>) {
    self.heads = heads
    members = Self.members(of: heads)
  }

  /// Whether the family has any process.
  var isKnown: Bool { !heads.isEmpty }

  /// The usage of the family so far, and its current memory, threads and descriptors.
  struct Reading {
    /// When the CPU time of the known members was read.
    var at: Instant
    fileprivate(set) var usage = ResourceUsage.zero

    init(at: Instant) { self.at = at }

    /// The voluntary and involuntary switches of each thread; nil if there are too many threads to read each one.
    fileprivate var switches: [pid_t: (voluntary: UInt64, involuntary: UInt64)]? = [:]
    fileprivate(set) var threads: Int?
    fileprivate(set) var descriptors: Int?
    fileprivate(set) var memoryPeak: UInt64?
    fileprivate(set) var memory: UInt64?
  }

  /// The CPU time of the known members; takes a few microseconds per member.
  func readTimes() -> Reading {
    var reading = Reading(at: MonotonicClock.now)
    for process in members { reading.addTime(of: process) }
    return reading
  }

  /// Adds the rest of a reading: switches, threads, descriptors and memory.
  func readDetails(into reading: inout Reading) {
    for process in members { reading.addDetails(of: process) }
  }

  /// Finds processes that started since the last look, and adds all their time to a reading.
  mutating func readNewMembers(into reading: inout Reading) {
    let known = Set(members)
    members = Self.members(of: heads)
    for process in members where !known.contains(process) { reading.addTime(of: process) }
  }

  /// The heads that still run, their descendants, and the members of the heads' groups.
  private static func members(of heads: Set<pid_t>) -> [pid_t] {
    var statuses: [pid_t: ProcessStatus] = [:]
    for process in FileSystem.entries(of: "/proc").compactMap({ pid_t($0) }) {
      statuses[process] = ProcFile.text(of: "/proc/\(process)/stat").flatMap { ProcessStatus($0) }
    }
    func belongs(_ process: pid_t) -> Bool {
      var process = process
      // Processes may change while they are read, so the chain of parents may be a cycle.
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

  /// Sends SIGKILL to the family, including former members that now have another parent.
  func kill() {
    for process in Set(members + Self.members(of: heads)) where process != getpid() { _ = Glibc.kill(process, SIGKILL) }
  }
}

extension ProcessFamily.Reading {
  /// Above this number of threads, switches are not read.
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

  /// Takes the rest from a reading without times.
  mutating func take(detailsOf other: Self?) {
    guard let other else { return }
    (switches, threads, descriptors) = (other.switches, other.threads, other.descriptors)
    (memoryPeak, memory) = (other.memoryPeak, other.memory)
  }

  /// The usage between two readings, and the peaks of both.
  func since(_ earlier: Self) -> ProcessUsage {
    var used = ProcessUsage(usage.since(earlier.usage))
    used.directCalls = nil
    (used.voluntarySwitches, used.involuntarySwitches) = (nil, nil)
    // The switches of a thread that has ended are lost.
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
