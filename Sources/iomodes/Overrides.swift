import Harness
import Measurement
import Modes
import Plan
import Records
import Workloads

/// Changes a suite as the options of `run` say, or builds one from them.
struct Overrides {
  private let arguments: Arguments

  /// Servers that stand beside the modes that serve.
  private let contenders: [ModeID]

  init(_ arguments: Arguments, _ contenders: [ModeID] = []) {
    self.arguments = arguments
    self.contenders = contenders
  }

  /// The suite to run.
  func suite() throws -> Suite {
    var suite: Suite
    var isMadeOfOptions = false
    if let name = arguments.operands.first {
      suite = try Places.suite(name)
      if let kind = arguments.text("workload") {
        suite.experiments.removeAll { $0.workload.kind != kind }
        suite.limits = nil
        if suite.experiments.isEmpty { throw UsageError("suite '\(name)' has no experiment with workload '\(kind)'") }
      }
    } else if let kind = arguments.text("workload") ?? (arguments.has("target") ? "http" : nil) {
      suite = Suite(
        name: kind, about: "from the command line", experiments: [Experiment(name: kind, workload: try workload(kind))])
      isMadeOfOptions = true
    } else {
      suite = try Places.suite("quick")
    }
    suite.experiments = try suite.experiments.map { experiment in
      var changed = try changed(experiment)
      if isMadeOfOptions, !arguments.has("rounds") { changed.rounds = changed.roundsForVerdict }
      return changed
    }
    if !contenders.isEmpty, !suite.experiments.contains(where: \.workload.isServe) {
      throw UsageError("--serve goes with the workload serve")
    }
    for option in Self.workloadOptions where arguments.has(option.name) {
      guard suite.experiments.contains(where: { option.kinds.contains($0.workload.kind) }) else {
        throw UsageError("--\(option.name) needs the workload \(option.kinds.joined(separator: " or "))")
      }
    }
    do {
      return try suite.validated()
    } catch {
      throw UsageError(error.description)
    }
  }

  /// The requested precision of throughputs; nil if the suite determines the rounds.
  func precision(for suite: Suite) throws -> Precision? {
    let maxRounds = try arguments.value("max-rounds", "a number of rounds from 6 to 10000, which an interval takes") {
      Count($0).flatMap { (6...10_000).contains($0.count) ? Int($0.count) : nil }
    }
    var precision = try arguments.value("precision", "a percentage such as 2%, above 0 and below 100") {
      Precision(parsing: $0)
    }
    guard precision != nil else {
      guard maxRounds == nil else { throw UsageError("--max-rounds needs --precision") }
      return nil
    }
    guard suite.experiments.contains(where: { $0.objective == nil }) else {
      throw UsageError("--precision applies to throughputs, but this suite only searches for rates (slo)")
    }
    precision?.maxRounds = maxRounds ?? Precision.usualMaxRounds
    return precision
  }

  /// How much of a processor other programs may use, as a fraction.
  func foreignBound() throws -> Double {
    try arguments.value("foreign-load", "a percentage of one processor such as 2%, above 0 and at most 100000%") {
      text in
      guard text.hasSuffix("%"), let percent = Double(text.dropLast()), percent > 0, percent <= 100_000 else {
        return nil
      }
      return percent / 100
    } ?? RunRecord.usualForeignBound
  }

  private static let workloadOptions: [(name: String, kinds: [String])] = [
    ("protocol", ["serve"]), ("sleep", ["sleep"]), ("size", ["echo", "http", "file", "compute", "serve"]),
    ("delay", ["echo", "http", "compute", "serve"]), ("transport", ["echo", "serve"]), ("ends", ["echo"]),
    ("target", ["http"]), ("connection", ["http", "compute", "serve"]), ("method", ["http", "compute", "serve"]),
    ("header", ["http", "compute", "serve"]), ("body", ["http", "compute", "serve"]),
    ("max-head", ["http", "compute", "serve"]), ("max-fields", ["http", "compute", "serve"]),
    ("lenient", ["http", "compute", "serve"]),
    ("timeout", ["echo", "http", "compute", "serve"]), ("gather", ["http"]),
    ("pipeline", ["http", "serve"]),
    ("faults", ["echo", "http", "serve"]),
    ("access", ["file"]), ("pattern", ["file"]), ("span", ["file"]), ("direct", ["file"]), ("sync", ["file"]),
    ("depth", ["file"]), ("offload", ["file", "compute"]), ("pool", ["file", "compute"]), ("work", ["compute"]),
  ]

