import Foundation
import Harness
import Measurement
import Modes
import Plan
import Records
import Reporting

let formatOption = Option.value(
  "format", "FORMAT", "text, json, csv, md, latex or html", .choice(OutputFormat.self),
  unlessGiven: OutputFormat.text.rawValue, elsewhere: "f")

let reportCommand = Command(
  name: "report", operands: "[RUN]", operandValues: .run,
  about: "Prints the tables of a run: the newest under results/, or the one that you name. "
    + "For a folder of runs, writes their pages and an index.",
  groups: [
    (
      "Options",
      [
        formatOption,
        .flag("claims", "only the claims of tutorials, with predictions, verdicts and reasons"),
        .flag(
          "study",
          "the article Four ways to wait, with the run's numbers as citations, as Markdown, LaTeX or HTML; exit code 4 if the "
            + "run contradicts a sentence of it"),
        .flag(
          "cite",
          "with --format md: put a citation behind each number of a table, as a comment that `iomodes cite --verify` checks; "
            + "LaTeX tables always have them"),
      ]
    )
  ],
  examples: [
    ("iomodes report", "the newest run under results/"),
    ("iomodes report \(Example.quick) --format md", "Markdown tables"),
    ("iomodes report \(Example.quick) --format md --cite", "with a citation behind each number"),
    (
      "iomodes report \(Example.quick) --format latex > quick.tex",
      "for a paper: \\usepackage{booktabs}, \\input{quick}"
    ),
    ("iomodes report \(Example.quick) --format html > quick.html", "one page for a browser, with its figures"),
    ("iomodes report results --format html", "results/index.html, which links to a page for each run in the folder"),
    ("iomodes report \(Example.claims) --claims", "which claims of tutorials hold, where, and why"),
    ("iomodes report --study \(Example.quick) > study.md", "the article on the four modes, as far as the run goes"),
    ("iomodes report --study \(Example.quick) --format latex > study.tex", "the same as a paper of two columns"),
  ],
  mostOperands: 1
) { arguments in
  let format: OutputFormat = try arguments.choice("format") ?? .text
  let folder = try Places.run(arguments.operands.first)
  if arguments.has("study") { return try StudyReport(arguments, folder).write() }
  let cites = arguments.has("cite")
  guard !cites || format == .md || format == .latex, !cites || !arguments.has("claims") else {
    throw UsageError("--cite needs --format md or latex, and excludes --claims")
  }
  guard folder.isRun else { return try RunPages(in: folder.path, as: format).write() }
  let made = Reports(of: try Places.read(folder), format, in: folder, cites: cites)
  show(format, arguments.has("claims") ? made.report.claims : made.report.render)
  return made.lacksFigures ? 1 : 0
}

/// Prints a rendered report; only text is adapted to the terminal.
func show(_ format: OutputFormat, _ render: (OutputFormat, _ width: Int, _ color: Bool) -> String) {
  let text = render(format, Screen.width, Screen.showsColor)
  if format == .text { Screen.show(text) } else { print(text) }
}

let listCommand = Command(
  name: "list", operands: "",
  about: "Lists the modes, the workloads and the suites.",
  groups: [], examples: [], mostOperands: 0
) { _ in
  Screen.show(Help.catalogue(width: Screen.columns))
  return 0
}

let serveCommand = Command(
  name: "serve", operands: "",
  about: "Runs the built-in server alone, in any mode, until you interrupt it. Prints its address.",
  groups: [
    (
      "Options",
      [
        .value(
          "protocol", "NAME", "http or echo", .choice(TargetServer.Kind.self),
          unlessGiven: TargetServer.Kind.http.rawValue),
        .value(
          "mode", "MODE", "concurrency mode: any of `iomodes list` except null",
          .one(of: ModeID.allCases.filter { $0.kind != .control }.map(\.rawValue)),
          unlessGiven: ModeID.epoll.rawValue, elsewhere: "m", "modes"),
        .value("bind", "HOST", "address to listen on", unlessGiven: "127.0.0.1", elsewhere: "b", "host", "address"),
        .value("port", "PORT", "port to listen on", unlessGiven: "the system chooses one", elsewhere: "p"),
        .value("unix", "PATH", "listen on a UNIX socket instead", .file),
        .value("server-cpus", "LIST", "CPUs to run on, such as 0,2-3"),
        .value(
          "connections", "N",
          "maximum number served at once; the next ones wait", unlessGiven: "as many as descriptors allow",
          elsewhere: "c"
        ),
      ]
    ),
    (
      "Limits for clients (0 for none)",
      [
        .value(
          "per-address", "N", "maximum connections per address; the next ones are closed", unlessGiven: "half of all"),
        .value("max-delay", "TIME", "longest delay that a request may ask for", unlessGiven: "10s"),
        .value(
          "max-size", "SIZE", "largest content of a request, and of the reply that it asks for", unlessGiven: "16MiB"),
        .value("idle-timeout", "TIME", "longest idle time of a connection", unlessGiven: "60s"),
        .value("header-timeout", "TIME", "longest time to receive a request's head", unlessGiven: "10s"),
        .value("write-timeout", "TIME", "longest time for a client to receive a reply", unlessGiven: "30s"),
      ]
    ),
  ],
  examples: [
    ("iomodes serve --port 8080", "then: curl 'http://127.0.0.1:8080/?delay=100ms'"),
    ("iomodes serve --port 8080 --bind 0.0.0.0", "for clients on other machines"),
    (
      "iomodes serve --mode taskgroup --idle-timeout 5s",
      "a child task per connection; closes connections that are idle for 5 s"
    ),
  ],
  mostOperands: 0
) { arguments in
  if arguments.has("unix") && (arguments.has("bind") || arguments.has("port")) {
    throw UsageError("--unix excludes --bind and --port")
  }
  let port: UInt16 = try arguments.value("port", "a port from 0 to 65535") ?? 0
  let cpus = try arguments.value("server-cpus", "a list of processors such as 0,2-3") { Processors.parse($0) }
  let summary = try Serving.run(
    kind: arguments.text("protocol") ?? "http",
    mode: try arguments.choice("mode", aliases: ModeDescription.otherNames) ?? .epoll,
    host: arguments.text("bind") ?? "127.0.0.1", port: port, unixPath: arguments.text("unix"), cpus: cpus,
    limits: try servingLimits(arguments)
  ) { address, limits in
    print("listening on \(address)\n\(limits)")
  }
  print(summary)
  return 0
}

private func servingLimits(_ arguments: Arguments) throws -> ServingLimits {
  func number(_ name: String, from least: Int) throws -> Int? {
    try arguments.value(name, "a number of connections, from \(least) to 1048576") {
      Count($0).flatMap { least...1 << 20 ~= Int(clamping: $0.count) ? Int($0.count) : nil }
    }
  }
  func time(_ name: String, _ usual: Nanoseconds) throws -> Nanoseconds {
    try arguments.value(name, "a time such as 60s, or 0") ?? usual
  }
  let usual = ServingLimits.usual
  return ServingLimits(
    connections: try number("connections", from: 1), perAddress: try number("per-address", from: 0),
    requests: RequestLimits(
      delay: try time("max-delay", usual.requests.delay),
      size: try arguments.value("max-size", "a size such as 16MiB, or 0") ?? usual.requests.size),
    times: TimeLimits(
      idle: try time("idle-timeout", usual.times.idle), head: try time("header-timeout", usual.times.head),
      reply: try time("write-timeout", usual.times.reply)))
}
