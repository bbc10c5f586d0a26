import Records
import Statistics

/// What a page says of one experiment.
struct ExperimentSection {
  let experiment: Summary.MeasuredExperiment
  let answer: Answer?

  var body: Markup {
    let table = ResultTable(experiment)
    return """
      <p class="asks">\(experiment.description) · \(table.trialCount)</p>
      \(answer.map { "<p>\($0.sentences)</p>\n" })\
      \(results(table))\
      \(PageTable.table(ClassTable(experiment.points)))\
      \(PageNotes.list(experiment.notes))\
      \(trials(table))\
      \(PageTable.table(AuditTable(experiment)))
      """
  }

  private func results(_ table: ResultTable) -> Markup {
    typealias Column = PageColumn<Summary.Point>
    let best = Dictionary(
      experiment.byConcurrency.map { ($0.concurrency, $0.points.compactMap(\.throughput?.median).max() ?? 0) }
    ) { first, _ in first }
    let columns: [Column] = [
      .mode { ($0.mode, $0.name) },
      .number("conc.", "concurrency: the number of lanes") { NumberText.grouped($0.concurrency) },
      Column(heading: "", kind: .bar) { point in
        let most = best[point.concurrency] ?? 0
        return PageTable.bar(most > 0 ? (point.throughput?.median ?? 0) / most : 0, mode: point.mode)
      },
      .number("trials", "valid trials, of those carried out") {
        $0.invalidTrials > 0 ? "\($0.validTrials) of \($0.carriedOut)" : "\($0.validTrials)"
      },
      .number("served", "lanes that had an operation done within the window, of those asked for", table.served),
      .estimate("wall s", "how long a trial took") { EstimateText($0.wallSeconds, digits: 3) },
      .estimate(table.rateHeading, "median over the valid trials, and its interval", table.throughput),
      .estimate("× blocking", "throughput over that of blocking, round by round", table.ratio),
      percentile("50", table), percentile("90", table), percentile("99", table), percentile("99.9", table),
      .estimate("p99 of trials", "median over the valid trials of each trial's own p99", table.trialPercentile99),
      .estimate("client CPU µs/op", Self.aboutCPU) { EstimateText($0.client.cpu, digits: 3) },
      .estimate("server CPU µs/op", Self.aboutCPU) { EstimateText($0.server.cpu, digits: 3) },
      .number("threads", "the most threads of the mode's process", table.threads),
      .number("MiB", "memory, median peak: the peak of a trial, the median over the valid trials", table.memory),
      .number("calls/op", "system calls of the mode, made through its own wrappers") {
        EstimateText($0.tested.directCalls, digits: 3).median
      },
      .number("in flight", "the most lanes that held an operation") {
        $0.inFlight?.max.map { NumberText.grouped($0) } ?? NumberText.none
      },
    ]
    return PageTable.table(
      experiment.points, columns, remark: \.prediction, startsGroup: { $0.concurrency != $1.concurrency })
  }

  private static let aboutCPU = "processor time: median over the valid trials, and its interval"

  private func percentile(_ percentile: String, _ table: ResultTable) -> PageColumn<Summary.Point> {
    .number(
      table.percentileHeading(percentile),
      "\(table.showsResponse ? "response" : "service") time, of all valid trials' operations together"
    ) { table.percentile(Double(percentile) ?? 0, $0) }
  }

  /// Medians over the trials of what each trial came to, with their intervals.
  private func trials(_ table: ResultTable) -> Markup? {
    let points = experiment.points.filter { $0.validTrials > 0 }
    guard !points.isEmpty else { return nil }
    typealias Column = PageColumn<Summary.Point>
    let percentiles: [(String, KeyPath<Summary.TrialPercentiles, Estimate?>)] = [
      ("p50", \.p50), ("p90", \.p90), ("p99", \.p99), ("p99.9", \.p999),
    ]
    func columns(
      _ prefix: String, _ values: @escaping (Summary.Point) -> Summary.TrialPercentiles
    ) -> [Column] {
      percentiles.map { name, path in
        .estimate("\(prefix)\(name) \(table.timeUnit.rawValue)") {
          EstimateText(values($0)[keyPath: path], over: table.timeUnit.nanoseconds, digits: 3)
        }
      }
    }
    let all: [Column] =
      [.mode { ($0.mode, $0.name) }, .number("conc.") { NumberText.grouped($0.concurrency) }]
      + columns("", \.servicePercentiles) + (table.showsResponse ? columns("resp. ", \.responsePercentiles) : [])
    return """
      <details><summary>Percentiles of trials</summary>
      \(PageTable.table(points, all, caption: "medians over the valid trials of each trial's own percentile",
      startsGroup: { $0.concurrency != $1.concurrency }))</details>

      """
  }
}

/// What a page says of an experiment at several offered rates.
struct LoadSection {
  let load: Summary.Load

  var body: Markup {
    let table = LoadTable(load)
    let about = load.search.map { "highest rate with \($0.objective)" } ?? table.trialCount
    return """
      <p class="asks">\(load.description) · \(about)</p>
      \(LoadAnswer.sentences(load).map { "<p>\($0)</p>\n" })\
      \(load.search.map { results(SearchTable($0)) })\
      \(load.curves.isEmpty ? nil : results(table))\
      \(PageTable.table(ClassTable(load)))\
      \(PageNotes.list((load.search.map { SearchTable($0).notes } ?? []) + table.notes))
      """
  }

  private func results(_ table: SearchTable) -> Markup {
    PageTable.table(
      table.search.results,
      [
        .mode { ($0.key.mode, $0.key.name) },
        .number("conc.") { $0.key.lanesText },
        .estimate(table.saturationHeading, nil, table.saturation),
        .estimate(table.metHeading, nil, table.met),
        .estimate(table.missedHeading, nil, table.missed),
        .number("rounds") { "\($0.rounds)" },
      ])
  }

  private func results(_ table: LoadTable) -> Markup {
    let percentiles: [PageColumn<LoadTable.Row>] = ["50", "90", "99", "99.9"].map { percentile in
      .number(table.percentileHeading(percentile), "response time, of all valid trials' operations together") {
        table.percentile(Double(percentile) ?? 0, $0)
      }
    }
    let columns: [PageColumn<LoadTable.Row>] =
      [
        .mode { ($0.curve.key.mode, $0.curve.key.name) },
        .number("conc.", "concurrency: the number of lanes") { $0.curve.key.lanesText },
        .number(table.offeredHeading, nil, table.offered),
        .number("trials", "valid trials") { "\($0.point.validTrials)" },
        .estimate(table.doneHeading, "median over the valid trials, and its interval", table.done),
      ] + percentiles + [
        .estimate("p99 of trials", "median over the valid trials of each trial's own p99", table.trialPercentile99),
        .number(table.lagHeading, "how late the harness itself started operations", table.lag),
        .estimate("CPU µs/op", "processor time of the mode", table.cpu),
        .text("not valid") { table.remark($0, inFull: true) ?? NumberText.none },
      ]
    return PageTable.table(
      table.rows, columns, names: 3, remark: { $0.point.prediction }, startsGroup: { $0.curve.key != $1.curve.key })
  }
}

enum PageNotes {
  static func list(_ notes: [Summary.MeasuredExperiment.Note]) -> Markup? {
    guard !notes.isEmpty else { return nil }
    let items = notes.map { note -> Markup in
      note.isWarning ? "<li class=\"warning\">\(note.text)</li>\n" : "<li>\(note.text)</li>\n"
    }
    return "<ul class=\"notes\">\n\(items)</ul>\n"
  }
}
