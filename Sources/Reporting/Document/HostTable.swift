import Measurement
import Plan
import Records
import Statistics

extension Summary {
  /// The part of one host in a point over several: its own share of the load, or what it observed beside it.
  public struct MeasuredHost: Sendable {
    public let name: String
    public let role: HostRole
    /// The number of its processes in a trial.
    public let processes: Int
    /// Operations done within the windows of all valid trials.
    public let operations: UInt64
    /// In operations per second.
    public let throughput: Estimate?
    /// Operations due per second of the window, if operations have intended starts.
    public let offered: Estimate?
    /// Microseconds of CPU time per operation.
    public let cpu: Estimate?
    /// How late its first process began, in nanoseconds.
    public let startLate: Estimate?
    /// Service times of all valid trials.
    public let latency: PooledLatency?
    /// Response times of all valid trials, if operations have intended starts or queue for a permit.
    public let response: PooledLatency?
    /// Medians over the valid trials of each trial's own percentiles: of response times if there are any, otherwise of
    /// service times.
    public let percentiles: TrialPercentiles

    /// The hosts with clients, in the order of the records; none if there is only one, which has the point's own
    /// numbers.
    static func hosts(of trials: [TrialRecord]) -> [MeasuredHost] {
      let parts = trials.flatMap { $0.hosts ?? [] }.filter { $0.role != .server }
      var names: [String] = []
      for part in parts where !names.contains(part.name) { names.append(part.name) }
      guard names.count > 1 else { return [] }
      let byName = Dictionary(grouping: parts, by: \.name)
      return names.compactMap { name in byName[name].map { MeasuredHost(name, $0) } }
    }

    /// - Parameter parts: one of each trial that it was in; at least one.
    private init(_ name: String, _ parts: [TrialRecord.Host]) {
      self.name = name
      role = parts[0].role
      processes = parts.map(\.processes).max() ?? 0
      operations = parts.compactMap(\.operations?.done).saturatingSum
      throughput = medianEstimate(of: parts.compactMap(\.throughput))
      offered = medianEstimate(
        of: parts.compactMap { part in
          guard let due = part.operations?.due, let wall = part.wall, wall > 0 else { return nil }
          return Double(due) / (Double(wall) / 1e9)
        })
      cpu = medianEstimate(
        of: parts.compactMap { part in
          guard let done = part.operations?.done, done > 0, let time = part.usage?.totalCPU else { return nil }
          return Double(time) / 1000 / Double(done)
        })
      startLate = medianEstimate(of: parts.compactMap(\.startLate).map { Double($0) })
      latency = PooledLatency(parts.compactMap(\.latency?.service))
      response = PooledLatency(
        parts.compactMap(\.latency?.response), missing: parts.compactMap(\.operations?.missing).saturatingSum)
      percentiles = TrialPercentiles(parts.compactMap { $0.latency.map { $0.response ?? $0.service } })
    }
  }
}

extension Summary.Point {
  /// The hosts that a table has room for. Of many that load, the two at the ends say whether one was slow.
  fileprivate var shownHosts: [Summary.MeasuredHost] {
    let load = hosts.filter { $0.role == .load && $0.throughput != nil }
      .sorted { ($0.throughput?.median ?? 0) < ($1.throughput?.median ?? 0) }
    guard load.count > Table.mostLoadHosts, let slowest = load.first, let fastest = load.last else { return hosts }
    return hosts.filter { $0.role != .load || $0.name == slowest.name || $0.name == fastest.name }
  }
}

extension Table {
  fileprivate static let mostLoadHosts = 8

  /// The results of each host with clients, point by point; nil if no point has several.
  static func hosts(of points: [PlacedPoint], _ metrics: MetricTable) -> Table? {
    let rows = points.flatMap { placed in
      placed.point.shownHosts.map { (placed: placed, point: placed.point, host: $0) }
    }
    guard !rows.isEmpty else { return nil }
    let times = rows.flatMap { row in
      [row.host.latency, row.host.response].flatMap { [$0?.percentile(50), $0?.percentile(99)] }
    }.compactMap { $0 }
    let columns = MetricColumns<MetricTable.OnHost>(
      metrics: metrics.hosts, rows: rows.map { ($0.point, $0.host) },
      places: rows.map { $0.placed.place.of(.host($0.host.name)) }, time: .fitting(times.map { Double($0) }))
    // A terminal has space for all of these if rates have no intervals.
    let rates = (["throughput"] + (rows.contains { $0.host.offered != nil } ? ["offered"] : [])).map {
      columns.column($0).withoutIntervals
    }
    let keys =
      ["service-p50", "service-p99"]
      + (rows.contains { $0.host.response != nil } ? ["response-p50", "response-p99"] : [])
      + (rows.contains { $0.host.percentiles.p99 != nil } ? ["p99-of-trials"] : []) + ["cpu"]
    let isShort = points.contains { $0.point.shownHosts.count < $0.point.hosts.count }
    return Table(
      title: "by host, of all valid trials together"
        + (isShort ? "; of the load hosts, the ones with the lowest and the highest throughput:" : ":"),
      columns: [.modes(rows.map(\.point.name)), .concurrency(rows.map(\.point.concurrency))]
        + PlacedPoint.offered(rows.map(\.placed)) + [.text("host", rows.map(\.host.name.onOneLine))]
        + [.text("role", rows.map(\.host.role.rawValue))] + rates + keys.map { columns.column($0) } + columns.last,
      rows: rows.map { Table.Row(mode: $0.point.mode) }, names: 1)
  }
}

extension Sequence<PlacedPoint> {
  /// What tells the observer's numbers from the others; nil without an observer.
  var observerNote: Summary.MeasuredExperiment.Note? {
    let observers = flatMap(\.point.hosts).filter { $0.role == .observer }.map(\.name.onOneLine)
    guard !observers.isEmpty else { return nil }
    let names = Set(observers).sorted().joined(separator: " and ")
    return .init(
      text: "\(names) observes, with a lane of its own that no other number contains; a client under load measures its "
        + "own waiting, too, and the observer does not",
      isWarning: false)
  }
}
