import Plan
import Records
import Statistics

/// The report as LaTeX tables with the rules of the package booktabs, to be read by `\input`. Tables are no floats, so
/// that there may be as many as a run needs.
struct LatexReport {
  let run: Run
  let summary: Summary
  /// Of the numbers in the tables of experiments, which stand behind them as comments.
  private let citations: TableCitations?

  init(_ run: Run, _ summary: Summary, citations: Citations? = nil) {
    self.run = run
    self.summary = summary
    self.citations = citations.map { TableCitations($0, .latex) }
  }

  func render() -> String {
    let provenance = Provenance(run.record)
    var blocks = [
      "% Written by `iomodes report --format latex`; it takes \\usepackage{booktabs}.",
      "\\section*{\(Self.escaped("iomodes run \(provenance.run)"))}",
      Self.escaped("\(provenance.machine) · \(provenance.date)"),
    ]
    if let origin = provenance.origin { blocks.append(Self.escaped(origin)) }
    blocks += provenance.warnings.map { "\\textbf{\(Self.escaped($0))}" }
    if let progress = provenance.progress(finished: run.trials.count) {
      blocks.append("\\textbf{\(Self.escaped(progress))}")
    }
    for section in summary.sections {
      let own =
        switch section {
        case .experiment(let experiment): self.section(experiment)
        case .load(let load): self.section(load)
        case .sweep(let sweep): self.section(sweep)
        }
      blocks += citations?.cited(own, of: section) ?? own
    }
    blocks += section(summary.tunings)
    blocks += Self.tables([InvalidTable(summary), MachineTable(run)])
    if let trust = Trust(run, summary) { blocks.append(Self.escaped(trust.text)) }
    if !summary.experiments.isEmpty { blocks.append("{\\footnotesize \(Self.escaped(Report.legend))\\par}") }
    if let claims = ClaimsOverview(ClaimResult.all(run, summary)) {
      blocks += ["\\subsection*{Claims}", Self.escaped(claims.heading)] + Self.tables([ClaimsTable(claims.measured)])
      blocks.append("{\\footnotesize \(Self.escaped(ClaimsOverview.legend))\\par}")
    }
    return blocks.joined(separator: "\n\n") + "\n"
  }

  /// The claims alone, with what is expected and why.
  static func claims(_ results: [ClaimResult]) -> String {
    let reasons = results.map {
      Summary.MeasuredExperiment.Note(
        text: "\($0.claim.id): \($0.claim.prediction) \($0.claim.reason)", isWarning: false)
    }
    return (tables([ClaimsTable(results)]) + list(reasons)).joined(separator: "\n\n") + "\n"
  }

  private static func escaped(_ text: String) -> String { LatexText.escaped(text) }

  private func section(_ experiment: Summary.MeasuredExperiment) -> [String] {
    let table = ResultTable(experiment)
    let points = experiment.points
    let groups = experiment.byConcurrency.map(\.points.count)
    let names = [
      Column(heading: "mode", cells: points.map(\.name), kind: .text),
      Column(heading: "conc.", cells: points.map { NumberText.grouped($0.concurrency) }, kind: .number),
    ]
    func column(_ heading: String, _ cell: (Summary.Point) -> String) -> Column {
      Column(heading: heading, cells: points.map { $0.prediction == nil ? cell($0) : "" }, kind: .number)
    }
    func percentiles(_ names: [String]) -> [Column] {
      names.map { name in
        column(table.percentileHeading(name)) { table.percentile(Double(name) ?? 0, $0) }
      }
    }
    let columns =
      [column("trials") { "\($0.validTrials)" }] + (table.showsServed ? [column("served", table.served)] : [])
      + (table.countsOperations ? [column("wall s", table.wall)] : [])
      + Self.columns(table.rateHeading, points.map(table.throughput)) + percentiles(["50", "99"])
      + Self.columns("× blocking", points.map(table.ratio))
      + Self.columns("CPU µs/op", points.map(table.cpu)) + percentiles(["90", "99.9"])
      + Self.columns("\(table.percentileHeading("99")) of trials", points.map(table.trialPercentile99)) + [
        column("in flight") { $0.inFlight?.max.map { NumberText.grouped($0) } ?? NumberText.none },
        column("threads", table.threads), column("median peak MiB", table.memory),
      ]
    return [
      "\\subsection*{\(Self.escaped(experiment.name))}",
      Self.escaped("\(experiment.description) · \(table.trialCount)"),
      Self.table(names, columns, remarks: points.map(\.prediction), groups: groups),
    ] + Self.tables([ClassTable(points)]) + Self.list(experiment.notes) + Self.tables([AuditTable(experiment)])
  }

