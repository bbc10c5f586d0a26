import Foundation
import Records

extension [ClaimResult] {
  /// JSON; a claim that was not measured has no numbers.
  var json: JSONValue {
    .array(
      map { result in
        JSONReport.object([
          "id": .string(result.claim.id), "claim": .string(result.claim.text),
          "prediction": .string(result.claim.prediction), "reason": .string(result.claim.reason),
          "verdict": .string(result.verdict.rawValue),
          "judged_by": result.measures.isEmpty ? nil : JSONReport.number(result.judged.count),
          "undecided": result.measures.isEmpty ? nil : JSONReport.number(result.undecided.count),
          "measures": result.measures.isEmpty ? nil : .array(result.measures.map(\.json)),
        ])
      })
  }

  /// All claims in one table for GitHub, including those that were not measured.
  var markdown: String {
    let headings = ["claim", "verdict", "number", "predicted", "measured", "interval", "trials", "number is"]
    let rows = flatMap { result -> [[String]] in
      let name = "\(MarkdownReport.escaped(result.claim.id)): \(MarkdownReport.escaped(result.claim.text))"
      let head = [name, "**\(MarkdownReport.escaped(result.verdictText))**"]
      guard !result.measures.isEmpty else { return [head + ["", "", "", "", "", ""]] }
      return result.measures.enumerated().map { index, measure in
        (index == 0 ? head : ["", ""]) + measure.cells.map(MarkdownReport.escaped)
      }
    }
    return MarkdownReport.table(headings, rows)
  }

  /// The predictions and explanations.
  var markdownReasons: String {
    map { result in
      MarkdownReport.escaped(result.claim.id) + ": " + MarkdownReport.escaped(result.claim.prediction) + " "
        + MarkdownReport.escaped(result.claim.reason)
    }.map { "- \($0)" }.joined(separator: "\n")
  }

  /// CSV: a row for each number, and one for each claim that was not measured.
  var csv: String {
    let names = [
      "claim", "text", "verdict", "experiment", "number", "unit", "predicted_least", "predicted_most", "median", "low",
      "high", "interval", "trials", "number_is",
    ]
    let rows = flatMap { result -> [[String?]] in
      let head: [String?] = [result.claim.id, result.claim.text, result.verdict.rawValue]
      guard !result.measures.isEmpty else { return [head + [String?](repeating: nil, count: 11)] }
      return result.measures.map { measure in
        func text(_ number: Double?) -> String? { number.map { JSONValue.number($0).text() } }
        let estimate = measure.estimate
        let numbers = [measure.least, measure.most, estimate.median, estimate.low, estimate.high].map(text)
        return head + [measure.experiment, measure.name, measure.unit.name] + numbers
          + [measure.kind, "\(estimate.n)", measure.standing.map { _ in measure.standingText }]
      }
    }
    return CSVReport.lines([names] + rows)
  }
}

extension Table {
  /// The claims as a table made of columns. A claim stands in the row of its first number.
  static func claims(_ results: [ClaimResult]) -> Table {
    let rows = results.flatMap { result -> [[String]] in
      let head = ["\(result.claim.id): \(result.claim.text)", result.verdictText]
      guard !result.measures.isEmpty else { return [head + ["", "", "", ""]] }
      return result.measures.enumerated().map { index, measure in
        (index == 0 ? head : ["", ""]) + [measure.name, measure.predicted, measure.median, measure.interval]
      }
    }
    return Table(
      title: "What is claimed, and what was measured:",
      columns: ["claim", "verdict", "number", "predicted", "measured", "interval"].enumerated().map { index, heading in
        .text(heading, rows.map { $0[index] })
      }, rows: rows.map { _ in Row() }, names: 1)
  }
}

extension Measure {
  /// The kind of interval; for counts, the range of all of them.
  fileprivate var kind: String { isExact ? "counts" : estimate.kind.rawValue }

  fileprivate var cells: [String] {
    [name, predicted, median, interval, NumberText.grouped(estimate.n), standingText]
  }

  fileprivate var json: JSONValue {
    JSONReport.object([
      "name": .string(name), "experiment": .string(experiment), "unit": .string(unit.name),
      "predicted_least": least.map { .number($0) }, "predicted_most": most.map { .number($0) },
      "median": .number(estimate.median), "low": .number(estimate.low), "high": .number(estimate.high),
      "interval": .string(kind), "n": JSONReport.number(estimate.n),
      "bounds_by": standing.map { _ in .string(role.rawValue) },
      "standing": standing.map { _ in .string(standingText) },
    ])
  }
}

extension Measure.Unit {
  /// The name in data.
  var name: String {
    switch self {
    case .seconds: "s"
    case .perSecond: "per_s"
    case .bytes: "bytes"
    case .ratio: "ratio"
    case .count: "count"
    }
  }
}
