import Plan

/// What stands in double braces in a sentence, and becomes words or a number of the run.
enum StudyPlaceholder: Sendable, Equatable {
  /// `{{quick/http-2ms epoll concurrency=64 throughput}}`: a number with its interval, as a citation.
  case number(StudyQuery)
  /// `{{setting quick/http-2ms delay}}`: a setting of an experiment, as the run's plan has it. `concurrency=64` is 64, if
  /// the experiment has that many lanes.
  case setting(StudyExperiment, String)
  /// `{{verdict quick/http-2ms}}`: what the run says of its modes, with the ratio as a citation.
  case verdict(StudyExperiment)
  /// `{{claim hundreds-of-times}}`: the verdict on a claim. With the name of one of its numbers, as one word, that number.
  case claim(String)
  /// `{{places epoll}}`: the experiments in which a mode is ahead, among the first, and behind.
  case places(String)
  /// `{{about machine}}`: words about the run.
  case about(Fact)

  enum Fact: String, CaseIterable, Sendable { case run, machine, date, tool, legend }

  init(_ text: String) throws(StudyComplaint) {
    let words = text.split(separator: " ").map(String.init)
    func operands(_ count: Int, _ form: String) throws(StudyComplaint) -> [String] {
      guard words.count == count + 1 else { throw StudyComplaint("'{{\(text)}}' is not of the form {{\(form)}}") }
      return Array(words.dropFirst())
    }
    switch words.first {
    case nil: throw StudyComplaint("'{{}}' is empty; write a query, such as {{quick/http-2ms epoll throughput}}")
    case "setting"?:
      let operands = try operands(2, "setting EXPERIMENT NAME")
      self = .setting(StudyExperiment(operands[0]), operands[1])
    case "verdict"?: self = .verdict(StudyExperiment(try operands(1, "verdict EXPERIMENT")[0]))
    case "claim"? where words.count == 3:
      _ = try Self.known(claim: words[1])
      self = .number(StudyQuery(words))
    case "claim"?: self = .claim(try Self.known(claim: operands(1, "claim ID")[0]))
    case "places"?: self = .places(try operands(1, "places MODE")[0])
    case "about"?:
      let name = try operands(1, "about WHAT")[0]
      guard let fact = Fact(rawValue: name) else {
        let known = Fact.allCases.map(\.rawValue).joined(separator: ", ")
        throw StudyComplaint("'{{\(text)}}': there is no '\(name)'; there are \(known)")
      }
      self = .about(fact)
    default: self = .number(StudyQuery(words))
    }
  }

  /// A claim's id, if there is such a claim.
  static func known(claim id: String) throws(StudyComplaint) -> String {
    guard Reproduction.claims.contains(id) else {
      throw StudyComplaint("'\(id)' is no claim\(Spelling.hint(id, among: Reproduction.claims))")
    }
    return id
  }

  /// The experiment that it names, as the template has it.
  var experiment: String? {
    switch self {
    case .number(let query): query.experiment?.text
    case .setting(let experiment, _), .verdict(let experiment): experiment.text
    case .claim, .places, .about: nil
    }
  }
}

/// An experiment as templates name it: by its name, or as `SUITE/EXPERIMENT`, because a suite that includes others puts
/// their names before those of experiments that several of them have.
struct StudyExperiment: Sendable, Equatable {
  let text: String
  /// Nil if its name is enough.
  let suite: String?
  let name: String

  init(_ text: String) {
    self.text = text
    let parts = text.split(separator: "/", maxSplits: 1).map(String.init)
    (suite, name) = parts.count == 2 ? (parts[0], parts[1]) : (nil, text)
  }
}

/// The words of a ``CitationQuery``, with the place first: an experiment, `run`, `machine`, or `limits/EXPERIMENT`. Or
/// `claim ID NUMBER`: a claim's number, from whatever experiment the run has for it.
struct StudyQuery: Sendable, Equatable {
  let words: [String]

  init(_ words: [String]) { self.words = words }

  /// Nil for numbers of the run, of the machine, of claims and of limits.
  var experiment: StudyExperiment? {
    guard let first = words.first, !["run", "machine", "claim"].contains(first), limit == nil else { return nil }
    return StudyExperiment(first)
  }

  /// The experiment on a limit.
  var limit: String? { words.first.flatMap { $0.hasPrefix("limits/") ? String($0.dropFirst("limits/".count)) : nil } }

  /// A claim and the word for one of its numbers.
  var claim: (id: String, number: String)? {
    words.first == "claim" && words.count == 3 ? (words[1], words[2]) : nil
  }

  var concurrency: Int? {
    words.lazy.filter { $0.hasPrefix("concurrency=") }.compactMap { Int($0.dropFirst("concurrency=".count)) }.first
  }

  /// The mode, with its variant.
  var mode: String? { experiment != nil && words.count > 1 ? words[1] : nil }
}

/// What stands in double braces in a paragraph of its own, and becomes a table or a list.
enum StudyDirective: Sendable, Equatable {
  /// `{{claims A B}}`: the numbers of some claims.
  case claims([String])
  /// `{{verdicts A=B C D=}}`: the verdicts on claims about our modes, beside those on the same claims about Python's
  /// systems; `=B` and `A=` where there is only one of them.
  case verdicts([(own: String?, python: String?)])
  /// `{{unmeasured}}`: what the article lacks, and which trials the run lacks.
  case unmeasured
  /// `{{figure quick/http-2ms speedup}}`: a figure of an experiment, on pages alone.
  case figure(StudyExperiment, FigureKind)
  /// `{{reproduction}}`: what it takes to reproduce each claim, and the range that counts.
  case reproduction

  static func == (a: StudyDirective, b: StudyDirective) -> Bool {
    switch (a, b) {
    case (.claims(let a), .claims(let b)): a == b
    case (.verdicts(let a), .verdicts(let b)): a.elementsEqual(b) { $0 == $1 }
    case (.figure(let a, let kind), .figure(let b, let other)): a == b && kind == other
    case (.unmeasured, .unmeasured), (.reproduction, .reproduction): true
    default: false
    }
  }

  /// Nil if the paragraph is none.
  init?(alone text: String) throws(StudyComplaint) {
    guard text.hasPrefix("{{"), text.hasSuffix("}}"), !text.dropFirst(2).contains("{{") else { return nil }
    let words = text.dropFirst(2).dropLast(2).split(separator: " ").map(String.init)
    switch words.first {
    case "claims":
      var ids: [String] = []
      for word in words.dropFirst() { ids.append(try StudyPlaceholder.known(claim: word)) }
      self = .claims(ids)
    case "verdicts":
      var pairs: [(own: String?, python: String?)] = []
      for word in words.dropFirst() {
        let ids = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        for id in ids where !id.isEmpty { _ = try StudyPlaceholder.known(claim: id) }
        pairs.append((ids[0].isEmpty ? nil : ids[0], ids.count > 1 && !ids[1].isEmpty ? ids[1] : nil))
      }
      self = .verdicts(pairs)
    case "figure":
      guard words.count == 3, let kind = FigureKind(rawValue: words[2]) else {
        let kinds = FigureKind.allCases.map(\.rawValue).joined(separator: ", ")
        throw StudyComplaint("'\(text)' is not of the form {{figure EXPERIMENT KIND}}, with one of \(kinds)")
      }
      self = .figure(StudyExperiment(words[1]), kind)
    case "unmeasured": self = .unmeasured
    case "reproduction": self = .reproduction
    default: return nil
    }
  }
}
