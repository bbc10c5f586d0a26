import Measurement
import Plan
import Records

/// Puts the citations of their numbers behind the cells of rendered tables, as comments: a table knows its columns by
/// their headings and its rows by the coordinates in them. A number that is not the run's own gets none.
final class TableCitations {
  enum Syntax { case markdown, latex }

  private let citations: Citations
  private let syntax: Syntax
  private var hashes = Citations.Hashes()
  private let byExperiment: [String: [Citable]]

  init(_ citations: Citations, _ syntax: Syntax) {
    self.citations = citations
    self.syntax = syntax
    byExperiment = Dictionary(grouping: citations.all, by: \.place.experiment)
  }

  /// The blocks of a section, of which each may have tables.
  func cited(_ blocks: [String], of section: Summary.Section) -> [String] {
    let own = scope(section)
    return blocks.map { cited($0, own) }
  }

  /// The numbers that a section's tables have.
  private func scope(_ section: Summary.Section) -> [Citable] {
    switch section {
    case .experiment(let experiment):
      (byExperiment[experiment.plannedName] ?? []).filter {
        $0.place.setting == experiment.setting
      }
    case .load(let load): byExperiment[load.name] ?? []
    case .sweep(let sweep):
      citations.all.filter { Setting(rate: $0.place.rate).name(of: $0.place.experiment) == sweep.name }
    }
  }

  private func cited(_ block: String, _ scope: [Citable]) -> String {
    let lines = block.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    guard lines.count > 2 else { return block }
    var headings: [String]?
    var isOfTrials = false
    let written = lines.enumerated().map { index, line -> String in
      switch syntax {
      case .markdown:
        guard line.hasPrefix("| "), line.hasSuffix(" |") else {
          headings = nil
          return line
        }
        let cells = line.dropFirst(2).dropLast(2).split(" | ")
        guard let headings else {
          let known = cells.map(VisibleNumber.plain)
          isOfTrials = zip(known, known.dropFirst()).contains { $0.hasPrefix("p50 ") && $1 == "interval" }
          headings = known
          return line
        }
        if cells[0].hasPrefix(":--") { return line }
        return "| " + row(cells, headings, isOfTrials, scope).joined(separator: " | ") + " |"
      case .latex:
        if line == "\\toprule" || line == "\\bottomrule" {
          headings = line == "\\toprule" ? [] : nil
          return line
        }
        guard let known = headings, line.hasSuffix(" \\\\") else { return line }
        let cells = line.dropLast(3).split(" & ")
        if known.isEmpty {
          headings = cells.map { VisibleNumber.plain($0).trimmingWhitespace() }
          return line
        }
        return row(cells, known, false, scope).joined(separator: " & ") + " \\\\"
      }
    }
    return written.joined(separator: "\n")
  }

  /// - Parameter isOfTrials: whether percentiles are medians over trials of each trial's own.
  private func row(_ cells: [String], _ headings: [String], _ isOfTrials: Bool, _ scope: [Citable]) -> [String] {
    guard cells.count == headings.count, let numbers = numbers(of: cells, headings, scope) else { return cells }
    var cells = cells
    var side = "client"
    for (column, heading) in headings.enumerated() where !heading.isEmpty {
      if heading == "server calls" { side = "server" }
      let next = column + 1
      let hasInterval =
        next < cells.count && ["", "interval"].contains(headings[next]) && cells[next].contains(where: \.isNumber)
      let shown = hasInterval ? cells[column] + " " + cells[next] : cells[column]
      let metrics = Self.metrics(of: heading, side: side, isOfTrials: isOfTrials)
      let candidates = metrics.flatMap { numbers[$0] ?? [] }
      // `255 of 10,000`: what was asked for has no citation.
      let parts = shown.split(" of ")
      guard let comment = candidates.lazy.compactMap({ self.comment($0, parts[0], heading) }).first else { continue }
      if parts.count == 2 {
        // LaTeX skips blanks behind a comment.
        let cited = syntax == .latex ? " \(comment)of " : "\(comment) of "
        cells[column] = parts.joined(separator: cited)
      } else {
        cells[hasInterval ? next : column] += comment
      }
    }
    return cells
  }

