import Plan
import Records
import Statistics

extension Summary {
  /// An experiment with several limits or widths of a pool: one table of all of them.
  struct Sweep: Sendable {
    let name: String
    let workload: JSONValue
    /// The workload, its arrivals and its window in words, without what is varied.
    let description: String
    /// Those that are varied.
    let axes: [Axis]
    /// By mode, then by concurrency, then by variant, then by what is varied.
    let rows: [(setting: Setting, point: Point)]

    /// - Parameter experiments: of one name and rate, at least one.
    init(_ experiments: [MeasuredExperiment]) {
      name = experiments[0].setting.without(.limit, .pool).name(of: experiments[0].plannedName)
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

/// The cells of a sweep's table: what text and Markdown have in common.
struct SweepTable: SideTable {
  let title: String
  let columns: [Column]
  let notes: [Summary.MeasuredExperiment.Note]

  init(_ sweep: Summary.Sweep) {
    let rows = sweep.rows
    let points = rows.map(\.point)
    func column(_ heading: String, _ cell: (Summary.Point) -> String) -> Column {
      Column(heading: heading, cells: points.map(cell), kind: .number)
    }
    // Waits span nanoseconds to seconds, so that each has its unit.
    func latencies(_ name: String, _ latency: KeyPath<Summary.Point, Summary.PooledLatency?>) -> [Column] {
      guard points.contains(where: { $0[keyPath: latency] != nil }) else { return [] }
      return [50.0, 99.0].map { percentile in
        column("\(name)p\(NumberText.brief(percentile))") {
          $0[keyPath: latency]?.percentile(percentile).map { NumberText.span(nanoseconds: Double($0)) }
            ?? NumberText.none
        }
      }
    }
    let ofTrials =
      points.contains { $0.servicePercentiles.p99 != nil }
      ? [
        Column(
          heading: "p99 of trials", points.map { EstimateText(span: $0.servicePercentiles.p99) }, withInterval: true)
      ] : []
    let unit = RateUnit.fitting(points.compactMap(\.throughput?.high))
    let hasConcurrencies = Set(points.map(\.concurrency)).count > 1
    title = "by \(sweep.axes.map(\.rawValue).joined(separator: " and ")):"
    columns =
      [Column(heading: "mode", cells: points.map(\.name), kind: .text)]
      + (hasConcurrencies ? [column("conc.") { NumberText.grouped($0.concurrency) }] : [])
      + (points.contains(where: \.leavesLanesUnserved)
        ? [column("served") { $0.servedText ?? NumberText.none }] : [])
      + sweep.axes.map { axis in
        Column(
          heading: axis.rawValue,
          cells: rows.map { $0.setting[axis]?.count.map { NumberText.grouped($0) } ?? NumberText.none },
          kind: .number)
      }
      + [
        Column(
          heading: unit == .one ? "op/s" : "\(unit.rawValue) op/s",
          points.map { EstimateText($0.throughput, over: unit.factor) }, withInterval: true)
      ] + latencies("", \.latency)
      + [
        Column(
          heading: "CPU µs/op", points.map { EstimateText($0.tested.cpu, digits: 3) }, withInterval: true)
      ] + ofTrials + latencies("wait ", \.queueing)
      + [
        column("threads") { $0.threadsPeak.map { NumberText.grouped($0) } ?? NumberText.none },
        column("MiB") { ResultTable.mebibytes($0.memory) },
      ]
    let ofRows = rows.flatMap { setting, point -> [Summary.MeasuredExperiment.Note] in
      let place = point.place + setting.suffix.replacing("-", with: " ")
      return (point.prediction.map { [.init(text: "\(place): \($0)", isWarning: false)] } ?? [])
        + point.invalidNotes(place) + point.notes(place)
    }
    notes = points.servedNotes + ofRows
  }
}

extension Summary.Sweep {
  /// As the JSON report has it.
  var json: JSONValue {
    JSONReport.object([
      "name": .string(name), "workload": workload, "description": .string(description),
      "points": .array(
        rows.map { setting, point in
          let own = Dictionary(
            uniqueKeysWithValues: Setting.sweepable.compactMap { axis in
              JSONReport.number(setting[axis]?.count).map { (axis.rawValue, $0) }
            })
          return .object(JSONReport.members(point).merging(own) { $1 })
        }),
    ])
  }

  /// `6 valid trials at each point`.
  var trialCount: String { ResultTable.count(of: rows.map(\.point)) }
}

extension MarkdownReport {
  func section(_ sweep: Summary.Sweep) -> [String] {
    let table = SweepTable(sweep)
    return ["## \(Self.escaped(sweep.name))", Self.escaped("\(sweep.description) · \(sweep.trialCount)")]
      + rows(table) + rows(ClassTable(sweep.rows.map(\.point))) + list(table.notes)
  }
}
