import Foundation
import Harness
import Records
import Reporting

let mergeCommand = Command(
  name: "merge", operands: "RUN RUN…", operandValues: .run,
  about: "Merges several runs of the same work into a new run with more rounds or modes. The runs do not change.",
  groups: [
    (
      "Options",
      [
        .value("output", "DIR", "folder of the new run; it must not exist", .folder),
        .flag(
          "allow-differences", "merge even if machines or builds differ; reports say so and flag their verdicts"),
      ]
    )
  ],
  examples: [
    ("iomodes merge \(Example.before) \(Example.after) --output /tmp/both", "the rounds of both runs in one")
  ],
  mostOperands: .max
) { arguments in
  let names = try arguments.operands(atLeast: 2, "two runs or more; name their folders")
  guard let output = arguments.text("output") else {
    throw UsageError("merge needs --output, the folder of the new run")
  }
  let folders = try names.map { try Places.run($0) }
  let runs = try folders.map { try $0.readInFull() }
  for warning in runs.flatMap(\.warnings) { Program.complain(warning) }
  let target = RunFolder(path: output.hasSuffix("/") ? String(output.dropLast()) : output)
  let merged = try Run(
    merging: runs, as: target.name, command: CommandLine.arguments, allowsMixture: arguments.has("allow-differences"))
  try RunWriter.save(merged, to: target)
  for difference in Report(merged).warnings { Program.complain(difference) }
  print("\(target.path): \(merged.trials.count) trials of \(merged.record.measuredRuns.count) runs")
  return 0
}
