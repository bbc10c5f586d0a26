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
    for option in Self.workloadFlags where arguments.has(option.name) {
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

  /// With which workloads an option goes.
  private static let workloadFlags: [(name: String, kinds: [String])] =
    WorkloadFlag.all.map { ($0.option.name, $0.kinds) } + [("pipeline", ["http", "serve"])]

  private func workload(_ kind: String) throws -> WorkloadSpec {
    guard let workload = WorkloadSpec(kind: kind) else {
      throw UsageError(
        "--workload " + Spelling.isNone(kind, of: WorkloadSpec.kinds, aliases: WorkloadSpec.otherNames))
    }
    return workload
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
    if let limits = try arguments.counts("limit", "a number of operations") { experiment.limits = AxisValues(limits) }
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
    let pools = try arguments.counts("pool", "a number of threads or processes")
    do {
      // Of several widths of a pool each is measured.
      experiment.workload = try experiment.workload.taking { flag in
        guard arguments.has(flag) else { return nil }
        return flag == "pool" ? pools?.prefix(1).map { "\($0)" } : arguments.all(flag)
      }
    } catch {
      throw UsageError("--\(error.flag) \(error.text)")
    }
    if let pools, experiment.workload.poolWidth != nil { experiment.pools = pools.count > 1 ? AxisValues(pools) : nil }
    return experiment
  }

  private func mode(_ name: Substring) throws -> ModeID {
    if let mode = ModeID(rawValue: String(name)) { return mode }
    throw UsageError("--modes \(ModeID.complaint(about: String(name)))")
  }
}
