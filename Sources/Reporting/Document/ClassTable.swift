import Measurement
import Records

extension Summary {
  /// The lanes of a point that did their work in one manner, where there is more than one.
  public struct MeasuredClass: Sendable {
    /// `busy`, or the manner of bystanders.
    public let name: String
    public let lanes: Int
    /// How many of them had an operation done within the window, in the trial that served the fewest; nil where nobody counted.
    public let served: Int?
    /// Done within the windows of all valid trials.
    public let operations: UInt64
    /// Done before they opened; nil where there was no warm-up.
    public let early: UInt64?
    /// Service times of all valid trials.
    public let latency: PooledLatency?
    /// Response times of all valid trials, where operations have intended starts or queue on a limit.
    public let response: PooledLatency?
    /// Medians over the valid trials of each trial's own: of response times where there are any.
    public let percentiles: TrialPercentiles

    /// The busy lanes first.
    static func classes(of trials: [TrialRecord]) -> [MeasuredClass] {
      let busy = TrialRecord.LaneClass.busy
      let names = Set(trials.flatMap { ($0.lanes ?? [:]).keys })
      return names.sorted { ($0 == busy ? 0 : 1, $0) < ($1 == busy ? 0 : 1, $1) }.compactMap { name in
        let classes = trials.compactMap { $0.lanes?[name] }
        let early = name == busy ? trials.compactMap(\.coldStart?.done) : classes.compactMap(\.early)
        return classes.first.map {
          MeasuredClass(
            name: name, lanes: $0.count, served: classes.compactMap(\.served).min(),
            operations: classes.compactMap(\.operations.done).saturatingSum,
            early: early.isEmpty ? nil : early.saturatingSum,
            latency: PooledLatency(classes.compactMap(\.latency?.service)),
            response: PooledLatency(
              classes.compactMap(\.latency?.response), missing: classes.map(\.operations.missing).saturatingSum),
            percentiles: TrialPercentiles(
              classes.compactMap { $0.latency.map { $0.response ?? $0.service } }))
        }
      }
    }
  }
}

/// What each class of lanes came to, point by point.
struct ClassTable: SideTable {
  let title = "by class of lanes, of all valid trials together:"
  let columns: [Column]

  /// Nil where all lanes are of one class.
  init?(_ points: [Summary.Point]) { self.init(points.map { ($0, nil) }) }

  init?(_ load: Summary.Load) {
    self.init(load.curves.flatMap { curve in curve.points.map { ($0.point, $0.rate) } })
  }

  private init?(_ points: [(point: Summary.Point, rate: Double?)]) {
    let rows = points.flatMap { point, rate in point.classes.map { (point: point, rate: rate, lanes: $0) } }
    guard !rows.isEmpty else { return nil }
    let times = rows.flatMap { [$0.lanes.latency?.percentile(50), $0.lanes.latency?.percentile(99)] }.compactMap { $0 }
    let hasResponse = rows.contains { $0.lanes.response != nil }
    let unit = TimeUnit.fitting(times.map { Double($0) })
    func numbers(_ heading: String, _ cell: (Summary.MeasuredClass) -> String?) -> Column {
      Column(heading: heading, cells: rows.map { cell($0.lanes) ?? NumberText.none }, kind: .number)
    }
    func percentile(
      _ percentile: Double, _ name: String = "", of latency: KeyPath<Summary.MeasuredClass, Summary.PooledLatency?>
    ) -> Column {
      numbers("\(name)p\(NumberText.brief(percentile)) \(unit.rawValue)") {
        $0[keyPath: latency]?.percentile(percentile).map {
          NumberText.significant(Double($0) / unit.nanoseconds, digits: 3)
        }
      }
    }
    var columns = [
      Column(heading: "mode", cells: rows.map(\.point.name), kind: .text),
      Column(heading: "conc.", cells: rows.map { NumberText.grouped($0.point.concurrency) }, kind: .number),
    ]
    if rows.contains(where: { $0.rate != nil }) {
      columns.append(
        Column(
          heading: "offered/s", cells: rows.map { $0.rate.map { NumberText.brief($0) } ?? NumberText.none },
          kind: .number))
    }
    columns += [
      Column(heading: "class", cells: rows.map(\.lanes.name), kind: .text),
      numbers("lanes") { NumberText.grouped($0.lanes) },
    ]
    if rows.contains(where: { $0.lanes.served ?? .max < $0.lanes.lanes }) {
      columns.append(numbers("served") { $0.served.map { NumberText.grouped($0) } })
    }
    columns += [
      numbers("operations") { NumberText.grouped($0.operations) },
      percentile(50, of: \.latency), percentile(99, of: \.latency),
    ]
    if hasResponse { columns += [50, 99].map { percentile($0, "resp. ", of: \.response) } }
    if rows.contains(where: { $0.lanes.percentiles.p99 != nil }) {
      // Of response times, where there are any.
      columns.append(
        Column(
          heading: "p99 of trials",
          rows.map { EstimateText($0.lanes.percentiles.p99, over: unit.nanoseconds, digits: 3) }, withInterval: true))
    }
    if rows.contains(where: { $0.lanes.early != nil }) {
      columns.append(numbers("in warm-ups") { $0.early.map { NumberText.grouped($0) } })
    }
    self.columns = columns
  }
}
