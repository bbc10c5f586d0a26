import Foundation
import Records

/// A fact about a machine that may affect measurements. Each text is one line.
public struct Finding: Codable, Equatable, Sendable {
  /// Its importance, in ascending order.
  public enum Severity: String, Codable, CaseIterable, Sendable { case fine, note, warning }

  public var name: String
  public var found: String
  public var severity: Severity
  /// The effect on measurements.
  public var effect: String
  /// The remedy; nil if none is needed or possible.
  public var remedy: String?

  init(_ name: String, _ found: String, _ severity: Severity, effect: String, remedy: String? = nil) {
    self.name = name
    self.found = found
    self.severity = severity
    self.effect = effect
    self.remedy = severity == .fine ? nil : remedy
  }
}

/// Judges what on a machine will disturb measurements, from facts that ``ofThisMachine()`` reads.
public struct Doctor: Sendable {
  /// What a machine has of a run.
  public enum Part: Sendable {
    /// Client and server, and this program's tools.
    case bothSides
    /// Client or server, which may use all of its processors: a host among several.
    case oneSide
  }

  var part = Part.bothSides
  /// The facts that `run.json` also holds.
  public internal(set) var environment = Records.Environment()
  /// Cores shared by client and server, as lists of their processors; nil if unknown.
  var sharedCores: [[Int]]?
  /// The allowed processors' times over half a second, while this program slept.
  var sample: ProcessorTimes?
  var synBacklog: Int?
  var timeWaitReuse: Int?
  /// The cost of reading the monotonic clock, in nanoseconds.
  var clockRead: Double?
  /// Which of gnuplot, perf and strace are installed.
  var programs: Set<String> = []
  var configuration = "release"

  init() {}

  /// The findings, in a fixed order.
  public var findings: [Finding] {
    [
      build, processors, affinity, governor, turbo, threads, hypervisor, steal, others, load, processorQuota,
      memoryLimit, swap, clock, descriptors, ports, listenQueue, synQueue, portReuse,
    ] + (part == .bothSides ? [plotting, audit] : [])
  }

  // MARK: The program

  private var build: Finding {
    Finding(
      "build", configuration, configuration == "release" ? .fine : .warning,
      effect: "an unoptimised harness costs several times as much: its numbers do not hold for release",
      remedy: "swift build -c release, and run .build/release/iomodes")
  }

  private var plotting: Finding {
    let isThere = programs.contains("gnuplot")
    return Finding(
      "gnuplot", isThere ? "installed" : "not installed", isThere ? .fine : .note,
      effect: "none; but `iomodes plot` writes data and draws nothing",
      remedy: "apt install gnuplot-nox (Debian, Ubuntu) or dnf install gnuplot (Fedora)")
  }

  private var audit: Finding {
    let found = ["perf", "strace"].filter { programs.contains($0) }
    return Finding(
      "audit tools", found.isEmpty ? "neither perf nor strace" : found.joined(separator: ", "),
      found.isEmpty ? .note : .fine,
      effect: "none; but the system calls that the runtimes make cannot be counted",
      remedy: "apt install linux-perf strace (Debian) or dnf install perf strace (Fedora)")
  }

  // MARK: Processors

  private var processors: Finding {
    guard let allowed = environment.cpusAllowed, let client = environment.clientCPUs,
      let server = environment.serverCPUs
    else { return .hidden("processors", effect: "client and server may take turns on a processor") }
    if part == .oneSide {
      return Finding(
        "processors", "\(allowed.count): \(MachineText.ranges(allowed))", allowed.count < 2 ? .note : .fine,
        effect: "this program's reading of counters takes turns with the trial",
        remedy: "allow two or more: a larger machine, or a launcher that confines less")
    }
    let split = "client \(MachineText.ranges(client)), server \(MachineText.ranges(server))"
    return switch allowed.count {
    case ...1:
      Finding(
        "processors", "1, which client and server share", .warning,
        effect: "each waits while the other runs: throughput is of both, latency includes their switches",
        remedy: "allow two or more: a larger machine, or a wider taskset or --cpuset-cpus")
    case 2:
      Finding(
        "processors", "2: \(split)", .note,
        effect: "one for each side: a mode's second thread competes with its first",
        remedy: "allow four or more to see what a mode gains from several threads")
    default:
      Finding("processors", "\(allowed.count): \(split)", .fine, effect: "client and server do not compete")
    }
  }

  private var affinity: Finding {
    let effect = "other programs may run on the processors that this one is confined to"
    guard let allowed = environment.cpusAllowed, let online = environment.cpusOnline else {
      return .hidden("affinity", effect: effect)
    }
    return Finding(
      "affinity", "\(allowed.count) of \(online) processors allowed", allowed.count < online ? .note : .fine,
      effect: effect, remedy: "if this is not intended, start without taskset or --cpuset-cpus")
  }

