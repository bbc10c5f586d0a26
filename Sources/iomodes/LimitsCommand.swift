import Foundation
import Harness
import Plan
import Records
import Reporting

let limitsCommand = Command(
  name: "limits", operands: "[NAME…]", operandValues: .choice(Limit.self),
  about: "Predicts and measures the limits of each way to wait, such as descriptors and ports, in half a minute.",
  groups: [
    (
      "Options",
      [
        .value(
          "output", "DIR", "folder for limits.json", .folder, unlessGiven: "\(Places.results)/TIME-limits",
          elsewhere: "o"),
        .value(
          "format", "FORMAT", "text, json or md", .choice(LimitsFormat.self), unlessGiven: LimitsFormat.text.rawValue,
          elsewhere: "f"),
        .flag("list", "only list the experiments and their claims"),
      ]
    )
  ],
  examples: [
    ("iomodes limits", "all of them, each in its own process; nothing is left behind"),
    ("iomodes limits select ports", "only two of them"),
    ("iomodes limits --format md", "as Markdown tables"),
  ],
  mostOperands: Limit.allCases.count
) { arguments in
  let format: LimitsFormat = try arguments.choice("format") ?? .text
  let limits = try limits(arguments.operands)
  if arguments.has("list") {
    Screen.show(limits.flatMap { Help.row($0.rawValue, $0.claim, Screen.columns) }.joined(separator: "\n"))
    return 0
  }
  var results: [LimitResult] = []
  try LimitsRecord.measured(by: "limits", into: arguments.text("output")) { started, processors, report in
    results = try Limits.run(limits, report: report)
    return LimitsRecord(results, started: started, processors: processors)
  } show: { record in
    switch format {
    case .text: Screen.show(LimitsText.render(results, width: Screen.columns))
    case .md: print(LimitsText.markdown(results))
    case .json: print(String(decoding: try JSONEncoder.stable(pretty: true).encode(record), as: UTF8.self))
    }
  }
  return 0
}

private enum LimitsFormat: String, CaseIterable { case text, json, md }

/// The limits named, in the order of the list; all if none is named.
private func limits(_ names: [String]) throws -> [Limit] {
  guard !names.isEmpty else { return Limit.allCases }
  for name in names where Limit(rawValue: name) == nil {
    let known = Limit.allCases.map(\.rawValue)
    throw UsageError(Spelling.isNot(name, "a limit", among: known))
  }
  return Limit.allCases.filter { names.contains($0.rawValue) }
}

/// Renders results for a person.
enum LimitsText {
  /// Renders a row for each number, and below them the finding.
  static func render(_ results: [LimitResult], width: Int) -> String {
    let rows = results.map { $0.observations.map(cells) }
    let widths = (0..<2).map { column in rows.joined().map { $0[column].count }.max() ?? 0 }
    var lines: [String] = []
    for (result, rows) in zip(results, rows) {
      lines.append("\(result.limit.rawValue): \(result.verdict.rawValue)")
      lines += rows.map { row in
        let padded = zip(row, widths + [0]).map { Terminal.padded($0, to: $1) }
        return "  " + padded.joined(separator: "  ")
      }
      lines += Terminal.wrapped(result.sentence, width: max(20, width - 2)).map { "  \($0)" } + [""]
    }
    return (lines + [verdict(results)]).joined(separator: "\n")
  }

  static func markdown(_ results: [LimitResult]) -> String {
    results.map { result in
      let head = ["## \(result.limit.rawValue): \(result.verdict.rawValue)", result.limit.claim]
      let table =
        ["| what | predicted | measured |", "|---|---|---|"]
        + result.observations.map { "| \(cells($0).joined(separator: " | ")) |" }
      let rows = result.observations.isEmpty ? [] : [table.joined(separator: "\n")]
      return (head + rows + [result.sentence]).joined(separator: "\n\n")
    }.joined(separator: "\n\n")
  }

  private static func verdict(_ results: [LimitResult]) -> String {
    let counts = [LimitResult.Verdict.asPredicted, .otherwise, .skipped].compactMap { verdict in
      let count = results.count { $0.verdict == verdict }
      return count == 0 ? nil : "\(count) \(verdict.rawValue)"
    }
    return counts.joined(separator: ", ")
  }

  /// The cells: name, prediction, measurement.
  private static func cells(_ observation: LimitResult.Observation) -> [String] {
    func text(_ value: Double) -> String { self.text(value, observation.unit) }
    let predicted =
      switch (observation.least, observation.most) {
      case (let least?, let most?) where least == most: text(least)
      case (let least?, let most?): "\(text(least)) … \(text(most))"
      case (let least?, nil): "≥ \(text(least))"
      case (nil, let most?): "≤ \(text(most))"
      case (nil, nil): NumberText.none
      }
    let unit =
      switch observation.unit {
      case .nanoseconds, .signal: ""
      case .perSecond: " threads/s"
      case let unit: " \(unit.rawValue)"
      }
    return [observation.name, predicted, text(observation.measured) + unit]
  }

  private static func text(_ value: Double, _ unit: LimitResult.Unit) -> String {
    switch unit {
    case .nanoseconds: NumberText.span(nanoseconds: value)
    case .signal: value == 0 ? "no signal" : "signal \(Int(value))"
    case .perSecond: NumberText.significant(value)
    default: Int64(exactly: value).map { NumberText.grouped($0) } ?? NumberText.significant(value)
    }
  }
}
