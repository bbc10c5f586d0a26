/// The headings of the columns of a document's tables, in Markdown or LaTeX.
struct TableHeadings {
  private struct Row {
    let headings: [String]
    let separator: Character
    /// Of its first column; a row of LaTeX may go on from line to line.
    let firstColumn: Int
  }

  /// By line, from 1.
  private var rows: [Int: Row] = [:]

  init(_ document: String) {
    let lines = document.split(separator: "\n", omittingEmptySubsequences: false)
    var headings: [String]?
    // Of LaTeX: what stands since the rule above the headings, and the column that a row has reached.
    var (latex, column): (String?, Int) = (nil, 0)
    for (index, line) in lines.enumerated() {
      let text = line.drop { $0 == " " || $0 == ">" }
      if text.hasPrefix("|") {
        if index + 1 < lines.count, Self.isRule(lines[index + 1]) { headings = Self.cells(of: text, "|") }
        if let headings { rows[index + 1] = Row(headings: headings, separator: "|", firstColumn: -1) }
        continue
      }
      if latex == nil, headings != nil, !text.contains("&"), !text.contains("\\") { headings = nil }
      if text.contains("\\toprule") || text.contains("\\begin{tabular") {
        (latex, column, headings) = ("", 0, nil)
      } else if text.contains("\\end{tabular") {
        (latex, headings) = (nil, nil)
      } else if let above = latex {
        let content = LatexText.withoutComment(text)
        if headings == nil {
          latex = above + content + " "
          if content.hasSuffix("\\\\") { headings = Self.cells(of: (latex ?? "").dropLast(3), "&") }
        } else {
          if let headings { rows[index + 1] = Row(headings: headings, separator: "&", firstColumn: column) }
          column = content.hasSuffix("\\\\") ? 0 : column + Self.count("&", in: content)
        }
      }
    }
  }

  /// The heading of a column of the row of a citation.
  /// - Parameters:
  ///   - line: in which the citation stands.
  ///   - text: that line up to the citation.
  ///   - columnsBefore: how many columns the number stands before it.
  func heading(at line: Int, behind text: Substring, columnsBefore: Int) -> String? {
    guard let row = rows[line] else { return nil }
    let content =
      row.separator == "|"
      ? String(text).replacing(/<!--.*?-->/, with: "")[...] : LatexText.withoutComment(text)
    let column = row.firstColumn + Self.count(row.separator, in: content) - columnsBefore
    return row.headings.indices.contains(column) ? row.headings[column] : nil
  }

  /// Whether the headings of a Markdown table stand above this.
  private static func isRule(_ line: Substring) -> Bool {
    line.contains("-") && line.contains("|") && line.allSatisfy { "|-: >".contains($0) }
  }

  /// Those that no backslash precedes.
  private static func count(_ separator: Character, in text: Substring) -> Int {
    zip(" " + text, text).count { $0 != "\\" && $1 == separator }
  }

  private static func cells(of row: some StringProtocol, _ separator: Character) -> [String] {
    var cells = [""]
    var previous: Character = " "
    for character in row {
      if character == separator, previous != "\\" {
        cells.append("")
      } else {
        cells[cells.count - 1].append(character)
      }
      previous = character
    }
    return (separator == "|" ? Array(cells.dropFirst()) : cells).map(VisibleNumber.plain)
  }
}
