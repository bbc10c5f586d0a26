import Records

/// A report, before any format writes it: what a run says, in the order of its plan.
struct Document {
  let run: Run
  let summary: Summary
  let provenance: Provenance
  let sections: [Section]
  let tunings: [TuningTable]
  let invalid: Table?
  let machine: Table?
  let trust: Trust?
  let claims: ClaimsOverview?
  let verdicts: Verdicts

  /// What stands in one place.
  struct Section {
    let subject: Summary.Section
    let name: String
    /// What was measured, and in how many trials.
    let about: String
    /// What it says of its modes; nil where there is nothing to say.
    let verdict: String?
    /// A search has two: what it found, and the rates that it tried.
    let parts: [Part]
    /// What a terminal, which has the first part alone, says below it.
    var ofOtherParts: [Summary.MeasuredExperiment.Note] = []
  }

  /// A table with what belongs to it.
  struct Part {
    let table: Table
    var classes: Table?
    /// Each trial's own percentiles, where there is room.
    var ofTrials: Table?
    let notes: [Summary.MeasuredExperiment.Note]
    var audits: Table?
  }

  init(_ run: Run, _ metrics: MetricTable = .standard) {
    self.run = run
    summary = Summary(run)
    provenance = Provenance(run.record)
    let verdicts = Verdicts(run, summary)
    self.verdicts = verdicts
    sections = summary.sections.map { Section($0, verdicts.of($0), metrics) }
    tunings = summary.tunings.map(TuningTable.init)
    invalid = Table.invalid(summary)
    machine = Table.machine(run)
    trust = Trust(run, summary)
    claims = ClaimsOverview(ClaimResult.all(run, summary))
  }

  /// Nil where all planned trials are recorded.
  var progress: String? { provenance.progress(finished: run.trials.count) }

  /// Nil where nothing was measured that it is of.
  var legend: String? { summary.experiments.isEmpty ? nil : Report.legend }
}

extension Document.Section {
  fileprivate init(_ section: Summary.Section, _ verdict: Verdict?, _ metrics: MetricTable) {
    subject = section
    self.verdict = verdict.map { "Verdict: \($0.text)" }
    switch section {
    case .experiment(let experiment):
      name = experiment.name
      about = "\(experiment.description) · \(TrialCount.text(experiment.points))"
      parts = [
        Document.Part(
          table: .results(of: experiment, metrics), classes: .classes(of: experiment, metrics),
          ofTrials: .ofTrials(experiment, metrics), notes: experiment.notes, audits: .audits(of: experiment, metrics))
      ]
    case .load(let load):
      name = load.name
      let table = LoadTable(load, metrics)
      let search = load.search.map { SearchTable(load: load, search: $0) }
      let found = search.map { Document.Part(table: $0.table, notes: $0.notes) }
      let measured = Document.Part(table: table.table, classes: .classes(of: load, metrics), notes: table.notes)
      about = "\(load.description) · \(load.search.map { "highest rate with \($0.objective)" } ?? table.trialCount)"
      parts = (found.map { [$0] } ?? []) + (load.curves.isEmpty ? [] : [measured])
      ofOtherParts = search == nil ? [] : table.invalidNotes
    case .sweep(let sweep):
      name = sweep.name
      let table = SweepTable(sweep, metrics)
      about = "\(sweep.description) · \(TrialCount.text(sweep.rows.map(\.point)))"
      parts = [Document.Part(table: table.table, classes: .classes(of: sweep, metrics), notes: table.notes)]
    }
  }
}
