/// A small table under that of an experiment.
protocol SideTable {
  var title: String { get }
  /// The names of the points come first.
  var columns: [Column] { get }
}

extension SideTable {
  /// A row of headings and one for every point, in as many columns as fit.
  func lines(width: Int) -> [String] {
    var shown = columns.informative(after: 1)
    while shown.count > 3, shown.totalWidth > width { shown.removeLast() }
    return rows(of: shown) { $0.aligned($1) }.map { TextLine.row($0, .plain, false) }
  }

  /// The headings, then the cells of every point, not aligned.
  func rows() -> [[String]] {
    rows(of: columns.informative(after: 1)) { _, text in
      var text = text.drop { $0 == " " }
      while text.last == " " { text.removeLast() }
      return String(text)
    }
  }

  private func rows(of columns: [Column], _ text: (Column, String) -> String) -> [[String]] {
    [columns.map { text($0, $0.heading) }]
      + columns[0].cells.indices.map { row in columns.map { text($0, $0.cells[row]) } }
  }
}
