import Records

/// The report for a terminal: a table for every experiment, and words in at most 100 columns.
struct TextReport {
  let run: Run
  let summary: Summary
  let width: Int
  let color: Bool

  static let widestText = 100

  init(_ run: Run, _ summary: Summary, width: Int, color: Bool) {
    self.run = run
    self.summary = summary
    self.width = max(40, width)
    self.color = color
  }

  func render() -> String {
    let provenance = Provenance(run.record)
    var lines =
      styled("iomodes run \(provenance.run)", .bold) + styled("\(provenance.machine) · \(provenance.date)", .plain)
    if let origin = provenance.origin { lines += styled(origin, .plain) }
    lines += provenance.warnings.flatMap { styled($0, .warning) }
    if let progress = provenance.progress(finished: run.trials.count) {
      lines += styled(progress, .warning)
    }
    var hasSparklines = false
    for section in summary.sections {
      switch section {
      case .experiment(let experiment):
        let table = TextTable.fitting(ResultTable(experiment), width: width)
        hasSparklines = hasSparklines || table.hasSparklines
        lines += [""] + self.section(table)
      case .load(let load): lines += [""] + self.section(load)
      case .sweep(let sweep): lines += [""] + self.section(sweep)
      }
    }
    lines += section(summary.tunings)
    if let trust = Trust(run, summary) { lines += [""] + styled(trust.text, .plain) }
    if !summary.experiments.isEmpty {
      lines += [""] + styled(Report.legend + (hasSparklines ? " " + Self.sparklineLegend : ""), .dim, indent: 0)
    }
    if let claims = ClaimsOverview(ClaimResult.all(run, summary)) {
      let text = ClaimsText(results: claims.results, width: min(width, Self.widestText), color: color)
      lines += [""] + styled(claims.heading, .bold) + text.compact() + text.legend
    }
    return lines.joined(separator: "\n") + "\n"
  }

  static let sparklineLegend = """
    Drawn: how many operations took how long, each mode by its own most, on a logarithmic axis with the unit of the \
    percentiles; what is beyond its ends, 1 % on either side at most, is drawn there.
    """

  private func section(_ table: TextTable) -> [String] {
    let experiment = table.table.experiment
    let heading = "\(experiment.name): \(experiment.description) · \(table.table.trialCount)"
    return styled(heading, .bold) + table.lines(color: color)
      + self.table(ClassTable(experiment.points)) + lines(experiment.notes) + self.table(AuditTable(experiment))
  }

  private func table(_ table: (any SideTable)?) -> [String] {
    guard let table else { return [] }
    return [""] + styled(table.title, .dim, margin: 2)
      + table.lines(width: width).enumerated().map { ($0 == 0 ? Style.dim : .plain).applied(to: $1, color: color) }
  }

  private func section(_ load: Summary.Load) -> [String] {
    if let search = load.search {
      let table = SearchTable(search)
      return styled("\(load.name): \(load.description) · highest rate with \(search.objective)", .bold)
        + table.lines(width: width, color: color) + lines(table.notes + LoadTable(load).invalidNotes)
    }
    let table = LoadTable(load)
    return styled("\(load.name): \(load.description) · \(table.trialCount)", .bold)
      + table.lines(width: width, color: color) + self.table(ClassTable(load)) + lines(table.notes)
  }

  private func section(_ sweep: Summary.Sweep) -> [String] {
    let table = SweepTable(sweep)
    return styled("\(sweep.name): \(sweep.description) · \(sweep.trialCount)", .bold)
      + self.table(table) + self.table(ClassTable(sweep.rows.map(\.point))) + lines(table.notes)
  }

  private func section(_ tunings: [Summary.Tuning]) -> [String] {
    guard !tunings.isEmpty else { return [] }
    return [""] + styled("\(TuningTable.heading): \(TuningTable.about)", .bold)
      + tunings.flatMap { tuning -> [String] in
        let table = TuningTable(tuning)
        return self.table(table) + lines(table.notes)
      }
  }

  private func lines(_ notes: [Summary.MeasuredExperiment.Note]) -> [String] {
    notes.flatMap { styled("· \($0.text)", $0.isWarning ? .warning : .dim, margin: 2) }
  }

  private func styled(_ text: String, _ style: Style, indent: Int = 2, margin: Int = 0) -> [String] {
    Terminal.wrapped(text, width: min(width, Self.widestText) - margin, indent: indent).map {
      style.applied(to: String(repeating: " ", count: margin) + $0, color: color)
    }
  }
}
