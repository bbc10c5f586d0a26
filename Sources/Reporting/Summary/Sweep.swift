import Plan
import Records
import Statistics

extension Summary {
  /// An experiment with several limits or pool sizes, as one table.
  struct Sweep: Sendable {
    let name: String
    /// The name in the plan, with the rate of an open loop.
    let plannedName: String
    let rate: Double?
    let workload: JSONValue
    /// The workload, its arrivals and its window in words, without the varied settings.
    let description: String
    /// The varied axes.
    let axes: [Axis]
    /// By mode, then by concurrency, then by variant, then by the varied settings.
    let rows: [(setting: Setting, point: Point)]

    /// - Parameter experiments: at least one, all of one name and rate.
    init(_ experiments: [MeasuredExperiment]) {
      name = experiments[0].setting.without(.limit, .pool).name(of: experiments[0].plannedName)
      (plannedName, rate) = (experiments[0].plannedName, experiments[0].rate)
      workload = experiments[0].workload.json
      description = experiments[0].withoutSettings
      axes = Setting.sweepable.filter { axis in experiments.contains { $0.setting[axis] != nil } }
      rows = experiments.flatMap { experiment in experiment.points.map { (experiment.setting, $0) } }
        .sorted { a, b in
          let (first, second) = (a.1.coordinates.point, b.1.coordinates.point)
          return first == second ? a.0 < b.0 : first.precedesByMode(second)
        }
        .map { (setting: $0.0, point: $0.1) }
    }
  }
}
