import Foundation
import Harness
import Records
import Reporting

let citeCommand = Command(
  name: "cite", operands: "RUN QUERY", operandValues: .run,
  about: "Prints one number of a run with its interval, machine and hash, or verifies the citations in a document.",
  groups: [
    (
      "Options",
      [
        .value(
          "format", "FORMAT", "text, md, latex or json", .choice(CitationFormat.self),
          unlessGiven: CitationFormat.text.rawValue, elsewhere: "f"),
        .flag("list", "list every number that can be cited, with its query"),
        .flag("macros", "print a LaTeX \\newcommand for every number, its interval and its unit"),
        .value("prefix", "NAME", "prefix of the macros' names, letters only", unlessGiven: "iomodes"),
        .value(
          "verify", "FILE",
          "check every citation and macro in a text, Markdown or LaTeX document; follows \\input and \\include; exit code 4 if "
            + "anything differs", .file),
        .value("results", "DIR", "folder of the runs for --verify", .folder, unlessGiven: Places.results),
      ]
    )
  ],
  examples: [
    (
      "iomodes cite \(Example.quick) 'http epoll concurrency=64 throughput'", "the words of a query may be in any order"
    ),
    (
      "iomodes cite \(Example.quick) 'http-2ms epoll concurrency=64 ratio' --format latex",
      "for a paper, with a footnote"
    ),
    (
      "iomodes cite \(Example.claims) limits/select by_epoll_of_2000_at_once_served_connections",
      "a number of limits.json"
    ),
    (
      "iomodes cite \(Example.quick) run half-width",
      "how well throughputs are known; `machine` has numbers of the machine"
    ),
    ("iomodes cite \(Example.quick) --macros > numbers.tex", "then: \\input{numbers}"),
    (
      "iomodes cite \(Example.quick) --macros --prefix second > second.tex",
      "\\secondHttp…: keeps the macros of two runs apart"
    ),
    ("iomodes cite --verify paper.tex", "does the paper, with its tables and macros, still match its runs?"),
  ],
  mostOperands: 16
) { arguments in
  let format: CitationFormat = try arguments.choice("format") ?? .text
  let tasks = ["list", "macros", "verify"].filter(arguments.has)
  guard tasks.count < 2 else { throw UsageError("--\(tasks[0]) and --\(tasks[1]) exclude each other") }
  if let path = arguments.text("verify") {
    guard arguments.operands.isEmpty else {
      throw UsageError("--verify takes no run; it finds those that the document cites")
    }
    return try verify(path, results: arguments.text("results") ?? Places.results)
  }
  let prefix = arguments.text("prefix")
  guard prefix == nil || arguments.has("macros") else { throw UsageError("--prefix needs --macros") }
  if let prefix, prefix.isEmpty || !prefix.allSatisfy({ $0.isASCII && $0.isLetter }) {
    throw UsageError(
      "--prefix '\(prefix)' is not letters only, as LaTeX requires of names; spell it out, as in 'runTwo'")
  }
  guard !arguments.has("results") else { throw UsageError("--results needs --verify") }
  let name = try arguments.first("a run and a query; `iomodes cite RUN --list` lists the queries")
  let query = CitationQuery(arguments.operands.dropFirst().joined(separator: " "))
  guard tasks.isEmpty || query.isEmpty else { throw UsageError("--\(tasks[0]) takes no query") }
  guard !tasks.isEmpty || !query.isEmpty else {
    throw UsageError("cite needs a query; `iomodes cite \(name) --list` lists them")
  }
  let citations = try Citations(try Places.run(name))
  if arguments.has("list") {
    print(citations.list, terminator: "")
  } else if arguments.has("macros") {
    print(prefix.map(citations.macros(prefix:)) ?? citations.macros, terminator: "")
  } else {
    do {
      print(try citations.find(query).render(format), terminator: "")
    } catch let failure as CitationFailure {
      guard failure.lacksTrials else { throw UsageError(failure.description) }
      Program.complain(failure.description)
      return noValidTrial
    }
  }
  return 0
}

/// Exit codes that report results.
private let noValidTrial: Int32 = 3
private let mismatchFound: Int32 = 4

/// Prints which of a document's citations do not match its runs; returns the exit code.
private func verify(_ path: String, results: String) throws -> Int32 {
  guard let document = CitationDocument(path: path) else {
    throw HarnessFailure("cannot read \(path): it is missing or not readable; name a document")
  }
  let check = try CitationCheck(document) { id in try Citations(run: id, in: results) }
  guard check.count > 0 || !check.findings.isEmpty else {
    throw HarnessFailure("\(path) has no citations; `iomodes cite` writes them")
  }
  for finding in check.findings {
    let remedy =
      switch finding.kind {
      case .mismatch: finding.remedy.map { "; \($0.words)" } ?? ""
      case .noRun: " under \(results); name its folder with --results"
      case .noFile: "; its citations are not checked"
      }
    print("\(finding.path):\(finding.line): \(finding.text)\(remedy)")
  }
  if let first = check.older.first {
    let others = check.older.count > 1 ? " (and \(check.older.count - 1) more)" : ""
    print(
      "\(first.path):\(first.line): older form\(others): machine, commit and a part of the hash are not bound; "
        + "`iomodes cite` writes it anew")
  }
  let wrong = check.findings.count { $0.kind == .mismatch }
  let missing = check.findings.count - wrong
  let outcome = check.findings.isEmpty ? "all match" : "mismatches: \(wrong), unchecked: \(missing)"
  print("\(path): \(check.count) \(check.count == 1 ? "citation" : "citations"), \(outcome)")
  return wrong > 0 ? mismatchFound : missing > 0 ? 1 : 0
}
