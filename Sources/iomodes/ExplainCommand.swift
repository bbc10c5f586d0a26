import Harness
import Records
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
        formatOption,
        .value(
          "primitives", "DIR", "folder of the costs, such as those of another run or day", .run,
          unlessGiven: "the run's own"),
        .flag(
          "cite",
          "with --format md: put a citation behind each number of a table, as a comment that `iomodes cite --verify` checks; "
            + "LaTeX tables always have them"),
      ]
    )
  ],
  examples: [
    ("iomodes run --workload echo --ends both --audit --output out", "a run whose audits count the parts"),
    ("iomodes primitives --output out", "what each part costs on this machine, in the same folder"),
    ("iomodes explain out", "every mode at every concurrency"),
    ("iomodes explain out 'taskgroup epoll concurrency=1'", "two modes: also what one takes more than the other"),
    ("iomodes explain out --primitives other", "the same trials, by costs that were measured elsewhere"),
  ],
  mostOperands: 16
) { arguments in
  let format: OutputFormat = try arguments.choice("format") ?? .text
  let name = try arguments.first("a run; name its folder")
  let cites = arguments.has("cite")
  guard !cites || format == .md || format == .latex else { throw UsageError("--cite needs --format md or latex") }
  let costs = arguments.text("primitives")
  guard !cites || costs == nil else {
    throw UsageError("--cite excludes --primitives, because citations are verified from the run alone")
  }
  let folder = try Places.run(name)
  let query = CitationQuery(arguments.operands.dropFirst().joined(separator: " "))
  let run = try Places.read(folder)
  let report: ExplainReport
  do {
    report = try ExplainReport(
      run, in: folder.path, query, by: try costs.map { try Places.run($0).readPrimitives() })
  } catch let error as ExplainFailure where error.remedy == nil {
    // Without one, the query is wrong.
    throw UsageError(error.description)
  }
  let isCited = costs == nil && (cites || format == .latex)
  let citations = isCited ? try Citations(run, in: folder) : nil
  show(format) { report.render($0, width: $1, color: $2, citations: citations) }
  return 0
}
