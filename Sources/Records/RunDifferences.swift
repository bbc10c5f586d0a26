import Foundation
import Plan

/// What makes two runs differ besides what they are compared for.
package enum RunDifferences {
  /// What moves numbers: the machine, and how the program was built; a line each. What only one run recorded differs.
  package static func machines(_ first: RunRecord, _ second: RunRecord) -> [String] {
    let (old, new) = (facts(first), facts(second))
    let within = [first, second].flatMap { record in record.mixture.map { "within \(record.runID): \($0)" } }
    let between = zip(old, new).compactMap { before, after in
      before.value == after.value ? nil : line(before.name, before.value, after.value)
    }
    return within + between
  }

  /// Experiments of one name that were not the same work, with the experiment's name.
  package static func work(_ first: Run, _ second: Run) -> [(experiment: String, text: String)] {
    let (old, new) = (settings(first), settings(second))
    return old.keys.sorted().flatMap { name -> [(experiment: String, text: String)] in
      guard let before = old[name], let after = new[name] else { return [] }
      return Set(before.keys).union(after.keys).sorted().compactMap { key in
        before[key] == after[key]
          ? nil : (name, line("\(name): \(key)", before[key].map(text), after[key].map(text)))
      }
    }
  }

  /// Differences that do not flag a verdict.
  package static func remarks(_ one: Run, _ other: Run) -> [String] {
    let (first, second) = (one.record, other.record)
    if first == second, one.trials == other.trials { return ["both are the same run"] }
    var remarks: [String] = []
    let isMerged = first.mergedFrom != nil || second.mergedFrom != nil
    let shared = first.measuredRuns.map(\.runID).filter(second.measuredRuns.map(\.runID).contains)
    if isMerged, !shared.isEmpty {
      remarks.append("both have the trials of \(shared.joined(separator: ", ")): not independent")
    }
    if first.seed != second.seed {
      remarks.append(line("seed", "\(first.seed)", "\(second.seed)") + ": the operations are not the same ones")
    }
    if first.tool.commit != second.tool.commit {
      remarks.append(line("commit", first.tool.commit, second.tool.commit))
    }
    return remarks
  }

  private static func line(_ name: String, _ first: String?, _ second: String?) -> String {
    let (before, after) = (first ?? "not recorded", second ?? "not recorded")
    return "\(name): \(before) in the first run, \(after) in the second".onOneLine
  }

  /// What tells one machine from another: the hardware as a run records it, of each host. Another kernel or another
  /// toolchain is no other machine, and machines of equal hardware are taken as one.
  fileprivate static func hardware(_ record: RunRecord) -> String {
    let environments = record.cluster?.hosts.map(\.environment) ?? [record.environment]
    return environments.map { machine in
      [
        machine.cpuModel, machine.cpusOnline.map(String.init), machine.architecture,
        machine.hypervisor.map(String.init), machine.memory.map(gibibytes),
      ].map { $0 ?? "not recorded" }.joined(separator: ", ")
    }.joined(separator: "; ")
  }

  static func facts(_ record: RunRecord) -> [(name: String, value: String?)] {
    let machine = record.environment
    func list(_ cpus: [Int]?) -> String? { cpus.map { $0.map(String.init).joined(separator: ",") } }
    return [
      ("hosts", record.cluster.map { $0.hosts.map { "\($0.role.rawValue) \($0.name)" }.joined(separator: ", ") }),
      ("cpu_model", machine.cpuModel),
      ("cpus_online", machine.cpusOnline.map(String.init)),
      ("cpus_allowed", list(machine.cpusAllowed)),
      ("client_cpus", list(machine.clientCPUs)),
      ("server_cpus", list(machine.serverCPUs)),
      ("architecture", machine.architecture),
      ("hypervisor", machine.hypervisor.map(String.init)),
      ("kernel", machine.kernel),
      ("governor", machine.governor),
      ("memory", machine.memory.map(gibibytes)),
      ("container_cpu_limit", machine.containerCPULimit),
      ("container_memory_limit", machine.containerMemoryLimit),
      ("timer_slack_ns", machine.timerSlack.map(String.init)),
      ("libc", machine.libc),
      ("toolchain", machine.toolchain),
      ("tool version", record.tool.version),
      ("configuration", record.tool.configuration),
    ]
  }

  /// To two digits: what the kernel keeps for itself differs from boot to boot.
  private static func gibibytes(_ bytes: UInt64) -> String {
    let value = Double(bytes) / 1_073_741_824
    return String(format: "%.*f GiB", value < 0.995 ? 2 : value < 9.95 ? 1 : 0, value)
  }

  /// What each experiment's operations and windows are, from its trials and from the suite.
  private static func settings(_ run: Run) -> [String: [String: JSONValue]] {
    var settings: [String: [String: JSONValue]] = [:]
    let sweeps = SweptAxes(run.trials)
    for recorded in run.trials where recorded.isTimed && settings[recorded.experiment] == nil {
      let trial = sweeps.isSwept(recorded.experiment) ? recorded.withoutSettings : recorded
      var own: [String: JSONValue] = ["arrivals": .string(trial.arrivals.kind)]
      if case .object(let members) = trial.workload {
        for (key, value) in members { own["workload \(key)"] = value }
      }
      // The workload's members already include its pool.
      let told = trial.coordinates.setting.without(.arrivals, .rate, .pool)
      for axis in Axis.allCases { own[axis.rawValue] = (told[axis]?.count).map { .number(Double($0)) } }
      own["bystanders"] = trial.bystanders.map { .string("\($0.lanes.count) \($0.manner)") }
      own["operations"] = trial.operations.asked.map { .number(Double($0)) }
      settings[trial.experiment] = own
    }
    for experiment in run.record.plannedExperiments {
      guard let name = experiment["name"]?.string, settings[name] != nil else { continue }
      for key in ["duration", "warmup", "slo"] { settings[name]?[key] = experiment[key] }
    }
    return settings
  }

  private static func text(_ value: JSONValue) -> String { value.string ?? value.text() }
}

extension RunRecord {
  /// Equal for runs whose records show the same hardware.
  package var machineIdentity: String { RunDifferences.hardware(self) }
}

extension String {
  /// With a space for whatever separates its words: what is read from a file may have lines.
  package var onOneLine: String { split(whereSeparator: \.isWhitespace).joined(separator: " ") }
}