  private func workload(_ kind: String) throws -> WorkloadSpec {
    switch kind {
    case "sleep": .sleep(SleepSpec())
    case "echo": .echo(EchoSpec())
    case "http": .http(HTTPSpec())
    case "file": .file(FileSpec())
    case "compute": .compute(ComputeSpec())
    case "serve": .serve(ServeSpec())
    default:
      throw UsageError(
        "--workload " + Spelling.isNone(kind, of: WorkloadSpec.kinds, aliases: WorkloadSpec.otherNames))
    }
  }

  private func changed(_ original: Experiment) throws -> Experiment {
    var experiment = original
    if let modes = arguments.text("modes") { experiment.modes = try modes.split(separator: ",").map(mode) }
    if experiment.workload.isServe { experiment.modes += contenders.filter { !experiment.modes.contains($0) } }
    if arguments.has("as-peer") {
      let own = experiment.modes.filter { ModeID.allCases.contains($0) && $0.kind != .control }
      experiment.modes += own.map { Peers.add(own: $0) }
    }
    experiment.concurrency =
      try arguments.counts("concurrency", "a number of lanes; it must be from 1 to 10000000", from: 1)
      ?? experiment.concurrency
    if let text = arguments.text("slo") {
      for other in ["rate", "operations"] where arguments.has(other) {
        throw UsageError("--slo and --\(other) exclude each other")
      }
      do {
        experiment.objective = try Objective(parsing: text)
      } catch {
        throw UsageError("--slo \(error)")
      }
      experiment.rates = []
      if experiment.arrivals == "closed" { experiment.arrivals = "constant" }
    }
    if let list = arguments.text("rate") {
      experiment.objective = nil
      experiment.rates = try list.split(separator: ",", omittingEmptySubsequences: false).map { text in
        guard let rate = Arrivals.rate(parsing: String(text)) else {
          throw UsageError("--rate '\(text)' is not a number of operations per second, such as 0.5, 500 or 10k")
        }
        return rate
      }
      if experiment.arrivals == "closed" { experiment.arrivals = "constant" }
    }
    experiment.arrivals = arguments.text("arrivals") ?? experiment.arrivals
    if experiment.arrivals == "closed" {
      guard !arguments.has("slo") else {
        throw UsageError("--slo searches for a rate, which needs --arrivals constant or poisson")
      }
      experiment.rates = []
      experiment.objective = nil
    }
    if let limits = try arguments.counts("limit", "a number of operations") { experiment.limits = Settings(limits) }
    if experiment.workload.asked.kind == "http" {
      experiment.pipeline = try arguments.count("pipeline", "a number of requests") ?? experiment.pipeline
    }
    experiment.processes = try arguments.count("processes", "a number of processes") ?? experiment.processes
    if let text = arguments.text("bystanders") {
      do {
        experiment.bystanders = try BystanderSpec(parsing: text)
      } catch {
        throw UsageError("--bystanders \(error)")
      }
    }
    if experiment.needsServer || arguments.operands.isEmpty {
      experiment.serverProcesses =
        try arguments.count("server-processes", "a number of processes") ?? experiment.serverProcesses
    }
    let ends = ["operations", "duration", "each"].filter(arguments.has)
    if ends.count > 1 { throw UsageError("--\(ends[0]) and --\(ends[1]) exclude each other") }
    if let each: Int = try arguments.count("each", "a number of operations") {
      experiment.each = each
      experiment.operations = nil
      experiment.duration = nil
      if original.each == nil { experiment.warmup = .zero }
    }
    let time = "a time such as 250ms"
    if let operations: UInt64 = try arguments.count("operations", "a number of operations") {
      experiment.operations = operations
      experiment.each = nil
      experiment.duration = nil
      if original.operations == nil { experiment.warmup = .zero }
    }
    if let duration: Nanoseconds = try arguments.value("duration", time) {
      experiment.duration = duration
      experiment.each = nil
      experiment.operations = nil
      if original.duration == nil { experiment.warmup = .milliseconds(100) }
    }
    experiment.warmup = try arguments.value("warmup", time) ?? experiment.warmup
    experiment.rounds =
      try arguments.value("rounds", "a number of rounds from 1 on") {
        Count($0).flatMap { $0.count > 0 ? Int(exactly: $0.count) : nil }
      } ?? experiment.rounds
    experiment.workload = try changed(experiment.workload)
    if let pools = try arguments.counts("pool", "a number of threads or processes"), experiment.workload.pool != nil {
      experiment.pools = pools.count > 1 ? Settings(pools) : nil
    }
    return experiment
  }

  private func mode(_ name: Substring) throws -> ModeID {
    if let mode = ModeID(rawValue: String(name)) { return mode }
    throw UsageError(
      "--modes "
        + Spelling.isNot(
          String(name), "a mode", among: ModeID.known.map(\.rawValue), aliases: ModeDescription.otherNames))
  }

