import Plan
import Records
import Statistics

/// The first screen of a page: the verdicts, and a table of all closed loops.
struct Headline {
  private let summary: Summary
  private let verdicts: Verdicts

  init(_ summary: Summary, _ verdicts: Verdicts) {
    self.summary = summary
    self.verdicts = verdicts
  }

  /// One for each experiment; of many the count of what they say.
  var sentences: Markup {
    verdicts.isCounted
      ? "<p>Verdicts: \(verdicts.count)</p>\n"
      : "\(verdicts.all.map { "<p><b>\($0.name)</b>: \($0.text)</p>\n" as Markup })"
  }

  /// A closed loop at the concurrency that its verdict is of.
  private struct Row {
    let experiment: Summary.MeasuredExperiment
    let standing: Standing?
    let concurrency: Int

    init?(_ experiment: Summary.MeasuredExperiment, _ verdict: Verdict?) {
      guard experiment.rate == nil, let verdict else { return nil }
      guard let place = verdict.closedLoop?.place ?? verdict.alone?.place else { return nil }
      self.experiment = experiment
      standing = verdict.closedLoop
      concurrency = place.concurrency
    }

    var points: [Summary.Point] { experiment.points.filter { $0.concurrency == concurrency } }
  }

  private var rows: [Row] {
    summary.sections.compactMap { section in
      guard case .experiment(let experiment) = section else { return nil }
      return Row(experiment, verdicts.of(section))
    }
  }

  /// One row per closed loop, and one column per mode.
  var table: Markup? {
    let rows = rows
    guard !rows.isEmpty else { return nil }
    var keys: [Coordinates] = []
    for point in rows.flatMap(\.points) {
      let key = Coordinates(mode: point.mode, variant: point.variant)
      if !keys.contains(key) { keys.append(key) }
    }
    keys.sort { $0.precedesByMode($1) }
    let heads = keys.map { "<th scope=\"col\" class=\"n\">\(PageTable.mode($0.mode, $0.name))</th>" as Markup }
    let body = rows.map { row -> Markup in
      let cells = keys.map { key in cell(row.points.first { $0.name == key.name }, row) }
      let isJudged = row.standing?.isJudged ?? true
      return """
        <tr><th scope="row">\(row.experiment.name) <small>\(NumberText.grouped(row.concurrency)) \
        \(row.concurrency == 1 ? "lane" : "lanes")\(isJudged ? "" : ", too few rounds for a verdict")</small></th>\(cells)</tr>

        """
    }
    return """
      <p class="facts">Throughput in op/s at the highest concurrency, and × blocking below it. In bold: the mode that none \
      is significantly better than, and those that are not significantly different from it.</p>
      <div class="scroll" tabindex="0" role="group" aria-label="throughput"><table class="headline">
      <thead><tr><th scope="col">experiment</th>\(heads)</tr></thead>
      <tbody>
      \(body)</tbody></table></div>

      """
  }

  private func cell(_ point: Summary.Point?, _ row: Row) -> Markup {
    guard let point, let throughput = point.throughput else { return "<td class=\"n\">\(NumberText.none)</td>" }
    let unit = RateUnit.fitting([throughput.median])
    let text = NumberText.significant(throughput.median / unit.factor) + unit.rawValue
    let isLeader = row.standing?.leaders.contains { $0.name == point.name } ?? false
    let most = row.points.filter { $0.mode != "null" }.compactMap(\.throughput?.median).max() ?? 0
    let ratio = point.ratioToBlocking.map { "× \(NumberText.significant($0.median, digits: 3))" } ?? ""
    let number: Markup = isLeader ? "<b>\(text)</b>" : "\(text)"
    let bar = PageTable.bar(most > 0 ? throughput.median / most : 0, mode: point.mode)
    return "<td class=\"n\">\(number)<small>\(ratio)</small>\(bar)</td>"
  }
}
