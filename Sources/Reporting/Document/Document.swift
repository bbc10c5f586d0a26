import Records

/// A report before it is rendered: the run's results in the order of its plan.
struct Document {
  let run: Run
  let summary: Summary
  let provenance: Provenance
  let sections: [Section]
  let tunings: [TuningTable]
  let invalid: Table?
  let machine: Table?
  /// The machines of a run over several hosts.
  let hosts: Table?
  let trust: Trust?
  let claims: ClaimsOverview?
  let verdicts: Verdicts
  /// Nil without closed loops.
  let headline: HeadlineTable?

  /// One section of a report.
  struct Section {
    let subject: Summary.Section
    let name: String
    /// The workload, and the number of trials.
    let about: String
    /// What it says of its modes; nil where there is nothing to say.
    let verdict: String?
    /// A search has two: what it found, and the rates that it tried.
    var parts: [Part]
    /// What a terminal, which has the first part alone, says below it.
    var ofOtherParts: [Summary.MeasuredExperiment.Note] = []
  }

  /// A table with its notes.
  struct Part {
    let table: Table
    var classes: Table?
    /// Each host's own results, and those of the observer.
    var hosts: Table?
    /// Each trial's own percentiles; only some formats show them.
    var ofTrials: Table?
    var notes: [Summary.MeasuredExperiment.Note]
    var audits: Table?
  }

  init(_ run: Run, _ metrics: MetricTable = .standard) {
    self.run = run
    summary = Summary(run)
    provenance = Provenance(run.record)
    let verdicts = Verdicts(run, summary)
    self.verdicts = verdicts
    headline = HeadlineTable(summary, verdicts)
    let modes = provenance.modes
    sections = summary.sections.map { section in
      let verdict = verdicts.of(section)
      var told = Section(section, verdict, metrics)
      told.parts[0].notes += [verdict?.neighboursNote, told.labelsNote(modes)].compactMap { $0 }
      return told
    }
    tunings = summary.tunings.map(TuningTable.init)
    invalid = Table.invalid(summary)
    machine = Table.machine(run)
    hosts = Table.hosts(of: run.record)
    trust = Trust(run, summary)
    claims = ClaimsOverview(ClaimResult.all(run, summary))
  }

  /// Nil if all planned trials are recorded.
  var progress: String? { provenance.progress(finished: run.trials.count) }

  /// Nil if nothing was measured.
  var legend: String? { summary.experiments.isEmpty ? nil : Report.legend }
}

extension Document.Section {
  /// What figures call other programs by.
  fileprivate func labelsNote(_ modes: ModeTable) -> Summary.MeasuredExperiment.Note? {
    var names: [String] = []
    for mode in parts.flatMap(\.table.rows).compactMap(\.mode) where !names.contains(mode) { names.append(mode) }
    let labels = names.compactMap { modes[$0] }.filter { $0.label != $0.id.rawValue }
    guard !labels.isEmpty else { return nil }
    let words = labels.map { "\($0.id) is \($0.label)" }.joined(separator: "; ")
    return .init(text: "in figures, \(words)", isWarning: false)
  }

  fileprivate init(_ section: Summary.Section, _ verdict: Verdict?, _ metrics: MetricTable) {
    subject = section
    self.verdict = verdict.map { "Verdict: \($0.text)" }
    switch section {
    case .experiment(let experiment):
      name = experiment.name
      about = "\(experiment.description) · \(TrialCount.text(experiment.points))"
      parts = [
        Document.Part(
          table: .results(of: experiment, metrics), classes: .classes(of: experiment.placed, metrics),
          hosts: .hosts(of: experiment.placed, metrics),
          ofTrials: .ofTrials(experiment, metrics),
          notes: experiment.notes + [experiment.placed.observerNote].compactMap { $0 },
          audits: .audits(of: experiment, metrics))
      ]
    case .load(let load):
      name = load.name
      let table = LoadTable(load, metrics)
      let search = load.search.map { SearchTable(load: load, search: $0) }
      let found = search.map { Document.Part(table: $0.table, notes: $0.notes) }
      let measured = Document.Part(
        table: table.table, classes: .classes(of: load.placed, metrics), hosts: .hosts(of: load.placed, metrics),
        notes: table.notes + [load.placed.observerNote].compactMap { $0 })
      about = "\(load.description) · \(load.search.map { "highest rate with \($0.objective)" } ?? table.trialCount)"
      parts = (found.map { [$0] } ?? []) + (load.curves.isEmpty ? [] : [measured])
      ofOtherParts = search == nil ? [] : table.invalidNotes
    case .sweep(let sweep):
      name = sweep.name
      let table = SweepTable(sweep, metrics)
      about = "\(sweep.description) · \(TrialCount.text(sweep.rows.map(\.point)))"
      parts = [
        Document.Part(
          table: table.table, classes: .classes(of: sweep.placed, metrics), hosts: .hosts(of: sweep.placed, metrics),
          notes: table.notes + [sweep.placed.observerNote].compactMap { $0 })
      ]
    }
  }
}
