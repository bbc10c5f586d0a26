import Explain
import Records
import Statistics

/// What the operations of each mode spend, part by part: counts of audits times costs of primitives, beside what was
/// measured.
public struct ExplainReport {
  public enum Format: String, CaseIterable, Sendable { case text, json, md }

  private let run: Run
  private let primitives: PrimitivesRecord
  private let points: [ExplainedPoint]
  private let pairs: [ExplainedPair]

  /// - Parameters:
  ///   - folder: of the run, for remedies.
  ///   - query: words that name points; empty for all.
  public init(_ run: Run, in folder: String, _ query: CitationQuery) throws(ExplainFailure) {
    guard let primitives = run.primitives else {
      throw ExplainFailure("\(folder) has no costs of primitives", remedy: .primitives(folder: folder))
    }
    self.run = run
    self.primitives = primitives
    let all = try ExplainedPoint.all(of: run, by: primitives, in: folder)
    points = try ExplainedPoint.matching(query, among: all)
    pairs = ExplainedPair.all(of: points)
  }

  /// - Parameter width: columns of a text table.
  public func render(_ format: Format, width: Int, color: Bool) -> String {
    switch format {
    case .text: text(width: width, color: color)
    case .json: json.text(pretty: true)
    case .md: markdown
    }
  }

  // MARK: Text and Markdown

  private static let legend =
    "CPU time per operation of the mode's processes in ns: median [95 % interval; * the range, of fewer than six rounds]. "
    + "A share is a count of the audit times a cost that was measured apart from the trials; nothing is fitted. Counts include "
    + "setting up. The unexplained is what the sum leaves of the measured, between the ends of both intervals."

  private var provenance: [String] {
    let (ofRun, ofPrimitives) = (Provenance(run.record), Provenance.machine(primitives.machine))
    var lines = [
      "\(ofRun.run) · \(ofRun.machine) · \(ofRun.date)",
      "primitives: \(primitives.started), \(primitives.rounds) \(primitives.rounds == 1 ? "round" : "rounds")",
    ]
    if ofPrimitives != ofRun.machine { lines.append("the primitives are of another machine: \(ofPrimitives)") }
    for (what, tool) in [("trials", run.record.tool), ("primitives", primitives.tool)]
    where tool.configuration != "release" {
      lines.append("the \(what) are of a \(tool.configuration) build, which is slower in user space")
    }
    return lines
  }

  private func text(width: Int, color: Bool) -> String {
    func words(_ text: String) -> [String] { Terminal.wrapped(text, width: min(width, TextReport.widestText)) }
    let sections = self.sections.flatMap { section in
      ["", section.title] + TextTable(section.table, width: width).lines(color: color)
        + section.notes.flatMap { Terminal.wrapped("  \($0)", width: min(width, TextReport.widestText), indent: 4) }
    }
    return (provenance.flatMap(words) + sections + [""] + words(Self.legend)).joined(separator: "\n")
  }

  private var markdown: String {
    let sections = self.sections.flatMap { section in
      ["## \(MarkdownReport.escaped(section.title))", MarkdownReport.grid(section.table)]
        + (section.notes.isEmpty
          ? [] : [section.notes.map { "- \(MarkdownReport.escaped($0))" }.joined(separator: "\n")])
    }
    let head = ["# iomodes explain", provenance.map { "- \(MarkdownReport.escaped($0))" }.joined(separator: "\n")]
    return (head + sections + [MarkdownReport.escaped(Self.legend)]).joined(separator: "\n\n")
  }

  private struct Section {
    var title: String
    var table: Table
    var notes: [String] = []
  }

  private var sections: [Section] {
    (points.count > 1 ? [overview] : []) + points.map(section) + pairs.map(section)
  }

  /// All columns; in a narrow terminal without intervals.
  private static func layouts(_ columns: [String], estimates: Set<String>) -> TableLayouts {
    let all = columns.map { TableLayouts.Place($0) }
    let narrow = columns.map { TableLayouts.Place($0, showsInterval: !estimates.contains($0)) }
    return TableLayouts(text: [all, narrow], markdown: all, latex: all, html: all)
  }

  /// Predicted against measured, at every point.
  private var overview: Section {
    let ratios = points.map { point -> String in
      guard let sum = point.explanation.sum, let measured = point.explanation.measured else { return NumberText.none }
      return NumberText.share(sum.median / measured.median)
    }
    return Section(
      title: "predicted and measured",
      table: Table(
        columns: [
          .text("experiment", points.map(\.experiment)), .modes(points.map(\.mode)),
          .concurrency(points.map(\.concurrency)),
          .estimates("predicted", points.map { EstimateText($0.explanation.sum, digits: 3) }),
          .estimates("measured", points.map { EstimateText($0.explanation.measured, digits: 3) }),
          .number("ratio", ratios),
        ], rows: points.map { Table.Row(mode: $0.mode) }, names: 3,
        layouts: Self.layouts(
          ["experiment", "mode", "conc.", "predicted", "measured", "ratio"], estimates: ["predicted", "measured"])))
  }

