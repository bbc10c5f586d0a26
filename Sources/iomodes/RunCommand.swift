import Foundation
import Harness
import Records
import Reporting
import SystemCalls
import Workloads

let runCommand = Command(
  name: "run", operands: "[SUITE]", operandValues: .suite,
  about: "Carries out a suite, by name or file ('quick' unless given), or one workload given by options.",
  groups: [
    (
      "What to run",
      [
        .value(
          "workload", "KIND", "sleep, echo, http, file, compute or serve: that workload alone, without a suite",
          .one(of: WorkloadSpec.kinds)),
        .value("modes", "LIST", "such as blocking,epoll; the four headline modes unless given", .modes),
        .value("concurrency", "LIST", "numbers of lanes, such as 1,64"),
        .value("rate", "LIST", "open loop: so many operations start a second, such as 1000,5000"),
        .value(
          "arrivals", "KIND", "constant (the default with --rate) or poisson; closed without a rate",
          .one(of: Arrivals.kinds)),
        .value("slo", "OBJECTIVE", "search the highest rate at which response times keep to it, such as 'p99<10ms'"),
        .value("limit", "LIST", "semaphores that lanes queue on before an operation, such as 50 or 10,50,500"),
        .value("bystanders", "LANES", "lanes beside those measured: idle:15000, paced:100:100ms or slow:10:64KiB"),
        .value("processes", "P", "client processes that the lanes and operations are shared between (1)"),
        .value("server-processes", "Q", "processes of the own server, which the client processes take in turn (1)"),
        .value("operations", "N", "each trial does N operations"),
        .value("each", "N", "each lane does N operations, and holds its connection until all lanes are through"),
        .value("duration", "TIME", "each trial's window lasts so long, such as 300ms"),
        .value("warmup", "TIME", "before the window opens"),
        .value("rounds", "N", "trials of each point; as a suite has it, or 9, and more for many points"),
        .value("precision", "PERCENT", "more rounds, until each throughput's interval is at most so wide, such as 2%"),
        .value("max-rounds", "N", "the most rounds with --precision (50)"),
        .value(
          "foreign-load", "PERCENT",
          "a trial is invalid where other programs use more of one processor than this (2%); it is then repeated"),
        .value("seed", "N", "the seed of all that is drawn"),
      ]
    ),
    (
      "The workload",
      [
        .value("sleep", "TIME", "sleep: how long"),
        .value(
          "protocol", "NAME", "serve: what the mode serves, http (the default) or echo; options as of those",
          .one(of: ServeSpec.protocols)),
        .value(
          "size", "BYTES", "echo: the message, such as 64KiB; http: the own server's body; file: of each call (4KiB)"),
        .value("delay", "TIME", "echo, http: how long the own server waits: 2ms, exponential:2ms, lognormal:2ms:0.5"),
        .value("transport", "NAME", "echo: tcp or unix", .choice(EchoSpec.Transport.self)),
        .value(
          "ends", "WHERE", "echo: far end in the server's process, or both ends in the mode: server, both",
          .choice(EchoSpec.Ends.self)),
        .list("target", "URL", "http: a server to ask instead, again for several; {i} is the operation's number"),
        .value("connection", "KIND", "http: keep-alive, or new for every operation", .choice(HTTPSpec.Connection.self)),
        .value("pipeline", "N", "http, in epoll and uring, and serve: so many requests in flight on a connection"),
        .value("method", "NAME", "http: GET unless given"),
        .list("header", "LINE", "http: a header line, again for several"),
        .value("body", "TEXT", "http: the request's body"),
        .value("timeout", "TIME", "echo, http: the most that one operation may take (10s); 0 for no limit"),
        .value(
          "faults", "LIST", "echo, http: what the own server does wrong, per operation, such as reset:0.01,stall:0.005"),
        .value("access", "KIND", "file: read (the default) or write", .choice(FileSpec.Access.self)),
        .value("pattern", "KIND", "file: random (the default) or sequential", .choice(FileSpec.Pattern.self)),
        .value("span", "BYTES", "file: the data file's size (64MiB)"),
        .flag("direct", "file: past the page cache (O_DIRECT)"),
        .value(
          "sync", "KIND", "file: what ends a write: none (the default), fsync or fdatasync",
          .choice(FileSpec.Sync.self)),
        .value("depth", "N", "file, in uring: requests in the kernel at most (64)"),
        .value("work", "TIME", "compute: how long each operation takes a processor after its reply (1ms)"),
        .value(
          "offload", "WHERE",
          "file, compute: inline (the default), or left to a pool (of threads); compute: or to processes",
          .choice(ComputeSpec.Offload.self)),
        .value(
          "pool", "LIST", "file, compute: threads (8 for file, 2 for compute) or processes (2); several, such as 1,2,4"),
        .flag("gather", "http: keep the replies, in order, as replies/*.jsonl in the run's folder"),
      ]
    ),
    (
      "How",
      [
        .value("output", "DIR", "the run's folder (results/, the time and the suite, unless given)", .folder),
        .value("repeat", "N", "the suite N times, into folders OUTPUT-1 to OUTPUT-N, and how far those runs lie apart"),
        .value(
          "versus", "PROGRAM",
          "another build of iomodes: pairs of short runs, by turns this one and that, then compared (--repeat pairs)",
          .file),
        .value("resume", "RUN", "go on with a run that was stopped", .run),
        .value("file-dir", "DIR", "where data files are made, and removed (the run's folder)", .folder),
        .value("client-cpus", "LIST", "processors of the client, such as 0,2-3"),
        .value("server-cpus", "LIST", "processors of the server"),
        .flag("audit", "then once more, all system calls, context switches and allocations counted by perf or strace"),
        .flag("patient", "carry out trials that take minutes by arithmetic, instead of predicting them"),
        formatOption,
        .flag("quiet", "no progress, no report"),
      ]
    ),
  ],
  examples: [
    ("iomodes run", "the suite 'quick', about two minutes"),
    ("iomodes run tutorial", "the examples of the asyncio tutorials"),
    ("iomodes run claims", "what tutorials claim, put to the test, in about 12 minutes"),
    ("iomodes run --workload http --delay 2ms --concurrency 1,16,256", "four modes against the own server"),
    ("iomodes run --workload http --target http://127.0.0.1:8080/ --modes epoll", "any HTTP/1.1 server"),
    ("iomodes run --workload http --pipeline 24 --modes epoll,uring", "24 requests in flight on each connection"),
    ("iomodes run --workload echo --precision 2%", "as many rounds as it takes to know each throughput within ±2 %"),
    ("iomodes run --workload http --delay 2ms --slo 'p99<10ms'", "how many requests a second each mode can bear"),
    ("iomodes run --workload http --modes epoll,taskgroup --bystanders idle:5000", "beside 5,000 idle connections"),
    ("iomodes run --workload file --direct --offload pool", "reads of a file, in a pool where a loop would stall"),
    (
      "iomodes run --workload file --direct --modes epoll,uring --bystanders paced:16:10ms",
      "what reads of a file do to lanes that echo"
    ),
    ("iomodes run --workload echo --processes 4 --server-processes 2", "the lanes shared between four processes"),
    ("iomodes run quick --repeat 3", "three runs, and how far they lie apart"),
    ("iomodes run quick --versus ../main/.build/release/iomodes", "is this build faster than that one?"),
    ("iomodes run million", "a million sleeps, and a million open connections"),
    ("iomodes run --workload echo --audit", "and what an operation takes of the kernel and of malloc"),
    (
      "iomodes run --workload compute --work 1ms --offload pool --modes epoll --bystanders paced:16:10ms",
      "what work for a processor does to lanes that have none"
    ),
    ("iomodes run --workload sleep --sleep 1s --operations 5 --concurrency 5 --rounds 1", "five sleeps at once"),
  ],
  mostOperands: 1
) { arguments in
  let format: OutputFormat = try arguments.choice("format") ?? .text
  let session: RunSession
  if let name = arguments.text("resume") {
    let others = runCommand.options.map(\.name).filter { !["resume", "format", "quiet"].contains($0) }
    if let other = others.first(where: { arguments.has($0) }) ?? arguments.operands.first {
      throw UsageError("--resume goes on as the run was planned, and takes no '\(other)'")
    }
    session = try RunSession(resuming: try Places.run(name))
  } else if arguments.has("repeat") || arguments.has("versus") {
    return try RepeatedRuns(arguments, format).carryOut()
  } else {
    session = try beginning(arguments)
  }
  Interruption.watch()
  if !arguments.has("quiet") {
    for line in session.announcements + session.warnings { Program.complain(line) }
  }
  let bar = Screen.Bar(quiet: arguments.has("quiet"))
  defer { bar.clear() }
  let shortfalls: [String]
  do {
    shortfalls = try session.carryOut { bar.show($0) }
  } catch let failure as HarnessFailure where failure.isInterruption {
    bar.clear()
    throw HarnessFailure(
      failure.cause,
      "interrupted; the finished trials are kept: go on with `iomodes run --resume \(session.folder.path)`")
  }
  bar.clear()
  let run = try Places.read(session.folder)
  if !arguments.has("quiet") {
    show(format, Reports.of(run, format, in: session.folder).render)
    Program.complain("the run lies in \(session.folder.path); `iomodes plot \(session.folder.path)` draws it")
  }
  if let disturbance = Disturbance(run) { Program.complain(disturbance.advice) }
  for shortfall in shortfalls.prefix(8) { Program.complain(shortfall) }
  let dead = pointsWithoutValidTrial(run)
  for point in dead.prefix(8) { Program.complain("no valid trial: \(point)") }
  return dead.isEmpty ? 0 : 3
}

