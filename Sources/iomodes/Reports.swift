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
    case .html: self.init(pageOf: run, in: folder, gnuplot: Self.gnuplot())
    case .text, .json, .csv, .md, .latex:
      let isCited = cites || format == .latex
      self.init(Report(run, citations: isCited ? Self.citations(of: run, in: folder) : nil), lacksFigures: false)
    }
  }

  /// The report as a page.
  /// - Parameter gnuplot: nil if it is not installed.
  init(pageOf run: Run, in folder: RunFolder, gnuplot: String?) {
    let figures = Self.figures(of: run, gnuplot)
    let hash = (try? folder.trialLines()).map { $0.sha256(at: 0..<$0.count) }
    self.init(Report(run, figures: figures, trialsHash: hash), lacksFigures: figures.isAbsent)
  }

  private init(_ report: Report, lacksFigures: Bool) {
    self.report = report
    self.lacksFigures = lacksFigures
  }

  /// The path of the program that draws figures; if it is not installed, nil and a line on standard error.
  static func gnuplot() -> String? {
    let path = Figures.gnuplot(inPath: ProcessInfo.processInfo.environment["PATH"] ?? "")
    if path == nil {
      Program.complain("gnuplot is not installed, so the page has no figures: `apt install gnuplot-nox`")
    }
    return path
  }

  private static func citations(of run: Run, in folder: RunFolder) -> Citations? {
    do {
      return try Citations(run, in: folder)
    } catch {
      Program.complain("\(error), so the tables have no citations")
      return nil
    }
  }

  /// The figures of a run's page; standard error says why there are none.
  static func figures(of run: Run, _ gnuplot: String?) -> PageFigures {
    guard let gnuplot else { return .withoutGnuplot }
    do {
      return try Figures.forPage(run, gnuplot: gnuplot)
    } catch {
      Program.complain("\(error)")
      return .none("gnuplot could not draw them where this page was made")
    }
  }
}
