import Foundation
import Records
import Statistics

/// The numbers of a run that can be cited: all that its reports show.
public struct Citations: Sendable {
  let record: RunRecord
  let trials: [TrialRecord]
  let lines: TrialLines
  /// In the order of the reports.
  public let all: [Citable]
  private let catalogue: CitationCatalogue

  /// - Parameters:
  ///   - run: as it was read.
  ///   - lines: of the same `trials.jsonl`; there may be more of them by now.
  public init(_ run: Run, _ lines: TrialLines) {
    let summary = Summary(run)
    record = run.record
    trials = run.trials
    self.lines = lines
    all = summary.experiments.flatMap(Citable.all) + summary.sections.flatMap(Citable.all)
    catalogue = CitationCatalogue(all, summary, trials)
  }

  /// Reads the run of a folder.
  public init(_ folder: RunFolder) throws(RunFolderFailure) {
    self.init(try folder.read(), try folder.trialLines())
  }

  /// Reads the run of an id, as citations have it: that of a folder under `results` with its name, or of any other one
  /// there. Nil where there is none.
  public init?(run id: String, in results: String) throws(RunFolderFailure) {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: results)) ?? []
    let folders = ([id] + names.sorted()).map { RunFolder(path: "\(results)/\($0)") }
    let folder = folders.first { folder in
      (try? folder.readRecord()).map { CitationQuery.word($0.runID) == id } ?? false
    }
    guard let folder else { return nil }
    try self.init(folder)
  }

  /// A line for every number, with the query that names it.
  public var list: String {
    let width = all.map(\.query.count).max() ?? 0
    return all.map { "\(Terminal.padded($0.query, to: width))  \($0.text)\n" }.joined()
  }

  /// The number that a query names; its own words come before what it may be called besides.
  public func find(_ query: CitationQuery) throws(CitationFailure) -> Citation {
    citation(of: try catalogue.find(query))
  }

  /// - Parameter citable: one of the run's.
  public func citation(of citable: Citable) -> Citation { Citation(citable, record, source(of: citable.trials)) }

  /// The hash of the lines that a number is from.
  func source(of trials: TrialSelector) -> Citation.Source {
    let positions = self.trials.indices.filter { $0 < lines.count && trials.includes(self.trials[$0]) }
    return Citation.Source(sha256: lines.sha256(at: positions), lineCount: positions.count)
  }
}

extension Citable {
  /// Those of all points of an experiment.
  static func all(of experiment: Summary.Experiment) -> [Citable] {
    let metrics = Metric<Summary.Point>.all(hasResponse: experiment.points.contains { $0.response != nil })
    let classMetrics = Metric<(point: Summary.Point, lanes: Summary.LaneClass)>.all
    let keys = Set(experiment.points.map(PointKey.init))
    return experiment.points.flatMap { point -> [Citable] in
      let key = PointKey(point)
      let rate = experiment.rate
      let place = Place(
        experiment.plannedName, key, concurrency: key.concurrency, rate: rate, experiment.setting)
      func selector(_ keys: [PointKey]) -> TrialSelector {
        TrialSelector(
          experiment.plannedName, keys, concurrency: key.concurrency, rate: rate.map { .exactly($0) } ?? .closed,
          experiment.setting)
      }
      let own = selector([key])
      let baseline =
        keys.contains(key.baseline) ? key.baseline : PointKey(mode: "blocking", variant: nil, key.concurrency)
      let values = metrics.compactMap { metric in
        metric.value(point).flatMap {
          Citable(
            place, metric.name, metric.about, aliases: metric.aliases, $0, metric.dimension,
            metric.name == "ratio" ? selector([key, baseline]) : own)
        }
      }
      let classes = point.classes.flatMap { lanes -> [Citable] in
        let place = Place(
          experiment.plannedName, key, concurrency: key.concurrency, rate: rate, experiment.setting,
          lanes: lanes.name)
        return classMetrics.compactMap { metric in
          metric.value((point, lanes)).flatMap {
            Citable(place, metric.name, metric.about, aliases: metric.aliases, $0, metric.dimension, own)
          }
        }
      }
      return values + counts(point, place, own) + classes
    }
      + experiment.memoryPerLane.flatMap { _, points, line in
        ofLine(line, PointKey(points[0]), experiment, count: points.count)
      }
  }

