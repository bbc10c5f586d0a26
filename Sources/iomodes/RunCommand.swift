import Foundation
import Harness
import Plan
import Records
import Reporting
import Statistics
import SystemCalls

let runCommand = Command(
  name: "run", operands: "[SUITE]", operandValues: .suite,
  about: "Runs a suite, by name or file (default: quick), or one workload described by options.",
  groups: [
    (
      "What to run (a suite has defaults of its own)",
      [
        .value(
          "workload", "KIND", "run this workload alone, without a suite: \(Standard.kinds)",
          .one(of: WorkloadSpec.kinds), elsewhere: "w", "kind", "bench"),
        .value(
          "modes", "LIST", "concurrency modes, such as blocking,epoll", .modes, unlessGiven: Standard.modes,
          elsewhere: "m", "mode", "engine", "ioengine"),
        .list(
          "peer", "PATH", "add a peer, a program that runs as a mode: the folder of its peer.json; may be repeated",
          .folder
        ),
        .list(
          "serve", "NAME=URL",
          "serve: add any HTTP server to the modes; may be repeated; NAME=URL,run=COMMAND starts it"),
        .flag("as-peer", "run each mode also as a peer, to measure what the contract for peers costs"),
        .value(
          "concurrency", "LIST", "numbers of lanes (operations in flight), such as 1,64 or 10k",
          unlessGiven: Standard.concurrency,
          elsewhere: "c", "connections", "clients", "lanes", "jobs", "numjobs", "users", "vus"),
        .value(
          "rate", "LIST", "open loop: offered rates in operations/s, such as 1000,5k",
          elsewhere: "r", "rps", "qps", "throughput"),
        .value(
          "arrivals", "KIND", "when operations start: closed, constant or poisson",
          .one(of: Arrivals.kinds), unlessGiven: "closed; constant with --rate or --slo"),
        .value(
          "slo", "OBJECTIVE", "find the highest rate at which response times meet this objective, such as 'p99<10ms'"),
        .value("limit", "LIST", "permits of a semaphore that each operation acquires, such as 50 or 10,50,500"),
        .value("bystanders", "LANES", "add lanes beside the measured ones: idle:15k, paced:100:100ms or slow:10:64KiB"),
        .value(
          "processes", "P", "client processes that share the lanes and operations", unlessGiven: "1",
          elsewhere: "p", "workers"),
        .value(
          "server-processes", "Q", "server processes; client processes connect to them in turn",
          unlessGiven: "1"),
        .value(
          "operations", "N", "operations per trial, instead of a duration",
          elsewhere: "n", "requests", "count", "iterations"),
        .value("each", "N", "operations per lane; each lane holds its connection until all lanes are done"),
        .value(
          "duration", "TIME", "length of each trial's measured window; a bare number is seconds",
          unlessGiven: Standard.duration,
          elsewhere: "d", "time", "runtime"),
        .value(
          "warmup", "TIME", "time before the measured window opens",
          unlessGiven: "\(Standard.warmup); 0 with --operations or --each"),
        .value(
          "rounds", "N", "trials of each point", unlessGiven: "\(usualRounds), and more for many points",
          elsewhere: "repetitions", "runs", "samples"),
        .value("precision", "PERCENT", "add rounds until each throughput's interval is within ±PERCENT, such as 2%"),
        .value(
          "max-rounds", "N", "maximum number of rounds with --precision", unlessGiven: "\(Precision.usualMaxRounds)"),
        .value(
          "foreign-load", "PERCENT",
          "repeat a trial if other programs use more than PERCENT of one CPU. The hypervisor may take half of that share of "
            + "all CPUs (steal)",
          unlessGiven: "\(Int(RunRecord.usualForeignBound * 100))%"),
        .value("seed", "N", "seed of all random numbers", unlessGiven: "1"),
      ]
    ),
    (
      "The workload",
      WorkloadFlag.all.map(\.option) + [
        .value(
          "pipeline", "N", "http in epoll and uring, and serve: requests in flight per connection", unlessGiven: "1")
      ]
    ),
    ("Many machines", HostOptions.options),
    (
      "How",
      [
        .value(
          "output", "DIR", "the run's folder", .folder, unlessGiven: "\(Places.results)/TIME-SUITE",
          elsewhere: "o", "out"),
        .value(
          "repeat", "N", "run the suite N times, into folders OUTPUT-1 to OUTPUT-N, and show how much the runs differ"),
        .value(
          "versus", "PROGRAM",
          "compare with another build of iomodes: the two alternate in pairs of short runs (--repeat sets how many)",
          .file),
        .value("resume", "RUN", "continue a run that was stopped", .run),
        .value(
          "file-dir", "DIR", "folder for temporary data files", .folder, unlessGiven: "the run's folder",
          elsewhere: "directory"),
        .value(
          "client-cpus", "LIST", "CPUs of the client, such as 0,2-3", unlessGiven: "the first half",
          elsewhere: "cpus"),
        .value("server-cpus", "LIST", "CPUs of the server", unlessGiven: "the second half"),
        .flag("audit", "also count system calls, context switches and allocations per operation, with perf or strace"),
        .flag("patient", "run trials that will take minutes, instead of skipping them with a prediction"),
        formatOption,
        .flag("quiet", "print no progress and no report", elsewhere: "q", "silent"),
      ]
    ),
  ],
  examples: [
    ("iomodes run", "the suite quick, in about two minutes"),
    ("iomodes run tutorial", "the examples of the asyncio tutorials"),
    ("iomodes run claims", "test the claims of tutorials, in about 12 minutes"),
    ("iomodes run --workload http --delay 2ms --concurrency 1,16,256", "four modes against the built-in server"),
    ("iomodes run --workload http --target http://127.0.0.1:8080/ --modes epoll", "any HTTP/1.1 server"),
    ("iomodes run --workload http --pipeline 24 --modes epoll,uring", "24 requests in flight per connection"),
    ("iomodes run --workload http --delay 2ms --rate 1k,5k,10k", "latency against offered rate"),
    ("iomodes run --workload echo --precision 2%", "rounds until each throughput's interval is within ±2 %"),
    ("iomodes run --workload http --delay 2ms --slo 'p99<10ms'", "the highest rate that each mode can sustain"),
    ("iomodes run --workload http --modes epoll,taskgroup --bystanders idle:5k", "beside 5,000 idle connections"),
    ("iomodes run --workload file --direct --offload pool", "file reads, in a thread pool where a loop would stall"),
    (
      "iomodes run --workload file --direct --modes epoll,uring --bystanders paced:16:10ms",
      "what file reads cost other connections"
    ),
    ("iomodes run --workload echo --processes 4 --server-processes 2", "lanes shared among four client processes"),
    (
      "iomodes run quick --hosts n1,n2,n3 --launch 'ssh {host}'",
      "the server on n1, load from n2 and n3"
    ),
    ("iomodes run quick --repeat 3", "three runs, and how much they differ"),
    ("iomodes run quick --versus ../main/.build/release/iomodes", "is this build faster than that one?"),
    ("iomodes run million", "a million sleeps, and a million open connections"),
    ("iomodes run --workload echo --audit", "also count system calls and allocations per operation"),
    (
      "iomodes run --workload compute --work 1ms --offload pool --modes epoll --bystanders paced:16:10ms",
      "what CPU work costs other connections"
    ),
    (
      "iomodes run --workload echo --modes epoll,python-threads",
      "beside a program in another language (iomodes peer list)"
    ),
    ("iomodes run --workload sleep --sleep 1s --operations 5 --concurrency 5 --rounds 1", "five sleeps at once"),
  ],
  mostOperands: 1
) { arguments in
  let format: OutputFormat = try arguments.choice("format") ?? .text
  for path in arguments.all("peer") { try Peers.add(at: path) }
  let contenders = try arguments.all("serve").map { text in
    do throws(HarnessFailure) {
      return Peers.add(try Contender(parsing: text))
    } catch {
      throw UsageError("--serve \(error)")
    }
  }
  let session: RunSession
  if let name = arguments.text("resume") {
    let others = runCommand.options.map(\.name).filter { !["resume", "format", "quiet", "peer", "serve"].contains($0) }
    if let other = others.first(where: { arguments.has($0) }) ?? arguments.operands.first {
      throw UsageError("--resume continues the run as planned, and takes no '\(other)'")
    }
    session = try RunSession(resuming: try Places.run(name))
  } else if arguments.has("repeat") || arguments.has("versus") {
    _ = try HostOptions.roles(arguments)
    return try RepeatedRuns(arguments, format).carryOut()
  } else {
    session = try beginning(arguments, contenders)
  }
  let shortfalls = try carryOut(session, isQuiet: arguments.has("quiet"))
  let run = try Places.read(session.folder)
  var lacksFigures = false
  let summary = Summary(run)
  if !arguments.has("quiet") {
    let made = Reports(of: run, format, in: session.folder)
    lacksFigures = made.lacksFigures
    show(format, made.report.render)
    for line in Verdicts(run, summary).lines { Program.complain(line) }
    Program.complain("the run is in \(session.folder.path); `iomodes plot \(session.folder.path)` draws it")
    if let caveat = Caveat(run) { Program.complain(caveat.text) }
  }
  if let disturbance = Disturbance(run) { Program.complain("\(disturbance.advice), or raise --foreign-load") }
  for shortfall in shortfalls.prefix(8) { Program.complain(shortfall) }
  let dead = pointsWithoutValidTrial(summary)
  for point in dead.prefix(8) { Program.complain("no valid trial: \(point)") }
  return dead.isEmpty ? (lacksFigures ? 1 : 0) : 3
}