  private func section(_ point: ExplainedPoint) -> Section {
    let explanation = point.explanation
    func percent(_ value: Double?) -> String {
      guard let value, let measured = explanation.measured, measured.median > 0 else { return NumberText.none }
      return "\(NumberText.significant(100 * value / measured.median, digits: 2)) %"
    }
    let unexplained = explanation.unexplained.map { bounds in
      EstimateText(
        median: NumberText.significant(bounds.value, digits: 3),
        interval: "[\(NumberText.significant(bounds.low, digits: 3))–\(NumberText.significant(bounds.high, digits: 3))]"
      )
    }
    let rows = explanation.rows
    let ends: [(name: String, text: EstimateText, share: Double?)] = [
      ("sum", EstimateText(explanation.sum, digits: 3), explanation.sum?.median),
      ("measured", EstimateText(explanation.measured, digits: 3), explanation.measured?.median),
      (
        "unexplained", unexplained ?? EstimateText(median: NumberText.none, interval: ""),
        explanation.unexplained?.value
      ),
    ]
    let blank = ends.map { _ in "" }
    return Section(
      title: "\(point.experiment): \(point.mode), concurrency \(NumberText.grouped(point.concurrency))",
      table: Table(
        columns: [
          .text("part", rows.map(\.primitive) + ends.map(\.name)),
          .number("count", rows.map { NumberText.significant($0.count, digits: 3) } + blank),
          .number("each", rows.map { EstimateText($0.cost, digits: 3).median } + blank),
          .estimates("share", rows.map { EstimateText($0.share, digits: 3) } + ends.map(\.text)),
          .number("of measured", rows.map { percent($0.share?.median) } + ends.map { percent($0.share) }),
        ], rows: (rows.map(\.primitive) + ends.map(\.name)).map { _ in Table.Row() }, names: 1,
        layouts: Self.layouts(["part", "count", "each", "share", "of measured"], estimates: ["share"])),
      notes: rows.compactMap { row in row.remark.map { "\(row.primitive): \($0)" } }
        + explanation.missing.map { "not in the sum: \($0)" })
  }

  private func section(_ pair: ExplainedPair) -> Section {
    let rows = pair.difference.rows
    let ends = [("sum", pair.difference.sum), ("measured", pair.difference.measured)]
    return Section(
      title: "\(pair.more.experiment), concurrency \(NumberText.grouped(pair.more.concurrency)): "
        + "what \(pair.more.mode) takes more than \(pair.less.mode)",
      table: Table(
        columns: [
          .text("part", rows.map(\.primitive) + ends.map(\.0)),
          .number("count", rows.map { NumberText.significant($0.count, digits: 3) } + ends.map { _ in "" }),
          .estimates(
            "share", rows.map { EstimateText($0.share, digits: 3) } + ends.map { EstimateText($0.1, digits: 3) }),
        ], rows: (rows.map(\.primitive) + ends.map(\.0)).map { _ in Table.Row() }, names: 1))
  }

  // MARK: Data

  private var json: JSONValue {
    JSONReport.object([
      "run_id": .string(run.record.runID),
      "started": .string(run.record.started),
      "machine": .string(Provenance(run.record).machine),
      "tool_configuration": .string(run.record.tool.configuration),
      "primitives": JSONReport.object([
        "started": .string(primitives.started),
        "machine": .string(Provenance.machine(primitives.machine)),
        "tool_configuration": .string(primitives.tool.configuration),
        "rounds": .number(Double(primitives.rounds)),
      ]),
      "points": .array(points.map(json)),
      "differences": pairs.isEmpty ? nil : .array(pairs.map(json)),
    ])
  }

  private func json(_ point: ExplainedPoint) -> JSONValue {
    let explanation = point.explanation
    return JSONReport.object([
      "experiment": .string(point.experiment),
      "mode": .string(point.mode),
      "concurrency": JSONReport.number(point.concurrency),
      "parts": .array(
        explanation.rows.map { row in
          JSONReport.object([
            "name": .string(row.primitive),
            "count_per_operation": .number(row.count),
            "cost_ns": JSONReport.estimate(row.cost),
            "share_ns": JSONReport.estimate(row.share),
            "remark": row.remark.map { .string($0) },
          ])
        }),
      "missing": explanation.missing.isEmpty ? nil : .array(explanation.missing.map { .string($0) }),
      "sum_ns": JSONReport.estimate(explanation.sum),
      "measured_ns": JSONReport.estimate(explanation.measured),
      "unexplained_ns": explanation.unexplained.map { bounds in
        JSONReport.object([
          "value": .number(bounds.value), "low": .number(bounds.low), "high": .number(bounds.high),
        ])
      },
    ])
  }

  private func json(_ pair: ExplainedPair) -> JSONValue {
    JSONReport.object([
      "experiment": .string(pair.more.experiment),
      "concurrency": JSONReport.number(pair.more.concurrency),
      "mode": .string(pair.more.mode),
      "than": .string(pair.less.mode),
      "parts": .array(
        pair.difference.rows.map { row in
          JSONReport.object([
            "name": .string(row.primitive), "count_per_operation": .number(row.count),
            "share_ns": JSONReport.estimate(row.share),
          ])
        }),
      "sum_ns": JSONReport.estimate(pair.difference.sum),
      "measured_ns": JSONReport.estimate(pair.difference.measured),
    ])
  }
}
