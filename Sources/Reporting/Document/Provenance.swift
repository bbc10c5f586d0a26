import Records

/// Where numbers come from, in words: what stands on top of every table, data file and figure.
struct Provenance {
  let run: String
  let machine: String
  let date: String
  /// Of a merged run: the runs that it is made of.
  let parts: [String]
  /// In what those differ that moves numbers, a line each.
  let mixture: [String]
  /// How the modes look.
  let modes: ModeTable
  private let planned: Int

  init(_ record: RunRecord) {
    run = Self.oneLine(record.runID)
    var machines: [String] = []
    for machine in record.measuredRuns.map({ Self.machine($0.environment) }) where !machines.contains(machine) {
      machines.append(machine)
    }
    machine = machines.joined(separator: " + ")
    date = Self.oneLine(record.started)
    parts = record.mergedFrom?.map { Self.oneLine($0.run.runID) } ?? []
    mixture = record.mixture
    modes = ModeTable(record)
    planned = record.trialsPlanned
  }

  private static func machine(_ environment: Environment) -> String {
    oneLine(
      [
        environment.cpuModel,
        environment.cpusOnline.map { "\($0) \($0 == 1 ? "CPU" : "CPUs")" },
        environment.kernel.map { $0.hasPrefix("Linux") ? $0 : "Linux \($0)" },
      ].compactMap { $0 }.joined(separator: ", "))
  }

  /// `merged from …`; nil where the run was measured as one.
  var origin: String? { parts.isEmpty ? nil : "merged from \(parts.joined(separator: ", "))" }

  /// Warnings, where machines or builds are mixed.
  var warnings: [String] { mixture.map { "not of one machine and build: \($0)" } }

  /// Says so where not all planned trials are there.
  func progress(finished: Int) -> String? {
    guard finished < planned else { return nil }
    let recorded = "\(finished) of \(planned) planned trials are recorded"
    return parts.isEmpty ? recorded + "; `iomodes run --resume` measures the others" : recorded
  }

  static func oneLine(_ text: String) -> String { text.onOneLine }
}
