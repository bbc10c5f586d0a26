import Explain
import Records
import Statistics

/// What the operations of each mode spend, part by part: counts of audits times costs of primitives, beside what was
/// measured.
public struct ExplainReport {
  let run: Run
  let primitives: PrimitivesRecord
  let points: [ExplainedPoint]
  /// If the points are of exactly two modes: those at which both were audited.
  let pairs: [ExplainedPair]

  /// - Parameters:
  ///   - folder: of the run, for remedies.
  ///   - query: words that name points; empty for all.
  ///   - other: costs in place of the run's own.
  public init(
    _ run: Run, in folder: String, _ query: CitationQuery, by other: PrimitivesRecord? = nil
  ) throws(ExplainFailure) {
    guard let primitives = other ?? run.primitives else {
      throw ExplainFailure("\(folder) has no costs of primitives", remedy: .primitives(folder: folder))
    }
    self.run = run
    self.primitives = primitives
    let all = ExplainedPoint.all(of: run, by: primitives)
    guard !all.isEmpty else { throw ExplainFailure("\(folder) has no valid audit", remedy: .audits) }
    points = try ExplainedPoint.matching(query, among: all)
    pairs = Set(points.map(\.mode)).count == 2 ? ExplainedPair.all(of: points) : []
  }

  /// - Parameters:
  ///   - width: columns of a text table.
  ///   - citations: the run's citations, which tables carry as comments; only for ``OutputFormat/latex`` and
  ///     ``OutputFormat/md``, and only if the costs are the run's own.
  public func render(_ format: OutputFormat, width: Int, color: Bool, citations: Citations? = nil) -> String {
    document.render(format, width: width, color: color, citations: citations)
  }

  var tally: PredictionTally { PredictionTally(points) }

  // MARK: Data

  var json: JSONValue {
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
      "predictions": JSONReport.object(
        Dictionary(uniqueKeysWithValues: tally.counts.map { ($0.data, JSONReport.number($0.value)) })
          .merging(["points": JSONReport.number(tally.points)]) { $1 }),
      "differences": pairs.isEmpty ? nil : .array(pairs.map(json)),
    ])
  }

  private func json(_ point: ExplainedPoint) -> JSONValue {
    let missing = point.explanation.missing
    let parts = point.parts.map { part in
      MetricMembers(
        ExplainMetrics.parts, of: part,
        with: ["name": .string(part.row.primitive), "remark": part.row.remark.map { .string($0) }])
    }
    return .object(
      MetricMembers(
        ExplainMetrics.points, of: point,
        with: [
          "experiment": .string(point.experiment), "mode": .string(point.mode),
          "concurrency": JSONReport.number(point.concurrency), "parts": .array(parts.map { .object($0.all) }),
          "missing": missing.isEmpty ? nil : .array(missing.map { .string($0) }),
        ]
      ).all)
  }

  private func json(_ pair: ExplainedPair) -> JSONValue {
    let parts = pair.difference.rows.map { row in
      MetricMembers(ExplainMetrics.differences, of: row, with: ["name": .string(row.primitive)])
    }
    return .object(
      MetricMembers(
        ExplainMetrics.differencesOfPoints, of: pair.difference,
        with: [
          "experiment": .string(pair.more.experiment), "concurrency": JSONReport.number(pair.more.concurrency),
          "mode": .string(pair.more.mode), "than": .string(pair.less.mode),
          "parts": .array(parts.map { .object($0.all) }),
        ]
      ).all)
  }

  /// Tidy data: a row for each number.
  var csv: [[String?]] {
    let headings = ["experiment", "mode", "concurrency", "than", "part", "number"] + CSVReport.valueNames + ["remark"]
    func rows<Subject>(
      _ point: ExplainedPoint, than other: ExplainedPoint? = nil, part: String? = nil, remark: String? = nil,
      _ metrics: [Metric<Subject>], _ subject: Subject
    ) -> [[String?]] {
      metrics.compactMap { metric -> [String?]? in
        guard let name = metric.json, let value = metric.value(subject) else { return nil }
        return [point.experiment, point.mode, "\(point.concurrency)", other?.mode, part, name]
          + CSVReport.cells(value) + [remark]
      }
    }
    var lines: [[String?]] = [headings]
    for point in points {
      for part in point.parts {
        lines += rows(point, part: part.row.primitive, remark: part.row.remark, ExplainMetrics.parts, part)
      }
      lines += rows(point, ExplainMetrics.points, point)
    }
    for pair in pairs {
      for row in pair.difference.rows {
        lines += rows(pair.more, than: pair.less, part: row.primitive, ExplainMetrics.differences, row)
      }
      lines += rows(pair.more, than: pair.less, ExplainMetrics.differencesOfPoints, pair.difference)
    }
    for count in tally.counts {
      let value = CSVReport.cells(.number(Double(count.value), of: tally.points))
      lines.append([nil, nil, nil, nil, nil, count.data] + value + [nil])
    }
    return lines
  }
}
