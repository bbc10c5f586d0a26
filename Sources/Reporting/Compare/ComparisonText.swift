import Measurement
import Records
import Statistics

/// The format of a comparison.
public enum ComparisonFormat: String, CaseIterable, Sendable {
  /// Tables of at most 100 columns, for a terminal.
  case text
  /// All names contain their unit.
  case json
  /// Tables for GitHub.
  case md
}

extension Comparison {
  /// - Parameters:
  ///   - outcomes: the results of gates, to include.
  ///   - width: the terminal's columns, of which at most 100 are used; only for ``ComparisonFormat/text``.
  ///   - color: whether the terminal shows colours; only for ``ComparisonFormat/text``.
  public func render(
    _ format: ComparisonFormat, outcomes: [ComparisonGate.Outcome] = [], width: Int, color: Bool
  ) -> String {
    switch format {
    case .text: ComparisonText(self, outcomes, width: width, color: color).render()
    case .json: document(outcomes).text(pretty: true) + "\n"
    case .md: markdown(outcomes)
    }
  }

  /// The title, in one line.
  var title: String {
    switch kind {
    case .runs: "iomodes compare: \(second.onOneLine) judged by \(first.onOneLine)"
    case .modes: "iomodes compare: the modes of \(second.onOneLine) judged by \(first)"
    }
  }

  /// The headings of the columns: baseline, compared side, ratio.
  var columnNames: [String] {
    kind == .runs ? ["first", "second", "ratio"] : ["baseline", "mode", "ratio"]
  }

  var warnings: [String] {
    (machineDifferences.isEmpty ? [] : ["the machines or builds differ, and all verdicts are flagged (!):"])
      + machineDifferences
      + (workDifferences.isEmpty ? [] : ["the work differs, and the verdicts on it are flagged (!):"]) + workDifferences
  }

  /// Explains the family and the test, and their limits.
  var legend: String {
    let sizes = familySizes.map(String.init).joined(separator: ", ")
    let family = """
      p: adjusted by Holm over the family, which is one metric in one experiment (\(sizes) comparisons); a verdict is \
      one at p ≤ 0.05. 95 % intervals are of one comparison each, not adjusted.
      """
    let beyond = leastEffect > 0 ? " p is that of a ratio beyond 1 ± \(leastEffectText)." : ""
    return unit.legend(family: family + beyond)
  }

  /// `5 %`
  var leastEffectText: String {
    let rounded = (leastEffect * 100_000).rounded() / 1000
    return (rounded == rounded.rounded() ? "\(Int(saturating: rounded))" : "\(rounded)") + " %"
  }
}

/// The comparison for a terminal.
private struct ComparisonText {
  let comparison: Comparison
  let outcomes: [ComparisonGate.Outcome]
  let width: Int
  let color: Bool

  init(_ comparison: Comparison, _ outcomes: [ComparisonGate.Outcome], width: Int, color: Bool) {
    self.comparison = comparison
    self.outcomes = outcomes
    self.width = max(40, min(width, 100))
    self.color = color
  }

  func render() -> String {
    var lines = styled(comparison.title, .bold)
    lines += comparison.warnings.flatMap { styled("! \($0)", .warning) }
    lines += comparison.remarks.flatMap { styled("· \($0)", .plain) }
    for experiment in comparison.experiments {
      lines += [""] + styled(experiment.name, .bold)
      lines += self.lines(.comparison(of: experiment, in: comparison))
    }
    if !comparison.notes.isEmpty { lines += [""] + comparison.notes.flatMap { styled("· \($0)", .plain) } }
    if !outcomes.isEmpty {
      lines += [""] + outcomes.flatMap { styled($0.line, $0.judgement == .holds ? .plain : .warning) }
    }
    lines += [""] + styled(comparison.legend, .dim, indent: 0)
    return (lines + [""] + comparison.verdict.flatMap { styled($0, .plain) }).joined(separator: "\n") + "\n"
  }

  /// The first layout that fits; if none does, the last, cut off. Intervals stand beside their medians.
  private func lines(_ table: Table) -> [String] {
    let layouts = (table.layouts?.text ?? []).indices.map { richness in
      table.placed(in: .text, richness, showsAll: false).flatMap { placed -> [Column] in
        let column = placed.column
        let cells = table.rows.indices.map { text(column, table.rows[$0], $0) }
        let medians = Column(heading: placed.heading, cells: cells, kind: column.kind)
        guard placed.hasIntervals else {
          return column.key != Table.verdictOfRows && NumberText.areNone(cells) ? [] : [medians]
        }
        return [medians, Column(heading: "", cells: column.cells.map(\.interval), kind: .text)]
      }
    }
    let layout = layouts.first { $0.totalWidth <= width } ?? layouts[layouts.count - 1]
    func line(_ text: (Column) -> String) -> String {
      Terminal.shortened(TextLine.row(layout.map { $0.aligned(text($0)) }, .plain, false), to: width)
    }
    let head = Style.dim.applied(to: line(\.heading), color: color)
    return [head]
      + table.rows.enumerated().map { index, row in
        (row.isWarning ? Style.warning : .plain).applied(to: line { $0.cells[index] }, color: color)
      }
  }

  /// A point is named in its first row.
  private func text(_ column: TableColumn, _ row: Table.Row, _ index: Int) -> String {
    guard Table.ofPoint.contains(column.key) else { return column.cells[index].text }
    return row.startsGroup ? Terminal.shortened(column.cells[index].text, to: 20) : ""
  }

  private func styled(_ text: String, _ style: Style, indent: Int = 2) -> [String] {
    Terminal.wrapped(text, width: width, indent: indent).map { style.applied(to: $0, color: color) }
  }
}

extension Comparison.Row {
  func text(_ estimate: Estimate?) -> String { estimate.map { metric.text($0.median) } ?? NumberText.none }

  /// The adjusted p-value with two digits.
  var pText: String {
    guard let pValue else { return NumberText.none }
    if pValue > 0.995 { return "1" }
    return pValue < 0.0001 ? "<0.0001" : NumberText.significant(pValue, digits: 2)
  }
}
