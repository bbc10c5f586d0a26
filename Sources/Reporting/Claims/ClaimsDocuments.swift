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

extension Measure {
  /// The kind of interval; for counts, the range of all of them.
  fileprivate var kind: String { isExact ? "counts" : estimate.kind.rawValue }

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
