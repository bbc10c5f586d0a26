import Plan
import Records
import Statistics

extension Citable {
  /// The best settings of each mode.
  static func all(of tuning: Summary.Tuning) -> [Citable] {
    func fixed(_ axis: Axis) -> Int? { tuning.fixed.first { $0.axis == axis }?.value }
    let concurrency = fixed(.concurrency)
    let setting = Setting(rate: tuning.rate, limit: fixed(.limit), pool: fixed(.pool))
    return tuning.curves.flatMap { curve -> [Citable] in
      let key = Coordinates(mode: curve.mode, variant: curve.variant, concurrency: concurrency)
      let place = Place(tuning.plannedName, key.at(setting))
      let origin = CitationOrigin.trials([
        TrialSelector(
          tuning.plannedName, [key], concurrency: concurrency, rate: tuning.rate.map { .exactly($0) } ?? .closed,
          setting)
      ])
      let axis = tuning.axis.rawValue
      let things = [Axis.concurrency: "lanes", .limit: "permits", .pool: "workers"][tuning.axis] ?? axis
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
          "candidate-\(axis)", "smallest \(axis) not significantly below the best",
          CitedValue(curve.points[curve.choice.candidate].setting, n: curve.points.count), .count(things)
        ),
        (
          "rival-\(axis)", "\(axis) that this smallest \(axis) is compared with",
          curve.choice.rival.flatMap { CitedValue(curve.points[$0].setting, n: curve.points.count) }, .count(things)
        ),
        (
          "candidate-ratio", "throughput of that smallest \(axis) ÷ that of its closest rival",
          CitedValue(curve.choice.ratio), .ratio
        ),
      ]
      return values.compactMap { name, about, value, dimension in
        value.flatMap { Citable(place, name, about, $0, dimension, origin) }
      }
    }
  }

  /// The numbers that decide claims, and their predictions.
  static func all(of claims: [ClaimResult]) -> [Citable] {
    claims.flatMap { result in
      result.measures.flatMap { measure -> [Citable] in
        let place = Place(claim: result.claim.id, of: measure.experiment)
        let about = "\(measure.name), of “\(result.claim.text)”"
        let n = measure.estimate.n
        let values: [(String, String, CitedValue?)] = [
          ("", about, CitedValue(measure.estimate)),
          (".predicted-least", "lower end of the prediction: \(about)", CitedValue(measure.least, n: n)),
          (".predicted-most", "upper end of the prediction: \(about)", CitedValue(measure.most, n: n)),
          (".floor", "throughput without waits ÷ that of blocking: \(about)", CitedValue(measure.floor)),
        ]
        return values.compactMap { suffix, about, value in
          value.flatMap {
            Citable(place, word(measure.name) + suffix, about, $0, measure.unit.dimension, measure.origin)
          }
        }
      }
    }
  }

  /// The measured numbers of limit experiments.
  static func all(of limits: LimitsRecord?) -> [Citable] {
    (limits?.experiments ?? []).flatMap { experiment in
      (experiment.measurement ?? [:]).sorted { $0.key < $1.key }.compactMap { key, value in
        CitedValue(value, n: 1).flatMap {
          Citable(Place(experiment.place), CitationQuery.word(key), experiment.claim, $0, .ofLimit(key), .limits)
        }
      }
    }
  }

  /// `epoll/pool: bystanders' p99 over inline` as one word.
  static func word(_ name: String) -> String {
    name.lowercased().split { !($0.isASCII && ($0.isLetter || $0.isNumber)) }.joined(separator: "-")
  }
}

extension Dimension {
  /// The dimension by the unit at the end of a limit number's name.
  fileprivate static func ofLimit(_ name: String) -> Dimension {
    let words = name.split(separator: "_").suffix(3).map(String.init)
    if words.count == 3, words.suffix(2) == ["per", "s"] { return .perSecond(words[0]) }
    return switch words.last {
    case "ns": .time
    case let things? where ["connections", "descriptors", "operations", "queues", "threads"].contains(things):
      .count(things)
    default: .quoted(.asRecorded())
    }
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
