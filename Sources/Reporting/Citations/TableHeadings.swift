/// The column headings of a document's tables, in Markdown or LaTeX.
struct TableHeadings {
  private struct Row {
    let headings: [String]
    let separator: Character
    /// The index of the first column; a LaTeX row may continue on the next line.
    let firstColumn: Int
  }

  /// By line, from 1.
  private var rows: [Int: Row] = [:]

  init(_ document: String) {
    let lines = document.split(separator: "\n", omittingEmptySubsequences: false)
    var headings: [String]?
    // For LaTeX: the text since the rule above the headings, and the current column of the row.
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
      } else if text.contains("\\end{tabular") || text.contains("\\end{longtable}") {
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

  /// The heading above a cited number.
  /// - Parameters:
  ///   - line: the line of the citation.
  ///   - text: the part of that line before the citation.
  ///   - columnsBefore: the number of columns between the number and the citation.
  func heading(at line: Int, behind text: Substring, columnsBefore: Int) -> String? {
    guard let row = rows[line] else { return nil }
    let content =
      row.separator == "|"
      ? String(text).replacing(/<!--.*?-->/, with: "")[...] : LatexText.withoutComment(text)
    let column = row.firstColumn + Self.count(row.separator, in: content) - columnsBefore
    return row.headings.indices.contains(column) ? row.headings[column] : nil
  }

  /// Whether the line is the rule below a Markdown table's headings.
  private static func isRule(_ line: Substring) -> Bool {
    line.contains("-") && line.contains("|") && line.allSatisfy { "|-: >".contains($0) }
  }

  /// Counts separators without a backslash before them.
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
