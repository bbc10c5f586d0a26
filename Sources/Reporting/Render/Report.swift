import Records

/// The format of a report.
public enum OutputFormat: String, CaseIterable, Sendable {
  /// Tables with bars and sparklines, for a terminal.
  case text
  /// The summary; all names contain their unit.
  case json
  /// Tidy data: one row per trial.
  case csv
  /// Tables for GitHub.
  case md
  /// Tables for LaTeX, with the package booktabs.
  case latex
  /// One page for a browser, with its figures.
  case html
}

/// The report of a run. It is a pure function: the same run gives the same bytes.
public struct Report: Sendable {
  private let run: Run
  private let figures: PageFigures
  private let trialsHash: String?
  private let citations: Citations?
  private let metrics: MetricTable

  /// - Parameters:
  ///   - figures: the page's figures; only for ``OutputFormat/html``.
  ///   - trialsHash: the SHA-256 of the trials' lines; only for ``OutputFormat/html``.
  ///   - citations: the run's citations, which tables carry as comments; only for ``OutputFormat/latex`` and
  ///     ``OutputFormat/md``.
  public init(
    _ run: Run, figures: PageFigures = .withoutGnuplot, trialsHash: String? = nil, citations: Citations? = nil
  ) {
    self.init(run, figures: figures, trialsHash: trialsHash, citations: citations, metrics: .standard)
  }

  init(
    _ run: Run, figures: PageFigures = .withoutGnuplot, trialsHash: String? = nil, citations: Citations? = nil,
    metrics: MetricTable
  ) {
    self.citations = citations
    self.run = run
    self.figures = figures
    self.trialsHash = trialsHash
    self.metrics = metrics
  }

  /// Warnings for the top of the report, one line each: mixed machines or builds.
  public var warnings: [String] { Provenance(run.record).warnings }

  /// - Parameters:
  ///   - width: the terminal's columns; only for ``OutputFormat/text``, whose words use at most 100.
  ///   - color: whether the terminal shows colours; only for ``OutputFormat/text``.
  public func render(_ format: OutputFormat, width: Int, color: Bool) -> String {
    switch format {
    case .text: TextReport(document, width: width, color: color).render()
    case .json: JSONReport(run, Summary(run), metrics).render()
    case .csv: CSVReport(run, metrics).render()
    case .md: MarkdownReport(document, citations: citations).render()
    case .latex: LatexReport(document, citations: citations).render()
    case .html: HTMLReport(document, figures: figures, trialsHash: trialsHash).render()
    }
  }

  private var document: Document { Document(run, metrics) }

  /// The claims of tutorials that the run tests.
  public func claims(_ format: OutputFormat, width: Int, color: Bool) -> String {
    let results = ClaimResult.all(run, Summary(run))
    switch format {
    case .text:
      let text = ClaimsText(results: results, width: max(40, min(width, TextReport.widestText)), color: color)
      return (text.whole() + text.legend).joined(separator: "\n") + "\n"
    case .json:
      let document = JSONReport.object(["run_id": .string(run.record.runID), "claims": results.json])
      return document.text(pretty: true) + "\n"
    case .csv: return results.csv
    case .md: return MarkdownReport.claims(results)
    case .latex: return LatexReport.claims(results)
    case .html: return render(.html, width: width, color: color)
    }
  }

  static let legend = """
    op/s, CPU, × blocking: median over the valid trials [its 95 % interval; * the range, of fewer than six]. \
    × blocking: trials of the same round. Percentiles: service time (resp.: response time, from the intended start), of \
    all valid trials' operations together; – where there are too few. Of trials: the median over \
    the valid trials of each trial's own percentile, which is a statistic of trials. CPU: processor time of the mode. MiB: its peak in a trial, the median over the valid trials.
    """
}
