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
}

/// The report of a run: a pure function of it, so that the same run gives the same bytes.
public struct Report: Sendable {
  private let run: Run

  public init(_ run: Run) { self.run = run }

  /// What stands at the top of it for a reader to beware of, a line each: that machines or builds are mixed.
  public var warnings: [String] { Provenance(run.record).warnings }

  /// - Parameters:
  ///   - width: columns of the terminal; only for ``OutputFormat/text``, which uses no more than 100.
  ///   - color: whether the terminal shows colours; only for ``OutputFormat/text``.
  public func render(_ format: OutputFormat, width: Int, color: Bool) -> String {
    switch format {
    case .text: TextReport(run, Summary(run), width: width, color: color).render()
    case .json: JSONReport(run, Summary(run)).render()
    case .csv: CSVReport(run).render()
    case .md: MarkdownReport(run, Summary(run)).render()
    }
  }

  static let legend = """
    op/s, × blocking: median over the valid trials [its 95 % interval; * the range, of fewer than six]. \
    × blocking: trials of the same round. Percentiles: service time (resp.: response time, from the intended start), of \
    all valid trials' operations together; – where there are too few. Of trials: the median over \
    the valid trials of each trial's own percentile, which is a statistic of trials. CPU: the mode's, user and system.
    """
}
