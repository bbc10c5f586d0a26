/// Reads what Linux says of a machine, from the texts of its files. What is not as documented reads as nil.
enum MachineText {
  /// A file that holds one whole number, such as those under /proc/sys.
  static func number(_ text: String) -> Int? { words(text).count == 1 ? words(text).first.flatMap { Int($0) } : nil }

  /// A file that holds a switch: 0 or 1.
  static func flag(_ text: String) -> Bool? {
    switch number(text) {
    case 0: false
    case 1: true
    default: nil
    }
  }

  /// The range of /proc/sys/net/ipv4/ip_local_port_range, ip(7).
  static func ports(_ text: String) -> ClosedRange<Int>? {
    let ends = words(text).compactMap { Int($0) }
    guard ends.count == 2, ends[0] >= 0, ends[0] <= ends[1], ends[1] <= 65535 else { return nil }
    return ends[0]...ends[1]
  }

  /// The average of the last minute in /proc/loadavg, proc(5): tasks that run or wait for a processor or a disk.
  static func loadAverage(_ text: String) -> Double? {
    words(text).first.flatMap { Double($0) }.flatMap { $0.isFinite && $0 >= 0 ? $0 : nil }
  }

  /// A line of /proc/meminfo, such as `SwapFree:`, in bytes.
  static func memory(_ name: String, in text: String) -> UInt64? {
    guard let line = text.split(separator: "\n").first(where: { $0.hasPrefix(name) }),
      let count = words(line.dropFirst(name.count)).first.flatMap({ UInt64($0) })
    else { return nil }
    let (bytes, overflow) = count.multipliedReportingOverflow(by: 1024)
    return overflow ? nil : bytes
  }

  /// A number of the line on TCP in /proc/net/sockstat, proc(5): `TCP: inuse 5 orphan 0 tw 0 alloc 7 mem 1`.
  static func sockets(_ name: String, in text: String) -> UInt64? {
    guard let line = text.split(separator: "\n").first(where: { $0.hasPrefix("TCP:") }) else { return nil }
    let words = words(line)
    return words.firstIndex(of: name).flatMap { words.dropFirst($0 + 1).first }.flatMap { UInt64($0) }
  }

  /// The swap space in use in /proc/meminfo, in bytes.
  static func swapUsed(_ text: String) -> UInt64? {
    guard let total = memory("SwapTotal:", in: text), let free = memory("SwapFree:", in: text), free <= total else {
      return nil
    }
    return total - free
  }

  /// How many processors' time a control group may use, from `QUOTA PERIOD` as in cpu.max of cgroups v2; nil for `max`.
  static func processorQuota(_ text: String) -> Double? {
    let numbers = words(text).compactMap { Int($0) }
    guard numbers.count == 2, numbers[0] > 0, numbers[1] > 0 else { return nil }
    return Double(numbers[0]) / Double(numbers[1])
  }

  /// `0-2,5`: ascending numbers as ranges, the way the kernel writes them.
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

/// What processors have done, in clock ticks: /proc/stat, proc(5).
struct ProcessorTimes: Equatable, Sendable {
  var busy: Double
  /// Of that, in interrupts and in what they leave for later.
  var interrupts: Double
  var idle: Double
  /// What the hypervisor gave to others.
  var stolen: Double

  init(busy: Double, interrupts: Double = 0, idle: Double, stolen: Double) {
    self.busy = busy
    self.interrupts = interrupts
    self.idle = idle
    self.stolen = stolen
  }

  /// The sum over some processors since boot; nil where the text has none of them.
  init?(_ text: String, of processors: [Int]) {
    self.init(busy: 0, idle: 0, stolen: 0)
    let names = Set(processors.map { "cpu\($0)" })
    var isFound = false
    for line in text.split(separator: "\n") {
      let words = MachineText.words(line)
      let ticks = words.dropFirst().compactMap { UInt64($0) }.map { Double($0) }
      // user nice system idle iowait irq softirq steal; what guests used is part of user.
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

  /// Shares of the time that passed, from 0 to 1; nil where none did.
  var busyShare: Double? { total > 0 ? busy / total : nil }
  var stolenShare: Double? { total > 0 ? stolen / total : nil }
  private var total: Double { busy + idle + stolen }
}

/// Where the limits of this process's control group stand, cgroups(7), and which of them binds.
struct ControlGroup: Equatable, Sendable {
  /// Folders that may hold a limit, innermost first: a limit holds for all groups below its own.
  var folders: [String]
  /// Whether the files are those of cgroups v2.
  var isUnified: Bool

  /// - Parameters:
  ///   - text: /proc/self/cgroup.
  ///   - controller: `cpu` or `memory`. It is in one hierarchy: its own (v1), or the unified one.
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
    // A group outside the namespace of this process, whose files cannot be seen.
    if names.contains("..") { names = [] }
    folders = (0...names.count).reversed().map { ([Substring(root)] + names.prefix($0)).joined(separator: "/") }
  }

  /// The tightest quota as cpu.max of v2 writes it, such as `50000 100000` or `max 100000`; nil where there is none.
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

  /// The tightest memory limit in bytes, or `max`; nil where there is no file.
  func memoryLimit(_ read: (String) -> String?) -> String? {
    let limits = folders.compactMap { read($0 + (isUnified ? "/memory.max" : "/memory.limit_in_bytes")) }
    // Without a limit v1 shows the largest number of whole pages.
    let binding = limits.compactMap { UInt64($0) }.filter { $0 < 1 << 60 }
    return binding.min().map { "\($0)" } ?? (limits.isEmpty ? nil : "max")
  }
}
