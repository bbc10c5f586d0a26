import Foundation
import Measurement
import Records
import SystemCalls

/// Facts about this machine and this program.
package enum MachineFacts {
  package static func environment(_ processors: Processors) -> Records.Environment {
    var facts = Records.Environment()
    facts.cpuModel = field("model name", in: "/proc/cpuinfo", separator: ":")
    facts.cpusOnline = sysconf(Int32(_SC_NPROCESSORS_ONLN))
    facts.cpusAllowed = processors.allowed
    facts.clientCPUs = processors.client
    facts.serverCPUs = processors.server
    var name = utsname()
    if uname(&name) == 0 {
      facts.kernel = text(of: name.release)
      facts.architecture = text(of: name.machine)
    }
    facts.memory = memory("MemTotal:")
    facts.toolchain = toolchain
    var libc = [CChar](repeating: 0, count: 64)
    if confstr(Int32(_CS_GNU_LIBC_VERSION), &libc, libc.count) > 0 {
      facts.libc = String(decoding: libc.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
    facts.governor = governors(of: processors.allowed)
    facts.hypervisor = field("flags", in: "/proc/cpuinfo", separator: ":").map {
      $0.split(separator: " ").contains("hypervisor")
    }
    let groups = ProcFile.text(of: "/proc/self/cgroup") ?? ""
    facts.containerCPULimit = processorLimit
    facts.containerMemoryLimit = ControlGroup(groups, controller: "memory").memoryLimit(line)
    facts.descriptorLimit = ProcessControl.descriptorLimit.hard
    facts.softDescriptorLimit = ProcessControl.descriptorLimit.soft
    facts.ephemeralPorts = ephemeralPorts.map { [$0.lowerBound, $0.upperBound] }
    facts.timerSlack = UInt64(Children.timerSlack)
    facts.hasSMT = line("/sys/devices/system/cpu/smt/active").flatMap(MachineText.flag)
    facts.hasTurbo =
      line("/sys/devices/system/cpu/intel_pstate/no_turbo").flatMap(MachineText.flag).map { !$0 }
      ?? line("/sys/devices/system/cpu/cpufreq/boost").flatMap(MachineText.flag)
    facts.clocksource = line("/sys/devices/system/clocksource/clocksource0/current_clocksource")
    facts.loadAverage = line("/proc/loadavg").flatMap(MachineText.loadAverage)
    facts.stealShare = processorTimes(of: processors.allowed)?.stolenShare
    facts.somaxconn = line("/proc/sys/net/core/somaxconn").flatMap(MachineText.number)
    facts.swapUsed = ProcFile.text(of: "/proc/meminfo").flatMap(MachineText.swapUsed)
    return facts
  }

  /// The effective CPU quota, in the format of cpu.max of cgroups v2.
  static var processorLimit: String? {
    ControlGroup(ProcFile.text(of: "/proc/self/cgroup") ?? "", controller: "cpu").processorLimit(line)
  }

  /// The times of these processors since boot.
  static func processorTimes(of processors: [Int]) -> ProcessorTimes? {
    ProcFile.text(of: "/proc/stat").flatMap { ProcessorTimes($0, of: processors) }
  }

  /// The distinct frequency governors of these processors.
  private static func governors(of processors: [Int]) -> String? {
    let names = processors.compactMap { line("/sys/devices/system/cpu/cpu\($0)/cpufreq/scaling_governor") }
    return names.isEmpty ? nil : Set(names).sorted().joined(separator: ", ")
  }

  package static var tool: RunRecord.Tool {
    RunRecord.Tool(version: programVersion, commit: commit, configuration: configuration)
  }

  static var configuration: String {
    #if SLOWED
      "slowed"
    #elseif DEBUG
      "debug"
    #else
      "release"
    #endif
  }

  static var ephemeralPorts: ClosedRange<Int>? {
    line("/proc/sys/net/ipv4/ip_local_port_range").flatMap(MachineText.ports)
  }

  /// Descriptors that the system has left: fs.file-max less those open, from /proc/sys/fs/file-nr, proc(5).
  static var descriptorsLeft: Int? {
    guard let open = line("/proc/sys/fs/file-nr")?.split(whereSeparator: \.isWhitespace).compactMap({ Int($0) }),
      open.count == 3
    else { return nil }
    return max(0, open[2] - open[0])
  }

  /// Connections that netfilter can still track. Nil if it tracks none now, because it may be loaded without a rule
  /// that tracks any.
  static var trackedLeft: Int? {
    guard let most = line("/proc/sys/net/netfilter/nf_conntrack_max").flatMap(MachineText.number),
      let followed = line("/proc/sys/net/netfilter/nf_conntrack_count").flatMap(MachineText.number), followed > 0
    else { return nil }
    return max(0, most - followed)
  }

  /// A line of /proc/meminfo, in bytes.
  static func memory(_ name: String) -> UInt64? {
    ProcFile.text(of: "/proc/meminfo").flatMap { MachineText.memory(name, in: $0) }
  }

  /// The memory in use on this machine now.
  static var memory: MachineMemory {
    let facts = ProcFile.text(of: "/proc/meminfo") ?? ""
    let sockets = ProcFile.text(of: "/proc/net/sockstat") ?? ""
    return MachineMemory(
      available: MachineText.memory("MemAvailable:", in: facts), slab: MachineText.memory("Slab:", in: facts),
      tcp: MachineText.sockets("mem", in: sockets).map { $0 * UInt64(sysconf(Int32(_SC_PAGESIZE))) },
      tcpSockets: MachineText.sockets("alloc", in: sockets))
  }

  private static var toolchain: String {
    #if compiler(>=6.4)
      "Swift 6.4 or later"
    #elseif compiler(>=6.3)
      "Swift 6.3"
    #elseif compiler(>=6.2)
      "Swift 6.2"
    #else
      "Swift 6.1"
    #endif
  }

  /// The commit of the checkout that contains this program.
  private static var commit: String? {
    let folder = ((ProcessControl.executablePath ?? CommandLine.arguments[0]) as NSString).deletingLastPathComponent
    guard let head = git(["-C", folder, "rev-parse", "HEAD"]), head.count >= 40 else { return nil }
    let changes = git(["-C", folder, "status", "--porcelain", "--untracked-files=no"])
    return changes == "" ? head : head + "-dirty"
  }

  /// The output of git; nil if it fails or is not installed.
  static func git(_ arguments: [String]) -> String? {
    let words = ["-c", "exec git \"$@\" 2>/dev/null", "git"] + arguments
    guard let (output, end) = try? ChildProcess("/bin/sh", words).finish(), end == .exited(0) else { return nil }
    return output.trimmingCharacters(in: .whitespacesAndNewlines)
  }

  static func line(_ path: String) -> String? {
    ProcFile.text(of: path)?.trimmingCharacters(in: .whitespacesAndNewlines)
  }

  private static func field(_ name: String, in path: String, separator: Character) -> String? {
    guard let line = ProcFile.text(of: path)?.split(separator: "\n").first(where: { $0.hasPrefix(name) }) else {
      return nil
    }
    return line.split(separator: separator, maxSplits: 1).last.map { $0.trimmingCharacters(in: .whitespaces) }
  }

  private static func text<T>(of characters: T) -> String {
    withUnsafeBytes(of: characters) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
  }
}
