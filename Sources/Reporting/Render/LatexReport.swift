import Records
import Statistics

/// The report as LaTeX tables with the rules of the package booktabs, for `\input`. The tables are not floats, because
/// a run may need more than LaTeX allows.
struct LatexReport {
  let document: Document
  /// The citations of the tables' numbers, which follow them as comments.
  private let citations: TableCitations?

  init(_ document: Document, citations: Citations? = nil) {
    self.document = document
    self.citations = citations.map { TableCitations($0, .latex) }
  }

  func render() -> String {
    let provenance = document.provenance
    var blocks = [
      "% Written by `iomodes report`; it takes \\usepackage{booktabs}.",
      "\\section*{\(Self.escaped("iomodes run \(provenance.run)"))}",
      Self.escaped("\(provenance.machine) · \(provenance.date)"),
    ]
    if let origin = provenance.origin { blocks.append(Self.escaped(origin)) }
    blocks += provenance.warnings.map { "\\textbf{\(Self.escaped($0))}" }
    if let progress = document.progress { blocks.append("\\textbf{\(Self.escaped(progress))}") }
    let setter = LatexTable(citations: citations)
    for section in document.sections {
      blocks += ["\\subsection*{\(Self.escaped(section.name))}", Self.escaped(section.about)]
      if let verdict = section.verdict { blocks.append(Self.escaped(verdict)) }
      for part in section.parts {
        blocks +=
          setter.set([part.table, part.classes, part.hosts]) + Self.list(part.notes) + setter.set([part.audits])
      }
    }
    if !document.tunings.isEmpty {
      blocks += ["\\subsection*{\(TuningTable.heading)}", Self.escaped("\(TuningTable.about).")]
      blocks += document.tunings.flatMap { setter.set([$0.table]) + Self.list($0.notes) }
    }
    blocks += setter.set([document.invalid, document.machine, document.hosts])
    if let trust = document.trust { blocks.append(Self.escaped(trust.text)) }
    if let legend = document.legend { blocks.append("{\\footnotesize \(Self.escaped(legend))\\par}") }
    if let claims = document.claims {
      blocks += ["\\subsection*{Claims}", Self.escaped(claims.heading)]
      blocks.append(setter.small(.claims(claims.measured)))
      blocks.append("{\\footnotesize \(Self.escaped(ClaimsOverview.legend))\\par}")
    }
    return blocks.joined(separator: "\n\n") + "\n"
  }

  /// Only the claims, with their predictions and the reasoning.
  static func claims(_ results: [ClaimResult]) -> String {
    let reasons = results.map {
      Summary.MeasuredExperiment.Note(
        text: "\($0.claim.id): \($0.claim.prediction) \($0.claim.reason)", isWarning: false)
    }
    return ([LatexTable(citations: nil).small(.claims(results))] + list(reasons)).joined(separator: "\n\n") + "\n"
  }

  private static func escaped(_ text: String) -> String { LatexText.escaped(text) }

  static func list(_ notes: [Summary.MeasuredExperiment.Note]) -> [String] {
    guard !notes.isEmpty else { return [] }
    let items = notes.map { "  \\item \(escaped($0.text))" }.joined(separator: "\n")
    return ["{\\footnotesize\n\\begin{itemize}\n\(items)\n\\end{itemize}\n}"]
  }
}
