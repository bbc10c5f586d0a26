import Explain
import Records
import Statistics

extension ExplainReport {
  var document: TableDocument {
    TableDocument(
      title: "iomodes explain", provenance: provenance, warnings: warnings,
      sections: (points.count > 1 ? [overview] : []) + points.map(section) + pairs.map(section), legend: Self.legend,
      modes: ModeTable(run.record), json: json, csv: csv)
  }

  private static let legend =
    "CPU time per operation of the mode's processes in ns: median [95 % interval; * the range, of fewer than six rounds, "
    + "or the bounds of a ratio or difference, from the ends of both intervals]. A part is a count times a cost that was "
    + "measured apart from the trials. Their sum is the prediction; nothing is fitted. Counts include setting up. "
    + "Within: how far the prediction is from the measured, at most; wholly: how far the whole interval is."

  private var provenance: [String] {
    let ofRun = Provenance(run.record)
    return [
      "\(ofRun.run) · \(ofRun.machine) · \(ofRun.date)",
      "primitives: \(primitives.started), \(primitives.rounds) \(primitives.rounds == 1 ? "round" : "rounds")",
    ]
  }

  private var warnings: [String] {
    let (ofRun, ofPrimitives) = (Provenance(run.record), Provenance.machine(primitives.machine))
    let builds = [("trials", run.record.tool), ("primitives", primitives.tool)].compactMap { what, tool in
      tool.isForComparison
        ? nil : "the \(what) are of a \(tool.configuration) build, which is slower in user space"
    }
    return (ofPrimitives == ofRun.machine ? [] : ["the primitives are of another machine: \(ofPrimitives)"]) + builds
  }

  private func titled(_ title: String, _ table: Table, _ notes: [String] = []) -> TableDocument.Section {
    TableDocument.Section(title: title, table: table, notes: notes.map { .init(text: $0, isWarning: false) })
  }

  // MARK: Predicted and measured

  /// Every point, and how many predictions come near what was measured.
  private var overview: TableDocument.Section {
    let columns = MetricColumns(
      metrics: ExplainMetrics.points, rows: points, places: points.map(\.place), time: nil)
    let (predicted, measured, ratio) = ("predicted", "measured", "predicted-over-measured")
    let start: [TableLayouts.Place] = ["experiment", "mode", "conc."]
    let end: [TableLayouts.Place] = ["within", "wholly", "missing"]
    let all: [TableLayouts.Place] = start + [.init(predicted), .init(measured), .init(ratio)] + end
    // Headings without units are narrower.
    let medians: [TableLayouts.Place] = [.median(predicted, predicted), .median(measured, measured)]
    return titled(
      "Predicted and measured",
      Table(
        columns: [
          .text("experiment", points.map(\.experiment)), .modes(points.map(\.mode)),
          .concurrency(points.map(\.concurrency)), columns.column(predicted), columns.column(measured),
          columns.column(ratio), near("within", "the prediction", wholly: false),
          near("wholly", "the whole interval of the ratio", wholly: true), columns.column("missing"),
        ],
        rows: points.indices.map { index in
          Table.Row(
            mode: points[index].coordinates.mode,
            startsGroup: index > 0 && points[index].experiment != points[index - 1].experiment)
        },
        names: 3,
        layouts: TableLayouts(
          text: [
            all, start + medians + [.init(ratio)] + end, start + medians + [.init(ratio), "within"],
            start + medians + [.median(ratio), "within"], start + [.median(ratio), "within"],
          ],
          markdown: all, latex: all, html: all)),
      tally.sentences)
  }

  private func near(_ heading: String, _ about: String, wholly: Bool) -> TableColumn {
    let cells = points.map { Cell(PredictionTally.nearest($0.ratio, wholly: wholly) ?? NumberText.none) }
    return TableColumn(heading, .text, cells, about: "\(about) is at most so far from the measured")
  }

  // MARK: Parts

