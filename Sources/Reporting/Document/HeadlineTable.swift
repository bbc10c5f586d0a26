import Plan
import Records
import Statistics

/// The throughputs of all closed loops, each at the concurrency that its verdict is of.
struct HeadlineTable {
  /// The columns. Variants of a mode share its column, or the table of a suite with many would be wider than any screen.
  let modes: [String]
  let rows: [Row]

  static let about = """
    Throughput in op/s at the highest concurrency, and × blocking below it. In bold: the mode that none is significantly \
    better than, and those that are not significantly different from it.
    """

  /// A closed loop.
  struct Row {
    let experiment: String
    let concurrency: Int
    /// Whether there are enough rounds for a verdict.
    let isJudged: Bool
    /// For each mode, its throughput in each variant.
    var cells: [[Entry]] = []

    /// `64 lanes`
    var about: String {
      NumberText.grouped(concurrency) + (concurrency == 1 ? " lane" : " lanes")
        + (isJudged ? "" : ", too few rounds for a verdict")
    }
  }

  struct Entry {
    let throughput: String
    /// The variant and the ratio to `blocking`; empty if there is neither.
    let asides: String
    let isLeader: Bool
    /// Its part of the row's highest throughput, from 0 to 1.
    let part: Double
  }

  /// Nil without closed loops that have a verdict.
  init?(_ summary: Summary, _ verdicts: Verdicts) {
    let loops = summary.sections.compactMap { section -> Loop? in
      guard case .experiment(let experiment) = section else { return nil }
      return Loop(experiment, verdicts.of(section))
    }
    guard !loops.isEmpty else { return nil }
    let modes = Set(loops.flatMap { $0.points.map(\.mode) }).sorted { ModeTable.precedes($0, $1) }
    self.modes = modes
    rows = loops.map { loop in
      var row = Row(
        experiment: loop.experiment.name, concurrency: loop.concurrency, isJudged: loop.standing?.isJudged ?? true)
      row.cells = modes.map { mode in loop.points.filter { $0.mode == mode }.compactMap(loop.entry) }
      return row
    }
  }

  private struct Loop {
    let experiment: Summary.MeasuredExperiment
    let standing: Standing?
    let concurrency: Int
    /// Those of the concurrency.
    let points: [Summary.Point]
    private let most: Double

    init?(_ experiment: Summary.MeasuredExperiment, _ verdict: Verdict?) {
      guard experiment.rate == nil, let verdict else { return nil }
      guard let place = verdict.closedLoop?.place ?? verdict.alone?.place else { return nil }
      self.experiment = experiment
      standing = verdict.closedLoop
      concurrency = place.concurrency
      points = experiment.points.filter { $0.concurrency == place.concurrency }
      most = points.filter { $0.mode != "null" }.compactMap(\.throughput?.median).max() ?? 0
    }

    func entry(_ point: Summary.Point) -> Entry? {
      guard let throughput = point.throughput else { return nil }
      let unit = RateUnit.fitting([throughput.median])
      let ratio = point.ratioToBlocking.map { "× \(NumberText.significant($0.median, digits: 3))" }
      return Entry(
        throughput: NumberText.significant(throughput.median / unit.factor) + unit.rawValue,
        asides: [point.variant, ratio].compactMap { $0 }.joined(separator: " "),
        isLeader: standing?.leaders.contains { $0.name == point.name } ?? false,
        part: most > 0 ? throughput.median / most : 0)
    }
  }
}
