import Plan
import Records
import Statistics

extension Citable {
  /// The numbers over all rates of an experiment.
  static func all(of section: Summary.Section) -> [Citable] {
    guard case .load(let load) = section else { return [] }
    let curves = load.curves.flatMap { curve -> [Citable] in
      let absent = curve.kneeAbsence
      let rates: [(String, String, Double?)] = [
        ("knee", "offered rate of the highest throughput ÷ mean response time", curve.knee?.rate),
        (
          "no-knee-up-to", "highest offered rate; throughput ÷ mean response time has no maximum up to it",
          absent?.up
        ),
        (
          "no-knee-down-to", "lowest offered rate; throughput ÷ mean response time has no maximum down to it",
          absent?.down
        ),
        ("saturation", "lowest offered rate that was not sustained", curve.saturation?.rate),
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
        (
          "rounds-without-met", "rounds in which no rate met the objective",
          CitedValue(result.rounds - (result.highestMet?.n ?? 0), n: result.rounds), .count("rounds")
        ),
        (
          "rounds-without-missed", "rounds in which no rate missed the objective",
          CitedValue(result.rounds - (result.lowestMissed?.n ?? 0), n: result.rounds), .count("rounds")
        ),
      ]
      let stops = reasons(
        result.stopped, "stopped-by", "rounds that ended this way", n: result.rounds, place(load, result.key),
        origin(load, result.key))
      return stops
        + values.compactMap { name, about, value, dimension in
          value.flatMap { Citable(load, result.key, name, about, $0, dimension) }
        }
    }
    return curves + results
  }

  private init?(
    _ load: Summary.Load, _ key: Coordinates, _ metric: String, _ about: String, _ value: CitedValue,
    _ dimension: Dimension
  ) {
    self.init(Self.place(load, key), metric, about, value, dimension, Self.origin(load, key))
  }

  private static func place(_ load: Summary.Load, _ key: Coordinates) -> Place {
    Place(load.name, key)
  }

  private static func origin(_ load: Summary.Load, _ key: Coordinates) -> CitationOrigin {
    .trials([TrialSelector(load.name, [key], concurrency: key.concurrency, rate: .open)])
  }
}
