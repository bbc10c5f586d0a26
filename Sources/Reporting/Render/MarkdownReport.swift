import Records

/// The report as GitHub tables, with all columns.
struct MarkdownReport {
  let document: Document
  /// The citations of the tables' numbers, which follow them as comments.
  private let citations: TableCitations?

  init(_ document: Document, citations: Citations? = nil) {
    self.document = document
    self.citations = citations.map { TableCitations($0, .markdown) }
  }

  func render() -> String {
    let provenance = document.provenance
    var blocks = ["# iomodes run \(Self.escaped(provenance.run))"]
    blocks.append(Self.escaped("\(provenance.machine) · \(provenance.date)"))
    if let origin = provenance.origin { blocks.append(Self.escaped(origin)) }
    blocks += provenance.warnings.map { "**\(Self.escaped($0))**" }
    if let progress = document.progress { blocks.append("**\(progress)**") }
    for section in document.sections {
      blocks += ["## \(Self.escaped(section.name))", Self.escaped(section.about)]
      if let verdict = section.verdict { blocks.append(Self.escaped(verdict)) }
      for part in section.parts {
        blocks += table(part.table) + table(part.classes) + table(part.hosts)
        if let table = part.ofTrials {
          blocks += ["Medians over the trials of each trial's own value:", Self.grid(table, citations)]
        }
        blocks += Self.list(part.notes) + table(part.audits)
      }
    }
    if !document.tunings.isEmpty {
      blocks += ["## \(TuningTable.heading)", Self.escaped("\(TuningTable.about).")]
      blocks += document.tunings.flatMap { table($0.table) + Self.list($0.notes) }
    }
    blocks += table(document.invalid) + table(document.machine) + table(document.hosts)
    if let trust = document.trust { blocks.append(Self.escaped(trust.text)) }
    if let legend = document.legend { blocks.append(Self.escaped(legend)) }
    if let claims = document.claims {
      blocks += ["## Claims", Self.escaped(claims.heading), Self.grid(.claims(claims.measured), nil)]
      blocks.append(Self.escaped(ClaimsOverview.legend))
    }
    return blocks.joined(separator: "\n\n") + "\n"
  }

  /// Only the claims, with their predictions and the reasoning.
  static func claims(_ results: [ClaimResult]) -> String {
    let reasons = results.map {
      "- \(escaped($0.claim.id)): \(escaped($0.claim.prediction)) \(escaped($0.claim.reason))"
    }
    return grid(.claims(results), nil) + "\n\n" + reasons.joined(separator: "\n") + "\n"
  }

  private func table(_ table: Table?) -> [String] {
    guard let table else { return [] }
    guard table.layouts == nil else { return [Self.grid(table, citations)] }
    let columns = Table.informative(table.placed(in: .md), after: 1)
    let rows = table.rows.indices.map { row in
      columns.map { placed in
        let cell = placed.column.cells[row]
        let text = Self.escaped(cell.whole)
        return citations?.cited(text, cell.source, under: placed.heading) ?? text
      }
    }
    return [Self.escaped(table.title ?? ""), Self.table(columns.map { Self.escaped($0.heading) }, rows)]
  }

  /// Intervals get columns of their own.
  static func grid(_ table: Table, _ citations: TableCitations? = nil) -> String {
    let columns = table.placed(in: .md)
    let headings = columns.flatMap { $0.hasIntervals ? [$0.heading, "interval"] : [$0.heading] }
    let rows = table.rows.indices.map { index -> [String] in
      let row = table.rows[index]
      func cells(_ placed: PlacedColumn) -> [String] {
        let cell = placed.column.cells[index]
        if placed.column.kind == .remark, let remark = row.remark { return [Self.escaped(remark)] }
        var (text, interval) = (Self.escaped(cell.text), Self.escaped(cell.interval))
        if cell.isStrong, !text.isEmpty { text = "**\(text)**" }
        if let citations {
          (text, interval) = citations.cited(
            text, placed.hasIntervals ? interval : "", cell.source, under: placed.heading)
        }
        return placed.hasIntervals ? [text, interval] : [text]
      }
      guard let remark = row.remark, !columns.contains(where: { $0.column.kind == .remark }) else {
        return columns.flatMap(cells)
      }
      let named = columns.prefix(table.names + 1).flatMap(cells) + ["*\(Self.escaped(remark))*"]
      return named + Array(repeating: "", count: headings.count - named.count)
    }
    return Self.table(headings, rows)
  }

  /// Leaves out columns in which every cell is empty.
  static func table(_ headings: [String], _ rows: [[String]]) -> String {
    let shown = headings.indices.filter { column in column == 0 || !NumberText.areNone(rows.map { $0[column] }) }
    return ([headings, headings.indices.map { $0 == 0 ? ":--" : "--:" }] + rows)
      .map { row in "| " + shown.map { row[$0] }.joined(separator: " | ") + " |" }.joined(separator: "\n")
  }

  static func list(_ notes: [Summary.MeasuredExperiment.Note]) -> [String] {
    notes.isEmpty ? [] : [notes.map { "- " + escaped($0.text) }.joined(separator: "\n")]
  }

  /// Escapes all characters that would be markup.
  static func escaped(_ text: String) -> String {
    text.map { "\\`*_[]<>|#".contains($0) ? "\\\($0)" : "\($0)" }.joined()
  }
}
