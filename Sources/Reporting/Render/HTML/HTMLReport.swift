import Records

/// The report as one self-contained page: it needs no network, no other file and no font. Its only script sorts tables
/// and unfolds sections.
struct HTMLReport {
  private let document: Document
  private let figures: PageFigures
  private let trialsHash: String?
  private let anchors: PageAnchors

  private var run: Run { document.run }
  private var summary: Summary { document.summary }
  private var claims: ClaimsOverview? { document.claims }

  /// - Parameter trialsHash: the SHA-256 of the trials' lines.
  init(_ document: Document, figures: PageFigures, trialsHash: String?) {
    self.document = document
    self.figures = figures
    self.trialsHash = trialsHash
    anchors = PageAnchors(document.sections.map(\.name))
  }

  /// A section of the page, with an entry in the table of contents.
  struct Section {
    /// Unique within the page.
    let anchor: String
    let title: String
    let body: Markup
  }

  func render() -> String {
    let sections =
      claimed + experiments + bestSettings + [
        trials, PageFacts.machine(run), PageFacts.method, PageFacts.provenance(run, trialsHash),
      ]
    return HTMLPage(
      title: "iomodes run \(run.record.runID)", modes: ModeTable(run.record),
      body: """
        \(head)\
        \(Section.contents(sections))\
        <main>
        \(sections.map(\.markup))</main>

        """
    ).text
  }

  private var head: Markup {
    let provenance = document.provenance
    let headline = Headline(document.headline, document.verdicts, anchors)
    let facts = ["run \(provenance.run)", provenance.machine, provenance.date].filter { !$0.isEmpty }
    return """
      <header>
      <h1>\(run.record.suite["name"]?.string ?? "iomodes run")\
      \(run.record.suite["about"]?.string.map { ": <span>\($0)</span>" as Markup })</h1>
      <p class="facts">\(facts.joined(separator: " · "))</p>
      \(provenance.origin.map { "<p class=\"facts\">\($0)</p>\n" })\
      \(provenance.warnings.map { "<p class=\"warning\">\($0)</p>\n" as Markup })\
      \(document.progress.map { "<p class=\"warning\">\($0)</p>\n" })\
      <div class="answer">
      \(claims.map { "<p><b>Claims</b>: of \($0.measured.count) measured \($0.verdicts). <a href=\"#claims\">Each number</a></p>\n" })\
      \(summary.experiments.isEmpty ? "<p>Nothing was measured.</p>\n" : headline.sentences)</div>
      \(document.trust.map { "<p class=\"trust\">\($0.text)</p>\n" })\
      \(headline.table)\
      <p class="facts">[ ] is the 95 % interval of a median over trials; with * the range, of fewer than six.</p>
      </header>

      """
  }

  /// The experiments with their figures; figures of several experiments follow all of them.
  private var experiments: [Section] {
    var remaining = figures.figures
    var drawn = 0
    func take(_ isWanted: (PageFigures.Figure) -> Bool) -> Markup? {
      let taken = remaining.filter(isWanted)
      remaining.removeAll(where: isWanted)
      defer { drawn += taken.count }
      return figures.group(taken, after: drawn)
    }
    let absence: Markup? = figures.absence.map { "<p class=\"facts\">No figures: \($0).</p>\n" }
    var sections = zip(document.sections, anchors.all).map { section, anchor in
      Section(
        anchor: anchor, title: section.name,
        body: "\(body(section))\(take { $0.experiment == section.name })\(absence)")
    }
    if !remaining.isEmpty {
      sections.append(Section(anchor: "across", title: "Across experiments", body: "\(take { _ in true })"))
    }
    return sections
  }

  private func body(_ section: Document.Section) -> Markup {
    let parts = section.parts
    let ofTrials: [Markup] = parts.compactMap(\.ofTrials).map { table in
      let caption = "medians over the valid trials of each trial's own percentile"
      return """
        <details><summary>Percentiles of trials</summary>
        \(PageTable.table(table, caption: caption))</details>

        """
    }
    return """
      <p class="asks">\(section.about)</p>
      \(section.verdict.map { "<p>\($0)</p>\n" })\
      \(parts.map { PageTable.table($0.table) })\
      \(parts.flatMap { [$0.classes, $0.hosts].compactMap { $0 } }.map { PageTable.table($0) })\
      \(PageNotes.list(parts.flatMap(\.notes)))\
      \(ofTrials)\
      \(parts.compactMap { $0.audits.map { PageTable.table($0) } })
      """
  }

  private var bestSettings: [Section] {
    guard !document.tunings.isEmpty else { return [] }
    let tables = document.tunings.map { "\(PageTable.table($0.table))\(PageNotes.list($0.notes))" as Markup }
    return [
      Section(
        anchor: "best-settings", title: TuningTable.heading,
        body: "<p>A mode's best setting is \(TuningTable.about).</p>\n\(tables)")
    ]
  }

  /// The claims that the run tests.
  private var claimed: [Section] {
    claims.map { [Section(anchor: "claims", title: "Claims", body: PageClaims($0, anchors).body)] } ?? []
  }

  /// The invalid trials, each with its reasons.
  private var trials: Section {
    let carriedOut = run.trials.filter { $0.skipped == nil }
    let invalid = carriedOut.filter { !$0.valid }
    let table = PageTable.table(.invalid(invalid))
    let count = "\(NumberText.grouped(carriedOut.count)) \(carriedOut.count == 1 ? "trial" : "trials")"
    return Section(
      anchor: "trials", title: "Trials that do not count",
      body: invalid.isEmpty
        ? "<p>None, of \(count).</p>\n"
        : "<p>\(invalid.count) of \(count), left out of every number above.</p>\n\(table)")
  }
}
