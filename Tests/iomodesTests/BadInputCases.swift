import Testing

/// Wrong command lines, with the message for each. Mistyped ones are in MistypedCases.swift, those with hosts in
/// HostCases.swift, and those of `iomodes serve` in ServeCases.swift.
extension BadInputTests {
  struct Case: CustomTestStringConvertible, Sendable {
    var name: String
    var arguments: [String]
    /// A file that the arguments name.
    var suite: String?
    var code: Int32 = 2
    var complaint: String

    var testDescription: String { name }
  }

  static func suite(_ experiment: String) -> String { #"{"name": "s", "experiments": [{\#(experiment)}]}"# }

  static let cases: [Case] = [
    Case(
      name: "unknown command", arguments: ["rnu"],
      complaint:
        "unknown command 'rnu'; there are run, report, compare, cite, plot, export, merge, archive, list, peer, "
        + "doctor, check, limits, primitives, explain, reproduce, serve, completion, man"),
    Case(
      name: "mistyped command", arguments: ["reprot"],
      complaint:
        "unknown command 'reprot'; did you mean 'report'?; there are run, report, compare, cite, plot, export, merge, "
        + "archive, list, peer, doctor, check, limits, primitives, explain, reproduce, serve, completion, man"),
    Case(
      name: "unknown option", arguments: ["run", "--zzz", "--output", "out"],
      complaint: "unknown option '--zzz'; see `iomodes help run`"),
    Case(
      name: "mistyped option", arguments: ["run", "--mods", "epoll", "--output", "out"],
      complaint: "unknown option '--mods'; did you mean --modes?; see `iomodes help run`"),
    Case(
      name: "option without its value", arguments: ["run", "--output", "out", "--rounds"],
      complaint: "--rounds needs a value: N"),
    Case(
      name: "option given twice", arguments: ["run", "--rounds", "1", "--rounds=2", "--output", "out"],
      complaint: "--rounds is given twice"),
    Case(
      name: "flag with a value", arguments: ["run", "--quiet=yes", "--output", "out"],
      complaint: "--quiet takes no value"),
    Case(
      name: "operand too many", arguments: ["run", "quick", "tutorial", "--output", "out"],
      complaint: "'tutorial' is one operand too many; see `iomodes help run`"),
    Case(
      name: "completion for no shell", arguments: ["completion"],
      complaint: "completion needs the name of a shell; there are bash, zsh, fish"),
    Case(
      name: "completion for an unknown shell", arguments: ["completion", "tcsh"],
      complaint: "'tcsh' is not a shell; there are bash, zsh, fish"),
    Case(
      name: "unknown part of the check", arguments: ["check", "delay"],
      complaint:
        "'delay' is not a part of the check; did you mean 'delays'?; there are stall, delays, comparisons, foreign, "
        + "standstill, starved, saturation, costs"),
    Case(
      name: "repeated part of the check", arguments: ["check", "delays", "--repeat", "2"],
      complaint: "--repeat takes no PART"),
    Case(
      name: "check repeated 0 times", arguments: ["check", "--repeat", "0"],
      complaint: "--repeat '0' is not a number of repetitions, from 1 to 1000"),
    Case(
      name: "a read that is no whole sectors", arguments: ["run", "--workload", "file", "--size", "1000B"],
      complaint: "experiments[0].workload.size: 1000B is not a multiple of 512B up to 64MiB"),
    Case(
      name: "reads that are synced", arguments: ["run", "--workload", "file", "--sync", "fsync"],
      complaint: "experiments[0].workload.sync: goes with access write"),
    Case(
      name: "an option of files without one", arguments: ["run", "--workload", "sleep", "--span", "1MiB"],
      complaint: "--span needs the workload file"),
    Case(
      name: "bystanders of files", arguments: ["run", "--workload", "file", "--bystanders", "idle:5"],
      complaint:
        "experiments[0].bystanders: idle lanes cannot be combined with file; use paced lanes, such as paced:16:10ms"),
    Case(
      name: "slow bystanders of files", arguments: ["run", "--workload", "file", "--bystanders", "slow:5:1KiB"],
      complaint:
        "experiments[0].bystanders: slow lanes cannot be combined with file; use paced lanes, such as paced:16:10ms"),
    Case(
      name: "more processes than bystanders of a file",
      arguments: [
        "run", "--workload", "file", "--bystanders", "paced:3:10ms", "--processes", "4", "--output", "out",
      ],
      complaint: "experiments[0].processes: 4 is more than the bystanders (3); each process needs one"),
    Case(
      name: "servers of a file that nobody is beside",
      arguments: [
        "run", "--workload", "file", "--processes", "2", "--server-processes", "2", "--output", "out",
      ],
      complaint: "experiments[0].server_processes: need the built-in server, which this workload does not use"),
    Case(
      name: "unknown mode", arguments: ["run", "--workload", "sleep", "--modes", "epol", "--output", "out"],
      complaint: "--modes 'epol' is not a mode; did you mean 'epoll'?; there are blocking, dispatch, taskgroup, epoll"),
    Case(
      name: "unknown workload", arguments: ["run", "--workload", "slep", "--output", "out"],
      complaint: "--workload 'slep' is not one of sleep, echo, http, file, compute, serve; did you mean 'sleep'?"),
    Case(
      name: "unknown suite", arguments: ["run", "quik", "--output", "out"],
      complaint: "there is no suite or file 'quik'; did you mean 'quick'?; the suites are articles, claims, compute, "),
    Case(
      name: "suite with an unknown field", arguments: ["run", "suite.json", "--output", "out"],
      suite: suite(#""name": "x", "workload": {"kind": "sleep", "durration": "1s"}"#),
      complaint:
        "suite.json: experiments[0].workload.durration: is not a field; did you mean 'duration'?; there are kind, duration"
    ),
    Case(
      name: "suite with a field of the wrong type", arguments: ["run", "suite.json", "--output", "out"],
      suite: suite(#""name": "x", "workload": {"kind": "sleep"}, "rounds": "six""#),
      complaint: "suite.json: experiments[0].rounds: is not a whole number"),
    Case(
      name: "suite that is cut off", arguments: ["run", "suite.json", "--output", "out"],
      suite: #"{"name": "s", "exper"#, complaint: "suite.json: not valid JSON"),
    Case(
      name: "concurrency 0", arguments: ["run", "--workload", "sleep", "--concurrency", "0", "--output", "out"],
      complaint: "--concurrency '0' is not a number of lanes; it must be from 1 to "),
    Case(
      name: "bad time", arguments: ["run", "--workload", "sleep", "--duration", "5 parsecs", "--output", "out"],
      complaint: "--duration '5 parsecs' is not a time such as 250ms"),
    Case(
      name: "bad size", arguments: ["run", "--workload", "echo", "--size", "64kbit", "--output", "out"],
      complaint: "--size '64kbit' is not a size such as 64KiB"),
    Case(
      name: "0 rounds", arguments: ["run", "--workload", "sleep", "--rounds", "0", "--output", "out"],
      complaint: "--rounds '0' is not a number of rounds from 1 on"),
    Case(
      name: "precision that is no percentage",
      arguments: ["run", "--workload", "sleep", "--precision", "0.02", "--output", "out"],
      complaint: "--precision '0.02' is not a percentage such as 2%, above 0 and below 100"),
    Case(
      name: "precision of nothing", arguments: ["run", "--workload", "sleep", "--precision", "0%", "--output", "out"],
      complaint: "--precision '0%' is not a percentage such as 2%, above 0 and below 100"),
    Case(
      name: "fewer rounds than an interval takes",
      arguments: ["run", "--workload", "sleep", "--precision", "2%", "--max-rounds", "5", "--output", "out"],
      complaint: "--max-rounds '5' is not a number of rounds from 6 to 10000, which an interval takes"),
    Case(
      name: "most rounds without a precision",
      arguments: ["run", "--workload", "sleep", "--max-rounds", "10", "--output", "out"],
      complaint: "--max-rounds needs --precision"),
    Case(
      name: "precision of a search",
      arguments: ["run", "--workload", "sleep", "--precision", "2%", "--slo", "p99<10ms", "--output", "out"],
      complaint: "--precision applies to throughputs, but this suite only searches for rates (slo)"),
    Case(
      name: "objective without a unit", arguments: ["run", "--workload", "http", "--slo", "p99<10", "--output", "out"],
      complaint: "--slo 'p99<10' is not an objective such as 'p99<10ms'; the percentiles are p50, p90, p99, p99.9"),
    Case(
      name: "objective of another percentile",
      arguments: ["run", "--workload", "http", "--slo", "p95<10ms", "--output", "out"],
      complaint: "--slo 'p95<10ms' is not an objective such as 'p99<10ms'"),
    Case(
      name: "objective and a rate",
      arguments: ["run", "--workload", "http", "--slo", "p99<10ms", "--rate", "100", "--output", "out"],
      complaint: "--slo and --rate exclude each other"),
    Case(
      name: "objective and operations",
      arguments: ["run", "--workload", "http", "--slo", "p99<10ms", "--operations", "100", "--output", "out"],
      complaint: "--slo and --operations exclude each other"),
    Case(
      name: "objective of a closed loop",
      arguments: ["run", "--workload", "http", "--slo", "p99<10ms", "--arrivals", "closed", "--output", "out"],
      complaint: "--slo searches for a rate, which needs --arrivals constant or poisson"),
    Case(
      name: "suite with an objective and rates", arguments: ["run", "suite.json", "--output", "out"],
      suite: suite(#""name": "x", "workload": {"kind": "echo"}, "slo": "p99<10ms", "rate_per_s": [10]"#),
      complaint: "suite.json: experiments[0].rate_per_s: cannot be given along with slo, which searches the rate"),
    Case(
      name: "bystanders without a number", arguments: ["run", "--workload", "http", "--bystanders", "idle"],
      complaint: "--bystanders 'idle' is not MANNER:COUNT, such as idle:15000, paced:100:100ms or slow:10:64KiB"),
    Case(
      name: "bystanders of an unknown manner",
      arguments: ["run", "--workload", "http", "--bystanders", "lazy:10", "--output", "out"],
      complaint: "--bystanders 'lazy:10' is not MANNER:COUNT, such as idle:15000, paced:100:100ms or slow:10:64KiB"),
    Case(
      name: "paced bystanders without a time",
      arguments: ["run", "--workload", "http", "--bystanders", "paced:10", "--output", "out"],
      complaint: "--bystanders 'paced:10' does not end with a time, as paced:10:100ms does"),
    Case(
      name: "slow bystanders that are too slow",
      arguments: ["run", "--workload", "http", "--bystanders", "slow:10:1B", "--output", "out"],
      complaint: "experiments[0].bystanders.rate: 1B is outside 1KiB … 1GiB"),
    Case(
      name: "idle bystanders without a connection",
      arguments: ["run", "--workload", "sleep", "--bystanders", "idle:10", "--output", "out"],
      complaint: "experiments[0].bystanders: idle lanes need a connection, and sleep has none"),
    Case(
      name: "idle bystanders whose connection is not kept",
      arguments: ["run", "--workload", "http", "--connection", "new", "--bystanders", "idle:10", "--output", "out"],
      complaint: "experiments[0].bystanders: idle lanes hold their connection, but each operation opens a new one"),
    Case(
      name: "operations and a duration",
      arguments: ["run", "--operations", "5", "--duration", "1s", "--output", "out"],
      complaint: "--operations and --duration exclude each other"),
    Case(
      name: "operations and operations of each lane",
      arguments: ["run", "--workload", "echo", "--operations", "5", "--each", "1", "--output", "out"],
      complaint: "--operations and --each exclude each other"),
    Case(
      name: "no process", arguments: ["run", "--workload", "echo", "--processes", "0", "--output", "out"],
      complaint: "experiments[0].processes: 0 is not a number of processes; it must be from 1 to 1000"),
    Case(
      name: "more processes than lanes",
      arguments: ["run", "--workload", "echo", "--concurrency", "64,3", "--processes", "4", "--output", "out"],
      complaint: "experiments[0].processes: 4 is more than the lanes (3); each process needs one"),
    Case(
      name: "more processes than permits",
      arguments: ["run", "--workload", "echo", "--limit", "2", "--processes", "4", "--output", "out"],
      complaint: "experiments[0].processes: 4 is more than the permits of the limit (2); each process needs one"),
    Case(
      name: "a server that nobody would ask",
      arguments: ["run", "--workload", "echo", "--server-processes", "2", "--output", "out"],
      complaint: "experiments[0].server_processes: 2 is more than processes (1); each of those uses one server"),
    Case(
      name: "servers of what needs none",
      arguments: ["run", "--workload", "sleep", "--processes", "2", "--server-processes", "2", "--output", "out"],
      complaint: "experiments[0].server_processes: need the built-in server, which this workload does not use"),
    Case(
      name: "replies gathered from several processes",
      arguments: ["run", "--workload", "http", "--gather", "--processes", "2", "--output", "out"],
      complaint: "experiments[0].processes: cannot be given along with gather"),
    Case(
      name: "an audit of several processes",
      arguments: ["run", "--workload", "echo", "--audit", "--processes", "2", "--output", "out"],
      complaint: "an audit counts one client process: leave out processes or each in experiment 'echo'"),
    Case(
      name: "each lane with a warm-up",
      arguments: ["run", "--workload", "echo", "--each", "1", "--warmup", "10ms", "--output", "out"],
      complaint: "experiments[0].each: goes without a warm-up: all operations of a lane count"),
    Case(
      name: "each lane at a rate",
      arguments: ["run", "--workload", "echo", "--each", "1", "--rate", "100", "--output", "out"],
      complaint: "experiments[0].each: goes with arrivals closed, not with a rate or slo"),
    Case(
      name: "option of another workload",
      arguments: ["run", "--workload", "sleep", "--size", "1KiB", "--output", "out"],
      complaint: "--size needs the workload echo or http"),
    Case(
      name: "work of another workload",
      arguments: ["run", "--workload", "http", "--work", "1ms", "--output", "out"],
      complaint: "--work needs the workload compute"),
    Case(
      name: "work that is no time", arguments: ["run", "--workload", "compute", "--work", "much", "--output", "out"],
      complaint: "--work 'much' is not a time such as 250ms"),
    Case(
      name: "work that is left to nobody known",
      arguments: ["run", "--workload", "compute", "--offload", "gpu", "--output", "out"],
      complaint: "--offload 'gpu' is not one of inline, pool, processes"),
    Case(
      name: "pool of nobody",
      arguments: ["run", "--workload", "compute", "--offload", "pool", "--pool", "0", "--output", "out"],
      complaint: "experiments[0].workload.pool: 0 is not a number of workers; it must be from 1 to 256"),
    Case(
      name: "pool of work that is done inline",
      arguments: ["run", "--workload", "compute", "--pool", "2", "--output", "out"],
      complaint: "experiments[0].workload.pool: goes with offload pool or processes"),
    Case(
      name: "work beside a pipeline",
      arguments: ["run", "--workload", "compute", "--pipeline", "4", "--output", "out"],
      complaint: "--pipeline needs the workload http or serve"),
    Case(
      name: "suite with work on replies of others",
      arguments: ["run", "suite.json", "--output", "out"],
      suite: suite(#""name": "e", "workload": {"kind": "compute", "targets": ["http://127.0.0.1:1/"]}"#),
      complaint: "suite.json: experiments[0].workload.targets: cannot be combined with compute"),
    Case(
      name: "pipeline of another workload",
      arguments: ["run", "--workload", "echo", "--pipeline", "4", "--output", "out"],
      complaint: "--pipeline needs the workload http or serve"),
    Case(
      name: "pipeline that is no number",
      arguments: ["run", "--workload", "http", "--pipeline", "deep", "--output", "out"],
      complaint: "--pipeline 'deep' is not a number of requests"),
    Case(
      name: "pipeline of an open loop",
      arguments: ["run", "--workload", "http", "--pipeline", "4", "--rate", "100", "--output", "out"],
      complaint: "experiments[0].pipeline: goes with arrivals closed, not with a rate or slo"),
    Case(
      name: "pipeline of POST",
      arguments: ["run", "--workload", "http", "--pipeline", "4", "--method", "POST", "--output", "out"],
      complaint: "experiments[0].pipeline: needs a method that may be repeated after a lost connection "
        + "(GET, HEAD, PUT, DELETE, OPTIONS, TRACE), not with POST"),
    Case(
      name: "pipeline that is too deep",
      arguments: ["run", "--workload", "http", "--pipeline", "5000", "--output", "out"],
      complaint: "experiments[0].pipeline: 5000 requests of up to 47 bytes may fill the buffers of both sides; "
        + "at most 697 fit into 32KiB"),
    Case(
      name: "pipeline with faults",
      arguments: ["run", "--workload", "http", "--pipeline", "4", "--faults", "reset:0.1", "--output", "out"],
      complaint: "experiments[0].pipeline: cannot be combined with faults, which end all requests in flight"),
    Case(
      name: "unknown fault",
      arguments: ["run", "--workload", "http", "--faults", "rest:0.01", "--output", "out"],
      complaint:
        "--faults 'rest' is not a fault; did you mean 'reset'?; there are reset, truncate, stall, garbage, drip"),
    Case(
      name: "faults above 1",
      arguments: ["run", "--workload", "echo", "--faults", "reset:0.75,drip:0.5", "--output", "out"],
      complaint: "--faults 'reset:0.75,drip:0.5' adds up to 1.25; the sum must be at most 1"),
    Case(
      name: "faults of a workload without a server",
      arguments: ["run", "--workload", "sleep", "--faults", "reset:0.1", "--output", "out"],
      complaint: "--faults needs the workload echo or http"),
    Case(
      name: "faults of a target",
      arguments: ["run", "--target", "http://127.0.0.1:1/", "--faults", "reset:0.1", "--output", "out"],
      complaint:
        "experiments[0].workload.faults: cannot be combined with targets; only the built-in server understands them"),
    Case(
      name: "suite with an unknown fault", arguments: ["run", "suite.json", "--output", "out"],
      suite: suite(#""name": "x", "workload": {"kind": "http", "faults": {"rest": 0.1}}"#),
      complaint:
        "workload.faults.rest: is not a field; did you mean 'reset'?; there are reset, truncate, stall, garbage, drip"),
    Case(
      name: "unknown format", arguments: ["run", "--format", "xml", "--output", "out"],
      complaint: "--format 'xml' is not one of text, json, csv, md"),
    Case(
      name: "foreign processor",
      arguments: ["run", "--workload", "sleep", "--client-cpus", "4000", "--output", "out"],
      complaint: "the client's processor 4000 is not among those this process may use"),
    Case(
      name: "https target", arguments: ["run", "--target", "https://localhost/", "--output", "out"],
      complaint: "give an http:// address, or put a proxy that terminates TLS in front of it"),
    Case(
      name: "target of another scheme", arguments: ["run", "--target", "ftp://localhost/", "--output", "out"],
      complaint: "--target 'ftp://localhost/' is not http://HOST[:PORT][/PATH]"),
    Case(
      name: "output that cannot be made", arguments: ["run", "--workload", "sleep", "--output", "/proc/out"], code: 1,
      complaint: "cannot write /proc/out/run.json: "),
    Case(
      name: "resuming what is not there", arguments: ["run", "--resume", "nothing"], code: 1,
      complaint: "there is no run 'nothing'; name the folder that holds its run.json"),
    Case(
      name: "resuming with another plan", arguments: ["run", "--resume", "nothing", "--rounds", "2"],
      complaint: "--resume continues the run as planned, and takes no 'rounds'"),
    Case(
      name: "report of what is not there", arguments: ["report", "nothing"], code: 1,
      complaint: "there is no run 'nothing'; name the folder that holds its run.json"),
    Case(
      name: "report of the newest run where there is none", arguments: ["report"], code: 1,
      complaint: "there is no run under results/; make one with `iomodes run`"),
  ]
}
