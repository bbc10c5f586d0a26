import Records
import Statistics

/// The costs of primitives: medians over the rounds, with their intervals.
public struct PrimitivesReport {
  private let record: PrimitivesRecord

  public init(_ record: PrimitivesRecord) { self.record = record }

  /// - Parameter width: columns of a text table.
  public func render(_ format: OutputFormat, width: Int, color: Bool) -> String {
    document.render(format, width: width, color: color)
  }

  private static let metrics: [Metric<PrimitivesRecord.Entry>] = [
    Metric(
      "cpu", "CPU time of one occurrence: median over the rounds", .nanoseconds(per: nil), heading: "CPU",
      json: "cpu_ns"
    ) { MetricValue($0.cpu.flatMap(medianEstimate)) },
    Metric(
      "elapsed", "elapsed time of one occurrence: median over the rounds", .nanoseconds(per: nil), json: "wall_ns"
    ) { MetricValue($0.wall.flatMap(medianEstimate)) },
  ]

  private var document: TableDocument {
    let rounds = record.rounds == 1 ? "one round" : "\(record.rounds) rounds"
    let tool = record.tool
    return TableDocument(
      title: "iomodes primitives",
      provenance: ["\(Provenance.machine(record.machine)) · \(record.started) · \(rounds)"],
      warnings: tool.isForComparison ? [] : ["of a \(tool.configuration) build, which is slower in user space"],
      sections: [.init(title: nil, table: table)], legend: Self.legend, modes: .builtIn, json: json,
      csv: csv)
  }

  private static let legend =
    "CPU and elapsed time of one occurrence in ns: median over the rounds [95 % interval; * the range, of fewer than six "
    + "rounds]. A cost that is a difference of two measured ones may be negative."

  private var table: Table {
    let rows = record.primitives
    let columns = MetricColumns(
      metrics: Self.metrics, rows: rows, places: rows.map { Citable.Place("primitives/\($0.name)") }, time: nil)
    func counts(_ heading: String, _ value: (PrimitivesRecord.Entry) -> Int?) -> TableColumn {
      .number(heading, rows.map { value($0).map { NumberText.grouped($0) } ?? "" })
    }
    let all: [TableLayouts.Place] = ["primitive", "bytes", "lanes", "delay", "CPUs", "cpu", "elapsed"]
    return Table(
      columns: [
        .text("primitive", rows.map(\.name)), counts("bytes", \.size), counts("lanes", \.lanes),
        .number("delay", rows.map { $0.delay.map { NumberText.briefSpan(nanoseconds: Double($0)) } ?? "" }),
        counts("CPUs", \.processors),
        columns.column("cpu"), columns.column("elapsed"),
      ],
      rows: rows.map { Table.Row(remark: $0.obstacle) }, names: 5,
      layouts: TableLayouts(
        text: [
          all, all.dropLast() + [.median("elapsed")], all.dropLast(2) + [.median("cpu"), .median("elapsed")],
        ], markdown: all, latex: all, html: all))
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
          let members = MetricMembers(
            Self.metrics, of: primitive,
            with: [
              "name": .string(primitive.name), "about": .string(primitive.about),
              "size_bytes": JSONReport.number(primitive.size), "lanes": JSONReport.number(primitive.lanes),
              "delay_ns": JSONReport.number(primitive.delay),
              "processors": JSONReport.number(primitive.processors),
              "obstacle": primitive.obstacle.map { .string($0) },
            ])
          return .object(members.all)
        }),
    ])
  }

  private var csv: [[String?]] {
    let headings = ["primitive", "size_bytes", "lanes", "delay_ns", "processors"]
    let times = ["cpu", "wall"].flatMap { ["\($0)_ns", "\($0)_low_ns", "\($0)_high_ns", "\($0)_interval"] }
    let rows = record.primitives.map { primitive -> [String?] in
      [
        primitive.name, primitive.size?.description, primitive.lanes?.description, primitive.delay?.description,
        primitive.processors.description,
      ]
        + Self.metrics.flatMap { metric -> [String?] in
          // All but how many values it is of, which is the number of rounds.
          metric.value(primitive).map { Array(CSVReport.cells($0).dropLast()) } ?? [nil, nil, nil, nil]
        } + [primitive.obstacle]
    }
    return [headings + times + ["obstacle"]] + rows
  }
}
