import Plan
import Records
import Statistics

/// The modes of runs on several machines, against a baseline: the ratio on each machine, and over machines. A pure
/// function of the runs.
///
/// Within a run, ratios are paired by round, as in a ``Comparison`` of modes. Over machines, the machine is the unit: the
/// interval says what ratio to expect on another machine of this kind, as far as the machines are a sample of it.
public struct MachineComparison: Sendable {
  /// A machine, with its runs.
  struct Machine: Sendable {
    /// `A` for the first, in the order of the runs.
    let name: String
    let words: String
    var runs: [String]
  }

  /// One metric at one point.
  struct Row: Sendable {
    /// With its rate, as in reports.
    let experiment: String
    let mode: String
    let concurrency: Int
    let metric: ComparisonMetric
    let isResponse: Bool
    /// Mode ÷ baseline on each machine; nil if it has none. The interval is that of the rounds of its run, or over its
    /// runs.
    let machines: [Estimate?]
    /// Over the machines that have a ratio; nil for fewer than two, which have no interval between machines.
    let overall: Estimate?
  }

  let baseline: String
  let machines: [Machine]
  /// Differences of the work, one line each.
  let warnings: [String]
  /// In the order of the plan.
  let rows: [Row]

  /// Whether there is nothing to compare.
  public var isEmpty: Bool { rows.isEmpty }

  /// - Parameters:
  ///   - runs: several, each of one machine.
  ///   - modes: the modes to compare, with or without their variant; nil for all.
  public init(_ runs: [Run], baseline: String, modes: [String]? = nil) throws(ComparisonFailure) {
    try Comparison.check([baseline], among: runs)
    try Comparison.check(modes, among: runs)
    if let mixed = runs.first(where: { Set($0.record.measuredRuns.map(\.machineIdentity)).count > 1 }) {
      throw ComparisonFailure(
        description: "'\(mixed.record.runID)' is merged from runs of several machines; compare those instead")
    }
    var identities: [String] = []
    var machines: [Machine] = []
    /// By key: the ratio of each run, with its machine.
    var ratios: [Key: [(machine: Int, ratio: Estimate)]] = [:]
    var keys: [Key] = []
    for run in runs {
      let identity = run.record.machineIdentity
      let index = identities.firstIndex(of: identity) ?? identities.count
      if index == identities.count {
        identities.append(identity)
        machines.append(Machine(name: Self.letters(index), words: run.record.machineInWords, runs: []))
      }
      machines[index].runs.append(run.record.runID)
      for experiment in try Comparison(run, baseline: baseline).experiments {
        for point in experiment.points where modes?.contains(where: [point.mode, point.name].contains) ?? true {
          for row in point.rows {
            guard let ratio = row.ratio else { continue }
            let key = Key(
              experiment: experiment.name, mode: point.name, concurrency: point.concurrency, metric: row.metric,
              isResponse: row.isResponse)
            if ratios[key] == nil { keys.append(key) }
            ratios[key, default: []].append((index, ratio))
          }
        }
      }
    }
    self.baseline = baseline
    self.machines = machines
    warnings = SideOfRuns.differences(runs, []).work.map(\.text)
    rows = keys.map { key in
      let own = machines.indices.map { machine -> Estimate? in
        let runs = (ratios[key] ?? []).filter { $0.machine == machine }.map(\.ratio)
        return runs.count == 1 ? runs[0] : ratioOverUnits(runs.map(\.median))
      }
      let several = own.compactMap { $0 }
      return Row(
        experiment: key.experiment, mode: key.mode, concurrency: key.concurrency, metric: key.metric,
        isResponse: key.isResponse, machines: own,
        overall: several.count > 1 ? ratioOverUnits(several.map(\.median)) : nil)
    }
  }

  private struct Key: Hashable {
    let experiment: String
    let mode: String
    let concurrency: Int
    let metric: ComparisonMetric
    let isResponse: Bool
  }

  /// `A` to `Z`, then `AA`.
  private static func letters(_ index: Int) -> String {
    let letter = String(UnicodeScalar(UInt8(65 + index % 26)))
    return index < 26 ? letter : letters(index / 26 - 1) + letter
  }

  public func render(_ format: ComparisonFormat, width: Int, color: Bool) -> String {
    let text: OutputFormat =
      switch format {
      case .text: .text
      case .md: .md
      case .json: .json
      }
    return document.render(text, width: width, color: color) + "\n"
  }
}

