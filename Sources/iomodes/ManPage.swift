import Harness
import Modes
import Plan
import Reporting

let manCommand = Command(
  name: "man", operands: "",
  about: "Prints the manual page, iomodes(1), in man(7) format.",
  groups: [],
  examples: [
    ("iomodes man | man -l -", "read it"),
    ("iomodes man > ~/.local/share/man/man1/iomodes.1", "install it for man"),
  ],
  mostOperands: 0
) { _ in
  print(ManPage.render(Program.commands), terminator: "")
  return 0
}

/// The manual page, generated from the commands' tables, in ASCII for both groff and mandoc.
enum ManPage {
  /// The date of the last change to text that does not come from the tables.
  private static let date = "2026-11-30"

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
        "iomodes runs the same operations in each concurrency mode and verifies every reply. It records throughput, "
          + "latencies, CPU time, threads, memory and system calls."),
      ".PP",
      prose(
        "A lane does one operation at a time; the concurrency is the number of lanes. Each trial runs in fresh processes, "
          + "client and server apart. A run is a folder, written trial by trial. Reports, comparisons and figures are "
          + "made from it at any time. The modes:"),
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
    ("1", "could not run, or could not write to standard output; a closed pipe is no failure"),
    ("2", "wrong command line"),
    ("3", "a point has no valid trial, or too few for a --fail-on; a claim of a study is undecided here"),
    ("4", "a comparison found a regression; a run contradicts the article, or does not reproduce a claim"),
    ("128 + N", "interrupted by signal N; finished trials are kept"),
  ]

  private static let environment = [
    ("NO_COLOR", "if not empty, output has no colours; output that is not a terminal never has any"),
    ("TERM", "if dumb, output has no colours"),
    ("COLUMNS", "width of tables, instead of the terminal's own; at most 100 if the output is not a terminal"),
    ("LC_ALL, LC_CTYPE, LANG", "the first that is not empty decides between UTF-8 and ASCII output"),
    ("PATH", "folders in which gnuplot, git, perf, strace and tar are searched"),
  ]

  private static let files = [
    ("results/RUN/run.json", "the plan, the version and the machine"),
    ("results/RUN/trials.jsonl", "one line per trial, written when it ends"),
    ("results/RUN/replies/", "replies saved by --gather"),
    ("results/TIME-limits/limits.json", "results of `iomodes limits`"),
    ("results/TIME-primitives/primitives.json", "results of `iomodes primitives`"),
    ("plots/RUN/", "figures of a run, with their data and scripts"),
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