/// Runs a session, with announcements and a bar unless it is quiet. Returns a line for each point that missed its
/// precision.
func carryOut(_ session: RunSession, isQuiet: Bool) throws -> [String] {
  Interruption.watch()
  // The CPU time of a peer's worker that nobody has waited for is nobody's, and would count as foreign load.
  ProcessControl.adoptOrphans()
  if !isQuiet {
    for line in session.announcements + session.warnings { Program.complain(line) }
  }
  let bar = Screen.Bar(quiet: isQuiet)
  defer { bar.clear() }
  do throws(HarnessFailure) {
    return try session.carryOut { bar.show($0) }
  } catch {
    bar.clear()
    guard error.isInterruption else { throw error }
    throw HarnessFailure(
      error.cause,
      "interrupted; the finished trials are kept; continue with `iomodes run --resume \(session.folder.path)`")
  }
}

/// The defaults of an experiment made from options, as help shows them.
private enum Standard {
  private static let experiment = Experiment(name: "standard", workload: .sleep(SleepSpec()))
  static let kinds =
    WorkloadSpec.kinds.dropLast().joined(separator: ", ") + " or " + (WorkloadSpec.kinds.last ?? "")
  static let modes = experiment.modes.map(\.rawValue).joined(separator: ",")
  static let concurrency = experiment.concurrency.map(String.init).joined(separator: ",")
  static let duration = experiment.duration?.description ?? ""
  static let warmup = experiment.warmup.description
}

