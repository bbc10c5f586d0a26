import Foundation
import Harness
import Records
import Reporting

let mergeCommand = Command(
  name: "merge", operands: "RUN RUN…", operandValues: .run,
  about: "Makes one run of several of the same work, with more rounds or more modes; they stay as they are.",
  groups: [
    (
      "Options",
      [
        .value("output", "DIR", "the folder of the new run, which must not exist", .folder),
        .flag(
          "allow-differences", "even where machines or builds differ; then reports say so, and verdicts are flagged"),
      ]
    )
  ],
  examples: [
    ("iomodes merge \(Example.before) \(Example.after) --output /tmp/both", "the rounds of two runs")
  ],
  mostOperands: .max
) { arguments in
  guard arguments.operands.count > 1 else { throw UsageError("merge needs two runs or more; name their folders") }
  guard let output = arguments.text("output") else {
    throw UsageError("merge needs --output, the folder of the new run")
  }
  let folders = try arguments.operands.map { try Places.run($0) }
  let runs = try folders.map { try $0.readInFull() }
  for warning in runs.flatMap(\.warnings) { Program.complain(warning) }
  let target = RunFolder(path: output.hasSuffix("/") ? String(output.dropLast()) : output)
  let merged: Run
  do throws(MergeFailure) {
    merged = try Run(
      merging: runs, as: target.name, command: CommandLine.arguments,
      allowsMixture: arguments.has("allow-differences"))
  } catch {
    throw HarnessFailure(error.description)
  }
  try RunWriter.save(merged, to: target)
  for difference in Report(merged).warnings { Program.complain(difference) }
  print("\(target.path): \(merged.trials.count) trials of \(merged.record.measuredRuns.count) runs")
  return 0
}
