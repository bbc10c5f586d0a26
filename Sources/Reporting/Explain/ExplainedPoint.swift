import Explain
import Plan
import Records

/// Why a run cannot be explained: one line.
public struct ExplainFailure: RemediableFailure {
  public let description: String
  public let remedy: Remedy?

  init(_ description: String, remedy: Remedy? = nil) {
    self.description = description
    self.remedy = remedy
  }
}

/// A mode at one concurrency of an experiment, with what its operations spend.
struct ExplainedPoint {
  let experiment: String
  let workload: String
  /// With its variant, if there is one.
  let mode: String
  let concurrency: Int
  let explanation: Explanation

  /// What a query may ask for. Words of one set are alternatives.
  private var words: [Set<String>] {
    [
      [CitationQuery.word(experiment), CitationQuery.word(workload)], [CitationQuery.word(mode)],
      ["concurrency=\(concurrency)"],
    ]
  }

  /// The audited points of a run, in the order of their audits.
  /// - Parameter folder: of the run, for remedies.
  static func all(
    of run: Run, by primitives: PrimitivesRecord, in folder: String
  ) throws(ExplainFailure) -> [ExplainedPoint] {
    struct Key: Hashable {
      let experiment: String
      let point: Coordinates
    }
    let model = CostModel(primitives)
    let sweeps = SweptAxes(run.trials)
    let byPoint = Dictionary(grouping: run.trials) { trial in
      Key(experiment: sweeps.setting(of: trial).name(of: trial.experiment), point: trial.coordinates.point)
    }
    let points = byPoint.compactMap { key, trials -> (trial: Int, point: ExplainedPoint)? in
      guard let audit = trials.last(where: { !$0.isTimed && $0.valid }) else { return nil }
      let point = ExplainedPoint(
        experiment: key.experiment, workload: audit.workload["kind"]?.string ?? "", mode: key.point.name,
        concurrency: audit.concurrency,
        explanation: model.explain(audit, measured: trials, on: run.record.environment))
      return (audit.trial, point)
    }
    guard !points.isEmpty else { throw ExplainFailure("\(folder) has no valid audit", remedy: .audits) }
    return points.sorted { $0.trial < $1.trial }.map(\.point)
  }

  /// The points that a query names.
  static func matching(_ query: CitationQuery, among points: [ExplainedPoint]) throws(ExplainFailure)
    -> [ExplainedPoint]
  {
    let known = points.reduce(into: [String]()) { known, point in
      for word in point.words.flatMap({ $0.sorted() }) where !known.contains(word) { known.append(word) }
    }
    for word in query.words where !known.contains(word) {
      throw ExplainFailure(Spelling.isNot(word, "an experiment, mode or concurrency with an audit", among: known))
    }
    let kinds = (0..<3).map { kind in query.words.filter { word in points.contains { $0.words[kind].contains(word) } } }
    let matching = points.filter { point in
      zip(kinds, point.words).allSatisfy { asked, own in asked.isEmpty || asked.contains(where: own.contains) }
    }
    guard !matching.isEmpty else {
      throw ExplainFailure("no point with an audit is all of '\(query.words.joined(separator: " "))'; name fewer words")
    }
    return matching
  }
}

/// Two modes at the same point.
struct ExplainedPair {
  /// The one that spends more.
  let more: ExplainedPoint
  let less: ExplainedPoint
  let difference: ExplainedDifference

  /// If the points are of exactly two modes: those at which both were audited.
  static func all(of points: [ExplainedPoint]) -> [ExplainedPair] {
    guard Set(points.map(\.mode)).count == 2 else { return [] }
    return points.indices.flatMap { index in
      points[..<index].filter {
        $0.experiment == points[index].experiment && $0.concurrency == points[index].concurrency
      }.map { ExplainedPair($0, points[index]) }
    }
  }

  private init(_ first: ExplainedPoint, _ second: ExplainedPoint) {
    func spent(_ point: ExplainedPoint) -> Double {
      (point.explanation.measured ?? point.explanation.sum)?.median ?? 0
    }
    (more, less) = spent(first) < spent(second) ? (second, first) : (first, second)
    difference = ExplainedDifference(more.explanation, minus: less.explanation)
  }
}