  private func faults() throws -> FaultMix? {
    do {
      return try arguments.text("faults").map { try FaultMix(parsing: $0) }
    } catch {
      throw UsageError("--faults \(error)")
    }
  }

  private func changed(_ workload: WorkloadSpec) throws -> WorkloadSpec {
    let time = "a time such as 250ms"
    let size = "a size such as 64KiB"
    let delay = "a delay such as 2ms, exponential:2ms or lognormal:2ms:0.5"
    switch workload {
    case .sleep(var spec):
      spec.duration = try arguments.value("sleep", time) ?? spec.duration
      return .sleep(spec)
    case .echo(var spec):
      spec.size = try arguments.value("size", size) ?? spec.size
      spec.delay = try arguments.value("delay", delay) ?? spec.delay
      spec.transport = try arguments.choice("transport") ?? spec.transport
      spec.ends = try arguments.choice("ends") ?? spec.ends
      spec.timeout = try arguments.value("timeout", time) ?? spec.timeout
      spec.faults = try faults() ?? spec.faults
      return .echo(spec)
    case .http(var spec):
      spec.size = try arguments.value("size", size) ?? spec.size
      spec.delay = try arguments.value("delay", delay) ?? spec.delay
      spec.connection = try arguments.choice("connection") ?? spec.connection
      spec.method = arguments.text("method") ?? spec.method
      spec.body = arguments.text("body") ?? spec.body
      spec.timeout = try arguments.value("timeout", time) ?? spec.timeout
      spec.faults = try faults() ?? spec.faults
      spec.gather = spec.gather || arguments.has("gather")
      spec.maxHead = try arguments.value("max-head", size) ?? spec.maxHead
      spec.maxFields = try arguments.value("max-fields", "a number of fields") ?? spec.maxFields
      if arguments.has("lenient") { spec.lenient = true }
      if arguments.has("header") { spec.headers = arguments.all("header") }
      if arguments.has("target") {
        spec.targets = try arguments.all("target").map { text in
          do {
            return try HTTPTarget(parsing: text)
          } catch {
            throw UsageError("--target \(error)")
          }
        }
      }
      return .http(spec)
    case .file(let spec): return .file(try changed(spec))
    case .compute(var spec):
      if case .http(let http) = try changed(.http(spec.http)) { spec.http = http }
      spec.work = try arguments.value("work", time) ?? spec.work
      spec.offload = try arguments.choice("offload") ?? spec.offload
      if spec.offload == .inline { spec.pool = nil }
      spec.pool = try arguments.counts("pool", "a number of threads or processes")?.first ?? spec.pool
      return .compute(spec)
    case .serve(let spec): return .serve(try changed(spec))
    }
  }

  private func changed(_ original: FileSpec) throws -> FileSpec {
    var spec = original
    let size = "a size such as 64KiB"
    spec.access = try arguments.choice("access") ?? spec.access
    spec.pattern = try arguments.choice("pattern") ?? spec.pattern
    spec.size = try arguments.value("size", size) ?? spec.size
    spec.span = try arguments.value("span", size) ?? spec.span
    spec.direct = spec.direct || arguments.has("direct")
    spec.sync = try arguments.choice("sync") ?? spec.sync
    spec.offload = try arguments.choice("offload") ?? spec.offload
    spec.pool = try arguments.counts("pool", "a number of threads or processes")?.first ?? spec.pool
    spec.depth = try arguments.count("depth", "a number of requests") ?? spec.depth
    return spec
  }

  /// Applies the options for the load, which is itself a workload.
  private func changed(_ spec: ServeSpec) throws -> ServeSpec {
    var load = spec.load
    if let name = arguments.text("protocol") {
      switch (name, load) {
      case ("http", .http), ("echo", .echo): break
      case ("http", _): load = .http(HTTPSpec())
      case ("echo", _): load = .echo(EchoSpec())
      default:
        throw UsageError("--protocol " + Spelling.isNone(name, of: ServeSpec.protocols))
      }
    }
    let others =
      if case .http = load {
        ["transport"]
      } else {
        ["connection", "method", "header", "body", "max-head", "max-fields", "lenient"]
      }
    if let other = others.first(where: arguments.has) {
      throw UsageError("--\(other) does not apply to the protocol that is served")
    }
    switch try changed(ServeSpec(load).workload) {
    case .http(let http): return ServeSpec(.http(http))
    case .echo(let echo): return ServeSpec(.echo(echo))
    case .sleep, .file, .compute, .serve: return spec
    }
  }
}
