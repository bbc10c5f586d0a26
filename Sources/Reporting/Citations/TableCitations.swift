import Measurement
import Records

/// The citations of the numbers in tables, as comments after their cells. A cell gets one only if it shows its number
/// exactly as the citation has it.
final class TableCitations {
  enum Syntax { case markdown, latex, html }

  private let citations: Citations
  private let syntax: Syntax
  private var hashes = Citations.Hashes()
  private let byPlace: [Citable.Place: [String: Citable]]

  init(_ citations: Citations, _ syntax: Syntax) {
    self.citations = citations
    self.syntax = syntax
    byPlace = Dictionary(grouping: citations.all, by: \.place)
      .mapValues { Dictionary($0.map { ($0.metric, $0) }) { first, _ in first } }
  }

  /// A cell, with the citation after its number.
  func cited(_ text: String, _ source: Cell.Source?, under heading: String) -> String {
    cited(text, "", source, under: heading).text
  }

  /// A median and its interval, with one citation after both.
  func cited(
    _ text: String, _ interval: String, _ source: Cell.Source?, under heading: String
  ) -> (text: String, interval: String) {
    // In `255 of 10,000`, the second number has no citation.
    let parts = text.split(" of ")
    let shown = interval.isEmpty ? parts[0] : "\(text) \(interval)"
    guard let citable = source.flatMap(number), let comment = comment(citable, shown, heading) else {
      return (text, interval)
    }
    guard parts.count != 2 else {
      // LaTeX skips spaces after a comment.
      return (parts.joined(separator: syntax == .latex ? " \(comment)of " : "\(comment) of "), interval)
    }
    return interval.isEmpty ? (text + comment, interval) : (text, interval + comment)
  }

  /// The citation behind what a cell of a page shows.
  func comment(behind text: String, _ source: Cell.Source?) -> Markup? {
    source.flatMap(number).flatMap { comment($0, text, "") }.map { Markup(trusted: $0) }
  }

  private func number(_ source: Cell.Source) -> Citable? {
    let numbers = byPlace[source.place]
    // Without response times, service times are simply called times.
    return numbers?[source.metric]
      ?? (source.place.part == nil && source.metric.hasPrefix(LatencyMetrics.service)
        ? numbers?[String(source.metric.dropFirst(LatencyMetrics.service.count))] : nil)
  }

  /// The citation of a number, if the cell shows exactly that number.
  private func comment(_ citable: Citable, _ shown: String, _ heading: String) -> String? {
    let form = citations.citation(of: citable, &hashes).form
    guard syntax.allows(form),
      let place = CitationForm.all(in: shown + form).first, let parsed = place.form
    else { return nil }
    let visible = VisibleNumber(before: place, hasInterval: parsed.low != nil)
    guard visible.differences(from: parsed, citable, heading: heading).isEmpty else { return nil }
    return switch syntax {
    case .latex: "% \(form)\n"
    case .markdown: " <!-- \(form) -->"
    case .html: "<!-- \(form) -->"
    }
  }
}

extension TableCitations.Syntax {
  /// Whether a comment may have a citation as it is.
  fileprivate func allows(_ form: String) -> Bool {
    guard !form.contains("-->") else { return false }
    return switch self {
    case .latex: !form.contains("\n")
    case .markdown: !form.contains("|")
    case .html: Markup(form).text == form
    }
  }
}

extension StringProtocol {
  fileprivate func split(_ separator: String) -> [String] {
    var parts: [String] = []
    var rest = self[...]
    while let found = rest.firstRange(of: separator) {
      parts.append(String(rest[..<found.lowerBound]))
      rest = rest[found.upperBound...]
    }
    return parts + [String(rest)]
  }
}
