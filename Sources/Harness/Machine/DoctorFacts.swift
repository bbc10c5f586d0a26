import Foundation
import Glibc
import Measurement
import Records
import SystemCalls

/// Reads the facts that ``Doctor`` judges.
extension Doctor {
  /// Examines this machine for half a second.
  public static func ofThisMachine(as part: Part = .bothSides) throws(HarnessFailure) -> Doctor {
    let processors = try Processors.current()
    var doctor = Doctor()
    doctor.part = part
    doctor.sample = sample(of: processors.allowed)
    doctor.environment = MachineFacts.environment(processors)
    doctor.sharedCores = sharedCores(of: processors) {
      MachineFacts.line("/sys/devices/system/cpu/cpu\($0)/topology/thread_siblings_list")
    }
    doctor.synBacklog = MachineFacts.line("/proc/sys/net/ipv4/tcp_max_syn_backlog").flatMap(MachineText.number)
    doctor.timeWaitReuse = MachineFacts.line("/proc/sys/net/ipv4/tcp_tw_reuse").flatMap(MachineText.number)
    doctor.clockRead = clockRead()
    let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
    doctor.programs = Set(
      ["gnuplot", "perf", "strace"].filter { name in folders.contains { access("\($0)/\(name)", X_OK) == 0 } })
    doctor.configuration = MachineFacts.configuration
    return doctor
  }

  /// The current disturbances with their remedies, one line each. Examines the machine for half a second.
  static func disturbances(on processors: Processors) -> [String] {
    var doctor = Doctor()
    doctor.sample = sample(of: processors.allowed)
    doctor.environment.containerCPULimit = MachineFacts.processorLimit
    return [doctor.steal, doctor.others, doctor.processorQuota].filter { $0.severity == .warning }.map { finding in
      "\(finding.name): \(finding.found): \(finding.effect)" + (finding.remedy.map { "; \($0)" } ?? "")
    }
  }

  /// The processors' times over half a second, while this program sleeps.
  private static func sample(of processors: [Int]) -> ProcessorTimes? {
    let before = MachineFacts.processorTimes(of: processors)
    usleep(500_000)
    guard let before, let after = MachineFacts.processorTimes(of: processors) else { return nil }
    return after.since(before)
  }

  /// The cores on which client and server each have a processor, as lists of their processors.
  ///
  /// - Parameter siblings: a processor's thread_siblings_list, such as `0,4`.
  /// - Returns: nil if no list can be read.
  static func sharedCores(of processors: Processors, siblings: (Int) -> String?) -> [[Int]]? {
    let cores = processors.client.map { processor in siblings(processor).flatMap(Processors.parse) }
    guard cores.contains(where: { $0 != nil }) else { return nil }
    return zip(processors.client, cores).compactMap { processor, core in
      core?.contains { $0 != processor && processors.server.contains($0) } == true ? core : nil
    }
  }

  /// The smallest of several averages, so that interruptions do not count.
  private static func clockRead() -> Double {
    let readings: UInt64 = 1000
    let spans = (0..<5).map { _ in
      let start = MonotonicClock.now
      for _ in 0..<readings { _ = MonotonicClock.now }
      return MonotonicClock.now.since(start).count
    }
    return Double(spans.min() ?? 0) / Double(readings)
  }
}
