import Measurement
import Plan
import Records
import Statistics

extension Summary {
  /// One section of a report.
  enum Section: Sendable {
    case experiment(MeasuredExperiment)
    case load(Load)
    case sweep(Sweep)

    /// An experiment with fewer rates has one table per rate.
    static let fewestRates = 3

    /// - Parameter experiments: those of a run; each rate is one of them.
    static func sections(of experiments: [MeasuredExperiment], _ run: Run) -> [Section] {
      var names: [String] = []
      var groups: [String: [MeasuredExperiment]] = [:]
      for experiment in experiments {
        if groups[experiment.plannedName] == nil { names.append(experiment.plannedName) }
        groups[experiment.plannedName, default: []].append(experiment)
      }
      return names.flatMap { name -> [Section] in
        let group = groups[name] ?? []
        if let objective = run.record.objectives[name] {
          return [.load(Load(group, Search(run.trials.filter { $0.experiment == name }, objective)))]
        }
        if group.contains(where: { $0.setting.swept != Setting() }) { return [.sweep(Sweep(group))] }
        return group.compactMap(\.rate).count < fewestRates
          ? group.map { .experiment($0) } : [.load(Load(group, nil))]
      }
    }
  }

  /// An experiment at several offered rates: the effect of load on latency.
  struct Load: Sendable {
    let name: String
    let workload: JSONValue
    /// The workload, its arrivals and its window in words.
    let description: String
    /// By mode, variant and concurrency.
    let curves: [Curve]
    /// The search that chose the rates; nil if the suite gave them.
    let search: Search?

    /// - Parameter experiments: at least one, all of the same name.
    fileprivate init(_ experiments: [MeasuredExperiment], _ search: Search?) {
      let open = experiments.filter { $0.rate != nil }.sorted { $0.rate ?? 0 < $1.rate ?? 0 }
      name = experiments[0].plannedName
      workload = experiments[0].workload.json
      description = open.first?.withoutRate ?? experiments[0].description
      self.search = search
      var points: [Coordinates: [(rate: Double, point: Point)]] = [:]
      for experiment in open {
        for point in experiment.points {
          points[point.coordinates.point, default: []].append((experiment.rate ?? 0, point))
        }
      }
      curves = points.keys.sorted { $0.precedesByMode($1) }
        .map { Curve(key: $0, points: points[$0] ?? [], isSearched: search != nil) }
    }
  }

  /// Why a curve has no knee: the power is highest at one end of the measured rates, so the knee lies beyond that rate.
  enum KneeAbsence: Equatable {
    case upTo(Double)
    case downTo(Double)

    /// `no knee up to 20,000/s`
    var text: String {
      switch self {
      case .upTo(let rate): "no knee up to \(NumberText.brief(rate))/s"
      case .downTo(let rate): "no knee down to \(NumberText.brief(rate))/s"
      }
    }

    var up: Double? { if case .upTo(let rate) = self { rate } else { nil } }
    var down: Double? { if case .downTo(let rate) = self { rate } else { nil } }
  }

  /// One mode at one concurrency, at all offered rates.
  struct Curve: Sendable {
    let key: Coordinates
    /// By ascending rate, in operations per second.
    let points: [(rate: Double, point: Point)]
    /// The rate with the highest power, if both higher and lower rates were measured. Absent in a search, which
    /// measures its rates in different rounds.
    let knee: (rate: Double, point: Point)?
    /// Set if the power is highest at one end of the measured rates.
    let kneeAbsence: KneeAbsence?
    /// The lowest rate of which too little was done.
    let saturation: (rate: Double, point: Point)?

    fileprivate init(key: Coordinates, points: [(rate: Double, point: Point)], isSearched: Bool) {
      self.key = key
      self.points = points
      let measured = points.filter { $0.point.throughput != nil && $0.point.meanResponse != nil }
      let highest =
        isSearched
        ? nil
        : Statistics.knee(
          throughputs: measured.compactMap { $0.point.throughput?.median },
          responseTimes: measured.compactMap { $0.point.meanResponse?.median })
      knee = highest.flatMap { $0.isInterior ? measured[$0.index] : nil }
      kneeAbsence = highest.flatMap { highest in
        let rate = measured[highest.index].rate
        return highest.isInterior ? nil : highest.index == 0 ? .downTo(rate) : .upTo(rate)
      }
      saturation = points.first(where: \.point.isSaturated)
    }
  }
}

extension Summary.Point {
  /// A point of an open loop is saturated where what is done is less by more than this share than what was offered.
  static let saturationMargin = 0.05

  var isSaturated: Bool {
    offeredShare.map { $0.median < 1 - Self.saturationMargin }
      ?? invalidReasons.contains { $0.name.hasPrefix("client-saturated") }
  }
}

extension Coordinates {
  /// The number of lanes as text.
  var lanesText: String { concurrency.map { NumberText.grouped($0) } ?? NumberText.none }

  /// Orders by mode, then concurrency, then variant.
  func precedesByMode(_ other: Coordinates) -> Bool {
    if mode != other.mode { return ModeTable.precedes(mode, other.mode) }
    return (concurrency ?? 0, variant ?? "") < (other.concurrency ?? 0, other.variant ?? "")
  }
}

extension RunRecord {
  /// The warm-up of an experiment; nil if the suite does not have it.
  func warmup(of experiment: String) -> Nanoseconds? {
    plannedExperiments.first { $0["name"]?.string == experiment }?["warmup"]?.string.flatMap { Nanoseconds($0) }
  }
}
