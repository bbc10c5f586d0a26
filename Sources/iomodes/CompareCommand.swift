import Harness
import Modes
import Plan
import Records
import Reporting

let compareCommand = Command(
  name: "compare", operands: "RUN[,RUN...] [RUN[,RUN...]]", operandValues: .run,
  about:
    "Compares two runs, or two sets of runs, point by point; or the modes of one run, or of several machines' runs, with a "
    + "baseline.",
  groups: [
    (
      "Options",
      [
        .value("modes", "LIST", "compare only these modes, such as epoll,taskgroup", .modes),
        .value(
          "baseline", "MODE", "mode to compare the other modes with", .choice(ModeID.self),
          unlessGiven: ModeID.blocking.rawValue),
        .flag("paired", "the runs of the two lists were measured in pairs, in this order"),
        .value(
          "least-effect", "PERCENT",
          "smallest difference that gets a verdict: the ratio must be beyond 1 ± PERCENT",
          unlessGiven: "15 with one run a side, 0 with several"),
        .flag("strict", "refuse (exit code 1) if the machines, the builds or the work of the runs differ"),
        .list(
          "fail-on", "EXPRESSION",
          "\(ComparisonGate.form). Exit code 4 if the whole 95 % interval of the ratio is beyond the bound, 3 if too few "
            + "trials are valid for an interval. May be repeated"),
        .value(
          "format", "FORMAT", "text, json or md", .choice(ComparisonFormat.self),
          unlessGiven: ComparisonFormat.text.rawValue, elsewhere: "f"),
      ]
    )
  ],
  examples: [
    ("iomodes compare \(Example.before) \(Example.after)", "what changed, with intervals and verdicts"),
    ("iomodes compare A1,A2,A3 B1,B2,B3", "several runs per side: intervals include the variance between runs"),
    ("iomodes compare \(Example.quick) --baseline epoll --modes taskgroup", "mode against mode, paired by round"),
    (
      "iomodes compare A,B,C --baseline epoll",
      "the same for runs of several machines: a ratio for each machine, and one over them with the machine as the unit"
    ),
    (
      "iomodes compare BEFORE AFTER --strict --fail-on 'epoll http throughput < 0.95'",
      "for CI: exit code 4 only if the interval shows more than 5 % less throughput"
    ),
    ("iomodes compare BEFORE AFTER --fail-on 'taskgroup http-2ms p99 > 1.1 concurrency=64'", "a gate on one point"),
  ],
  mostOperands: 2
) { arguments in
  let format: ComparisonFormat = try arguments.choice("format") ?? .text
  let gates = try arguments.all("fail-on").map { expression in
    try usage("--fail-on") { () throws(ComparisonFailure) in try ComparisonGate(expression) }
  }
  let modes = arguments.text("modes").map { list in
    list.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
  }
  let first = try arguments.first("one run or two; name their folders")
  let effect: Double? = try arguments.value("least-effect", "a percentage such as 5, from 0 to below 100") { text in
    Double(text.hasSuffix("%") ? String(text.dropLast()) : text).flatMap { 0..<100 ~= $0 ? $0 / 100 : nil }
  }
  let comparison: Comparison
  if arguments.operands.count == 2 {
    if arguments.has("baseline") {
      throw UsageError("--baseline needs a single run; of two runs, the first is the baseline")
    }
    let (before, after) = (try runs(first), try runs(arguments.operands[1]))
    let isPaired = arguments.has("paired")
    if isPaired, before.count < 2 || before.count != after.count {
      throw UsageError(
        "--paired needs the same number of runs on both sides, at least two; there are "
          + "\(before.count) and \(after.count)")
    }
    comparison = try usage("--modes") { () throws(ComparisonFailure) in
      try Comparison(before, after, modes: modes, isPaired: isPaired, leastEffect: effect)
    }
    if comparison.isEmpty { throw HarnessFailure("the runs have no point in common; compare runs of one suite") }
  } else {
    for option in ["strict", "paired"] where arguments.has(option) {
      throw UsageError("--\(option) needs two runs")
    }
    let all = try runs(first)
    let baseline = arguments.text("baseline") ?? "blocking"
    guard let run = all.first, all.count == 1 else {
      for option in ["fail-on", "least-effect"] where arguments.has(option) {
        throw UsageError("--\(option) needs one run, or two sides; '\(first)' names several runs of one side")
      }
      let comparison = try usage("--baseline or --modes") { () throws(ComparisonFailure) in
        try MachineComparison(all, baseline: baseline, modes: modes)
      }
      if comparison.isEmpty {
        throw HarnessFailure("no run has a mode besides \(baseline) at any point; choose another --baseline")
      }
      let text = comparison.render(format, width: Screen.columns, color: Screen.showsColor)
      print(format == .text ? Screen.readable(text) : text, terminator: "")
      return 0
    }
    comparison = try usage("--baseline or --modes") { () throws(ComparisonFailure) in
      try Comparison(run, baseline: baseline, modes: modes, leastEffect: effect)
    }
    if comparison.isEmpty {
      throw HarnessFailure("the run has no mode besides \(baseline) at any point; choose another --baseline")
    }
  }
  let differences = comparison.machineDifferences + comparison.workDifferences
  if arguments.has("strict"), !differences.isEmpty {
    throw HarnessFailure("--strict: the runs differ in \(differences.joined(separator: "; ")); measure both alike")
  }
  let outcomes = try gates.flatMap { gate in
    try usage("--fail-on") { () throws(ComparisonFailure) in try gate.judge(comparison) }
  }
  let text = comparison.render(format, outcomes: outcomes, width: Screen.columns, color: Screen.showsColor)
  print(format == .text ? Screen.readable(text) : text, terminator: "")
  for outcome in outcomes where outcome.judgement != .holds { Program.complain(outcome.line) }
  if outcomes.contains(where: { $0.judgement == .fails }) { return regressionFound }
  return outcomes.contains { $0.judgement == .unjudged } ? noValidTrial : 0
}

/// The runs of an operand: one, or several separated by commas.
private func runs(_ operand: String) throws -> [Run] {
  if (try? Places.run(operand)) != nil { return [try Places.read(Places.run(operand))] }
  let names = operand.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
  if let twice = names.first(where: { name in names.count { $0 == name } > 1 }) {
    throw UsageError("'\(twice)' is named twice; name each run once")
  }
  return try names.map { try Places.read(Places.run($0)) }
}

/// Exit codes that report results.
private let noValidTrial: Int32 = 3
private let regressionFound: Int32 = 4

/// Turns a failed comparison into a usage error, because the command line asked for the impossible.
private func usage<T>(_ option: String, _ body: () throws(ComparisonFailure) -> T) throws -> T {
  do {
    return try body()
  } catch {
    throw UsageError("\(option) \(error.description)")
  }
}
