import Foundation
import Harness
import Measurement
import Plan
import Records
import Reporting
import SystemCalls

let checkCommand = Command(
  name: "check", operands: "[PART]", operandValues: .choice(Check.Part.self),
  about: "Known-answer tests of the harness on this machine, in under a minute; writes nothing.",
  groups: [
    (
      "Options",
      [
        .value(
          "repeat", "N",
          "only the comparisons, N times by different seeds: how often the same twice differs, and a slowdown is found"),
        .value(
          "format", "FORMAT", "text or json", .choice(CheckFormat.self), unlessGiven: CheckFormat.text.rawValue,
          elsewhere: "f"),
      ]
    )
  ],
  examples: [
    ("iomodes check", "stall, delays, comparisons and costs; exit code 1 where an answer is wrong"),
    ("iomodes check delays", "one part alone"),
    ("iomodes check --repeat 40", "the rates of error of comparisons here, in some minutes"),
  ],
  mostOperands: 1
) { arguments in
  let format: CheckFormat = try arguments.choice("format") ?? .text
  let times = try arguments.value("repeat", "a number of repetitions, from 1 to 1000") { text in
    Int(text).flatMap { (1...1000).contains($0) ? $0 : nil }
  }
  let parts = try parts(arguments.operands.first)
  if times != nil, !arguments.operands.isEmpty { throw UsageError("--repeat goes without a PART") }
  let processors = try Processors.current()
  Interruption.watch()
  let bar = Screen.Bar(quiet: false)
  defer { bar.clear() }
  let results =
    if let times {
      try Check.repeatComparisons(times, on: processors) { bar.show($0) }
    } else {
      try Check.run(parts, on: processors) { bar.show($0) }
    }
  bar.clear()
  switch format {
  case .text: Screen.show(CheckText.render(results, width: Screen.columns))
  case .json:
    let data = try JSONEncoder.stable(pretty: true).encode(CheckReport(results))
    print(String(decoding: data, as: UTF8.self))
  }
  if let complaint = CheckText.complaint(results) { throw HarnessFailure(complaint) }
  return results.contains { $0.verdict == .undecided } ? 3 : 0
}

private func parts(_ name: String?) throws -> [Check.Part] {
  guard let name else { return Check.Part.allCases }
  guard let part = Check.Part(rawValue: name) else {
    throw UsageError(Spelling.isNot(name, "a part of the check", among: Check.Part.allCases.map(\.rawValue)))
  }
  return [part]
}

private enum CheckFormat: String, CaseIterable { case text, json }

struct CheckReport: Encodable {
  var passed: Bool
  var checks: [CheckResult]

  init(_ results: [CheckResult]) {
    passed = !results.contains { $0.verdict == .failed || $0.verdict == .undecided }
    checks = results
  }
}

/// Results for a person: a row each, what is to be said of it below, and the verdict in a line.
enum CheckText {
  static func render(_ results: [CheckResult], width: Int) -> String {
    let rows = results.map { [$0.part.rawValue, $0.name, expected($0), measured($0), $0.verdict.rawValue] }
    let headings = ["check", "what", "expected", "measured", "verdict"]
    let widths = headings.indices.map { column in ([headings] + rows).map { $0[column].count }.max() ?? 0 }
    func line(_ cells: [String]) -> String {
      let text = zip(cells, widths).map { Terminal.padded($0, to: $1) }.joined(separator: "  ")
      return String(text[...(text.lastIndex { $0 != " " } ?? text.startIndex)])
    }
    var lines = [line(headings)]
    for (result, row) in zip(results, rows) {
      lines.append(line(row))
      if let remark = result.remark {
        let indent = widths[0] + 2
        lines += Terminal.wrapped(remark, width: max(20, width - indent))
          .map { String(repeating: " ", count: indent) + $0 }
      }
    }
    return (lines + ["", verdict(results)]).joined(separator: "\n")
  }

  /// What failed, in a line; nil where nothing did.
  static func complaint(_ results: [CheckResult]) -> String? {
    let failed = results.filter { $0.verdict == .failed }.map { "\($0.part.rawValue), \($0.name)" }
    guard !failed.isEmpty else { return nil }
    let more = failed.count > 4 ? "; and \(failed.count - 4) more" : ""
    return "failed: \(failed.prefix(4).joined(separator: "; "))\(more); "
      + "`iomodes doctor` says what on this machine may be the cause"
  }

  private static func verdict(_ results: [CheckResult]) -> String {
    let judged = results.count { $0.verdict == .passed || $0.verdict == .failed }
    let failed = results.count { $0.verdict == .failed }
    let open = results.count { $0.verdict == .undecided }
    let disturbed = open == 0 ? "" : "; \(open) could not be judged, as the machine was not quiet"
    if judged == 0 { return open == 0 ? "measured, and not judged" : "nothing could be judged\(disturbed)" }
    return (failed == 0 ? "all \(judged) answers are right" : "\(failed) of \(judged) answers are wrong") + disturbed
  }

  private static func expected(_ result: CheckResult) -> String {
    switch result.expected {
    case .nothing: NumberText.none
    case .words(let words): words
    case .range(let range) where range.lowerBound == 0: "< \(text(range.upperBound, result.unit))"
    case .range(let range): "\(text(range.lowerBound, result.unit)) … \(text(range.upperBound, result.unit))"
    }
  }

  private static func measured(_ result: CheckResult) -> String {
    guard let measured = result.measured else { return NumberText.none }
    let interval = result.interval.map { " [\(text($0.lowerBound, result.unit)), \(text($0.upperBound, result.unit))]" }
    return text(measured, result.unit) + (interval ?? "")
  }

  private static func text(_ value: Double, _ unit: CheckResult.Unit) -> String {
    switch unit {
    case .nanoseconds: NumberText.span(nanoseconds: value)
    case .operations, .comparisons: NumberText.grouped(Int(value))
    case .ratio: NumberText.significant(value)
    }
  }
}
