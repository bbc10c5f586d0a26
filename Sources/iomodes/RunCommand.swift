import Foundation
import Harness
import Plan
import Records
import Reporting
import Statistics
import SystemCalls
import Workloads

let runCommand = Command(
  name: "run", operands: "[SUITE]", operandValues: .suite,
  about: "Carries out a suite, by name or file ('quick' unless given), or one workload given by options.",
  groups: [
    (
      "What to run (a suite has its own defaults)",
      [
        .value(
          "workload", "KIND", "\(Standard.kinds): that workload alone, without a suite",
          .one(of: WorkloadSpec.kinds), elsewhere: "w", "kind", "bench"),
        .value(
          "modes", "LIST", "what waits, such as blocking,epoll", .modes, unlessGiven: Standard.modes,
          elsewhere: "m", "mode", "engine", "ioengine"),
        .value(
          "concurrency", "LIST", "numbers of lanes, such as 1,64 or 10k", unlessGiven: Standard.concurrency,
          elsewhere: "c", "connections", "clients", "lanes", "jobs", "numjobs", "users", "vus"),
        .value(
          "rate", "LIST", "open loop: operations started per second, such as 1000,5k",
          elsewhere: "r", "rps", "qps", "throughput"),
        .value(
          "arrivals", "KIND", "when operations start: closed, constant or poisson",
          .one(of: Arrivals.kinds), unlessGiven: "closed; constant with --rate or --slo"),
        .value(
          "slo", "OBJECTIVE", "search the highest rate at which response times meet it, such as 'p99<10ms'"),
        .value("limit", "LIST", "permits of a semaphore that operations wait for, such as 50 or 10,50,500"),
        .value("bystanders", "LANES", "lanes beside those measured: idle:15k, paced:100:100ms or slow:10:64KiB"),
        .value(
          "processes", "P", "client processes that share the lanes and operations", unlessGiven: "1",
          elsewhere: "p", "workers"),
        .value(
          "server-processes", "Q", "processes of the own server, taken in turn by the client processes",
          unlessGiven: "1"),
        .value(
          "operations", "N", "operations per trial, instead of a duration",
          elsewhere: "n", "requests", "count", "iterations"),
        .value("each", "N", "operations per lane, which holds its connection until all lanes are done"),
        .value(
          "duration", "TIME", "length of each trial's window; a bare number is seconds", unlessGiven: Standard.duration,
          elsewhere: "d", "time", "runtime"),
        .value(
          "warmup", "TIME", "time before the window opens",
          unlessGiven: "\(Standard.warmup); 0 with --operations or --each"),
        .value(
          "rounds", "N", "trials of each point", unlessGiven: "\(usualRounds), and more for many points",
          elsewhere: "repetitions", "runs", "samples"),
        .value("precision", "PERCENT", "more rounds, until each throughput's interval is within ±PERCENT, such as 2%"),
        .value("max-rounds", "N", "most rounds with --precision", unlessGiven: "\(Precision.usualMaxRounds)"),
        .value(
          "foreign-load", "PERCENT",
          "CPU time of other programs, of one processor, beyond which a trial is invalid and repeated; a hypervisor may "
            + "take half that share of all its processors (steal)",
          unlessGiven: "\(Int(RunRecord.usualForeignBound * 100))%"),
        .value("seed", "N", "what random numbers are drawn from", unlessGiven: "1"),
      ]
    ),
    (
      "The workload",
      WorkloadFlag.all.map(\.option) + [
        .value(
          "pipeline", "N", "http, in epoll and uring, and serve: requests in flight on a connection", unlessGiven: "1")
      ]
    ),
    (
      "How",
      [
        .value(
          "output", "DIR", "the run's folder", .folder, unlessGiven: "\(Places.results)/TIME-SUITE",
          elsewhere: "o", "out"),
        .value("repeat", "N", "the suite N times, into folders OUTPUT-1 to OUTPUT-N, and how far those runs lie apart"),
        .value(
          "versus", "PROGRAM",
          "another build of iomodes: pairs of short runs, by turns this one and that, then compared (--repeat pairs)",
          .file),
        .value("resume", "RUN", "go on with a run that was stopped", .run),
        .value(
          "file-dir", "DIR", "where data files are made, and removed", .folder, unlessGiven: "the run's folder",
          elsewhere: "directory"),
        .value(
          "client-cpus", "LIST", "processors of the client, such as 0,2-3", unlessGiven: "the first half",
          elsewhere: "cpus"),
        .value("server-cpus", "LIST", "processors of the server", unlessGiven: "the second half"),
        .flag("audit", "also count system calls, context switches and allocations per operation, by perf or strace"),
        .flag("patient", "carry out trials that take minutes by arithmetic, instead of predicting them"),
        formatOption,
        .flag("quiet", "no progress, no report", elsewhere: "q", "silent"),
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
    ("iomodes run --workload http --delay 2ms --rate 1k,5k,10k", "latency against offered rate"),
    ("iomodes run --workload echo --precision 2%", "as many rounds as it takes to know each throughput within ±2 %"),
    ("iomodes run --workload http --delay 2ms --slo 'p99<10ms'", "the highest rate that each mode can sustain"),
    ("iomodes run --workload http --modes epoll,taskgroup --bystanders idle:5k", "beside 5,000 idle connections"),
    ("iomodes run --workload file --direct --offload pool", "reads of a file, in a pool where a loop would stall"),
    (
      "iomodes run --workload file --direct --modes epoll,uring --bystanders paced:16:10ms",
      "what reads of a file do to lanes that echo"
    ),
    ("iomodes run --workload echo --processes 4 --server-processes 2", "the lanes shared between four processes"),
    ("iomodes run quick --repeat 3", "three runs, and how far they lie apart"),
    ("iomodes run quick --versus ../main/.build/release/iomodes", "is this build faster than that one?"),
    ("iomodes run million", "a million sleeps, and a million open connections"),
    ("iomodes run --workload echo --audit", "and system calls and allocations per operation"),
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
  var lacksFigures = false
  if !arguments.has("quiet") {
    let made = Reports(of: run, format, in: session.folder)
    lacksFigures = made.lacksFigures
    show(format, made.report.render)
    Program.complain("the run lies in \(session.folder.path); `iomodes plot \(session.folder.path)` draws it")
    if let caveat = Caveat(run) { Program.complain(caveat.text) }
  }
  if let disturbance = Disturbance(run) { Program.complain(disturbance.advice) }
  for shortfall in shortfalls.prefix(8) { Program.complain(shortfall) }
  let dead = pointsWithoutValidTrial(run)
  for point in dead.prefix(8) { Program.complain("no valid trial: \(point)") }
  return dead.isEmpty ? (lacksFigures ? 1 : 0) : 3
}

/// What an experiment has that is made of options, as help says it.
private enum Standard {
  private static let experiment = Experiment(name: "standard", workload: .sleep(SleepSpec()))
  static let kinds =
    WorkloadSpec.kinds.dropLast().joined(separator: ", ") + " or " + (WorkloadSpec.kinds.last ?? "")
  static let modes = experiment.modes.map(\.rawValue).joined(separator: ",")
  static let concurrency = experiment.concurrency.map(String.init).joined(separator: ",")
  static let duration = experiment.duration?.description ?? ""
  static let warmup = experiment.warmup.description
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
