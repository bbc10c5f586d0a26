/// The prose of an article, written by hand, in which every number is a placeholder. See ``StudyPlaceholder`` for those,
/// ``StudyAssertion`` for what a sentence presumes, and ``StudyProse`` for what may not be written by hand.
///
/// A template is Markdown with a title (`#`), headings (`##`), paragraphs, items (`-`), `code` and **strong** words.
/// Lines that begin with `?` are assertions on the paragraph or item below them. A placeholder alone in its paragraph
/// may stand for a table or a list.
struct StudyTemplate: Sendable {
  enum Block: Sendable {
    case title(String)
    case heading(String)
    case paragraph(Passage)
    case item(Passage)
    case directive(StudyDirective, line: Int)
  }

  /// A paragraph, with what it presumes.
  struct Passage: Sendable {
    var assertions: [(assertion: StudyAssertion, line: Int)]
    var parts: [Part]
    /// Where it begins, from 1.
    var line: Int
  }

  enum Part: Sendable, Equatable {
    case words(String)
    case code(String)
    case strong(String)
    case placeholder(StudyPlaceholder)
  }

  /// The file's name, for messages.
  let name: String
  private(set) var blocks: [Block] = []

  /// Throws at the first line that breaks a rule.
  init(_ text: String, named name: String) throws(StudyFailure) {
    self.name = name
    var assertions: [(StudyAssertion, line: Int)] = []
    var pending: (text: String, line: Int, isItem: Bool)?
    func failure(_ text: String, _ line: Int) -> StudyFailure { StudyFailure(text, in: name, line: line) }

    func close() throws(StudyFailure) {
      guard let passage = pending else { return }
      pending = nil
      defer { assertions = [] }
      let parts: [Part]
      do {
        if assertions.isEmpty, let directive = try StudyDirective(alone: passage.text) {
          blocks.append(.directive(directive, line: passage.line))
          return
        }
        parts = try Self.parts(of: passage.text)
        try StudyProse.check(parts, isAsserted: !assertions.isEmpty)
      } catch {
        throw failure(error.description, passage.line)
      }
      let whole = Passage(assertions: assertions, parts: parts, line: passage.line)
      blocks.append(passage.isItem ? .item(whole) : .paragraph(whole))
    }

    for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      let (number, line) = (index + 1, String(line))
      let isHeading = line.hasPrefix("# ") || line.hasPrefix("## ")
      if line.isEmpty || isHeading || line.hasPrefix("? ") || line.hasPrefix("- ") { try close() }
      if isHeading {
        let words = String(line.drop { $0 == "#" }).trimmingWhitespace()
        do { try StudyProse.check(heading: words) } catch { throw failure(error.description, number) }
        blocks.append(line.hasPrefix("## ") ? .heading(words) : .title(words))
      } else if line.hasPrefix("? ") {
        do {
          assertions.append((try StudyAssertion(String(line.dropFirst(2))), number))
        } catch {
          throw failure(error.description, number)
        }
      } else if !line.isEmpty {
        let isItem = line.hasPrefix("- ")
        let words = (isItem ? String(line.dropFirst(2)) : line).trimmingWhitespace()
        pending = pending.map { ("\($0.text) \(words)", $0.line, $0.isItem) } ?? (words, number, isItem)
      } else if !assertions.isEmpty {
        throw failure("an assertion stands above nothing; write it above its paragraph", number)
      }
    }
    try close()
    if let last = assertions.last {
      throw failure("an assertion stands above nothing; write it above its paragraph", last.line)
    }
  }

  /// The experiments that it names, as `SUITE/EXPERIMENT` or by their names alone.
  var experiments: [String] {
    var names: [String] = []
    func add(_ name: String?) { if let name, !names.contains(name) { names.append(name) } }
    for block in blocks {
      guard case .paragraph(let passage) = block.asParagraph else { continue }
      for (assertion, _) in passage.assertions { add(assertion.experiment) }
      for case .placeholder(let placeholder) in passage.parts { add(placeholder.experiment) }
    }
    return names
  }

  /// Splits a paragraph into its parts.
  static func parts(of text: String) throws(StudyComplaint) -> [Part] {
    var parts: [Part] = []
    var rest = text[...]
    var words = ""
    func isNext(_ mark: String) -> Bool { rest.hasPrefix(mark) }
    func take(_ open: String, _ close: String) throws(StudyComplaint) -> String {
      rest.removeFirst(open.count)
      guard let end = rest.firstRange(of: close) else {
        throw StudyComplaint("'\(open)\(rest.prefix(30))' has no '\(close)' behind it; close it")
      }
      defer { rest = rest[end.upperBound...] }
      return String(rest[..<end.lowerBound])
    }
    func flush() {
      if !words.isEmpty { parts.append(.words(words)) }
      words = ""
    }
    while let first = rest.first {
      if isNext("{{") {
        flush()
        parts.append(.placeholder(try StudyPlaceholder(try take("{{", "}}"))))
      } else if isNext("**") {
        flush()
        parts.append(.strong(try take("**", "**")))
      } else if first == "`" {
        flush()
        parts.append(.code(try take("`", "`")))
      } else {
        words.append(first)
        rest.removeFirst()
      }
    }
    flush()
    return parts
  }
}

extension StudyTemplate.Block {
  /// An item as a paragraph.
  fileprivate var asParagraph: StudyTemplate.Block {
    if case .item(let passage) = self { .paragraph(passage) } else { self }
  }
}

/// What is wrong with a part of a template: what, and the remedy.
struct StudyComplaint: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}
