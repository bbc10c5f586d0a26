/// Parses Linux's files about a machine. Text that does not follow the documentation gives nil.
enum MachineText {
  /// Parses a file with one whole number, such as those under /proc/sys.
  static func number(_ text: String) -> Int? { words(text).count == 1 ? words(text).first.flatMap { Int($0) } : nil }

  /// Parses a file with a switch: 0 or 1.
  static func flag(_ text: String) -> Bool? {
    switch number(text) {
    case 0: false
    case 1: true
    default: nil
    }
  }

  /// Parses the range of /proc/sys/net/ipv4/ip_local_port_range: ip(7).
  static func ports(_ text: String) -> ClosedRange<Int>? {
    let ends = words(text).compactMap { Int($0) }
    guard ends.count == 2, ends[0] >= 0, ends[0] <= ends[1], ends[1] <= 65535 else { return nil }
    return ends[0]...ends[1]
  }

  /// Parses the one-minute average of /proc/loadavg: tasks that run, or wait for a processor or a disk. See proc(5).
  static func loadAverage(_ text: String) -> Double? {
    words(text).first.flatMap { Double($0) }.flatMap { $0.isFinite && $0 >= 0 ? $0 : nil }
  }

  /// Parses a line of /proc/meminfo or of a process's status, such as `SwapFree:` or `VmRSS:`; in bytes.
  static func memory(_ name: String, in text: String) -> UInt64? {
    guard let line = text.split(separator: "\n").first(where: { $0.hasPrefix(name) }),
      let count = words(line.dropFirst(name.count)).first.flatMap({ UInt64($0) })
    else { return nil }
    let (bytes, overflow) = count.multipliedReportingOverflow(by: 1024)
    return overflow ? nil : bytes
  }

  /// Parses a number from the TCP line of /proc/net/sockstat, proc(5): `TCP: inuse 5 orphan 0 tw 0 alloc 7 mem 1`.
  static func sockets(_ name: String, in text: String) -> UInt64? {
    guard let line = text.split(separator: "\n").first(where: { $0.hasPrefix("TCP:") }) else { return nil }
    let words = words(line)
    return words.firstIndex(of: name).flatMap { words.dropFirst($0 + 1).first }.flatMap { UInt64($0) }
  }

  /// Parses the used swap space from /proc/meminfo; in bytes.
  static func swapUsed(_ text: String) -> UInt64? {
    guard let total = memory("SwapTotal:", in: text), let free = memory("SwapFree:", in: text), free <= total else {
      return nil
    }
    return total - free
  }

  /// The number of processors' CPU time that a control group may use, from `QUOTA PERIOD` in cpu.max of cgroups v2; nil
  /// for `max`.
  static func processorQuota(_ text: String) -> Double? {
    let numbers = words(text).compactMap { Int($0) }
    guard numbers.count == 2, numbers[0] > 0, numbers[1] > 0 else { return nil }
    return Double(numbers[0]) / Double(numbers[1])
  }

  /// Ascending numbers as ranges, in the kernel's format: `0-2,5`.
  static func ranges(_ numbers: [Int]) -> String {
    var parts: [ClosedRange<Int>] = []
    for number in numbers {
      if let last = parts.last, last.upperBound + 1 == number {
        parts[parts.count - 1] = last.lowerBound...number
      } else {
        parts.append(number...number)
      }
    }
    return parts.map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)" }
      .joined(separator: ",")
  }

  fileprivate static func words(_ text: some StringProtocol) -> [String] {
    text.split(whereSeparator: \.isWhitespace).map { String($0) }
  }
}

/// Times of processors in clock ticks: /proc/stat, proc(5).
struct ProcessorTimes: Equatable, Sendable {
  var busy: Double
  /// The part of `busy` spent in interrupts and softirqs.
  var interrupts: Double
  var idle: Double
  /// Time that the hypervisor gave to other guests.
  var stolen: Double

  init(busy: Double, interrupts: Double = 0, idle: Double, stolen: Double) {
    self.busy = busy
    self.interrupts = interrupts
    self.idle = idle
    self.stolen = stolen
  }

