import Explain
import Plan
import Records
import Statistics

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
struct ExplainedPoint: Sendable {
  /// With its rate, and other settings that vary.
  let experiment: String
  /// The kind of its workload.
  let workload: String
  let coordinates: Coordinates
  let place: Citable.Place
  /// All trials of the point, audits included.
  let selector: TrialSelector
  let explanation: Explanation

  /// With its variant, if there is one.
  var mode: String { coordinates.name }
  var concurrency: Int { coordinates.concurrency ?? 0 }

  /// The audited points of a run, in the order of their audits.
  static func all(of run: Run, by primitives: PrimitivesRecord) -> [ExplainedPoint] {
    let model = CostModel(primitives)
    let sweeps = SweptAxes(run.trials)
    let byPlace = Dictionary(grouping: run.trials) { trial in
      Citable.Place(trial.experiment, trial.coordinates.point.at(sweeps.setting(of: trial)))
    }
    let points = byPlace.compactMap { place, trials -> (trial: Int, point: ExplainedPoint)? in
      guard let audit = trials.last(where: { !$0.isTimed && $0.valid }) else { return nil }
      let (point, setting) = (audit.coordinates.point, place.setting)
      return (
        audit.trial,
        ExplainedPoint(
          experiment: setting.name(of: audit.experiment), workload: audit.workload["kind"]?.string ?? "",
          coordinates: point, place: place,
          selector: TrialSelector(
            audit.experiment, [point], concurrency: point.concurrency,
            rate: setting.rate.map { .exactly($0) } ?? .closed, setting),
          explanation: model.explain(audit, measured: trials, on: run.record.environment))
      )
    }
    return points.sorted { $0.trial < $1.trial }.map(\.point)
  }

  /// What a query may ask for. Words of one set are alternatives.
  private var words: [Set<String>] {
    [
      [CitationQuery.word(experiment), CitationQuery.word(workload)], [CitationQuery.word(mode)],
      ["concurrency=\(concurrency)"],
    ]
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

extension ExplainedPoint {
  /// The parts of an operation, in the order of the model.
  var parts: [ExplainedPart] {
    var words: Set<String> = []
    return explanation.rows.map { row in
      ExplainedPart(
        row: row, point: self, place: place.of(.operation(Figures.unused(Citable.word(row.primitive), &words))))
    }
  }

  /// What the parts predict, over what was measured.
  var ratio: Estimate? {
    guard let sum = explanation.sum, let measured = explanation.measured, measured.low > 0 else { return nil }
    let ends = [sum.low, sum.high].flatMap { [$0 / measured.low, $0 / measured.high] }
    return bounded(sum.median / measured.median, ends.min() ?? 0, ends.max() ?? 0)
  }

  /// What was measured, without what the parts predict.
  var unexplained: Estimate? { explanation.unexplained.flatMap { bounded($0.value, $0.low, $0.high) } }

  /// A number of the sum and the measured, between what the ends of both intervals give. Two 95 % intervals hold together
  /// less often, so that it is no such interval.
  private func bounded(_ value: Double, _ low: Double, _ high: Double) -> Estimate? {
    guard let sum = explanation.sum, let measured = explanation.measured else { return nil }
    let isExact = sum.kind == .single && measured.kind == .single
    return Estimate(
      median: value, low: low, high: high, kind: isExact ? .single : .range, n: min(sum.n, measured.n))
  }
}

/// A part of the operations of a point.
struct ExplainedPart: Sendable {
  let row: Explanation.Row
  let point: ExplainedPoint
  let place: Citable.Place
}

/// Two modes at the same point.
struct ExplainedPair: Sendable {
  /// The one that spends more.
  let more: ExplainedPoint
  let less: ExplainedPoint
  let difference: ExplainedDifference

  /// All pairs of modes at the same point.
  static func all(of points: [ExplainedPoint]) -> [ExplainedPair] {
    points.indices.flatMap { index in
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