// MARK: Documents

extension MachineComparison {
  private var document: TableDocument {
    var names: [String] = []
    for row in rows where !names.contains(row.experiment) { names.append(row.experiment) }
    return TableDocument(
      title:
        "iomodes compare: modes judged by \(baseline), over \(machines.count == 1 ? "one machine" : "\(machines.count) machines")",
      provenance: machines.map {
        "\($0.name): \($0.words.isEmpty ? "a machine without a name" : $0.words); \($0.runs.joined(separator: ", "))"
          .onOneLine
      },
      warnings: warnings,
      sections: names.map { name in .init(title: name, table: table(rows.filter { $0.experiment == name })) },
      legend: legend, modes: .builtIn, json: json, csv: [])
  }

  private static let over = "over machines"

  private func table(_ rows: [Row]) -> Table {
    func estimates(_ heading: String, _ values: [Estimate?]) -> TableColumn {
      .estimates(heading, values.map { EstimateText($0, digits: 3) })
    }
    let own = machines.enumerated().map { index, machine in estimates(machine.name, rows.map { $0.machines[index] }) }
    let places = machines.map(\.name)
    let shared: [TableLayouts.Place] = ["mode", "conc.", "metric"]
    let end = TableLayouts.Place(Self.over)
    let all = shared + places.map { .init($0) } + [end]
    return Table(
      columns: [
        .text("mode", rows.map(\.mode)), .number("conc.", rows.map { NumberText.grouped($0.concurrency) }),
        .text("metric", rows.map { $0.metric.name(isResponse: $0.isResponse) }),
      ] + own + [estimates(Self.over, rows.map(\.overall))],
      rows: rows.indices.map { index in
        let isFirst =
          index == 0
          || (rows[index - 1].mode, rows[index - 1].concurrency) != (rows[index].mode, rows[index].concurrency)
        return Table.Row(startsGroup: isFirst)
      },
      names: 3,
      layouts: TableLayouts(
        text: [all, shared + places.map { .median($0) } + [end], shared + [end]],
        markdown: all, latex: all, html: all))
  }

  /// What the ratios are, and how wide an interval of few machines is.
  private var legend: String {
    let own =
      "A machine's ratio is mode ÷ baseline, its median over the rounds of a run, paired [its 95 % interval; * the range, of "
      + "fewer than six], or over its runs their geometric mean [by Student's t of the logarithms, with the run as the unit]. "
    let apart =
      "Runs are of one machine if their records have the same processor, CPUs, memory, architecture and hypervisor. "
    let over =
      switch machines.count {
      case 1:
        "All runs are of one machine: nothing is known about other machines, and there is no interval between machines. "
          + "Name a run of another machine, too."
      case 2:
        "Over machines: the geometric mean [95 % interval, by Student's t of the logarithms, with the machine as the unit]. "
          + "With two machines it reaches 6.4 times as far to each side as the two are apart, on a logarithmic scale; a "
          + "third makes it much narrower."
      default:
        "Over machines: the geometric mean [95 % interval, by Student's t of the logarithms, with the machine as the unit]."
      }
    return own + apart + over
  }

  private var json: JSONValue {
    JSONReport.object([
      "kind": .string("machines"),
      "baseline": .string(baseline),
      "unit": .string("machine"),
      "interval": .string("student-t"),
      "level": .number(0.05),
      "machines": .array(
        machines.map {
          JSONReport.object([
            "name": .string($0.name), "machine": .string($0.words), "runs": .array($0.runs.map { .string($0) }),
          ])
        }),
      "work_differences": .array(warnings.map { .string($0) }),
      "points": .array(
        rows.map { row in
          let own = zip(machines, row.machines).compactMap { machine, ratio in
            JSONReport.estimate(ratio).map { (machine.name, $0) }
          }
          return JSONReport.object([
            "experiment": .string(row.experiment), "mode": .string(row.mode),
            "concurrency": JSONReport.number(row.concurrency), "metric": .string(row.metric.rawValue),
            "latency": row.metric.isLatency ? .string(row.isResponse ? "response" : "service") : nil,
            "ratio_by_machine": .object(Dictionary(uniqueKeysWithValues: own)),
            "ratio_over_machines": JSONReport.estimate(row.overall),
          ])
        }),
    ])
  }
}
