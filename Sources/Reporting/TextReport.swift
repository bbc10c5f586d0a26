import Records

/// The report for a terminal: a table of at most 100 columns for every experiment.
struct TextReport {
  let run: Run
  let summary: Summary
  let width: Int
  let color: Bool

  private static let widest = 100

  init(_ run: Run, _ summary: Summary, width: Int, color: Bool) {
    self.run = run
    self.summary = summary
    self.width = max(40, min(width, Self.widest))
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
    for section in summary.sections {
      switch section {
      case .experiment(let experiment): lines += [""] + self.section(ResultTable(experiment))
      case .load(let load): lines += [""] + self.section(load)
      }
    }
    if let trust = Trust(run, summary) { lines += [""] + styled(trust.text, .plain) }
    if !summary.experiments.isEmpty {
      lines += [""] + styled(Report.legend, .dim, indent: 0)
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private func section(_ table: ResultTable) -> [String] {
    let experiment = table.experiment
    let heading = "\(experiment.name): \(experiment.description) · \(table.trialCount)"
    return styled(heading, .bold)
      + TextTable.fitting(table, width: width).lines(color: color)
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
        + table.lines(width: width, color: color) + lines(table.notes)
    }
    let table = LoadTable(load)
    return styled("\(load.name): \(load.description) · \(table.trialCount)", .bold)
      + table.lines(width: width, color: color) + self.table(ClassTable(load)) + lines(table.notes)
  }

  private func lines(_ notes: [Summary.Experiment.Note]) -> [String] {
    notes.flatMap { styled("· \($0.text)", $0.isWarning ? .warning : .dim, margin: 2) }
  }

  private func styled(_ text: String, _ style: Style, indent: Int = 2, margin: Int = 0) -> [String] {
    Terminal.wrapped(text, width: width - margin, indent: indent).map {
      style.applied(to: String(repeating: " ", count: margin) + $0, color: color)
    }
  }
}
