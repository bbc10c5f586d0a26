import Records
import Statistics

extension Comparison {
  /// The comparison as JSON: all names contain their unit, and values that do not apply are absent.
  func document(_ outcomes: [ComparisonGate.Outcome]) -> JSONValue {
    func texts(_ lines: [String]) -> JSONValue { .array(lines.map { .string($0) }) }
    return JSONReport.object([
      "kind": .string(kind.rawValue),
      "baseline": .string(first),
      "run_id": .string(second),
      "runs": JSONReport.object(["baseline": texts(runs.first), "judged": texts(runs.second)]),
      "unit": .string(unit.rawValue),
      "verdicts_are_on": .string(
        unit == .trial ? "these two runs" : unit == .round ? "the modes of this run" : "what was run"),
      "least_effect": .number(leastEffect),
      "test": .string(unit.test),
      "adjustment": .string("holm"),
      "family": .string("one metric in one experiment"),
      "level": .number(0.05),
      "machine_differences": texts(machineDifferences),
      "work_differences": texts(workDifferences),
      "remarks": texts(remarks),
      "notes": texts(notes),
      "experiments": .array(
        experiments.map { experiment in
          JSONReport.object([
            "name": .string(experiment.name),
            "family": .string(experiment.baseName),
            "workload": experiment.workload.map { .string($0) },
            "points": .array(experiment.points.map(\.document)),
          ])
        }),
      "fail_on": outcomes.isEmpty
        ? nil
        : .array(
          outcomes.map { outcome in
            JSONReport.object([
              "expression": .string(outcome.gate.text),
              "judgement": .string(outcome.judgement.rawValue),
              "point": .string(outcome.place),
              "ratio": JSONReport.estimate(outcome.ratio),
            ])
          }),
    ])
  }

  /// The comparison as GitHub tables.
  func markdown(_ outcomes: [ComparisonGate.Outcome]) -> String {
    func list(_ lines: [String]) -> [String] {
      lines.isEmpty ? [] : [lines.map { "- " + MarkdownReport.escaped($0) }.joined(separator: "\n")]
    }
    var blocks = ["# \(MarkdownReport.escaped(title))"] + list(warnings.map { "! \($0)" } + remarks)
    for experiment in experiments {
      let table = Table.comparison(of: experiment, in: self)
      let columns = table.placed(in: .md, showsAll: false).flatMap { placed -> [Column] in
        let column = placed.column
        let medians = Column(heading: placed.heading, cells: column.cells.map(\.text), kind: column.kind)
        return column.key == Table.ratio
          ? [medians, Column(heading: "interval", cells: column.cells.map(\.interval), kind: .number)] : [medians]
      }
      let lines =
        [columns.map(\.heading), columns.map { $0.kind == .number ? "--:" : ":--" }]
        + table.rows.indices.map { row in columns.map { MarkdownReport.escaped($0.cells[row]) } }
      blocks += [
        "## \(MarkdownReport.escaped(experiment.name))",
        lines.map { "| " + $0.joined(separator: " | ") + " |" }.joined(separator: "\n"),
      ]
    }
    blocks += list(notes) + list(outcomes.map(\.line)) + [MarkdownReport.escaped(legend)] + list(verdict)
    return blocks.joined(separator: "\n\n") + "\n"
  }
}

extension Comparison.Point {
  fileprivate var document: JSONValue {
    JSONReport.object([
      "mode": .string(mode),
      "variant": variant.map { .string($0) },
      "concurrency": .number(Double(concurrency)),
      "metrics": .object(Dictionary(rows.map { ($0.metric.rawValue, $0.document) }) { first, _ in first }),
    ])
  }
}

extension Comparison.Row {
  fileprivate var document: JSONValue {
    JSONReport.object([
      "unit": .string(metric.unit),
      "latency": metric.isLatency ? .string(isResponse ? "response" : "service") : nil,
      "first_median": first.map { .number($0.median) },
      "first_values": JSONReport.number(first?.n ?? 0),
      "second_median": second.map { .number($0.median) },
      "second_values": JSONReport.number(second?.n ?? 0),
      "ratio": JSONReport.estimate(ratio),
      "p_adjusted": pValue.map { .number($0) },
      "family_size": JSONReport.number(familySize),
      "verdict": .string(verdict.rawValue),
      "served_in_part": servedInPart.map { .string($0) },
      "between_runs_relative_sd": spread.map { .number($0.between) },
      "within_runs_relative_sd": spread?.within.map { .number($0) },
      "units_to_find_5_percent": recommended.flatMap { JSONReport.number($0.rounds) },
      "flagged": .bool(isFlagged),
    ])
  }
}
