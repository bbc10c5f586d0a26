import Records
import Statistics

extension Metric where Subject == Summary.Point {
  /// Metrics of a point that depend on its experiment.
  static func all(within experiment: Summary.MeasuredExperiment) -> [Metric] {
    let remedy = number("late-warmup-remedy", "shortest round warm-up that excludes it", .time) { point in
      experiment.warmup.flatMap { asked in point.lateWarmup.map { Double($0.remedy(after: asked).count) } }
    }
    // In an open loop, the throughput does not depend on a pool.
    guard experiment.rate == nil else { return [remedy] }
    let growths: [(String, String, Dimension, KeyPath<Summary.Growth, Double> & Sendable)] = [
      ("from", "operations in flight in the first part of the window", .mean("operations"), \.from),
      ("window", "length of the window", .seconds, \.window),
      ("threads", "additional threads per second", .perSecond("threads"), \.threadsPerSecond),
      ("fit", "how well a line fits them", .rSquared, \.rSquared),
    ]
    let growth = growths.map { name, about, dimension, value in
      number("growth-\(name)", "\(about), of a pool that grows evenly", dimension) { $0.growth?[keyPath: value] }
    }
    guard let wait = experiment.serviceTime else { return [remedy] + growth }
    return [remedy] + growth + [
      number("pool-wait", "wait of an operation, for a pool that is always full", .time) { point in
        point.ceiling(wait).map { _ in wait * 1e9 }
      },
      number("pool-ceiling", "size of a pool that is always full ÷ that wait", .operationsPerSecond) {
        $0.ceiling(wait)
      },
    ]
  }
}
