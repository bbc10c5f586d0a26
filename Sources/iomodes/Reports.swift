import Foundation
import Records
import Reporting

/// Reports with what their format takes.
enum Reports {
  /// A page has its figures drawn for it. Where they cannot be, it says so, and why is told on standard error.
  ///
  /// - Parameters:
  ///   - folder: that of the run.
  ///   - cites: whether tables for GitHub carry citations, as those for LaTeX do.
  static func of(
    _ run: Run, _ format: OutputFormat, in folder: RunFolder, cites: Bool = false
  ) -> Report {
    if format == .latex || cites { return Report(run, citations: citations(of: run, in: folder)) }
    guard format == .html else { return Report(run) }
    let hash = (try? folder.trialLines()).map { $0.sha256(at: 0..<$0.count) }
    return Report(run, figures: figures(of: run), trialsHash: hash)
  }

  private static func citations(of run: Run, in folder: RunFolder) -> Citations? {
    do {
      return try Citations(run, in: folder)
    } catch {
      Program.complain("\(error), so the tables have no citations")
      return nil
    }
  }

  private static func figures(of run: Run) -> PageFigures {
    guard let gnuplot = Figures.gnuplot(inPath: ProcessInfo.processInfo.environment["PATH"] ?? "") else {
      Program.complain("gnuplot is not installed, so the page has no figures: `apt install gnuplot-nox`")
      return .withoutGnuplot
    }
    guard let scripts = Places.project("plots") else {
      Program.complain("the scripts of the figures are missing, so the page has none: run this in the project's folder")
      return .none("the scripts that draw them were not there where this page was made")
    }
    do {
      return try Figures.forPage(run, scripts: scripts, gnuplot: gnuplot)
    } catch {
      Program.complain("\(error)")
      return .none("gnuplot could not draw them where this page was made")
    }
  }
}
