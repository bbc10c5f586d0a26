import Records

/// Whether the citations of a document, in text, Markdown or LaTeX, still are what their runs say.
public struct CitationCheck: Sendable {
  public struct Finding: Sendable, Equatable {
    /// From 1.
    public let line: Int
    public let text: String
    /// Whether the run is not at hand, so that nothing can be said.
    public let lacksRun: Bool
  }

  /// How many citations there are.
  public let count: Int
  /// What does not match, in the order of the document.
  public let findings: [Finding]

  /// - Parameter run: answers the numbers of the run of an id; nil where there is no such run.
  public init(_ document: String, run: (String) throws -> Citations?) rethrows {
    let forms = CitationForm.all(in: document.replacing("\r\n", with: "\n"))
    count = forms.count
    var findings: [Finding] = []
    var runs: [String: Citations] = [:]
    for place in forms {
      func add(_ line: Int, _ texts: [String], lacksRun: Bool = false) {
        findings += texts.map { Finding(line: line, text: $0, lacksRun: lacksRun) }
      }
      guard let form = place.form else {
        add(place.line, ["a citation that cannot be read; write it anew with `iomodes cite`"])
        continue
      }
      if runs[form.run] == nil { runs[form.run] = try run(form.run) }
      if let citations = runs[form.run] {
        add(place.line, Self.differences(of: form, from: citations))
      } else {
        add(place.line, ["the run \(form.run) is not there"], lacksRun: true)
      }
      let visible = VisibleNumber(before: place, hasInterval: form.low != nil)
      add(visible.line, visible.differences(from: form))
    }
    self.findings = findings
  }

  private static func differences(of form: CitationForm, from citations: Citations) -> [String] {
    let citation: Citation
    do throws(CitationFailure) {
      citation = try citations.find(CitationQuery(form.query))
    } catch {
      return ["the run \(form.run) has no number '\(form.query)' any more"]
    }
    guard let found = CitationForm(parsing: citation.form) else { return [] }
    let digits = Citation.shortHash
    let isShort = form.sha256.count < digits
    let hash = citation.sha256.prefix(max(digits, form.sha256.count))
    let pairs: [(String, String?, String?)] = [
      ("value", form.value, found.value), ("low end", form.low, found.low), ("high end", form.high, found.high),
      ("kind of interval", form.kind, found.kind), ("unit", form.unit, found.unit), ("n", form.n, found.n),
      ("sha256", form.sha256, isShort ? found.sha256 : String(hash)),
    ]
    return pairs.filter { $0.1 != $0.2 }.map { name, stands, should in
      "\(form.query): the \(name) is \(stands ?? "absent"), and should be \(should ?? "absent")"
    }
  }
}

/// The machine-readable form of a citation, in its parts.
struct CitationForm: Equatable {
  let run: String
  let query: String
  let value: String
  let low: String?
  let high: String?
  let kind: String?
  let unit: String
  let n: String
  let sha256: String

  private static let opening = "[iomodes:"
  /// No form is as long, even broken into lines.
  private static let longest = 1000

  init?(parsing text: some StringProtocol) {
    // What an editor may put in where it breaks a line: white space, and the mark of a comment or a quotation.
    let oneLine = String(text).replacing(/\s*\n\s*[%>#\/*]*\s*/, with: " ")
    let pattern =
      /\[iomodes:(\S+)\s+(\S.*?)\s+=\s+(\S+)\s+(?:\[([^,\]\s]+),\s*([^\]\s]+)\](\*?)\s+)?(\S+)\s+n=(\d+)\s+sha256:([0-9a-f]+)\]/
    guard let match = oneLine.prefixMatch(of: pattern)?.output else { return nil }
    run = String(match.1)
    query = String(match.2)
    value = String(match.3)
    low = match.4.map(String.init)
    high = match.5.map(String.init)
    kind = match.6.map { $0.isEmpty ? "95 % interval" : "range" }
    unit = String(match.7)
    n = String(match.8)
    sha256 = String(match.9)
  }

  /// Where a form stands in a document.
  struct Place {
    /// Nil where it cannot be read.
    let form: CitationForm?
    let line: Int
    /// What stands before it: from the last citation, or the beginning of its paragraph.
    let before: Substring
    /// The line that this begins on.
    let firstLine: Int
  }

  static func all(in document: String) -> [Place] {
    var places: [Place] = []
    // Where the text begins that may belong to the next citation.
    var (start, startLine) = (document.startIndex, 1)
    var search = start
    while let found = document[search...].firstRange(of: opening) {
      let lines = document[start..<found.lowerBound].split(separator: "\n", omittingEmptySubsequences: false)
      let line = startLine + lines.count - 1
      if let blank = lines.indices.dropFirst().dropLast().last(where: { lines[$0].allSatisfy(\.isWhitespace) }) {
        start = lines[blank].endIndex
        startLine += blank
      }
      let text = document[found.lowerBound...].prefix(longest)
      let form = CitationForm(parsing: text)
      places.append(Place(form: form, line: line, before: document[start..<found.lowerBound], firstLine: startLine))
      search = form.flatMap { text.firstRange(of: "\($0.sha256)]")?.upperBound } ?? found.upperBound
      startLine = line + document[found.lowerBound..<search].count(where: \.isNewline)
      start = search
    }
    return places
  }
}