/// A rate that a search has tried is no point, and none has to be valid.
private func pointsWithoutValidTrial(_ run: Run) -> [String] {
  Summary(run).experiments.filter { !$0.isSearchStep }.flatMap { experiment in
    experiment.points.filter { $0.validTrials == 0 && $0.skippedTrials == 0 }.map {
      "\(experiment.name), \($0.name), concurrency \($0.concurrency)"
    }
  }
}

/// A run planned from a command line.
private func beginning(_ arguments: Arguments) throws -> RunSession {
  let overrides = Overrides(arguments)
  let suite = try overrides.suite()
  let seed: UInt64 = try arguments.value("seed", "a whole number from 0 on") ?? 1
  func processors(_ name: String) throws -> [Int]? {
    try arguments.value(name, "a list of processors such as 0,2-3") { Processors.parse($0) }
  }
  let folder = arguments.text("output") ?? Places.newFolder(suite.name, at: Date())
  return try RunSession(
    suite, in: RunFolder(path: folder.hasSuffix("/") ? String(folder.dropLast()) : folder),
    options: RunSession.Options(
      command: CommandLine.arguments, seed: seed,
      processors: try Processors.current(client: processors("client-cpus"), server: processors("server-cpus")),
      isPatient: arguments.has("patient"), precision: overrides.precision(for: suite), audits: arguments.has("audit"),
      fileFolder: arguments.text("file-dir"), foreignBound: try overrides.foreignBound()))
}

extension HarnessFailure {
  fileprivate var isInterruption: Bool { if case .interrupted = cause { true } else { false } }
}