  /// The sum over these processors since boot; nil if the text contains none of them.
  init?(_ text: String, of processors: [Int]) {
    self.init(busy: 0, idle: 0, stolen: 0)
    let names = Set(processors.map { "cpu\($0)" })
    var isFound = false
    for line in text.split(separator: "\n") {
      let words = MachineText.words(line)
      let ticks = words.dropFirst().compactMap { UInt64($0) }.map { Double($0) }
      // Columns: user nice system idle iowait irq softirq steal. Guests' time is part of user.
      guard let name = words.first, names.contains(name), ticks.count >= 8 else { continue }
      isFound = true
      busy += ticks[0] + ticks[1] + ticks[2] + ticks[5] + ticks[6]
      interrupts += ticks[5] + ticks[6]
      idle += ticks[3] + ticks[4]
      stolen += ticks[7]
    }
    guard isFound else { return nil }
  }

  func since(_ earlier: ProcessorTimes) -> ProcessorTimes {
    ProcessorTimes(
      busy: max(0, busy - earlier.busy), interrupts: max(0, interrupts - earlier.interrupts),
      idle: max(0, idle - earlier.idle), stolen: max(0, stolen - earlier.stolen))
  }

  /// Shares of the elapsed time, from 0 to 1; nil if no time elapsed.
  var busyShare: Double? { total > 0 ? busy / total : nil }
  var stolenShare: Double? { total > 0 ? stolen / total : nil }
  private var total: Double { busy + idle + stolen }
}

/// Finds the limits of this process's control group, cgroups(7), and the tightest of them.
struct ControlGroup: Equatable, Sendable {
  /// Folders that may hold a limit, innermost first. A limit applies to all groups below it.
  var folders: [String]
  /// Whether the files are those of cgroups v2.
  var isUnified: Bool

  /// - Parameters:
  ///   - text: the content of /proc/self/cgroup.
  ///   - controller: `cpu` or `memory`. It belongs to one hierarchy: its own (v1) or the unified one.
  init(_ text: String, controller: String) {
    let lines = text.split(separator: "\n").map {
      $0.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
    }
    let hierarchies = lines.filter { $0.count == 3 }
    let own = hierarchies.first { $0[1].split(separator: ",").contains { $0 == controller } }
    isUnified = own == nil
    let root = isUnified ? "/sys/fs/cgroup" : "/sys/fs/cgroup/\(controller)"
    let path = (own ?? hierarchies.first { $0[0] == "0" })?[2] ?? "/"
    var names = path.split(separator: "/")
    // The group is outside this process's namespace, and its files are invisible.
    if names.contains("..") { names = [] }
    folders = (0...names.count).reversed().map { ([Substring(root)] + names.prefix($0)).joined(separator: "/") }
  }

  /// The tightest quota in the format of cpu.max of v2, such as `50000 100000` or `max 100000`; nil if there is none.
  func processorLimit(_ read: (String) -> String?) -> String? {
    let limits = folders.compactMap { folder -> String? in
      if isUnified { return read(folder + "/cpu.max") }
      guard let quota = read(folder + "/cpu.cfs_quota_us"), let period = read(folder + "/cpu.cfs_period_us") else {
        return nil
      }
      return "\(quota.hasPrefix("-") ? "max" : quota) \(period)"
    }
    let binding = limits.filter { MachineText.processorQuota($0) != nil }
    return binding.min { MachineText.processorQuota($0) ?? 0 < MachineText.processorQuota($1) ?? 0 } ?? limits.first
  }

  /// The tightest memory limit in bytes, or `max`; nil if there is no file.
  func memoryLimit(_ read: (String) -> String?) -> String? {
    let limits = folders.compactMap { read($0 + (isUnified ? "/memory.max" : "/memory.limit_in_bytes")) }
    // Without a limit, v1 shows the largest number of whole pages.
    let binding = limits.compactMap { UInt64($0) }.filter { $0 < 1 << 60 }
    return binding.min().map { "\($0)" } ?? (limits.isEmpty ? nil : "max")
  }
}