  private func section(_ load: Summary.Load) -> [String] {
    var blocks = ["\\subsection*{\(Self.escaped(load.name))}"]
    if let search = load.search {
      let table = SearchTable(search)
      let names = Self.names(search.results.map(\.key))
      let columns =
        [Column(heading: "rounds", cells: search.results.map { "\($0.rounds)" }, kind: .number)]
        + Self.columns(table.saturationHeading, search.results.map(table.saturation))
        + Self.columns(table.metHeading, search.results.map(table.met))
        + Self.columns(table.missedHeading, search.results.map(table.missed))
      blocks.append(Self.escaped("\(load.description) · highest rate with \(search.objective)"))
      blocks += [Self.table(names, columns)] + Self.list(table.notes)
    }
    guard !load.curves.isEmpty else { return blocks }
    let table = LoadTable(load)
    func column(_ heading: String, _ cell: (LoadTable.Row) -> String) -> Column {
      Column(heading: heading, cells: table.rows.map { $0.point.prediction == nil ? cell($0) : "" }, kind: .number)
    }
    let names =
      Self.names(table.rows.map(\.curve.key))
      + [Column(heading: table.offeredHeading, cells: table.rows.map(table.offered), kind: .number)]
    let columns =
      [column("trials") { "\($0.point.validTrials)" }] + Self.columns(table.doneHeading, table.rows.map(table.done))
      + ["50", "99", "99.9"].map { name in
        column(table.percentileHeading(name)) { table.percentile(Double(name) ?? 0, $0) }
      } + Self.columns("p99 of trials", table.rows.map(table.trialPercentile99))
      + Self.columns("CPU µs/op", table.rows.map(table.cpu))
    if load.search == nil { blocks.append(Self.escaped("\(load.description) · \(table.trialCount)")) }
    return blocks
      + [
        Self.table(
          names, columns, remarks: table.rows.map(\.point.prediction), groups: load.curves.map(\.points.count))
      ] + Self.tables([ClassTable(load)]) + Self.list(table.notes)
  }

  private func section(_ sweep: Summary.Sweep) -> [String] {
    let table = SweepTable(sweep)
    return ["\\subsection*{\(Self.escaped(sweep.name))}", Self.escaped("\(sweep.description) · \(sweep.trialCount)")]
      + Self.tables([table, ClassTable(sweep.rows.map(\.point))]) + Self.list(table.notes)
  }

  private func section(_ tunings: [Summary.Tuning]) -> [String] {
    guard !tunings.isEmpty else { return [] }
    return ["\\subsection*{\(TuningTable.heading)}", Self.escaped("\(TuningTable.about).")]
      + tunings.flatMap { tuning in
        let table = TuningTable(tuning)
        return Self.tables([table]) + Self.list(table.notes)
      }
  }

  private static func names(_ keys: [Coordinates]) -> [Column] {
    [
      Column(heading: "mode", cells: keys.map(\.name), kind: .text),
      Column(heading: "conc.", cells: keys.map(\.lanesText), kind: .number),
    ]
  }

  /// Medians, and their intervals where there is one.
  private static func columns(_ heading: String, _ estimates: [EstimateText]) -> [Column] {
    let medians = Column(heading: heading, cells: estimates.map(\.median), kind: .number)
    guard estimates.contains(where: { !$0.interval.isEmpty }) else { return [medians] }
    return [medians, Column(heading: "", cells: estimates.map(\.interval), kind: .text)]
  }

