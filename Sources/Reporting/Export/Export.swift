import Foundation
import Measurement
import Records

/// The formats in which a run is exported for other programs.
public enum ExportFormat: String, CaseIterable, Sendable {
  /// HdrHistogram's percentile tables, in milliseconds: one per point, over all its valid trials.
  case hgrm
  /// HdrHistogram logs: one per experiment, with a line for each valid trial.
  case hlog
  /// `trials.csv`, RFC 4180: the rows of ``OutputFormat/csv`` for every trial, valid or not.
  case csv
}

/// The exported files of a run: a pure function of it.
public struct Export: Sendable {
  public struct File: Sendable, Equatable {
    public let name: String
    public let text: String
  }

  /// In the order of the formats, then of the plan.
  public let files: [File]

  public init(_ run: Run, as formats: [ExportFormat] = ExportFormat.allCases) {
    var stems: Set<String> = []
    func file(_ stem: String, _ ending: String, _ text: String) -> File {
      File(name: "\(Figures.unused(stem, &stems)).\(ending)", text: text)
    }
    let experiments = formats.contains { $0 != .csv } ? Summary(run).experiments : []
    let sweeps = SweptAxes(run.trials)
    files = formats.flatMap { format -> [File] in
      switch format {
      case .hgrm:
        experiments.flatMap { experiment in
          experiment.points.flatMap { point in
            [("service", point.latency), ("response", point.response)].compactMap { kind, latency -> File? in
              guard let histogram = latency?.histogram, histogram.count > 0 else { return nil }
              let stem = Figures.fileName("\(experiment.name)-\(point.name)-\(point.concurrency)-\(kind)-ms")
              return file(stem, "hgrm", PercentileTable(histogram: histogram).render())
            }
          }
        }
      case .hlog:
        experiments.flatMap { experiment in
          let trials = run.trials.filter {
            $0.experiment == experiment.plannedName && sweeps.setting(of: $0) == experiment.setting
          }
          return Self.kinds.compactMap { kind, summary in
            HistogramLog("\(kind) time of \(experiment.name)", of: trials, in: run.record, summary).map {
              file(Figures.fileName("\(experiment.name)-\(kind)"), "hlog", $0.render())
            }
          }
        }
      case .csv: [file("trials", "csv", CSVReport(run).render(lineEnd: "\r\n"))]
      }
    }
  }

  private static var kinds: [(name: String, summary: (TrialRecord) -> LatencySummary?)] {
    [("service", { $0.latency?.service }), ("response", { $0.latency?.response })]
  }

  /// Writes the files and replaces existing ones of the same names.
  ///
  /// - Parameter folder: created if it is missing.
  public func write(to folder: String) throws(FiguresFailure) {
    try Figures.createFolder(folder)
    for file in files { try Figures.write(file.text, to: "\(folder)/\(file.name)") }
  }
}
