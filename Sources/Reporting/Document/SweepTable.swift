import Plan
import Records
import Statistics

/// The table of an experiment with several limits or pool sizes, with its notes.
struct SweepTable {
  let table: Table
  let notes: [Summary.MeasuredExperiment.Note]

  init(_ sweep: Summary.Sweep, _ metrics: MetricTable) {
    let rows = sweep.rows
    let points = rows.map(\.point)
    // Waits range from nanoseconds to seconds, so each has its own unit.
    let columns = MetricColumns(
      metrics: metrics.points, rows: points, places: rows.map { Citable.Place(sweep, $0.setting, $0.point) },
      rate: .fitting(points.compactMap(\.throughput?.high)), time: nil)
    func latencies(_ kind: String, _ isThere: (Summary.Point) -> Bool) -> [TableColumn] {
      points.contains(where: isThere) ? ["p50", "p99"].map { columns.column(kind + $0) } : []
    }
    let settings = sweep.axes.map { axis in
      TableColumn.number(
        axis.rawValue, rows.map { $0.setting[axis]?.count.map { NumberText.grouped($0) } ?? NumberText.none })
    }
    let ofTrials =
      points.contains { $0.servicePercentiles.p99 != nil }
      ? [columns.column("\(LatencyMetrics.service)p99-of-trials")] : []
    let hasConcurrencies = Set(points.map(\.concurrency)).count > 1
    table = Table(
      title: "by \(sweep.axes.map(\.rawValue).joined(separator: " and ")):",
      columns: [.modes(points.map(\.name))]
        + (hasConcurrencies ? [.concurrency(points.map(\.concurrency))] : [])
        + (points.contains(where: \.leavesLanesUnserved) ? [columns.column("served")] : [])
        + settings + [columns.column("throughput")] + latencies(LatencyMetrics.service) { $0.latency != nil }
        + [columns.column("cpu")] + ofTrials + latencies(LatencyMetrics.queueing) { $0.queueing != nil }
        + [columns.column("threads"), columns.column("memory").withoutIntervals] + columns.last,
      rows: points.map { Table.Row(mode: $0.mode) }, names: 1)
    let ofRows = rows.flatMap { setting, point -> [Summary.MeasuredExperiment.Note] in
      let place = point.place + setting.suffix.replacing("-", with: " ")
      return (point.prediction.map { [.init(text: "\(place): \($0)", isWarning: false)] } ?? [])
        + point.invalidNotes(place) + point.notes(place)
    }
    notes = points.servedNotes + ofRows
  }
}

extension Citable.Place {
  init(_ sweep: Summary.Sweep, _ setting: Setting, _ point: Summary.Point) {
    self.init(sweep.plannedName, point.coordinates.at(setting))
  }
}

extension Summary.Sweep {
  /// The table in the JSON report.
  func json(_ metrics: MetricTable) -> JSONValue {
    JSONReport.object([
      "name": .string(name), "workload": workload, "description": .string(description),
      "points": .array(
        rows.map { setting, point in
          let own = [
            "limit": JSONReport.number(setting.limit), "pool": JSONReport.number(setting.pool),
          ].compactMapValues { $0 }
          return .object(JSONReport.members(point, metrics).merging(own) { $1 })
        }),
    ])
  }
}