  /// The citation of a number, if a cell has just that.
  private func comment(_ citable: Citable, _ shown: String, _ heading: String) -> String? {
    let form = citations.citation(of: citable, &hashes).form
    guard !form.contains(syntax == .latex ? "\n" : "|"), !form.contains("-->"),
      let place = CitationForm.all(in: shown + form).first, let parsed = place.form
    else { return nil }
    let visible = VisibleNumber(before: place, hasInterval: parsed.low != nil)
    guard visible.differences(from: parsed, citable, heading: heading).isEmpty else { return nil }
    return syntax == .latex ? "% \(form)\n" : " <!-- \(form) -->"
  }

  /// Those of the point of a row, by metric; nil where the row has none.
  private func numbers(of cells: [String], _ headings: [String], _ scope: [Citable]) -> [String: [Citable]]? {
    let cell = Dictionary(zip(headings, cells)) { first, _ in first }
    guard let mode = cell["mode"] else { return nil }
    func number(_ names: String...) -> Double? {
      names.lazy.compactMap { cell[$0] }.first.flatMap { Double($0.filter { $0 != "," }) }
    }
    let lanes = number("concurrency", "conc.").map { Int(saturating: $0) }
    let setting = Setting(
      limit: number("limit").map { Int(saturating: $0) }, pool: number("pool").map { Int(saturating: $0) })
    let offered = headings.first { $0.hasSuffix("offered/s") }
    let factor = RateUnit.allCases.last { offered?.hasPrefix($0.rawValue) == true }?.factor ?? 1
    let rate = offered.flatMap { number($0) }.map { $0 * factor }
    let own = scope.filter { citable in
      let place = citable.place
      guard let name = place.coordinates?.name else { return false }
      return written(name) == mode && place.lanes.map(written) == cell["class"]
        && (lanes == nil || place.concurrency == lanes) && (setting == Setting() || place.setting.swept == setting)
        && (rate == nil || place.rate.map { abs($0 / (rate ?? 1) - 1) < 0.001 } ?? false)
    }
    // Where no rate is said, that of the closed loop comes first.
    return Dictionary(grouping: own.filter { $0.place.rate == nil } + own.filter { $0.place.rate != nil }, by: \.metric)
  }

  private func written(_ name: String) -> String {
    syntax == .latex ? LatexText.escaped(name) : MarkdownReport.escaped(name)
  }

  /// What a column may be of, the likeliest first.
  private static func metrics(of heading: String, side: String, isOfTrials: Bool) -> [String] {
    let units: Set<String> = ["ns", "µs", "ms", "s", "k", "M", "MiB"]
    let name = heading.split(separator: " ").filter { !units.contains(String($0)) }.joined(separator: " ")
    if let match = name.wholeMatch(of: /(resp\. |wait )?(p[\d.]+)( of trials)?/) {
      let kinds = ["resp. ": ["response-"], "wait ": ["queueing-"]][match.1 ?? ""] ?? ["", "service-", "response-"]
      let ofTrials = isOfTrials || match.3 != nil
      return kinds.map { "\($0)\(match.2)\(ofTrials ? "-of-trials" : "")" }
    }
    if ["client calls", "server calls", "switches", "allocations"].contains(name) {
      return ["audit-\(side)-\(name.split(separator: " ").last ?? "")"]
    }
    return metrics[name] ?? []
  }

  private static let metrics: [String: [String]] = [
    "trials": ["trials"], "served": ["served"], "wall": ["wall"], "op/s": ["throughput"],
    "op/s closed": ["throughput"], "done/s": ["throughput"],
    "meets at /s": ["highest-met"], "meets at k/s": ["highest-met"],
    "meets at M/s": ["highest-met"], "misses at /s": ["lowest-missed"], "misses at k/s": ["lowest-missed"],
    "misses at M/s": ["lowest-missed"], "rounds": ["rounds"], "system calls/op": ["calls"], "CPU µs/op": ["cpu"],
    "client CPU µs/op": ["client-cpu", "cpu"], "server CPU µs/op": ["server-cpu", "cpu"], "in flight": ["in-flight"],
    "threads": ["threads"], "memory": ["memory-peak", "memory"], "": ["memory", "memory-peak"], "× blocking": ["ratio"],
    "lanes": ["count"], "operations": ["operations"], "in warm-ups": ["in-warm-ups"], "not valid": ["invalid"],
    "lag p50": ["send-lag-p50"],
  ]
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
