import Plan
import Records
import Statistics

/// What an experiment says of its modes: which differ, by how much, and which do not. All formats say it in the same words.
///
/// Of several concurrencies it is of the highest at which two modes or more have a value. In a closed loop modes are
/// compared by their rates. In an open one the schedule sets the rate, so they are compared by response times at the
/// highest rate that all keep up with, or by their rates if some of them cannot keep up with the highest. CPU time
/// per operation comes second in both. Runs of several limits or pools have best settings, and no verdict.
struct Verdict {
  /// As its heading in reports.
  let name: String
  /// As the plan has it.
  let plannedName: String
  /// One for each metric; none where there is nothing to compare.
  let standings: [Standing]
  /// The only mode with a value, where there is no other.
  let alone: Alone?

  /// A mode without another to compare with.
  struct Alone {
    let place: Standing.Place
    let key: Coordinates
    let quantity: Quantity
    let estimate: Estimate
    /// Whether the experiment has other modes, which have no value here.
    let hasOthers: Bool
  }

  /// - Parameter trials: those of the run.
  /// - Returns: nil where nothing has a value, and for experiments with several limits or pools.
  init?(_ section: Summary.Section, _ summary: Summary, _ trials: RunPoints) {
    switch section {
    case .experiment(let experiment): self.init(experiment.name, experiment.plannedName, [experiment], trials)
    case .load(let load):
      if let search = load.search {
        self.init(load.name, search)
      } else {
        let rates = summary.experiments.filter { $0.plannedName == load.name && $0.rate != nil }
        self.init(load.name, load.name, rates.sorted { $0.rate ?? 0 < $1.rate ?? 0 }, trials)
      }
    case .sweep: return nil
    }
  }

  /// - Parameter experiments: one; of an open loop one for each rate, ascending.
  private init?(
    _ name: String, _ plannedName: String, _ experiments: [Summary.MeasuredExperiment], _ trials: RunPoints
  ) {
    (self.name, self.plannedName) = (name, plannedName)
    let places = Self.places(experiments)
    if let closed = places.first, closed.experiment.rate == nil {
      let place = places.first { $0.values(.throughput).count > 1 }
      standings = [.throughput, .cpu].compactMap { place?.standing(by: $0, trials) }
    } else {
      let highest = places.first { $0.values(.throughput).count > 1 }
      let overloaded = highest.flatMap { $0.isOverloaded ? $0 : nil }
      let kept = places.first { !$0.isOverloaded && $0.values($0.latency).count > 1 }
      let byRate = overloaded?.standing(by: .throughput, leastEffect: Summary.Point.saturationMargin, trials)
      let byTime = kept.flatMap { $0.standing(by: $0.latency, trials) }
      standings = [byRate, byTime, (kept ?? overloaded)?.standing(by: .cpu, trials)].compactMap { $0 }
    }
    alone = standings.isEmpty ? places.lazy.compactMap(\.alone).first : nil
    if standings.isEmpty && alone == nil { return nil }
  }

  private init?(_ name: String, _ search: Summary.Search) {
    (self.name, plannedName) = (name, name)
    standings = [Standing(search)].compactMap { $0 }
    let met = search.results.filter { $0.highestMet != nil && $0.key.mode != "null" }
    guard let highest = met.max(by: { $0.key.concurrency ?? 0 < $1.key.concurrency ?? 0 }),
      let rate = highest.highestMet
    else { return nil }
    alone =
      standings.isEmpty
      ? Alone(
        place: Standing.Place(concurrency: highest.key.concurrency ?? 0, objective: search.objective), key: highest.key,
        quantity: .rate, estimate: rate, hasOthers: search.results.count > met.count) : nil
  }

  /// The highest concurrency first, and at each the highest rate.
  private static func places(_ experiments: [Summary.MeasuredExperiment]) -> [Place] {
    experiments.reversed().flatMap { experiment in
      // The control waits for nothing.
      experiment.byConcurrency.reversed().map { group in
        Place(experiment: experiment, points: group.points.filter { $0.mode != "null" })
      }
    }.filter { !$0.points.isEmpty }.sorted { $0.concurrency > $1.concurrency }
  }

  /// The modes at one concurrency and rate.
  private struct Place {
    let experiment: Summary.MeasuredExperiment
    let points: [Summary.Point]

    var concurrency: Int { points[0].concurrency }
    var isOverloaded: Bool { points.contains(where: \.isSaturated) }
    /// The highest percentile that trials have.
    var latency: ComparisonMetric { points.contains { $0.responsePercentiles.p99 != nil } ? .p99 : .p50 }

    func values(_ metric: ComparisonMetric) -> [(point: Summary.Point, estimate: Estimate)] {
      points.compactMap { point in Quantity(metric).estimate(of: point).map { (point, $0) } }
    }

    func standing(by metric: ComparisonMetric, leastEffect: Double = 0, _ trials: RunPoints) -> Standing? {
      Standing(points, experiment, by: metric, leastEffect: leastEffect, trials)
    }

    var alone: Alone? {
      let metric = experiment.rate == nil || isOverloaded ? .throughput : latency
      let values = values(metric)
      guard values.count == 1, let (point, estimate) = values.first else { return nil }
      return Alone(
        place: Standing.Place(concurrency: concurrency, rate: experiment.rate), key: point.coordinates,
        quantity: Quantity(metric), estimate: estimate, hasOthers: points.count > 1)
    }
  }
}

extension Verdict {
  /// Where modes of a closed loop stand by their rates: what the counts over experiments are of.
  var closedLoop: Standing? {
    standings.first { $0.quantity == .rate && $0.place.rate == nil && $0.place.objective == nil }
  }
}
