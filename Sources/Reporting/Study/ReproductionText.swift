import Records

extension Reproduction {
  /// - Parameters:
  ///   - format: as of comparisons.
  ///   - width: the columns of a terminal; only for text.
  public func render(_ format: ComparisonFormat, width: Int) -> String {
    switch format {
    case .text: text(width)
    case .md: markdown
    case .json: json.text(pretty: true) + "\n"
    }
  }

  private var heading: String { "Does \(run) reproduce \(study)? Of \(entries.count) claims: \(count)." }

  static let legend = """
    A number is reproduced if both intervals are on the same side of the claim's bounds, which were set before anything was \
    measured. Numbers that only explain a verdict do not count. Intervals are as in reports.
    """

  private func text(_ width: Int) -> String {
    let notes = differences.map { "the runs differ in \($0)" }
    let parts = entries.map { entry -> String in
      let head = "\(entry.id): \(entry.agreement.rawValue) (study: \(entry.verdicts.study); run: \(entry.verdicts.run))"
      return (Terminal.wrapped(head, width: width, indent: 2) + Self.table([entry], named: false).lines(width: width))
        .joined(separator: "\n")
    }
    let ends = [heading] + notes + [Self.legend]
    return (parts + [ends.flatMap { Terminal.wrapped($0, width: width, indent: 2) }.joined(separator: "\n")])
      .joined(separator: "\n\n") + "\n"
  }

  private var markdown: String {
    let escaped = MarkdownReport.escaped
    let notes = differences.map { "- the runs differ in \(escaped($0))" }
    return
      ([escaped(heading)] + (notes.isEmpty ? [] : [notes.joined(separator: "\n")])
      + [MarkdownReport.grid(Self.table(entries, named: true)), escaped(Self.legend)]).joined(separator: "\n\n") + "\n"
  }

  /// A row for each number.
  private static func table(_ entries: [Entry], named: Bool) -> Table {
    let rows = entries.flatMap { entry in entry.numbers.enumerated().map { (entry: $0 == 0 ? entry : nil, number: $1) }
    }
    func column(_ heading: String, _ text: (Number) -> String) -> TableColumn {
      .text(heading, rows.map { text($0.number) })
    }
    func value(_ measure: Measure?) -> String {
      measure.map { [$0.median, $0.interval].filter { !$0.isEmpty }.joined(separator: " ") } ?? NumberText.none
    }
    let names: [TableColumn] =
      named
      ? [
        .text("claim", rows.map { $0.entry?.id ?? "" }),
        .text("verdict", rows.map { $0.entry?.agreement.rawValue ?? "" }),
      ] : []
    return Table(
      columns: names + [
        column("number", \.study.name),
        column("is") { $0.study.role == .claim ? $0.agreement.rawValue : "(\($0.agreement.rawValue))" },
        column("run") { value($0.run) }, column("study") { value($0.study) }, column("accepted", \.accepted),
      ], rows: rows.map { Table.Row(startsGroup: $0.entry != nil) }, names: 1)
  }

  private var json: JSONValue {
    func number(_ measure: Measure) -> JSONValue {
      JSONReport.object([
        "median": .number(measure.estimate.median), "low": .number(measure.estimate.low),
        "high": .number(measure.estimate.high), "n": JSONReport.number(measure.estimate.n),
        "standing": .string(measure.standingText),
      ])
    }
    let claims = entries.map { entry in
      JSONReport.object([
        "id": .string(entry.id), "agreement": .string(entry.agreement.rawValue),
        "study_verdict": .string(entry.verdicts.study), "run_verdict": .string(entry.verdicts.run),
        "numbers": .array(
          entry.numbers.map { pair in
            JSONReport.object([
              "name": .string(pair.study.name), "experiment": .string(pair.study.experiment),
              "unit": .string(pair.study.unit.name), "bounds_by": .string(pair.study.role.rawValue),
              "predicted_least": pair.study.least.map { .number($0) },
              "predicted_most": pair.study.most.map { .number($0) }, "accepted": .string(pair.accepted),
              "study": number(pair.study), "run": pair.run.map(number), "agreement": .string(pair.agreement.rawValue),
            ])
          }),
      ])
    }
    return JSONReport.object([
      "study": .string(study), "run": .string(run), "differences": .array(differences.map { .string($0) }),
      "claims": .array(claims),
    ])
  }
}
