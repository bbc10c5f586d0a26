import Foundation
import Measurement
import Records
import SystemCalls

/// What is known of this machine and of this program.
/// The version of this program.
public let programVersion = "0.1.0"

enum MachineFacts {
  static func environment(_ processors: Processors) -> Records.Environment {
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
    facts.governor = line("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor")
    facts.hypervisor = field("flags", in: "/proc/cpuinfo", separator: ":").map {
      $0.split(separator: " ").contains("hypervisor")
    }
    facts.containerCPULimit = line("/sys/fs/cgroup/cpu.max")
    facts.containerMemoryLimit = line("/sys/fs/cgroup/memory.max")
    facts.descriptorLimit = ProcessControl.descriptorLimit.hard
    facts.ephemeralPorts = ephemeralPorts.map { [$0.lowerBound, $0.upperBound] }
    facts.timerSlack = UInt64(Children.timerSlack)
    return facts
  }

  static var tool: RunRecord.Tool {
    #if DEBUG
      let configuration = "debug"
    #else
      let configuration = "release"
    #endif
    return RunRecord.Tool(version: programVersion, commit: commit, configuration: configuration)
  }

  static var ephemeralPorts: ClosedRange<Int>? {
    let ends = line("/proc/sys/net/ipv4/ip_local_port_range")?.split(whereSeparator: \.isWhitespace).compactMap {
      Int($0)
    }
    guard let ends, ends.count == 2, ends[0] <= ends[1] else { return nil }
    return ends[0]...ends[1]
  }

  /// A line of /proc/meminfo, in bytes.
  static func memory(_ name: String) -> UInt64? {
    let line = ProcFile.text(of: "/proc/meminfo")?.split(separator: "\n").first { $0.hasPrefix(name) }
    return line?.split(separator: " ").dropFirst().first.flatMap { UInt64($0) }.map { $0 * 1024 }
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

  /// The commit of the checkout that this program lies in.
  private static var commit: String? {
    let folder = (executablePath as NSString).deletingLastPathComponent
    guard let head = git(["-C", folder, "rev-parse", "HEAD"]), head.count >= 40 else { return nil }
    let changes = git(["-C", folder, "status", "--porcelain", "--untracked-files=no"])
    return changes == "" ? head : head + "-dirty"
  }

  static var executablePath: String {
    (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? CommandLine.arguments[0]
  }

  private static func git(_ arguments: [String]) -> String? {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["git"] + arguments
    let output = Pipe()
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    guard (try? process.run()) != nil else { return nil }
    let data = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { return nil }
    return String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
  }

  private static func line(_ path: String) -> String? {
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
