import Plan
import Records

/// A page that lists runs, the newest first, each with a link to its own page. The same runs give the same bytes.
public struct RunIndex: Sendable {
  /// The file that it is written to.
  public static let page = "\(stem).html"
  private static let stem = "index"

  private var entries: [Entry] = []
  private var stems: Set = [stem]

  /// What it says of a run.
  private struct Entry: Sendable {
    let page: String
    let run: String
    let about: String
    let machine: String
    let valid: Int
    let carriedOut: Int
    /// Where trials are missing, or machines or builds are mixed.
    let warnings: [String]
    let date: String
  }

  public init() {}

  /// Returns the name of the file beside the index that the run's own page is written to: that of its folder, in
  /// characters that an address can have.
  public mutating func add(_ run: Run, in folder: RunFolder) -> String {
    let page = Figures.unused(Figures.fileName(folder.name), &stems) + ".html"
    let provenance = Provenance(run.record)
    let carriedOut = run.trials.filter { $0.skipped == nil && $0.isTimed }
    entries.append(
      Entry(
        page: page, run: provenance.run, about: run.record.aboutInWords, machine: provenance.machine,
        valid: carriedOut.count(where: \.valid), carriedOut: carriedOut.count,
        warnings: provenance.warnings + (provenance.progress(finished: run.trials.count).map { [$0] } ?? []),
        date: provenance.date))
    return page
  }

  public var count: Int { entries.count }

  public func render() -> String {
    let sorted = entries.sorted { ($0.date, $0.run, $0.page) > ($1.date, $1.run, $1.page) }
    let heads = ["run", "what it measures", "valid trials", "machine", "started"].map { heading -> Markup in
      heading == "valid trials" ? "<th scope=\"col\" class=\"n\">\(heading)</th>" : "<th scope=\"col\">\(heading)</th>"
    }
    return HTMLPage(
      title: "iomodes runs", modes: .builtIn,
      body: """
        <main>
        <h1>iomodes: <span>\(entries.count) \(entries.count == 1 ? "run" : "runs")</span></h1>
        <div class="scroll" tabindex="0" role="group" aria-label="runs"><table class="sortable index">
        <thead><tr>\(heads)</tr></thead>
        <tbody>
        \(sorted.map(row))</tbody></table></div>
        </main>

        """
    ).text
  }

  private func row(_ entry: Entry) -> Markup {
    let warnings = entry.warnings.map { "<small class=\"warning\">\($0)</small>" as Markup }
    return """
      <tr><td><a href="\(entry.page)">\(entry.run)</a></td><td>\(entry.about)\(warnings)</td>\
      <td class="n">\(NumberText.grouped(entry.valid)) of \(NumberText.grouped(entry.carriedOut))</td>\
      <td>\(entry.machine)</td><td class="date">\(entry.date)</td></tr>

      """
  }
}

extension RunRecord {
  /// `quick: the four modes in about a minute`; where the suite has no words, its experiments.
  public var aboutInWords: String {
    let words = suite["about"]?.string ?? plannedExperiments.compactMap { $0["name"]?.string }.joined(separator: ", ")
    let name = suite["name"]?.string ?? ""
    return [name, words].filter { !$0.isEmpty }.joined(separator: ": ")
  }
}
