import Records
import Statistics

/// The report as GitHub tables, with all columns.
struct MarkdownReport {
  let run: Run
  let summary: Summary
  /// Of the numbers in the tables of experiments, which stand behind them as comments.
  private let citations: TableCitations?

  init(_ run: Run, _ summary: Summary, citations: Citations? = nil) {
    self.run = run
    self.summary = summary
    self.citations = citations.map { TableCitations($0, .markdown) }
  }

  func render() -> String {
    let provenance = Provenance(run.record)
    var blocks = ["# iomodes run \(Self.escaped(provenance.run))"]
    blocks.append(Self.escaped("\(provenance.machine) · \(provenance.date)"))
    if let origin = provenance.origin { blocks.append(Self.escaped(origin)) }
    blocks += provenance.warnings.map { "**\(Self.escaped($0))**" }
    if let progress = provenance.progress(finished: run.trials.count) { blocks.append("**\(progress)**") }
    for section in summary.sections {
      let own =
        switch section {
        case .experiment(let experiment): self.section(ResultTable(experiment))
        case .load(let load): self.section(load)
        case .sweep(let sweep): self.section(sweep)
        }
      blocks += citations?.cited(own, of: section) ?? own
    }
    blocks += section(summary.tunings)
    blocks += rows(InvalidTable(summary)) + rows(MachineTable(run))
    if let trust = Trust(run, summary) { blocks.append(Self.escaped(trust.text)) }
    if !summary.experiments.isEmpty { blocks.append(Self.escaped(Report.legend)) }
    if let claims = ClaimsOverview(ClaimResult.all(run, summary)) {
      blocks += ["## Claims", Self.escaped(claims.heading), claims.measured.markdown]
      blocks.append(Self.escaped(ClaimsOverview.legend))
    }
    return blocks.joined(separator: "\n\n") + "\n"
  }

  private func section(_ table: ResultTable) -> [String] {
    let experiment = table.experiment
    let headings =
      ["mode", "concurrency", "trials"] + (table.showsServed ? ["served"] : [])
      + (table.countsOperations ? ["wall s"] : [])
      + [table.rateHeading, "interval"] + ["50", "90", "99", "99.9"].map { table.percentileHeading($0) }
      + ["p99 of trials", "interval", "client CPU µs/op", "interval", "server CPU µs/op", "interval"]
      + ["system calls/op", "in flight", "threads", "memory, median peak MiB"]
      + ["× blocking", "interval"]
    let rows = Self.table(headings, experiment.points.map { cells($0, table, columns: headings.count) })
    let heading = "## \(Self.escaped(experiment.name))"
    let about = Self.escaped("\(experiment.description) · \(table.trialCount)")
    return [heading, about, rows] + self.rows(ClassTable(experiment.points)) + trials(table) + list(experiment.notes)
      + self.rows(AuditTable(experiment))
  }

  func rows(_ table: (any SideTable)?) -> [String] {
    guard let table else { return [] }
    let rows = table.rows().map { $0.map(Self.escaped) }
    return [Self.escaped(table.title), Self.table(rows[0], Array(rows.dropFirst()))]
  }

  /// Medians over the trials of what each trial came to, with their intervals.
  private func trials(_ table: ResultTable) -> [String] {
    let points = table.experiment.points.filter { $0.validTrials > 0 }
    guard !points.isEmpty else { return [] }
    let hasResponse = table.showsResponse
    let percentiles: [(String, KeyPath<Summary.TrialPercentiles, Estimate?>)] = [
      ("p50", \.p50), ("p90", \.p90), ("p99", \.p99), ("p99.9", \.p999),
    ]
    func headings(_ name: String) -> [String] {
      percentiles.flatMap { ["\(name)\($0.0) \(table.timeUnit.rawValue)", "interval"] }
    }
    func cells(_ values: Summary.TrialPercentiles) -> [String] {
      percentiles.flatMap {
        Self.cells(EstimateText(values[keyPath: $0.1], over: table.timeUnit.nanoseconds, digits: 3))
      }
    }
    let rows = Self.table(
      ["mode", "concurrency"] + headings("")
        + (hasResponse ? headings("resp. ") : []),
      points.map { point in
        [Self.escaped(point.name), NumberText.grouped(point.concurrency)] + cells(point.servicePercentiles)
          + (hasResponse ? cells(point.responsePercentiles) : [])
      })
    return ["Medians over the trials of each trial's own value:", rows]
  }

  /// Without columns in which no row has anything to say.
  static func table(_ headings: [String], _ rows: [[String]]) -> String {
    let shown = headings.indices.filter { column in column == 0 || !NumberText.areNone(rows.map { $0[column] }) }
    return ([headings, headings.indices.map { $0 == 0 ? ":--" : "--:" }] + rows)
      .map { row in "| " + shown.map { row[$0] }.joined(separator: " | ") + " |" }.joined(separator: "\n")
  }

  func list(_ notes: [Summary.MeasuredExperiment.Note]) -> [String] {
    notes.isEmpty ? [] : [notes.map { "- " + Self.escaped($0.text) }.joined(separator: "\n")]
  }

  /// A median, and its interval.
  static func cells(_ estimate: EstimateText) -> [String] { [estimate.median, escaped(estimate.interval)] }

  private func cells(_ point: Summary.Point, _ table: ResultTable, columns: Int) -> [String] {
    let name = [Self.escaped(point.name), NumberText.grouped(point.concurrency)]
    if let prediction = point.prediction {
      let cells = name + ["0", "*\(Self.escaped(prediction))*"]
      return cells + Array(repeating: "", count: columns - cells.count)
    }
    return name + ["\(point.validTrials)"] + (table.showsServed ? [table.served(point)] : [])
      + (table.countsOperations ? [table.wall(point)] : [])
      + Self.cells(table.throughput(point))
      + [50, 90, 99, 99.9].map { table.percentile($0, point) }
      + Self.cells(table.trialPercentile99(point))
      + [point.client.cpu, point.server.cpu].flatMap { Self.cells(EstimateText($0, digits: 3)) }
      + [EstimateText(point.tested.directCalls, digits: 3).median]
      + [point.inFlight?.max.map { NumberText.grouped($0) } ?? NumberText.none, table.threads(point)]
      + [table.memory(point)] + Self.cells(table.ratio(point))
  }

  /// What would be markup is put as it is.
  static func escaped(_ text: String) -> String {
    text.map { "\\`*_[]<>|#".contains($0) ? "\\\($0)" : "\($0)" }.joined()
  }
}
