import Plan
import Records
import Statistics

/// The first screen of a page: the verdicts, and a table of all closed loops.
struct Headline {
  private let summary: Summary
  private let verdicts: Verdicts
  private let anchors: PageAnchors

  init(_ summary: Summary, _ verdicts: Verdicts, _ anchors: PageAnchors) {
    self.summary = summary
    self.verdicts = verdicts
    self.anchors = anchors
  }

  /// One for each experiment; of many the count of what they say.
  var sentences: Markup {
    verdicts.isCounted
      ? "<p>Verdicts: \(verdicts.count)</p>\n"
      : "\(verdicts.all.map { "<p><b>\(anchors.link($0.name))</b>: \($0.text)</p>\n" as Markup })"
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
    // Variants of a mode share its column, or the table of a suite with many would be wider than any screen.
    let modes = Set(rows.flatMap { $0.points.map(\.mode) }).sorted { ModeTable.precedes($0, $1) }
    let heads = modes.map { "<th scope=\"col\" class=\"n\">\(PageTable.mode($0, $0))</th>" as Markup }
    let body = rows.map { row -> Markup in
      let cells = modes.map { mode in cell(row.points.filter { $0.mode == mode }, row) }
      let isJudged = row.standing?.isJudged ?? true
      return """
        <tr><th scope="row">\(anchors.link(row.experiment.name)) <small>\(NumberText.grouped(row.concurrency)) \
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

  /// - Parameter points: those of one mode, one for each of its variants.
  private func cell(_ points: [Summary.Point], _ row: Row) -> Markup {
    let entries = points.compactMap { entry($0, row) }
    return "<td class=\"n\">\(entries.isEmpty ? [Markup(NumberText.none)] : entries)</td>"
  }

  private func entry(_ point: Summary.Point, _ row: Row) -> Markup? {
    guard let throughput = point.throughput else { return nil }
    let unit = RateUnit.fitting([throughput.median])
    let text = NumberText.significant(throughput.median / unit.factor) + unit.rawValue
    let isLeader = row.standing?.leaders.contains { $0.name == point.name } ?? false
    let most = row.points.filter { $0.mode != "null" }.compactMap(\.throughput?.median).max() ?? 0
    let ratio = point.ratioToBlocking.map { "× \(NumberText.significant($0.median, digits: 3))" }
    let asides = [point.variant, ratio].compactMap { $0 }.joined(separator: " ")
    let number: Markup = isLeader ? "<b>\(text)</b>" : "\(text)"
    let bar = PageTable.bar(most > 0 ? throughput.median / most : 0, mode: point.mode)
    return "\(number)<small>\(asides)</small>\(bar)"
  }
}
