import Records
import Statistics

extension Metric where Subject == Summary.Point {
  /// What takes more than a point to say.
  static func all(within experiment: Summary.MeasuredExperiment) -> [Metric] {
    let remedy = number("late-warmup-remedy", "shortest round warm-up that leaves it out", .time) { point in
      experiment.warmup.flatMap { asked in point.lateWarmup.map { Double($0.remedy(after: asked).count) } }
    }
    // In an open loop no pool says how much is done.
    guard experiment.rate == nil else { return [remedy] }
    let growths: [(String, String, Dimension, KeyPath<Summary.Growth, Double> & Sendable)] = [
      ("from", "operations under way in the first part of the window", .mean("operations"), \.from),
      ("window", "length of the window", .seconds, \.window),
      ("threads", "threads more each second", .perSecond("threads"), \.threadsPerSecond),
      ("fit", "how well a line fits them", .rSquared, \.rSquared),
    ]
    let growth = growths.map { name, about, dimension, value in
      number("growth-\(name)", "\(about), of a pool that grows evenly", dimension) { $0.growth?[keyPath: value] }
    }
    guard let wait = experiment.serviceTime else { return [remedy] + growth }
    return [remedy] + growth + [
      number("pool-wait", "wait that an operation asks for, of a pool that is full throughout", .time) { point in
        point.ceiling(wait).map { _ in wait * 1e9 }
      },
      number("pool-ceiling", "width of a pool that is full throughout over that wait", .operationsPerSecond) {
        $0.ceiling(wait)
      },
    ]
  }
}