/// The points without a valid trial. Rates that a search tried are not points, and need none.
private func pointsWithoutValidTrial(_ summary: Summary) -> [String] {
  summary.experiments.filter { !$0.isSearchStep }.flatMap { experiment in
    experiment.points.filter { $0.validTrials == 0 && $0.skippedTrials == 0 }.map {
      "\(experiment.name), \($0.name), concurrency \($0.concurrency)"
    }
  }
}

/// A new run, planned from the command line.
private func beginning(_ arguments: Arguments, _ contenders: [ModeID]) throws -> RunSession {
  let overrides = Overrides(arguments, contenders)
  let suite = try overrides.suite()
  let seed: UInt64 = try arguments.value("seed", "a whole number from 0 on") ?? 1
  func processors(_ name: String) throws -> [Int]? {
    try arguments.value(name, "a list of processors such as 0,2-3") { Processors.parse($0) }
  }
  let folder = arguments.text("output") ?? Places.newFolder(suite.name, at: Date())
  let precision = try overrides.precision(for: suite)
  let foreignBound = try overrides.foreignBound()
  let cluster = try HostOptions.roles(arguments).map { try Cluster.gathered($0, for: suite) }
  var options = RunSession.Options(
    command: CommandLine.arguments, seed: seed,
    processors: try cluster?.processors
      ?? Processors.current(client: processors("client-cpus"), server: processors("server-cpus")),
    isPatient: arguments.has("patient"), precision: precision, audits: arguments.has("audit"),
    fileFolder: arguments.text("file-dir"), foreignBound: foreignBound)
  options.cluster = cluster
  return try RunSession(
    suite, in: RunFolder(path: folder.hasSuffix("/") ? String(folder.dropLast()) : folder), options: options)
}

extension HarnessFailure {
  fileprivate var isInterruption: Bool { if case .interrupted = cause { true } else { false } }
}
