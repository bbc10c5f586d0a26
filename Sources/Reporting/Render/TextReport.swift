import Records

/// The report for a terminal: one table per experiment, and text in at most 100 columns.
struct TextReport {
  let document: Document
  let width: Int
  let color: Bool

  static let widestText = 100

  init(_ document: Document, width: Int, color: Bool) {
    self.document = document
    self.width = max(40, width)
    self.color = color
  }

  func render() -> String {
    let provenance = document.provenance
    var lines =
      styled("iomodes run \(provenance.run)", .bold) + styled("\(provenance.machine) · \(provenance.date)", .plain)
    if let origin = provenance.origin { lines += styled(origin, .plain) }
    lines += provenance.warnings.flatMap { styled($0, .warning) }
    if let progress = document.progress { lines += styled(progress, .warning) }
    var hasSparklines = false
    for section in document.sections {
      lines += [""] + styled("\(section.name): \(section.about)", .bold)
      if let verdict = section.verdict { lines += styled(verdict, .plain) }
      guard let part = section.parts.first else { continue }
      if part.table.layouts == nil {
        lines += small(part.table)
      } else {
        let table = TextTable(part.table, width: width)
        hasSparklines = hasSparklines || table.hasSparklines
        lines += table.lines(color: color)
      }
      lines +=
        small(part.classes) + small(part.hosts) + self.lines(part.notes + section.ofOtherParts) + small(part.audits)
    }
    if !document.tunings.isEmpty {
      lines += [""] + styled("\(TuningTable.heading): \(TuningTable.about)", .bold)
      lines += document.tunings.flatMap { small($0.table) + self.lines($0.notes) }
    }
    if let trust = document.trust { lines += [""] + styled(trust.text, .plain) }
    if let legend = document.legend {
      lines += [""] + styled(legend + (hasSparklines ? " " + Self.sparklineLegend : ""), .dim, indent: 0)
    }
    if let claims = document.claims {
      let text = ClaimsText(results: claims.results, width: min(width, Self.widestText), color: color)
      lines += [""] + styled(claims.heading, .bold) + text.compact() + text.legend
    }
    return lines.joined(separator: "\n") + "\n"
  }

  static let sparklineLegend = """
    Drawn: how many operations took how long, each mode by its own most, on a logarithmic axis with the unit of the \
    percentiles; what is beyond its ends, 1 % on either side at most, is drawn there.
    """

  private func small(_ table: Table?) -> [String] {
    guard let table else { return [] }
    return [""] + styled(table.title ?? "", .dim, margin: 2)
      + table.lines(width: width).enumerated().map { ($0 == 0 ? Style.dim : .plain).applied(to: $1, color: color) }
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
