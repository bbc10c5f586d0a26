import Harness
import Modes
import Plan
import Reporting

let manCommand = Command(
  name: "man", operands: "",
  about: "Prints the manual page, iomodes(1), in the macros of man(7).",
  groups: [],
  examples: [
    ("iomodes man | man -l -", "to read it"),
    ("iomodes man > ~/.local/share/man/man1/iomodes.1", "to have it where man looks for pages"),
  ],
  mostOperands: 0
) { _ in
  print(ManPage.render(Program.commands), terminator: "")
  return 0
}

/// The manual page, generated from the commands' tables, in ASCII for both groff and mandoc.
enum ManPage {
  /// The date of the last change to text that does not come from the tables.
  private static let date = "2026-11-21"

  static func render(_ commands: [Command]) -> String {
    let lines =
      [
        ".TH IOMODES 1 \(date) \"iomodes \(programVersion)\" \"User Commands\"",
        ".nh", ".ad l",
        ".SH NAME",
        "iomodes " + text("- one I/O workload, run by one harness, in every concurrency mode"),
        ".SH SYNOPSIS",
      ]
      + commands.map { synopsis($0) }.joined(separator: [".br"])
      + [".SH DESCRIPTION"] + description
      + [".SH COMMANDS"] + commands.flatMap(section)
      + [".SH EXIT STATUS"] + items(exitCodes)
      + [".SH ENVIRONMENT"] + items(environment)
      + [".SH FILES"] + items(files)
      + [".SH EXAMPLES"] + items(commands.flatMap { $0.examples.map { ($0.line, $0.about) } })
      + [".SH SEE ALSO", seeAlso.map { "\(bold($0.0))(\($0.1))" }.joined(separator: ",\n")]
    return lines.joined(separator: "\n") + "\n"
  }

  private static func synopsis(_ command: Command) -> [String] {
    let options = command.options.isEmpty ? "" : " [\(italic("OPTION")) ...]"
    return [bold("iomodes \(command.name)") + options + names(command.operands)]
  }

  private static var description: [String] {
    [
      prose(
        "iomodes puts the same operations through each way of waiting, verifies every byte that comes back, and records "
          + "what it took: throughput, latencies, processor time, threads, memory and system calls."),
      ".PP",
      prose(
        "A lane carries out one operation at a time; the concurrency is the number of lanes. Each trial runs in fresh "
          + "processes, the client apart from the server, and a run is written trial by trial into a folder of its own, "
          + "from which reports, comparisons and figures are made at any time. The modes:"),
    ] + items(ModeID.allCases.map { ($0.rawValue, $0.about) })
  }

  private static func section(_ command: Command) -> [String] {
    let heading =
      ".SS \"\(text("iomodes \(command.name)"))\(command.operands.isEmpty ? "" : " " + text(command.operands))\""
    return [heading, prose(command.about)]
      + command.groups.flatMap { group in
        [".PP", text("\(group.title):")]
          + group.options.flatMap { option in
            [".TP", bold("--\(option.name)") + names(option.value ?? ""), prose(option.explanation)]
          }
      }
  }

  private static let exitCodes = [
    ("0", "fine"),
    ("1", "could not run, or could not write to standard output; a reader that has closed its end is no failure"),
    ("2", "the command line is wrong"),
    ("3", "a point has no valid trial, or too few for a --fail-on"),
    ("4", "a comparison found a regression"),
    ("128 + N", "interrupted by signal N; the trials that were finished are kept"),
  ]

  private static let environment = [
    ("NO_COLOR", "where it is not empty, nothing is coloured; nor is anything where the output is no terminal"),
    ("TERM", "where it is dumb, nothing is coloured"),
    ("COLUMNS", "how wide tables may be, before what the terminal says; where the output is no terminal, 100 at most"),
    ("LC_ALL, LC_CTYPE, LANG", "the first that is not empty says whether the output is UTF-8; if not, it is ASCII"),
    ("PATH", "where gnuplot, perf and strace are looked for"),
  ]

  private static let files = [
    ("results/RUN/run.json", "what was planned, by which version, on which machine"),
    ("results/RUN/trials.jsonl", "a line for each trial, written as it ends"),
    ("results/RUN/replies/", "what was gathered by --gather"),
    ("results/TIME-limits/limits.json", "what the command limits found"),
    ("plots/RUN/", "the data of a run's figures, the scripts that draw them, and the figures"),
  ]

  private static let seeAlso = [
    ("fio", 1), ("gnuplot", 1), ("perf-stat", 1), ("strace", 1), ("wrk", 1), ("epoll", 7), ("io_uring", 7),
  ]

  // MARK: roff(7)

  private static func items(_ items: [(String, String)]) -> [String] {
    items.flatMap { [".TP", bold($0.0), prose($0.1)] }
  }

  /// Operands and values: their placeholders are in capitals, and so become italic.
  private static func names(_ words: String) -> String {
    guard !words.isEmpty else { return "" }
    return " " + text(words).replacing(/[A-Z]+/) { "\\fI\($0.output)\\fR" }
  }

  private static func bold(_ words: String) -> String { "\\fB\(text(words))\\fR" }
  private static func italic(_ words: String) -> String { "\\fI\(text(words))\\fR" }

  /// Wrapped into lines short enough to edit.
  private static func prose(_ words: String) -> String {
    Terminal.wrapped(words, width: 72).map(text).joined(separator: "\n")
  }

  /// The literal words, escaped for roff; characters outside ASCII become their code points.
  static func text(_ words: String) -> String {
    let escaped = words.unicodeScalars.map { scalar in
      switch scalar {
      case "\\": "\\e"
      case "-": "\\-"
      case "'": "\\(aq"
      case "`": "\\(ga"
      case "^": "\\(ha"
      case "~": "\\(ti"
      case "\"": "\\(dq"
      case _ where scalar.isASCII: String(scalar)
      default: "\\[u" + hexadecimal(scalar.value) + "]"
      }
    }.joined()
    return escaped.hasPrefix(".") ? "\\&" + escaped : escaped
  }

  /// At least four digits.
  private static func hexadecimal(_ number: UInt32) -> String {
    let digits = String(number, radix: 16, uppercase: true)
    return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
  }
}
