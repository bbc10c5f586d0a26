import Records
import Statistics

/// The costs of primitives: medians over the rounds, with their intervals.
public struct PrimitivesReport {
  public enum Format: String, CaseIterable, Sendable { case text, json, csv, md }

  private let record: PrimitivesRecord

  public init(_ record: PrimitivesRecord) { self.record = record }

  /// - Parameter width: columns of a text table.
  public func render(_ format: Format, width: Int, color: Bool) -> String {
    switch format {
    case .text: text(width: width, color: color)
    case .json: json.text(pretty: true)
    case .csv: csv
    case .md: markdown
    }
  }

  // MARK: Text and Markdown

  private static let legend =
    "CPU and elapsed time of one occurrence in ns: median over the rounds [95 % interval; * the range, of fewer than six "
    + "rounds]. A cost that is a difference of two measured ones may be negative."

  private var provenance: String {
    let provenance = Provenance.machine(record.machine)
    let rounds = record.rounds == 1 ? "one round" : "\(record.rounds) rounds"
    return "\(provenance) · \(record.started) · \(rounds)"
      + (record.tool.configuration == "release" ? "" : " · a \(record.tool.configuration) build: slower in user space")
  }

  private var table: Table {
    let rows = record.primitives
    func counts(_ heading: String, _ value: (PrimitivesRecord.Entry) -> Int?) -> TableColumn {
      .number(heading, rows.map { value($0).map { NumberText.grouped($0) } ?? "" })
    }
    func times(_ heading: String, _ value: (PrimitivesRecord.Entry) -> [Double]?) -> TableColumn {
      .estimates(heading, rows.map { EstimateText(value($0).flatMap(medianEstimate), digits: 3) })
    }
    let all: [TableLayouts.Place] = ["primitive", "bytes", "lanes", "CPUs", "CPU", "elapsed"]
    return Table(
      columns: [
        .text("primitive", rows.map(\.name)), counts("bytes", \.size), counts("lanes", \.lanes),
        counts("CPUs", \.processors), times("CPU", \.cpu), times("elapsed", \.wall),
      ],
      rows: rows.map { Table.Row(remark: $0.obstacle) }, names: 4,
      layouts: TableLayouts(
        text: [
          all, all.dropLast() + [.median("elapsed")], all.dropLast(2) + [.median("CPU"), .median("elapsed")],
        ], markdown: all, latex: all, html: all))
  }

  private func text(width: Int, color: Bool) -> String {
    func words(_ text: String) -> [String] { Terminal.wrapped(text, width: min(width, TextReport.widestText)) }
    return (words(provenance) + [""] + TextTable(table, width: width).lines(color: color) + [""] + words(Self.legend))
      .joined(separator: "\n")
  }

  private var markdown: String {
    [
      "# iomodes primitives", MarkdownReport.escaped(provenance), MarkdownReport.grid(table),
      MarkdownReport.escaped(Self.legend),
    ].joined(separator: "\n\n")
  }

  // MARK: Data

  private var json: JSONValue {
    JSONReport.object([
      "started": .string(record.started),
      "machine": .string(Provenance.machine(record.machine)),
      "tool_version": .string(record.tool.version),
      "tool_configuration": .string(record.tool.configuration),
      "rounds": .number(Double(record.rounds)),
      "primitives": .array(
        record.primitives.map { primitive in
          JSONReport.object([
            "name": .string(primitive.name),
            "about": .string(primitive.about),
            "size_bytes": JSONReport.number(primitive.size),
            "lanes": JSONReport.number(primitive.lanes),
            "processors": JSONReport.number(primitive.processors),
            "cpu_ns": JSONReport.estimate(primitive.cpu.flatMap(medianEstimate)),
            "wall_ns": JSONReport.estimate(primitive.wall.flatMap(medianEstimate)),
            "obstacle": primitive.obstacle.map { .string($0) },
          ])
        }),
    ])
  }

  private var csv: String {
    let headings = ["primitive", "size_bytes", "lanes", "processors"]
    let times = ["cpu", "wall"].flatMap { ["\($0)_ns", "\($0)_low_ns", "\($0)_high_ns", "\($0)_interval"] }
    let rows = record.primitives.map { primitive -> [String?] in
      [primitive.name, primitive.size?.description, primitive.lanes?.description, primitive.processors.description]
        + [primitive.cpu, primitive.wall].flatMap { values -> [String?] in
          guard let estimate = values.flatMap(medianEstimate) else { return [nil, nil, nil, nil] }
          return [estimate.median, estimate.low, estimate.high].map { $0.description } + [estimate.kind.rawValue]
        } + [primitive.obstacle]
    }
    return CSVReport.lines([headings + times + ["obstacle"]] + rows)
  }
}