  private static func list(_ notes: [Summary.MeasuredExperiment.Note]) -> [String] {
    guard !notes.isEmpty else { return [] }
    let items = notes.map { "  \\item \(escaped($0.text))" }.joined(separator: "\n")
    return ["{\\footnotesize\n\\begin{itemize}\n\(items)\n\\end{itemize}\n}"]
  }

  private static func tables(_ tables: [(any SideTable)?]) -> [String] {
    tables.compactMap(\.self).map { table in
      let columns = table.columns.informative(after: 1)
      let names = max(2, (columns.lastIndex { $0.kind == .text } ?? 0) + 1)
      let tabular = self.table(Array(columns.prefix(names)), Array(columns.dropFirst(names)))
      return "\\noindent \(escaped(table.title))\n\n\(tabular)"
    }
  }

  /// One table, or several below each other where it has too many columns or rows for a page.
  ///
  /// - Parameters:
  ///   - names: the first columns of each.
  ///   - remarks: of each row, what stands in it instead of numbers.
  ///   - groups: how many rows belong together, one group after the other.
  private static func table(
    _ names: [Column], _ columns: [Column], remarks: [String?] = [], groups: [Int] = []
  ) -> String {
    // Remarks need a column to stand in.
    let informative = columns.informative(after: 0)
    let shown = informative.isEmpty ? Array(columns.prefix(1)) : informative
    // What has no heading is the interval of what stands before it.
    let units = shown.reduce(into: [[Column]]()) { units, column in
      if column.heading.isEmpty, !units.isEmpty {
        units[units.count - 1].append(column)
      } else {
        units.append([column])
      }
    }
    let parts = units.reduce(into: [[Column]()]) { parts, unit in
      let part = parts[parts.count - 1]
      if part.isEmpty || (names + part + unit).map(\.textWidth).reduce(0, +) <= widest {
        parts[parts.count - 1] += unit
      } else {
        parts.append(unit)
      }
    }
    let tabulars = parts.flatMap { self.tabulars(names, $0, remarks: remarks, groups: groups) }
    return "{\\footnotesize\\setlength{\\tabcolsep}{3pt}\n\(tabulars.joined(separator: "\n\n"))\n}"
  }

  private static func tabulars(_ names: [Column], _ columns: [Column], remarks: [String?], groups: [Int]) -> [String] {
    let all = names + columns
    let rowCount = all.first?.cells.count ?? 0
    let beginnings = Set(groups.reduce(into: [0]) { $0.append(($0.last ?? 0) + $1) })
    let kinds = all.map { $0.kind == .number ? "r" : $0.width > longestCell ? "p{.38\\textwidth}" : "l" }
    let headings = row(all.map { escaped($0.heading.trimmed) })
    let head = ["\\begin{center}", "\\begin{tabular}{\(kinds.joined())}", "\\toprule", headings, "\\midrule"]
    let rows = (0..<rowCount).map { index in
      guard let remark = remarks.isEmpty ? nil : remarks[index] else {
        return row(all.map { escaped($0.cells[index]) })
      }
      let rest = "\\multicolumn{\(columns.count)}{l}{\\emph{\(escaped(remark))}}"
      return row(names.map { escaped($0.cells[index]) } + [rest])
    }
    return stride(from: 0, to: rowCount, by: mostRows).map { first in
      let body = (first..<min(first + mostRows, rowCount)).map { index in
        (index > first && beginnings.contains(index) ? "\\addlinespace\n" : "") + rows[index]
      }
      return (head + body + ["\\bottomrule", "\\end{tabular}", "\\end{center}"]).joined(separator: "\n")
    }
  }

  /// A tabular does not break: so many rows fit on a page, and so many points of width in the narrowest of columns.
  private static let mostRows = 40
  private static let widest = 340.0
  /// Longer text is broken into lines.
  private static let longestCell = 40

  private static func row(_ cells: [String]) -> String { cells.joined(separator: " & ") + " \\\\" }
}

extension Column {
  /// About, in points, at a size of 8 points.
  fileprivate var textWidth: Double { Double(width) * 3.9 + 6 }
}

extension String {
  fileprivate var trimmed: String { String(drop { $0 == " " }) }
}
