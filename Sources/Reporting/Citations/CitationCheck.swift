import Plan
import Records

/// Checks whether the citations of a document, in text, Markdown or LaTeX, still agree with their runs.
public struct CitationCheck: Sendable {
  public struct Finding: Sendable, Equatable {
    public enum Kind: Sendable {
      case mismatch
      /// The run was not found, so its citations cannot be checked.
      case noRun
      /// The document reads a file that does not exist.
      case noFile
    }

    /// The path of the document, or of a file that it reads.
    public let path: String
    /// The line, from 1.
    public let line: Int
    public let text: String
    public let kind: Kind
    /// What to do about it, if the text does not say.
    public var remedy: Remedy?

    public var lacksRun: Bool { kind == .noRun }
  }

  /// The number of citations, including uses of macros.
  public private(set) var count = 0
  /// The mismatches, in the order of the files.
  public private(set) var findings: [Finding] = []
  /// Citations in an older form, with fewer parts, whose parts all match.
  public private(set) var older: [Finding] = []

  /// Checks a single text, which reads no other files.
  /// - Parameter run: returns the numbers of the run with an id; nil if there is no such run.
  public init(_ text: String, isLatex: Bool = true, run: (String) throws -> Citations?) rethrows {
    try self.init(CitationDocument(text, isLatex: isLatex), run: run)
  }

  /// Checks a document with the files that it reads.
  public init(_ document: CitationDocument, run: (String) throws -> Citations?) rethrows {
    let macros = document.files.map(MacroFile.init)
    let texts = zip(document.files, macros).map {
      CitationDocument.File(path: $0.path, text: $1.rest, isLatex: $0.isLatex)
    }
    let places = texts.map { CitationForm.all(in: $0.text) }
    var runs = CitedRuns()
    let forms = places.joined().compactMap(\.form) + macros.flatMap { $0.definitions.compactMap(\.form) }
    for id in forms.map(\.run) + macros.compactMap(\.header?.run) where !runs.isKnown(id) {
      runs.add(try run(id), as: id)
    }
    for (file, places) in zip(texts, places) { check(places, in: file, &runs) }
    for (path, line, name) in document.missing {
      findings.append(
        Finding(path: path, line: line, text: "'\(name)' is read here, but the file does not exist", kind: .noFile))
    }
    let uses = MacroCheck(texts, macros, &runs)
    count += uses.count
    findings += uses.findings
    older += uses.older
  }

  private mutating func check(_ places: [CitationForm.Place], in file: CitationDocument.File, _ runs: inout CitedRuns) {
    guard !places.isEmpty else { return }
    count += places.count
    let headings = TableHeadings(file.text)
    for place in places {
      func finding(_ text: String, line: Int, _ kind: Finding.Kind = .mismatch) -> Finding {
        Finding(path: file.path, line: line, text: text, kind: kind)
      }
      guard let form = place.form else {
        findings.append(
          finding("unreadable citation; generate it again with `iomodes cite`", line: place.line))
        continue
      }
      var number: Citable?
      switch runs.outcome(of: form) {
      case .noRun: findings.append(finding("the run \(form.run) was not found", line: place.line, .noRun))
      case .noNumber(let text): findings.append(finding(text, line: place.line))
      case .found(let citation):
        findings += form.differences(from: citation).map { finding($0, line: place.line) }
        if form.hasNumber(of: citation.citable) { number = citation.citable }
      }
      let visible = VisibleNumber(before: place, hasInterval: form.low != nil, isLatex: file.isLatex)
      let heading = headings.heading(
        at: place.line, behind: place.lineBefore, columnsBefore: visible.columnsBefore)
      findings += visible.differences(from: form, number, heading: heading).map { finding($0, line: visible.line) }
      if form.isOlder { older.append(finding("", line: place.line)) }
    }
  }
}

/// The runs that a document cites.
struct CitedRuns {
  private var runs: [String: Citations?] = [:]
  private var hashes: [String: Citations.Hashes] = [:]
  private var names: [String: [String: String]] = [:]

  enum Outcome {
    case noRun
    case noNumber(String)
    case found(Citation)
  }

  func isKnown(_ id: String) -> Bool { runs[id] != nil }
  mutating func add(_ citations: Citations?, as id: String) { runs[id] = .some(citations) }
  func citations(_ id: String) -> Citations? { runs[id] ?? nil }

  /// The number that a citation names.
  mutating func outcome(of form: CitationForm) -> Outcome {
    guard let citations = citations(form.run) else { return .noRun }
    do throws(CitationFailure) {
      return .found(try citations.find(CitationQuery(form.query), &hashes[form.run, default: [:]]))
    } catch {
      return .noNumber("the run \(form.run) has no number '\(form.query)'")
    }
  }

  /// The names of a run's macros by query, without their prefix.
  mutating func macroNames(of id: String) -> [String: String] {
    if let known = names[id] { return known }
    let pairs = citations(id)?.macroNames.map { ($0.citable.query, $0.name) } ?? []
    let own = Dictionary(pairs) { first, _ in first }
    names[id] = own
    return own
  }
}
