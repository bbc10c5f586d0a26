import Records

/// The origin of numbers in words, for the top of every table, data file and figure.
struct Provenance {
  let run: String
  let machine: String
  let date: String
  /// The runs that make up a merged run; empty for others.
  let parts: [String]
  /// Differences between those runs that affect numbers, one line each.
  let mixture: [String]
  /// The looks of the modes.
  let modes: ModeTable
  private let planned: Int

  init(_ record: RunRecord) {
    run = record.runID.onOneLine
    var machines: [String] = []
    for machine in record.measuredRuns.map(Self.machine) where !machines.contains(machine) {
      machines.append(machine)
    }
    machine = machines.joined(separator: " + ")
    date = record.started.onOneLine
    parts = record.mergedFrom?.map { $0.run.runID.onOneLine } ?? []
    mixture = record.mixture
    modes = ModeTable(record)
    planned = record.trialsPlanned
  }

  /// The machine, or the distinct ones of several hosts.
  private static func machine(_ record: RunRecord) -> String {
    guard let hosts = record.cluster?.hosts else { return machine(record.environment) }
    var machines: [String] = []
    for machine in hosts.map({ machine($0.environment) }) where !machines.contains(machine) { machines.append(machine) }
    return "\(hosts.count) hosts: \(machines.joined(separator: "; "))"
  }

  static func machine(_ environment: Environment) -> String {
    [
      environment.cpuModel,
      environment.cpusOnline.map { "\($0) \($0 == 1 ? "CPU" : "CPUs")" },
      environment.kernel.map { $0.hasPrefix("Linux") ? $0 : "Linux \($0)" },
    ].compactMap { $0 }.joined(separator: ", ").onOneLine
  }

  /// `merged from …`; nil for a run that was measured.
  var origin: String? { parts.isEmpty ? nil : "merged from \(parts.joined(separator: ", "))" }

  /// Warnings about mixed machines or builds.
  var warnings: [String] { mixture.map { "mixed machines or builds: \($0)" } }

  /// A line about missing trials; nil if all planned trials are recorded.
  func progress(finished: Int) -> String? {
    guard finished < planned else { return nil }
    let recorded = "\(finished) of \(planned) planned trials are recorded"
    return parts.isEmpty ? recorded + "; resuming the run measures the rest" : recorded
  }
}

extension RunRecord {
  /// The machine in words, or the distinct ones of several hosts or merged runs.
  public var machineInWords: String { Provenance(self).machine }
}
