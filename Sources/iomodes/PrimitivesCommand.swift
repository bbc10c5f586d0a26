import Foundation
import Harness
import Plan
import Records
import Reporting

let primitivesCommand = Command(
  name: "primitives", operands: "[NAME…]", operandValues: .one(of: PrimitiveRounds.all.map(\.name)),
  about:
    "Measures what the parts of operations cost on this machine: system calls, switches of threads, tasks, timers, "
    + "copies.",
  groups: [
    (
      "Options",
      [
        .value(
          "output", "DIR", "folder for primitives.json", .folder, unlessGiven: "\(Places.results)/TIME-primitives",
          elsewhere: "o"),
        .value("rounds", "N", "number of interleaved rounds", unlessGiven: "\(usualRounds)"),
        formatOption,
        .flag("list", "only list the primitives"),
      ]
    )
  ],
  examples: [
    ("iomodes primitives", "all of them, on one processor and on two"),
    ("iomodes primitives tcp-send tcp-receive", "only two of them"),
    ("iomodes primitives --output \(Example.quick)", "recorded in a run"),
  ],
  mostOperands: PrimitiveRounds.all.count
) { arguments in
  let format: OutputFormat = try arguments.choice("format") ?? .text
  let rounds =
    try arguments.value("rounds", "a number of rounds, from 1 to 1000") { text in
      Int(text).flatMap { 1...1000 ~= $0 ? $0 : nil }
    } ?? usualRounds
  let names = try primitives(arguments.operands)
  if arguments.has("list") {
    let rows = PrimitiveRounds.all.filter { names.contains($0.name) }.flatMap {
      Help.row($0.name, $0.about, Screen.columns)
    }
    Screen.show(rows.joined(separator: "\n"))
    return 0
  }
  try PrimitivesRecord.measured(by: "primitives", into: arguments.text("output")) { started, processors, report in
    let entries = try PrimitiveRounds(names, rounds: rounds, on: processors).run(report: report)
    return PrimitivesRecord(
      entries.filter { names.contains($0.name) }, rounds: rounds, started: started, processors: processors)
  } show: { record in
    show(format, PrimitivesReport(record).render)
  }
  return 0
}

private let usualRounds = 10

/// The primitives named; all if none is named.
private func primitives(_ names: [String]) throws -> Set<String> {
  let known = PrimitiveRounds.all.map(\.name)
  for name in names where !known.contains(name) {
    throw UsageError(Spelling.isNot(name, "a primitive", among: known))
  }
  return Set(names.isEmpty ? known : names)
}
