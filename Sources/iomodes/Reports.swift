import Foundation
import Records
import Reporting

/// A report with everything that its format needs.
struct Reports {
  let report: Report
  /// Whether a page lacks the figures that it should have; standard error says why.
  let lacksFigures: Bool

  /// - Parameters:
  ///   - folder: the run's folder.
  ///   - cites: whether tables for GitHub carry citations, as those for LaTeX do.
  init(of run: Run, _ format: OutputFormat, in folder: RunFolder, cites: Bool = false) {
    switch format {
    case .html:
      let figures = Self.figures(of: run)
      let hash = (try? folder.trialLines()).map { $0.sha256(at: 0..<$0.count) }
      report = Report(run, figures: figures, trialsHash: hash)
      lacksFigures = figures.isAbsent
    case .text, .json, .csv, .md, .latex:
      let isCited = cites || format == .latex
      report = Report(run, citations: isCited ? Self.citations(of: run, in: folder) : nil)
      lacksFigures = false
    }
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
    do {
      return try Figures.forPage(run, gnuplot: gnuplot)
    } catch {
      Program.complain("\(error)")
      return .none("gnuplot could not draw them where this page was made")
    }
  }
}
