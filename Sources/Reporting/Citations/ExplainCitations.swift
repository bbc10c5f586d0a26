import Explain
import Records
import Statistics

extension Citable {
  /// The numbers that `explain` shows of a run with audits and costs of primitives.
  static func explanations(of run: Run) -> [Citable] {
    guard let primitives = run.primitives else { return [] }
    let points = ExplainedPoint.all(of: run, by: primitives)
    guard !points.isEmpty else { return [] }
    let ofPoints = points.flatMap { all(of: $0) }
    let ofPairs = ExplainedPair.all(of: points).flatMap { all(of: $0) }
    return ofPoints + ofPairs + all(of: PredictionTally(points))
  }

  private static func all(of point: ExplainedPoint) -> [Citable] {
    let (trials, both) = (CitationOrigin.trials([point.selector]), CitationOrigin.trialsAndPrimitives([point.selector]))
    let whole = ExplainMetrics.points.compactMap { metric in
      Citable(point.place, metric, point, metric.key == "measured" ? trials : both)
    }
    let parts = point.parts.flatMap { part in
      ExplainMetrics.parts.compactMap { metric in
        Citable(part.place, metric, part, metric.key == "count" ? trials : both)
      }
    }
    return whole + parts
  }

  private static func all(of pair: ExplainedPair) -> [Citable] {
    let selectors = [pair.more.selector, pair.less.selector]
    let (trials, both) = (CitationOrigin.trials(selectors), CitationOrigin.trialsAndPrimitives(selectors))
    let place = pair.more.place
    let whole = ExplainMetrics.differencesOfPoints.compactMap { metric in
      Citable(place, metric, pair.difference, metric.key == "measured" ? trials : both, in: pair)
    }
    let parts = pair.difference.rows.flatMap { row in
      ExplainMetrics.differences.compactMap { metric in
        Citable(
          place.of(.operation(word(row.primitive))), metric, row, metric.key == "count" ? trials : both, in: pair)
      }
    }
    return whole + parts
  }

  private static func all(of tally: PredictionTally) -> [Citable] {
    tally.counts.compactMap { count in
      CitedValue(count.value, n: tally.points).flatMap {
        Citable(.run, count.name, count.about, $0, .count("points"), .trialsAndPrimitives(nil))
      }
    }
  }

  /// A number of a metric; nil if the subject has none.
  /// - Parameter pair: the modes that it is a difference of.
  private init?<Subject>(
    _ place: Place, _ metric: Metric<Subject>, _ subject: Subject, _ origin: CitationOrigin,
    in pair: ExplainedPair? = nil
  ) {
    guard let value = CitedValue(metric.value(subject)) else { return nil }
    self.init(
      place, pair?.word(metric.key) ?? metric.key,
      pair.map { "\(metric.about): more than in \($0.less.mode)" } ?? metric.about, value, metric.dimension, origin)
  }
}
