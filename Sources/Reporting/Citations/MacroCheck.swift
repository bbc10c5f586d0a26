import Plan

/// Checks the macros that a document defines, and those that it uses, against their runs.
struct MacroCheck {
  private(set) var count = 0
  private(set) var findings: [CitationCheck.Finding] = []
  private(set) var older: [CitationCheck.Finding] = []

  private struct Macro {
    let path: String
    let line: Int
    let text: String
    let form: CitationForm?
    let isUnit: Bool
    let differences: [String]
  }

  private var macros: [String: Macro] = [:]
  /// The pairs of files with the same definitions; each pair is reported once.
  private var collisions: Set<[String]> = []

  /// - Parameters:
  ///   - texts: the document's files without their definitions.
  ///   - files: the definitions in each file.
  init(_ texts: [CitationDocument.File], _ files: [MacroFile], _ runs: inout CitedRuns) {
    guard files.contains(where: { !$0.definitions.isEmpty || $0.header != nil }) else { return }
    // A file of macros on its own, whose definitions are all checked.
    let isAlone = files[0].header != nil || !files[0].definitions.isEmpty
    for (file, macros) in zip(texts, files) {
      add(macros, of: file.path, isAlone: isAlone, &runs)
    }
    let prefixes = Set(files.map(\.prefix) + [MacroFile.usualPrefix])
    for file in texts where file.isLatex { use(in: file, prefixes) }
  }

  private mutating func add(
    _ path: String, _ line: Int, _ text: String, _ kind: CitationCheck.Finding.Kind = .mismatch,
    remedy: Remedy? = nil
  ) {
    findings.append(.init(path: path, line: line, text: text, kind: kind, remedy: remedy))
  }

  // MARK: Definitions

  private mutating func add(_ file: MacroFile, of path: String, isAlone: Bool, _ runs: inout CitedRuns) {
    guard let run = file.header?.run ?? file.definitions.lazy.compactMap(\.form?.run).first else { return }
    guard let citations = runs.citations(run) else {
      if isAlone { count += file.definitions.count }
      for definition in file.definitions { keep(definition, of: path, []) }
      return add(path, 1, "the run \(run) was not found", .noRun)
    }
    var wrong: [(line: Int, text: String)] = []
    var missing: Set<String> = []
    if let header = file.header {
      let should = MacroFile.Header(citations, prefix: header.prefix)
      for (name, stands, right) in [
        ("machine", header.machine, should.machine), ("commit", header.commit, should.commit),
        ("sha256", header.sha256, should.sha256),
      ] where stands != right {
        wrong.append((1, "the first line has \(stands) for the \(name), and should have \(right)"))
      }
    }
    for definition in file.definitions {
      guard let id = definition.form?.run, runs.citations(id) == nil, missing.insert(id).inserted else { continue }
      add(path, definition.line, "the run \(id) was not found", .noRun)
    }
    let headsWrong = wrong.count
    for definition in file.definitions {
      let differences = Self.differences(of: definition, prefix: file.prefix, &runs)
      keep(definition, of: path, differences)
      wrong += differences.prefix(isAlone ? differences.count : 1).map { (definition.line, $0) }
    }
    if isAlone {
      count += file.definitions.count
      for (line, text) in wrong { add(path, line, text) }
    } else if let first = wrong.first {
      let number = wrong.count - headsWrong
      add(
        path, first.line,
        "stale: \(number) of its \(file.definitions.count) macros differ from the run \(run) (\(first.text))",
        remedy: .newMacros(run: run, prefix: file.prefix == MacroFile.usualPrefix ? nil : file.prefix))
    }
    if let line = file.definitions.first(where: { $0.form?.isOlder == true })?.line {
      older.append(.init(path: path, line: line, text: "", kind: .mismatch))
    }
  }

  /// The errors in one line of macros.
  private static func differences(
    of definition: MacroFile.Definition, prefix: String, _ runs: inout CitedRuns
  ) -> [String] {
    guard let form = definition.form else {
      return ["unreadable citation; generate its file again"]
    }
    switch runs.outcome(of: form) {
    // It is told once for the file.
    case .noRun: return []
    case .noNumber(let text): return [text]
    case .found(let citation):
      let citable = citation.citable
      let name = prefix + (runs.macroNames(of: form.run)[citable.query] ?? "")
      let texts = Dictionary(MacroFile.texts(of: citable.number, named: name)) { first, _ in first }
      return form.differences(from: citation)
        + definition.texts.compactMap { name, text in
          guard let should = texts[name] else { return "\\\(name) is not a macro of '\(form.query)'" }
          return text == should ? nil : "\\\(name) is \(text), and should be \(should)"
        }
    }
  }

  private mutating func keep(_ definition: MacroFile.Definition, of path: String, _ differences: [String]) {
    let base = definition.texts.first?.name ?? ""
    for (name, text) in definition.texts {
      if let other = macros[name], collisions.insert([other.path, path]).inserted {
        add(
          path, definition.line,
          "\\\(name) is defined in \(other.path):\(other.line), too", remedy: .otherPrefix)
      }
      macros[name] = Macro(
        path: path, line: definition.line, text: text, form: definition.form,
        isUnit: name == base + MacroFile.unitSuffix, differences: differences)
    }
  }

  // MARK: Uses

  private nonisolated(unsafe) static let command = /\\([A-Za-z]+)/
  private nonisolated(unsafe) static let definition =
    /\\(?:newcommand|renewcommand|providecommand|def|let)\*?\s*\{?\s*\\([A-Za-z]+)/
  private nonisolated(unsafe) static let beginningOfDefinition =
    /\\(newcommand|renewcommand|providecommand|def|let)\*?\s*\{?\s*$/

  private mutating func use(in file: CitationDocument.File, _ prefixes: Set<String>) {
    let lines = file.uncommented
    let own = lines.flatMap { $0.contains("\\") ? $0.matches(of: Self.definition) : [] }
    let ownNames = Set(own.map { String($0.1) })
    for (index, line) in lines.enumerated() where line.contains("\\") {
      for match in line.matches(of: Self.command) {
        let name = String(match.1)
        guard let macro = macros[name] else {
          let looksLikeOne = prefixes.contains { prefix in
            name.hasPrefix(prefix) && name.dropFirst(prefix.count).first?.isUppercase == true
          }
          if looksLikeOne, !ownNames.contains(name) {
            add(file.path, index + 1, "\\\(name) is not defined by any file of macros that the document reads")
          }
          continue
        }
        let before = line[..<match.range.lowerBound]
        if before.contains(Self.beginningOfDefinition) {
          add(
            file.path, index + 1,
            "\\\(name) is redefined here, and differs from \(macro.path):\(macro.line)")
          continue
        }
        guard !macro.isUnit else { continue }
        count += 1
        for text in macro.differences { add(file.path, index + 1, "\\\(name): \(text)") }
        // The text after the macro, as far as a unit may reach.
        let rest = ([line[match.range.upperBound...]] + lines[(index + 1)...].prefix(1).map { $0[...] })
          .joined(separator: " ")
        if let form = macro.form, let text = wrongUnit(in: rest, of: form) {
          add(file.path, index + 1, "\\\(name): \(text)")
        }
      }
    }
  }

  /// What is wrong with the words after a macro, whose number is in the unit of its citation.
  private func wrongUnit(in text: String, of form: CitationForm) -> String? {
    let expanded = String(text.prefix(200)).replacing(Self.command) { match in
      macros[String(match.1)].flatMap { $0.isUnit ? $0.text : nil } ?? String(match.0)
    }
    return VisibleNumber.wrongUnit(in: expanded, of: form)
  }
}
