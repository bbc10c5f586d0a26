import Records

/// How a report is written.
public enum OutputFormat: String, CaseIterable, Sendable {
  /// Tables with bars, for a terminal.
  case text
  /// The summary, with units in all names.
  case json
  /// Tidy: a row for every trial.
  case csv
  /// Tables for GitHub.
  case md
  /// One page for a browser, with its figures.
  case html
}

/// The report of a run: a pure function of it, so that the same run gives the same bytes.
public struct Report: Sendable {
  private let run: Run
  private let figures: PageFigures

  /// - Parameter figures: those of a page; only for ``OutputFormat/html``.
  public init(_ run: Run, figures: PageFigures = .withoutGnuplot) {
    self.run = run
    self.figures = figures
  }

  /// - Parameters:
  ///   - width: columns of the terminal; only for ``OutputFormat/text``, which uses no more than 100.
  ///   - color: whether the terminal shows colours; only for ``OutputFormat/text``.
  public func render(_ format: OutputFormat, width: Int, color: Bool) -> String {
    switch format {
    case .text: TextReport(run, Summary(run), width: width, color: color).render()
    case .json: JSONReport(run, Summary(run)).render()
    case .csv: CSVReport(run).render()
    case .md: MarkdownReport(run, Summary(run)).render()
    case .html: HTMLReport(run, Summary(run), figures: figures).render()
    }
  }

  static let legend = """
    op/s, × blocking: median over the valid trials [its 95 % interval; * the range, of fewer than six]. \
    × blocking: trials of the same round. Percentiles: service time (resp.: response time, from the intended start), of \
    all valid trials' operations together; – where there are too few. Of trials: the median over \
    the valid trials of each trial's own percentile, which is a statistic of trials. CPU: the mode's, user and system.
    """
}
