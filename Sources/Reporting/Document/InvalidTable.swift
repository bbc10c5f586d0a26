import Records

extension Table {
  /// The invalid trials, point by point, with all their reasons; nil if all trials are valid.
  static func invalid(_ summary: Summary) -> Table? {
    let points = summary.experiments.flatMap { experiment in
      experiment.points.filter { $0.invalidTrials > 0 }.map { (experiment: experiment.name, point: $0) }
    }
    guard !points.isEmpty else { return nil }
    return Table(
      title: "Trials that are not valid, and left out:",
      columns: [
        .text("experiment", points.map(\.experiment)), .modes(points.map(\.point.name)),
        .concurrency(points.map(\.point.concurrency)), .number("not valid", points.map { "\($0.point.invalidTrials)" }),
        .number("of", points.map { "\($0.point.carriedOut)" }),
        .text("reasons (trials)", points.map(\.point.reasons)),
      ], rows: points.map { Row(mode: $0.point.mode) }, names: 1)
  }

  /// The invalid trials one by one, for a page; nil if all are valid.
  static func invalid(_ trials: [TrialRecord]) -> Table {
    Table(
      columns: [
        .text("experiment", trials.map(\.experiment)),
        TableColumn("trial", .number, trials.map { Cell("\($0.trial)") }, about: "its number in the plan"),
        .number("round", trials.map { "\($0.round)" }),
        .modes(trials.map { trial in trial.variant.map { "\(trial.mode)/\($0)" } ?? trial.mode }),
        .concurrency(trials.map(\.concurrency)),
        TableColumn(
          "rate/s", .number, trials.map { Cell($0.arrivals.rate.map { NumberText.brief($0) } ?? NumberText.none) },
          about: "of an open loop"),
        .text(
          "reasons", trials.map { $0.reasons.isEmpty ? "no reason given" : $0.reasons.joined(separator: "; ") }),
      ], rows: trials.map { Row(mode: $0.mode) }, names: 2,
      layouts: TableLayouts(
        text: [[]], markdown: [], latex: [],
        html: ["experiment", "trial", "round", "mode", "conc.", "rate/s", "reasons"]))
  }
}