  private func section(_ point: ExplainedPoint) -> TableDocument.Section {
    let (parts, explanation) = (point.parts, point.explanation)
    let columns = MetricColumns(metrics: ExplainMetrics.parts, rows: parts, places: parts.map(\.place), time: nil)
    let whole = MetricColumns(metrics: ExplainMetrics.points, rows: [point], places: [point.place], time: nil)
    func ofWhole(_ metric: String) -> Cell { whole.column(metric).cells[0] }
    let share = explanation.measured == nil ? NumberText.none : "100"
    let table = Self.parts(
      parts.map(\.row.primitive), ends: ["sum", "measured", "unexplained"],
      [
        (columns.column("count"), []), (columns.column("cost"), []),
        (columns.column("share"), ["predicted", "measured", "unexplained"].map(ofWhole)),
        (columns.column("share-of-measured"), [percent(of: point), Cell(share), ofWhole("unexplained-share")]),
      ])
    return titled(
      "\(point.experiment): \(point.mode), concurrency \(NumberText.grouped(point.concurrency))", table,
      explanation.rows.compactMap { row in row.remark.map { "\(row.primitive): \($0)" } }
        + explanation.missing.map { "not in the sum: \($0)" })
  }

  /// The sum as a share of the measured.
  private func percent(of point: ExplainedPoint) -> Cell {
    guard let ratio = point.ratio else { return Cell(NumberText.none) }
    return Cell(
      NumberText.significant(100 * ratio.median, digits: 3),
      source: Cell.Source(place: point.place, metric: "predicted-over-measured"))
  }

  private func section(_ pair: ExplainedPair) -> TableDocument.Section {
    let rows = pair.difference.rows
    let columns = MetricColumns(
      metrics: ExplainMetrics.differences, rows: rows,
      places: rows.map { pair.more.place.of(.operation(Citable.word($0.primitive))) }, time: nil)
    let whole = MetricColumns(
      metrics: ExplainMetrics.differencesOfPoints, rows: [pair.difference], places: [pair.more.place], time: nil)
    func named(_ cells: [Cell]) -> [Cell] {
      cells.map { cell in
        var cell = cell
        cell.source = cell.source.map { Cell.Source(place: $0.place, metric: pair.word($0.metric)) }
        return cell
      }
    }
    let table = Self.parts(
      rows.map(\.primitive), ends: ["sum", "measured"],
      [
        (columns.column("count"), []),
        (columns.column("share"), ["predicted", "measured"].map { whole.column($0).cells[0] }),
      ], named)
    return titled(
      "\(pair.more.experiment), concurrency \(NumberText.grouped(pair.more.concurrency)): "
        + "what \(pair.more.mode) takes more than \(pair.less.mode)", table)
  }

  /// A table of parts with what follows from all of them, which has a group of its own.
  /// - Parameters:
  ///   - columns: each with the cells of the ends, which are empty if there are none.
  ///   - cells: what becomes of a column's cells.
  private static func parts(
    _ names: [String], ends: [String], _ columns: [(parts: TableColumn, ends: [Cell])],
    _ cells: ([Cell]) -> [Cell] = { $0 }
  ) -> Table {
    let blank = ends.map { _ in Cell("") }
    let numbers = columns.map { column, ends in
      TableColumn(
        column.heading, key: column.key, column.kind, cells(column.cells + (ends.isEmpty ? blank : ends)),
        about: column.about)
    }
    let all: [TableLayouts.Place] = ["part"] + numbers.map { .init($0.key) }
    let estimates: Set = ["cost", "share"]
    let narrow = all.map { TableLayouts.Place($0.key, showsInterval: $0.key != "cost") }
    let narrowest = all.map { TableLayouts.Place($0.key, showsInterval: !estimates.contains($0.key)) }
    return Table(
      columns: [.text("part", names + ends)] + numbers,
      rows: names.map { _ in Table.Row() }
        + ends.indices.map { Table.Row(startsGroup: $0 == 0 && !names.isEmpty) },
      names: 1,
      layouts: TableLayouts(text: [all, narrow, narrowest], markdown: all, latex: all, html: all))
  }
}