  /// Failed operations by kind, replies by status, and audited system calls by name.
  private static func counts(_ point: Summary.Point, _ place: Place, _ trials: TrialSelector) -> [Citable] {
    let groups = [
      ("failed", "operations that failed so", point.failed), ("status", "replies of this status", point.non2xx),
    ]
    let counted = groups.flatMap { prefix, about, counts in
      counts.compactMap { count in
        CitedValue(count.count, n: point.carriedOut).flatMap {
          Citable(
            place, "\(prefix)-\(CitationQuery.word(count.name))", about, aliases: [], $0, .count("operations"), trials)
        }
      }
    }
    let audits = [("client", point.audit?.client), ("server", point.audit?.server)]
    return counted
      + audits.flatMap { side, counts in
        (counts?.byName ?? [:]).sorted { $0.key < $1.key }.compactMap { name, value in
          CitedValue(value, n: 1).flatMap {
            Citable(
              place, "audit-\(side)-\(CitationQuery.word(name))", "calls of \(name), counted from outside",
              aliases: [], $0, .perOperation("calls"), trials)
          }
        }
      }
  }

  private static func ofLine(
    _ line: LeastSquaresLine, _ key: PointKey, _ experiment: Summary.Experiment, count: Int
  ) -> [Citable] {
    let place = Place(experiment.plannedName, key, concurrency: nil, rate: experiment.rate, experiment.setting)
    let trials = TrialSelector(
      experiment.plannedName, [key], concurrency: nil, rate: experiment.rate.map { .exactly($0) } ?? .closed,
      experiment.setting)
    let values: [(String, String, Double?, Dimension)] = [
      ("memory-per-lane", "slope of a least-squares line through the median peaks", line.slope, .bytesPer("lane")),
      ("memory-intercept", "where that line begins", line.intercept, .memory),
      ("memory-fit", "how well that line fits", line.rSquared, .rSquared),
    ]
    return values.compactMap { name, about, value, dimension in
      CitedValue(value, n: count).flatMap { Citable(place, name, about, aliases: [], $0, dimension, trials) }
    }
  }

  /// What belongs to all rates of an experiment together.
  static func all(of section: Summary.Section) -> [Citable] {
    guard case .load(let load) = section else { return [] }
    let curves = load.curves.flatMap { curve -> [Citable] in
      let rates: [(String, String, Double?)] = [
        ("knee", "offered rate of the highest throughput ÷ mean response time", curve.knee?.rate),
        ("saturation", "lowest offered rate of which less was done", curve.saturation?.rate),
      ]
      return rates.compactMap { name, about, rate in
        CitedValue(rate, n: curve.points.map(\.point.validTrials).reduce(0, +)).flatMap {
          Citable(load, curve.key, name, about, $0, .operationsPerSecond)
        }
      }
    }
    let results = (load.search?.results ?? []).flatMap { result -> [Citable] in
      let values: [(String, String, CitedValue?, Dimension)] = [
        (
          "highest-met", "highest rate that met the objective: median over the rounds", CitedValue(result.highestMet),
          .operationsPerSecond
        ),
        (
          "lowest-missed", "lowest rate that missed the objective: median over the rounds",
          CitedValue(result.lowestMissed), .operationsPerSecond
        ),
        ("rounds", "rounds of the search", CitedValue(result.rounds, n: result.rounds), .count("rounds")),
      ]
      return values.compactMap { name, about, value, dimension in
        value.flatMap { Citable(load, result.key, name, about, $0, dimension) }
      }
    }
    return curves + results
  }

  private init?(
    _ load: Summary.Load, _ key: PointKey, _ metric: String, _ about: String, _ value: CitedValue,
    _ dimension: Dimension
  ) {
    self.init(
      Place(load.name, key, concurrency: key.concurrency, rate: nil), metric, about, aliases: [], value, dimension,
      TrialSelector(load.name, [key], concurrency: key.concurrency, rate: .open))
  }
}
