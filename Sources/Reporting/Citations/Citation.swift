import Records
import Statistics

/// The format of a citation.
public enum CitationFormat: String, CaseIterable, Sendable {
  /// A piece of a sentence, with its origin below it.
  case text
  /// For GitHub, with a footnote.
  case md
  /// For LaTeX, with a footnote.
  case latex
  case json
}

/// A number with everything needed to find it again. Text, Markdown and LaTeX contain the same machine-readable form,
/// which ``CitationCheck`` finds.
public struct Citation: Sendable {
  let citable: Citable
  private let record: RunRecord
  private let source: Source
  let build: CitedBuild

  /// The origin of a number.
  struct Source {
    let sha256: String
    /// The number of lines of `trials.jsonl`, hashed in the order of the file with their line feeds; nil for another
    /// file, which is hashed whole.
    let lineCount: Int?
  }

  init(_ citable: Citable, _ record: RunRecord, _ build: CitedBuild, _ source: Source) {
    self.citable = citable
    self.record = record
    self.build = build
    self.source = source
  }

  var sha256: String { source.sha256 }

  private var number: CitedNumber { citable.number }
  private var run: String { CitationQuery.word(record.runID) }

  /// `[iomodes:20260102-030405-quick http-2ms epoll concurrency=64 throughput = 30280 [29924, 30486] op/s n=8
  /// machine:AMD_EPYC,2_CPUs,Linux_6.18 commit:50886a01fd4c sha256:…]`, with all digits of the hash.
  public var form: String {
    "[iomodes:\(run) \(citable.query) = \(number.form) machine:\(build.machine) commit:\(build.commit) "
      + "sha256:\(sha256)]"
  }

  public func render(_ format: CitationFormat) -> String {
    switch format {
    case .text: text
    case .md: markdown
    case .latex: latex
    case .json: document.text(pretty: true) + "\n"
    }
  }

  private var provenance: Provenance { Provenance(record) }

  private var tool: String {
    "iomodes \(record.tool.version)" + (record.tool.commit.map { " (\($0))" } ?? "")
      + (record.tool.isForComparison ? "" : ", a \(record.tool.configuration) build")
  }

  /// `24 lines`, `limits.json`.
  private var extent: String {
    source.lineCount.map { "\($0) \($0 == 1 ? "line" : "lines")" } ?? citable.origin.name
  }

  private var text: String {
    let facts =
      [
        ("metric", citable.about), ("machine", provenance.machine), ("run", "\(provenance.run), \(provenance.date)"),
        ("tool", tool), ("sha256", "\(sha256), of \(extent)"), ("check", citable.origin.command),
      ] + provenance.warnings.map { ("warning", $0) }
    let lines = facts.map { "  \(Terminal.padded($0.0, to: 8))\($0.1)" }
    return "\(number.text) \(form)\n\n\(lines.joined(separator: "\n"))\n"
  }

  private var markdown: String {
    let escaped = MarkdownReport.escaped
    let label = "[^iomodes-\(sha256.prefix(8))]"
    return """
      \(escaped(number.text))<!-- \(form) -->\(label)

      \(label): \(escaped(provenance.machine)); \(escaped(tool)), run `\(provenance.run)`, \(escaped(provenance.date)). \
      SHA-256 of \(citable.origin.name): `\(sha256)`.

      """
  }

  /// A comment at the end of the line keeps the footnote directly behind the number.
  private var latex: String {
    let digits = Array(sha256)
    let hash = stride(from: 0, to: digits.count, by: 8)
      .map { String(digits[$0..<min($0 + 8, digits.count)]) }.joined(separator: "\\allowbreak{}")
    let escaped = LatexText.escaped
    return """
      \(number.latex)% \(form)
      \\footnote{\(escaped(provenance.machine)); \(escaped(tool)), run \\texttt{\(escaped(provenance.run))}, \
      \(escaped(provenance.date)). SHA-256 of \(citable.origin.name): \\texttt{\(hash)}.}

      """
  }

  private static func name(_ part: Citable.Place.Part?, _ key: String) -> JSONValue? {
    part.flatMap { $0.key == key ? .string($0.name) : nil }
  }

  private var document: JSONValue {
    let place = citable.place
    func scaled(_ value: Double) -> JSONValue { .number(value / number.unit.factor) }
    return JSONReport.object([
      "run_id": .string(record.runID), "started": .string(record.started), "machine": .string(provenance.machine),
      "tool_version": .string(record.tool.version), "tool_commit": record.tool.commit.map { .string($0) },
      "experiment": [.run, .machine].contains(place) ? nil : .string(place.experiment),
      "claim": place.claim.map { .string($0) }, "mode": place.mode.map { .string($0) },
      "variant": place.variant.map { .string($0) }, "concurrency": JSONReport.number(place.concurrency),
      "rate_per_s": place.rate.map { .number($0) },
      "lanes": Self.name(place.part, "lanes"), "host": Self.name(place.part, "host"),
      "part": Self.name(place.part, "part"),
      "metric": .string(citable.metric), "about": .string(citable.about), "query": .string(citable.query),
      "value": scaled(citable.exact.value), "low": citable.exact.interval.map { scaled($0.low) },
      "high": citable.exact.interval.map { scaled($0.high) },
      "interval": citable.exact.interval.map { .string($0.kind.rawValue) }, "n": JSONReport.number(number.n),
      "unit": .string(number.unit.form), "text": .string(number.text), "sha256": .string(sha256),
      "lines": JSONReport.number(source.lineCount), "check": .string(citable.origin.command), "citation": .string(form),
    ])
  }
}