  private var governor: Finding {
    let effect = "a frequency that follows the load slows light loads, and early rounds differ from late ones"
    guard let governor = environment.governor else { return .hidden("governor", effect: effect) }
    return Finding(
      "governor", governor, governor == "performance" ? .fine : .warning, effect: effect,
      remedy: "cpupower frequency-set -g performance (as root)")
  }

  private var turbo: Finding {
    let effect = "the frequency depends on heat and on busy cores, which may favour some modes"
    guard let hasTurbo = environment.hasTurbo else { return .hidden("turbo", effect: effect) }
    return Finding(
      "turbo", hasTurbo ? "on" : "off", hasTurbo ? .note : .fine, effect: effect,
      remedy: "as root in /sys/devices/system/cpu: echo 1 > intel_pstate/no_turbo, or 0 > cpufreq/boost")
  }

  private var threads: Finding {
    let effect = "two threads of a core slow each other down: work on one side slows the other side"
    if part == .bothSides, let core = sharedCores?.first {
      return Finding(
        "SMT", "client and server share cores, such as \(MachineText.ranges(core))", .warning, effect: effect,
        remedy: "give each its own cores with client-cpus and server-cpus (lscpu -e lists cores)")
    }
    guard let hasSMT = environment.hasSMT else { return .hidden("SMT", effect: effect) }
    let off = environment.hypervisor == true ? "off, as far as the hypervisor tells" : "off"
    return Finding(
      "SMT", hasSMT ? "on" : off, hasSMT ? .note : .fine, effect: effect,
      remedy: "as root: echo off > /sys/devices/system/cpu/smt/control")
  }

  private var hypervisor: Finding {
    let effect = "timers and wake-ups cost more than on bare metal, and the load of other guests is invisible"
    guard let isThere = environment.hypervisor else { return .hidden("hypervisor", effect: effect) }
    return Finding(
      "hypervisor", isThere ? "this is a virtual machine" : "none", isThere ? .note : .fine, effect: effect,
      remedy: "compare within a run; for absolute numbers use bare metal or a dedicated host")
  }

  var steal: Finding {
    let effect = "stolen time lengthens the tail of latencies; trials that lose over 1 % are invalid"
    guard let share = sample?.stolenShare else { return .hidden("steal", effect: effect) }
    let sinceBoot = environment.stealShare.map { ", \(Self.percent($0)) since boot" } ?? ""
    return Finding(
      "steal", "\(Self.percent(share)) over 0.5 s\(sinceBoot)",
      share > Validity.toleratedSteal ? .warning : share > 0 ? .note : .fine,
      effect: effect, remedy: "run at a quieter time, or where processors are neither shared nor throttled")
  }

  var others: Finding {
    let effect = "other programs take CPU time; trials that lose 2 % of a processor to them are invalid"
    guard let share = sample?.busyShare else { return .hidden("other load", effect: effect) }
    return Finding(
      "other load", "\(Self.percent(share)) of the allowed processors over 0.5 s",
      share > 0.05 ? .warning : share > 0.02 ? .note : .fine,
      effect: effect, remedy: "stop them (top shows them), or confine them to other processors")
  }

  private var load: Finding {
    let effect = "a machine that was busy in the last minute may be so again"
    guard let load = environment.loadAverage, let online = environment.cpusOnline else {
      return .hidden("load average", effect: effect)
    }
    let perProcessor = load / Double(max(1, online))
    return Finding(
      "load average", String(format: "%.2f on %d processors", load, online),
      perProcessor >= 1 ? .warning : perProcessor >= 0.25 ? .note : .fine,
      effect: effect, remedy: "wait a minute after builds and runs, and look again")
  }

  private var clock: Finding {
    let effect = "each operation reads the clock; as a system call, that costs as much as the work"
    guard let source = environment.clocksource, let clockRead else { return .hidden("clock", effect: effect) }
    let isSlow = ["hpet", "acpi_pm", "jiffies", "refined-jiffies"].contains(source) || clockRead > 150
    return Finding(
      "clock", "\(source), \(Int(min(clockRead, 1e9))) ns for a reading", isSlow ? .warning : .fine, effect: effect,
      remedy: "as root: echo tsc > /sys/devices/system/clocksource/clocksource0/current_clocksource")
  }

  private static func percent(_ share: Double) -> String { String(format: "%.1f %%", 100 * share) }
}

extension Finding {
  /// A fact that the machine does not show; virtual machines and containers hide many.
  static func hidden(_ name: String, effect: String) -> Finding {
    Finding(name, "not visible here", .note, effect: effect)
  }
}
