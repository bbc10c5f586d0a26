import Measurement
import Plan
import Records

extension Summary {
  /// The lanes of one class at a point that has several classes.
  public struct MeasuredClass: Sendable {
    /// `busy`, or the manner of bystanders.
    public let name: String
    public let lanes: Int
    /// The number of lanes that did an operation within the window, in the trial that served the fewest; nil if not
    /// counted.
    public let served: Int?
    /// Operations done within the windows of all valid trials.
    public let operations: UInt64
    /// Operations done before the windows opened; nil without a warm-up.
    public let early: UInt64?
    /// Service times of all valid trials.
    public let latency: PooledLatency?
    /// Response times of all valid trials, if operations have intended starts or queue for a permit.
    public let response: PooledLatency?
    /// Medians over the valid trials of each trial's own percentiles: of response times if there are any, otherwise of
    /// service times.
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

extension Table {
  /// The results of each class of lanes, point by point; nil if all lanes are of one class.
  static func classes(of points: [PlacedPoint], _ metrics: MetricTable) -> Table? {
    let rows = points.flatMap { placed in
      placed.point.classes.map { (placed: placed, point: placed.point, lanes: $0) }
    }
    guard !rows.isEmpty else { return nil }
    let times = rows.flatMap { [$0.lanes.latency?.percentile(50), $0.lanes.latency?.percentile(99)] }.compactMap { $0 }
    let columns = MetricColumns<MetricTable.Lanes>(
      metrics: metrics.classes, rows: rows.map { ($0.point, $0.lanes) },
      places: rows.map { $0.placed.place.of(.lanes($0.lanes.name)) }, time: .fitting(times.map { Double($0) }))
    let hasUnserved = rows.contains { $0.lanes.served ?? .max < $0.lanes.lanes }
    let keys =
      ["count"] + (hasUnserved ? ["served"] : []) + ["operations", "service-p50", "service-p99"]
      + (rows.contains { $0.lanes.response != nil } ? ["response-p50", "response-p99"] : [])
      + (rows.contains { $0.lanes.percentiles.p99 != nil } ? ["p99-of-trials"] : [])
      + (rows.contains { $0.lanes.early != nil } ? ["in-warm-ups"] : [])
    return Table(
      title: "by class of lanes, of all valid trials together:",
      columns: [.modes(rows.map(\.point.name)), .concurrency(rows.map(\.point.concurrency))]
        + PlacedPoint.offered(rows.map(\.placed)) + [.text("class", rows.map(\.lanes.name))]
        + keys.map { columns.column($0) } + columns.last,
      rows: rows.map { Table.Row(mode: $0.point.mode) }, names: 1)
  }
}
