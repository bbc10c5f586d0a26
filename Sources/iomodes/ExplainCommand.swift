import Harness
import Reporting

let explainCommand = Command(
  name: "explain", operands: "RUN [QUERY]", operandValues: .run,
  about:
    "Says why a mode costs what it costs: the parts of its operations, as audits count them, times what each part costs by "
    + "`iomodes primitives`, beside the CPU time that was measured.",
  groups: [
    (
      "Options",
      [
        .value(
          "format", "FORMAT", "text, json or md", .choice(ExplainReport.Format.self),
          unlessGiven: ExplainReport.Format.text.rawValue, elsewhere: "f")
      ]
    )
  ],
  examples: [
    ("iomodes run --workload echo --ends both --audit --output out", "a run whose audits count the parts"),
    ("iomodes primitives --output out", "what each part costs on this machine, in the same folder"),
    ("iomodes explain out", "every mode at every concurrency"),
    ("iomodes explain out 'taskgroup epoll concurrency=1'", "two modes: also what one takes more than the other"),
  ],
  mostOperands: 16
) { arguments in
  let format: ExplainReport.Format = try arguments.choice("format") ?? .text
  guard let name = arguments.operands.first else {
    throw UsageError("explain needs a run; name its folder")
  }
  let folder = try Places.run(name)
  let query = CitationQuery(arguments.operands.dropFirst().joined(separator: " "))
  let run = try Places.read(folder)
  let report: ExplainReport
  do {
    report = try ExplainReport(run, in: folder.path, query)
  } catch let error as ExplainFailure where error.remedy == nil {
    // Without one, the query is wrong.
    throw UsageError(error.description)
  }
  let text = report.render(format, width: Screen.width, color: Screen.showsColor)
  if format == .text { Screen.show(text) } else { print(text) }
  return 0
}
