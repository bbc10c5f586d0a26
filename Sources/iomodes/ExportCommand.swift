import Records
import Reporting

let exportCommand = Command(
  name: "export", operands: "[RUN]", operandValues: .run,
  about: "Writes a run in other programs' formats: HdrHistogram's tables and logs, and CSV.",
  groups: [
    (
      "Options",
      [
        .value(
          "format", "LIST",
          "hgrm (percentiles of each point, in ms), hlog (one histogram log per experiment), csv (one row per trial)",
          .list(of: ExportFormat.allCases.map(\.rawValue)), unlessGiven: "all of them", elsewhere: "f"),
        .value("output", "DIR", "folder to write to", .folder, unlessGiven: "plots/RUN", elsewhere: "o", "out"),
      ]
    )
  ],
  examples: [
    ("iomodes export \(Example.quick) --output /tmp/quick", "all formats"),
    ("iomodes export \(Example.quick) --format hgrm,hlog", "for HdrHistogram's plotter and HistogramLogProcessor"),
    ("iomodes export \(Example.quick) --format csv", "trials.csv, for R, pandas or a spreadsheet"),
  ],
  mostOperands: 1
) { arguments in
  let formats = try arguments.value(
    "format", "a list of \(ExportFormat.allCases.map(\.rawValue).joined(separator: ", "))"
  ) { list -> [ExportFormat]? in
    let names = list.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    let formats = ExportFormat.allCases.filter { names.contains($0.rawValue) }
    return formats.count == names.count ? formats : nil
  }
  let run = try Places.read(try Places.run(arguments.operands.first))
  let export = Export(run, as: formats ?? ExportFormat.allCases)
  let target = arguments.text("output") ?? "plots/\(run.record.runID)"
  try export.write(to: target)
  print("\(target): \(export.files.count) \(export.files.count == 1 ? "file" : "files")")
  return 0
}
