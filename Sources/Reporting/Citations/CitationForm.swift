/// The parts of a citation's machine-readable form.
struct CitationForm: Equatable {
  let run: String
  let query: String
  let value: String
  let low: String?
  let high: String?
  let kind: String?
  let unit: String
  let n: String
  /// Nil in older forms, like the commit.
  let machine: String?
  let commit: String?
  /// All digits; in older forms, only the first ones.
  let sha256: String

  private static let opening = "[iomodes:"
  private static let hashDigits = 64
  /// The number of digits in older forms, which is the minimum.
  private static let fewestHashDigits = 16

  /// The text that an editor may insert at a line break: white space, and a mark of a comment or a quotation.
  private nonisolated(unsafe) static let lineBreak = /\s*\n\s*[%>#\/*]*\s*/
  private nonisolated(unsafe) static let pattern =
    /\[iomodes:(\S+)\s+(\S.*?)\s+=\s+(\S+)\s+(?:\[([^,\]\s]+),\s*([^\]\s]+)\](\*?)\s+)?(\S+)\s+n=(\d+)\s+(?:machine:(\S+)\s+commit:(\S+)\s+)?sha256:([0-9a-f]+)\]/

  init?(parsing text: some StringProtocol) {
    let oneLine = String(text).replacing(Self.lineBreak, with: " ")
    guard let match = oneLine.prefixMatch(of: Self.pattern)?.output else { return nil }
    run = String(match.1)
    query = String(match.2)
    value = String(match.3)
    low = match.4.map(String.init)
    high = match.5.map(String.init)
    kind = match.6.map { Self.kind(isRange: !$0.isEmpty) }
    unit = String(match.7)
    n = String(match.8)
    machine = match.9.map(String.init)
    commit = match.10.map(String.init)
    sha256 = String(match.11)
  }

  private static func kind(isRange: Bool) -> String { isRange ? "range" : "95 % interval" }

  /// Whether it lacks parts of today's form.
  var isOlder: Bool { machine == nil || commit == nil || sha256.count < Self.hashDigits }

  /// The differences from the run. For an older form, only its own parts are compared.
  func differences(from citation: Citation) -> [String] {
    let number = citation.citable.number
    let hash = citation.sha256.prefix(max(Self.fewestHashDigits, sha256.count))
    let pairs: [(String, String?, String?)] = [
      ("value", value, number.value), ("low end", low, number.interval?.low),
      ("high end", high, number.interval?.high),
      ("kind of interval", kind, number.interval.map { Self.kind(isRange: $0.isRange) }),
      ("unit", unit, number.unit.form), ("n", n, "\(number.n)"),
      ("machine", machine, machine.map { _ in citation.build.machine }),
      ("commit", commit, commit.map { _ in citation.build.commit }), ("sha256", sha256, String(hash)),
    ]
    return pairs.filter { $0.1 != $0.2 }.map { name, stands, should in
      "\(query): the \(name) is \(stands ?? "absent"), and should be \(should ?? "absent")"
    }
  }

  /// Whether its number is the run's, whatever else differs.
  func hasNumber(of citable: Citable) -> Bool {
    let number = citable.number
    return value == number.value && low == number.interval?.low && high == number.interval?.high
      && unit == number.unit.form
  }

  /// The position of a form in a document.
  struct Place {
    /// Nil if the form is unreadable.
    let form: CitationForm?
    let line: Int
    /// The text before it, from the last citation or the beginning of its paragraph.
    let before: Substring
    /// The line on which that text begins.
    let firstLine: Int

    /// The part of its line before it.
    var lineBefore: Substring {
      let document = before.base[..<before.endIndex]
      return document.lastIndex(of: "\n").map { document[document.index(after: $0)...] } ?? document
    }
  }

  /// The position after the closing bracket of a form; the first closing bracket may belong to its interval.
  private static func end(of text: Substring) -> String.Index? {
    guard let first = text.firstIndex(of: "]") else { return nil }
    if text[..<first].contains("sha256:") { return text.index(after: first) }
    return text[first...].dropFirst().firstIndex(of: "]").map { text.index(after: $0) }
  }

  static func all(in document: String) -> [Place] {
    var places: [Place] = []
    // The start of the text that may belong to the next citation.
    var (start, startLine) = (document.startIndex, 1)
    var search = start
    while let found = document[search...].firstRange(of: opening) {
      let lines = document[start..<found.lowerBound].split(separator: "\n", omittingEmptySubsequences: false)
      let line = startLine + lines.count - 1
      if let blank = lines.indices.dropFirst().dropLast().last(where: { lines[$0].allSatisfy(\.isWhitespace) }) {
        start = lines[blank].endIndex
        startLine += blank
      }
      let end = end(of: document[found.upperBound...])
      let form = end.flatMap { CitationForm(parsing: document[found.lowerBound..<$0]) }
      places.append(Place(form: form, line: line, before: document[start..<found.lowerBound], firstLine: startLine))
      search = form == nil ? found.upperBound : end ?? found.upperBound
      startLine = line + document[found.lowerBound..<search].count(where: \.isNewline)
      start = search
    }
    return places
  }
}
