import Records

/// The report as GitHub tables, with all columns.
struct MarkdownReport {
  let run: Run
  let summary: Summary

  init(_ run: Run, _ summary: Summary) {
    self.run = run
    self.summary = summary
  }

  func render() -> String {
    let provenance = Provenance(run.record)
    var blocks = ["# iomodes run \(Self.escaped(provenance.run))"]
    blocks.append(Self.escaped("\(provenance.machine) · \(provenance.date)"))
    if let progress = provenance.progress(finished: run.trials.count) { blocks.append("**\(progress)**") }
    for experiment in summary.experiments {
      blocks += section(ResultTable(experiment))
    }
    if let trust = Trust(run, summary) { blocks.append(Self.escaped(trust.text)) }
    if !summary.experiments.isEmpty { blocks.append(Self.escaped(Report.legend)) }
    return blocks.joined(separator: "\n\n") + "\n"
  }

  private func section(_ table: ResultTable) -> [String] {
    let experiment = table.experiment
    let headings =
      ["mode", "concurrency", "trials"] + (table.countsOperations ? ["wall s"] : [])
      + [table.rateHeading, "interval"] + ["50", "90", "99", "99.9"].map { table.percentileHeading($0) }
      + ["client CPU µs/op", "server CPU µs/op", "system calls/op", "in flight", "threads", "memory MiB"]
      + ["× blocking", "interval"]
    var lines = [headings, headings.enumerated().map { index, _ in index == 0 ? ":--" : "--:" }]
    lines += experiment.points.map { cells($0, table, columns: headings.count) }
    let rows = lines.map { "| " + $0.joined(separator: " | ") + " |" }.joined(separator: "\n")
    let notes = experiment.notes.map { "- " + Self.escaped($0.text) }.joined(separator: "\n")
    let heading = "## \(Self.escaped(experiment.name))"
    let about = Self.escaped("\(experiment.description) · \(table.trialCount)")
    return [heading, about, rows] + (notes.isEmpty ? [] : [notes])
  }

  private func cells(_ point: Summary.Point, _ table: ResultTable, columns: Int) -> [String] {
    let name = [Self.escaped(point.name), NumberText.grouped(point.concurrency)]
    if let prediction = point.prediction {
      let cells = name + ["0", "*\(Self.escaped(prediction))*"]
      return cells + Array(repeating: "", count: columns - cells.count)
    }
    let throughput = table.throughput(point)
    let ratio = table.ratio(point)
    func integer(_ value: Int?) -> String { value.map { NumberText.grouped($0) } ?? NumberText.none }
    return name + ["\(point.validTrials)"] + (table.countsOperations ? [table.wall(point)] : [])
      + [throughput.median, Self.escaped(throughput.interval)]
      + [50, 90, 99, 99.9].map { table.percentile($0, point) }
      + [point.client.cpu, point.server.cpu, point.client.directCalls].map { EstimateText($0, digits: 3).median }
      + [integer(point.inFlight?.max), integer(point.threadsPeak)]
      + [point.memoryPeak.map { NumberText.significant(Double($0) / 1_048_576, digits: 3) } ?? NumberText.none]
      + [ratio.median, Self.escaped(ratio.interval)]
  }

  /// What would be markup is put as it is.
  static func escaped(_ text: String) -> String {
    text.map { "\\`*_[]<>|#".contains($0) ? "\\\($0)" : "\($0)" }.joined()
  }
}
