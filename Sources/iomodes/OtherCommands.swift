import Foundation
import Harness
import Modes
import Records
import Reporting

let formatOption = Option.value(
  "format", "FORMAT", "text (the default), json, csv, md, latex or html", .choice(OutputFormat.self))

let reportCommand = Command(
  name: "report", operands: "[RUN]", operandValues: .run,
  about: "Prints what a run says: the newest under results/, or the one whose folder is named.",
  groups: [
    (
      "Options",
      [
        formatOption,
        .flag("claims", "only the claims of tutorials that it puts to the test, with predictions and reasons"),
        .flag(
          "cite",
          "with --format md: puts the citation of each number of a table behind it, as a comment that `iomodes cite "
            + "--verify` checks; tables for LaTeX have them without it"),
      ]
    )
  ],
  examples: [
    ("iomodes report results/quick --format md", "the tables for a README"),
    ("iomodes report results/quick --format md --cite", "with a citation behind each number"),
    ("iomodes report results/quick --format latex > quick.tex", "for a paper: \\usepackage{booktabs}, \\input{quick}"),
    ("iomodes report results/quick --format html > quick.html", "one page for a browser, with its figures"),
    ("iomodes report results/claims --claims", "what holds of what tutorials say, where, and why"),
  ],
  mostOperands: 1
) { arguments in
  let format: OutputFormat = try arguments.choice("format") ?? .text
  let folder = try Places.run(arguments.operands.first)
  let cites = arguments.has("cite")
  guard !cites || format == .md || format == .latex, !cites || !arguments.has("claims") else {
    throw UsageError("--cite goes with --format md or latex, and without --claims")
  }
  let report = Reports.of(try Places.read(folder), format, in: folder, cites: cites)
  show(format, arguments.has("claims") ? report.claims : report.render)
  return 0
}

/// Data stays as it is.
func show(_ format: OutputFormat, _ render: (OutputFormat, _ width: Int, _ color: Bool) -> String) {
  let text = render(format, Screen.width, Screen.showsColor)
  if format == .text { Screen.show(text) } else { print(text) }
}

let listCommand = Command(
  name: "list", operands: "",
  about: "Lists the modes, the workloads and the suites.",
  groups: [], examples: [], mostOperands: 0
) { _ in
  Screen.show(Catalogue.text(suites: Places.suites))
  return 0
}

let serveCommand = Command(
  name: "serve", operands: "",
  about: "Runs the target server alone, in any mode, until it is interrupted, and prints where it listens.",
  groups: [
    (
      "Options",
      [
        .value("protocol", "NAME", "http (the default) or echo", .choice(TargetServer.Kind.self)),
        .value(
          "mode", "MODE", "how it waits: epoll (the default) or another of `iomodes list`, but not null",
          .one(of: ModeID.allCases.filter { $0.kind != .control }.map(\.rawValue))),
        .value("bind", "HOST", "the address to listen on; 127.0.0.1 unless given"),
        .value("port", "PORT", "the port; the system chooses one unless given"),
        .value("unix", "PATH", "listen on a UNIX socket instead", .file),
        .value("server-cpus", "LIST", "the processors it may run on, such as 0,2-3"),
        .value(
          "connections", "N",
          "how many are served at once, the next ones wait; as many as descriptors allow unless given"),
        .value("idle-timeout", "TIME", "how long a connection may be idle; 60s unless given, 0 for any time"),
        .value("header-timeout", "TIME", "how long a request's head may take; 10s unless given, 0 for any time"),
      ]
    )
  ],
  examples: [
    ("iomodes serve --port 8080", "then: curl 'http://127.0.0.1:8080/?delay=100ms'"),
    ("iomodes serve --port 8080 --bind 0.0.0.0", "for clients on other machines"),
    ("iomodes serve --mode taskgroup --idle-timeout 5s", "a child task per connection, which may be idle for 5 s"),
  ],
  mostOperands: 0
) { arguments in
  if arguments.has("unix") && (arguments.has("bind") || arguments.has("port")) {
    throw UsageError("--unix goes without --bind and --port")
  }
  let port: UInt16 = try arguments.value("port", "a port from 0 to 65535") ?? 0
  let cpus = try arguments.value("server-cpus", "a list of processors such as 0,2-3") { Processors.parse($0) }
  let connections = try arguments.value("connections", "a number of connections, from 1 to 1048576") {
    Int($0).flatMap { 1...1 << 20 ~= $0 ? $0 : nil }
  }
  let limits = TimeLimits(
    idle: try arguments.value("idle-timeout", "a time such as 60s, or 0") ?? .seconds(60),
    head: try arguments.value("header-timeout", "a time such as 10s, or 0") ?? .seconds(10))
  try Serving.run(
    kind: arguments.text("protocol") ?? "http", mode: try arguments.choice("mode") ?? .epoll,
    host: arguments.text("bind") ?? "127.0.0.1", port: port, unixPath: arguments.text("unix"), cpus: cpus,
    connections: connections, limits: limits
  ) { address in
    print("listening on \(address)")
  }
  return 0
}
