import Records
import Statistics

extension Citable {
  /// The best settings of each mode.
  static func all(of tuning: Summary.Tuning) -> [Citable] {
    func fixed(_ axis: TuningAxis) -> Int? { tuning.fixed.first { $0.axis == axis }?.value }
    let concurrency = fixed(.concurrency)
    let setting = Setting(limit: fixed(.limit), pool: fixed(.pool))
    return tuning.curves.flatMap { curve -> [Citable] in
      let key = PointKey(mode: curve.mode, variant: curve.variant, concurrency ?? 0)
      let place = Place(tuning.experiment, key, concurrency: concurrency, rate: nil, setting)
      let trials = TrialSelector(tuning.experiment, [key], concurrency: concurrency, rate: .closed, setting)
      let axis = tuning.axis.rawValue
      let things = [TuningAxis.concurrency: "lanes", .limit: "permits", .pool: "workers"][tuning.axis] ?? axis
      let values: [(String, String, CitedValue?, Dimension)] = [
        (
          "recommended-\(axis)", "smallest \(axis) that is not significantly below the best",
          curve.recommended.flatMap { CitedValue($0.setting, n: $0.throughput.n) }, .count(things)
        ),
        (
          "recommended-throughput", "operations per second with that \(axis)",
          CitedValue(curve.recommended?.throughput), .operationsPerSecond
        ),
        (
          "highest-\(axis)", "\(axis) with the highest median throughput",
          CitedValue(curve.best.setting, n: curve.best.throughput.n), .count(things)
        ),
        (
          "highest-throughput", "operations per second with that \(axis)", CitedValue(curve.best.throughput),
          .operationsPerSecond
        ),
        (
          "candidate-ratio", "throughput of the smallest \(axis) not told from the best over that of its closest rival",
          CitedValue(curve.choice.ratio), .ratio
        ),
      ]
      return values.compactMap { name, about, value, dimension in
        value.flatMap { Citable(place, name, about, aliases: [], $0, dimension, trials) }
      }
    }
  }

  /// The numbers that claims are judged by; of limits, which are not in the records of trials, none. They may be of several
  /// experiments, and have the hash of all trials.
  static func all(of claims: [ClaimResult], _ experiments: [Summary.Experiment]) -> [Citable] {
    let known = Set(experiments.flatMap { [$0.name, $0.plannedName] })
    return claims.flatMap { result in
      result.measures.filter { known.contains($0.experiment) }.compactMap { measure in
        CitedValue(measure.estimate).flatMap {
          Citable(
            Place(claim: result.claim.id, of: measure.experiment), word(measure.name),
            "\(measure.name), of “\(result.claim.text)”", aliases: [], $0, measure.unit.dimension, .everything)
        }
      }
    }
  }

  /// `epoll/pool: bystanders' p99 over inline` as one word.
  private static func word(_ name: String) -> String {
    name.lowercased().split { !($0.isASCII && ($0.isLetter || $0.isNumber)) }.joined(separator: "-")
  }
}

extension Measure.Unit {
  fileprivate var dimension: Dimension {
    switch self {
    case .seconds: .seconds
    case .perSecond: .operationsPerSecond
    case .bytes: .bytesPer("lane")
    case .ratio: .ratio
    case .count: .mean("of-count")
    }
  }
}
