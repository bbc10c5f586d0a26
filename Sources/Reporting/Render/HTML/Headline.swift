/// The first screen of a page: the verdicts, and a table of all closed loops.
struct Headline {
  private let rows: HeadlineTable?
  private let verdicts: Verdicts
  private let anchors: PageAnchors

  init(_ table: HeadlineTable?, _ verdicts: Verdicts, _ anchors: PageAnchors) {
    rows = table
    self.verdicts = verdicts
    self.anchors = anchors
  }

  /// One for each experiment; of many the count of what they say.
  var sentences: Markup {
    verdicts.isCounted
      ? "<p>Verdicts: \(verdicts.count)</p>\n"
      : "\(verdicts.all.map { "<p><b>\(anchors.link($0.name))</b>: \($0.text)</p>\n" as Markup })"
  }

  /// One row per closed loop, and one column per mode.
  var table: Markup? {
    guard let rows else { return nil }
    let heads = rows.modes.map { "<th scope=\"col\" class=\"n\">\(PageTable.mode($0, $0))</th>" as Markup }
    let body = rows.rows.map { row -> Markup in
      let cells = zip(rows.modes, row.cells).map(cell)
      return """
        <tr><th scope="row">\(anchors.link(row.experiment)) <small>\(row.about)</small></th>\(cells)</tr>

        """
    }
    return """
      <p class="facts">\(HeadlineTable.about)</p>
      <div class="scroll" tabindex="0" role="group" aria-label="throughput"><table class="headline">
      <thead><tr><th scope="col">experiment</th>\(heads)</tr></thead>
      <tbody>
      \(body)</tbody></table></div>

      """
  }

  private func cell(_ mode: String, _ entries: [HeadlineTable.Entry]) -> Markup {
    let texts = entries.map { entry -> Markup in
      let number: Markup = entry.isLeader ? "<b>\(entry.throughput)</b>" : "\(entry.throughput)"
      return "\(number)<small>\(entry.asides)</small>\(PageTable.bar(entry.part, mode: mode))"
    }
    return "<td class=\"n\">\(texts.isEmpty ? [Markup(NumberText.none)] : texts)</td>"
  }
}
