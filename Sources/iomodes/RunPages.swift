import Foundation
import Harness
import Records
import Reporting
import SystemCalls

/// The pages of all runs in a folder, beside an index that links to them.
struct RunPages {
  private let folder: String
  private let runs: [RunFolder]

  /// Throws if the folder holds no run, or if the format has no index.
  init(in folder: String, as format: OutputFormat) throws {
    self.folder = folder
    runs = Places.runs(in: folder)
    guard let first = runs.first else {
      throw HarnessFailure(
        "\(folder) is no run and holds none: neither it nor a folder in it has a run.json; name the folder of a run, or one "
          + "that holds runs")
    }
    guard format == .html else {
      throw HarnessFailure(
        "\(folder) holds runs and is none itself; name one of them, such as \(first.path), or use --format html for an "
          + "index of all")
    }
  }

  /// Writes the pages and prints where the index is. Returns the exit code: 1 if a run is left out or a page lacks its
  /// figures; standard error says why.
  func write() throws -> Int32 {
    let gnuplot = Reports.gnuplot()
    var index = RunIndex()
    var isWhole = true
    let bar = Screen.Bar(quiet: false, after: 2)
    defer { bar.clear() }
    for (done, run) in runs.enumerated() {
      bar.show(done: done, total: runs.count, label: run.name)
      do {
        let content = try Places.read(run)
        let made = Reports(pageOf: content, in: run, gnuplot: gnuplot)
        try write(made.report.render(.html, width: 0, color: false), to: index.add(content, in: run))
        isWhole = isWhole && !made.lacksFigures
      } catch let failure as RunFolderFailure {
        Program.complain("\(failure), so the index leaves it out")
        isWhole = false
      }
    }
    guard index.count > 0 else { return 1 }
    try write(index.render(), to: RunIndex.page)
    bar.clear()
    print("\(folder)/\(RunIndex.page): \(index.count) \(index.count == 1 ? "run" : "runs")")
    return isWhole ? 0 : 1
  }

  /// The same bytes as on standard output.
  private func write(_ page: String, to name: String) throws {
    let path = "\(folder)/\(name)"
    do throws(Errno) {
      try WholeFile.write(Array((page + "\n").utf8), to: path)
    } catch {
      throw HarnessFailure("cannot write \(path): \(error); copy the runs to a folder that you can write to")
    }
  }
}
