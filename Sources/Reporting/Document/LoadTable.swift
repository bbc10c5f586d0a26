import Plan
import Records
import Statistics

/// The table of an experiment at several rates, with its notes.
struct LoadTable {
  let load: Summary.Load
  private let rows: [Row]
  private let columns: MetricColumns<Summary.Point>

  private struct Row {
    let curve: Summary.Curve
    let rate: Double
    let point: Summary.Point
  }

  init(_ load: Summary.Load, _ metrics: MetricTable) {
    self.load = load
    rows = load.curves.flatMap { curve in curve.points.map { Row(curve: curve, rate: $0.rate, point: $0.point) } }
    let points = rows.map(\.point)
    let times = points.compactMap(\.response).flatMap { [$0.percentile(50), $0.percentile(99)] }.compactMap { $0 }
    columns = MetricColumns(
      metrics: metrics.points, rows: points, places: rows.map { Citable.Place(load, $0.curve.key, rate: $0.rate) },
      rate: .fitting(rows.map(\.rate) + points.compactMap(\.throughput?.high)),
      time: .fitting(times.map { Double($0) }))
  }

  /// One row for every rate of every mode.
  var table: Table {
    let factor = columns.rate
    let layouts = LoadLayouts(hasConcurrencies: load.hasConcurrencies).layouts
    let offered = TableColumn(
      "{k}offered/s", key: "offered", .number, rows.map { Cell(NumberText.brief($0.rate / factor.factor)) },
      units: ["{k}": factor == .one ? "" : "\(factor.rawValue) "])
    let remarks = rows.indices.map { row -> Cell in
      let text = remark(rows[row], inFull: true)
      return Cell(
        text ?? "",
        source: text.map { _ in Cell.Source(place: columns.places[row], metric: "invalid") })
    }
    return Table(
      columns: [.modes(rows.map(\.curve.key.name)), .concurrency(rows.map(\.curve.key.concurrency)), offered]
        + columns.columns(of: layouts) + [TableColumn("not valid", .remark, remarks)],
      rows: rows.enumerated().map { index, row in
        Table.Row(
          mode: row.curve.key.mode, remark: row.point.prediction, aside: remark(row, inFull: false),
          hasNumbers: row.point.validTrials > 0, startsGroup: index > 0 && rows[index - 1].curve.key != row.curve.key)
      }, names: 3, layouts: layouts)
  }

  /// A row's remark about invalid trials: the names of the reasons, or the full reasons.
  private func remark(_ row: Row, inFull: Bool) -> String? {
    let point = row.point
    guard point.invalidTrials > 0 else { return nil }
    let names = point.invalidReasons.map {
      Summary.Count(name: TrialRecord.name(ofReason: $0.name), count: $0.count)
    }
    let reasons = inFull || names.isEmpty ? point.reasons : Summary.Point.list(names)
    return "\(point.invalidTrials) of \(point.carriedOut) trials not valid: \(reasons)"
  }

  /// The reasons of invalid trials that no row shows.
  var invalidNotes: [Summary.MeasuredExperiment.Note] {
    rows.compactMap { row in
      remark(row, inFull: true).map { .init(text: "\(load.name(of: row.curve.key)) at \(rate(row.rate)): \($0)") }
    }
  }

  /// The knee and the saturation of each mode, and then the notes of the points.
  var notes: [Summary.MeasuredExperiment.Note] {
    load.curves.compactMap(curveNote)
      + rows.flatMap { row in row.point.notes("\(load.name(of: row.curve.key)) at \(rate(row.rate))") }
  }

  private func curveNote(_ curve: Summary.Curve) -> Summary.MeasuredExperiment.Note? {
    var parts: [String] = []
    if let knee = curve.knee, let response = knee.point.meanResponse {
      parts.append("knee at \(rate(knee.rate)) (mean response \(NumberText.span(nanoseconds: response.median)))")
    }
    if let absence = curve.kneeAbsence { parts.append(absence.text) }
    if let saturation = curve.saturation {
      let done = saturation.point.throughput.map { ": \(rate($0.median)) done" } ?? ": no valid trial"
      parts.append("saturated at \(rate(saturation.rate))\(done)")
    }
    guard !parts.isEmpty else { return nil }
    return .init(text: "\(load.name(of: curve.key)): \(parts.joined(separator: "; "))", isWarning: false)
  }

  private func rate(_ rate: Double) -> String { "\(NumberText.brief(rate))/s" }

  /// `6 valid trials at each rate`.
  var trialCount: String { TrialCount.text(rows.map(\.point), at: "rate") }
}

extension Summary.Load {
  /// Whether there are several concurrencies.
  fileprivate var hasConcurrencies: Bool { Set(curves.map(\.key.concurrency)).count > 1 }

  /// `epoll`; with its concurrency if there are several.
  func name(of key: Coordinates) -> String {
    hasConcurrencies ? "\(key.name) at \(key.lanesText)" : key.name
  }
}

extension Citable.Place {
  /// - Parameter rate: nil for a number over all rates, or of the closed loop.
  init(_ load: Summary.Load, _ key: Coordinates, rate: Double?) {
    self.init(load.name, key.point.at(Setting(rate: rate)))
  }
}

/// The columns of each format for an experiment at several rates.
private struct LoadLayouts {
  let hasConcurrencies: Bool

  private typealias Place = TableLayouts.Place

  var layouts: TableLayouts { TableLayouts(text: text, markdown: markdown, latex: latex, html: html) }

  private let done = "{k}done/s"
  private let time = LatencyMetrics.response
  private let lag: Place = "send-lag-p50"

  private func percentiles(_ names: String...) -> [Place] { names.map { Place(time + $0) } }

  private func ofTrials(_ heading: String, about: String? = nil) -> Place {
    Place("\(time)p99-of-trials", heading, about: about)
  }

  private var markdown: [Place] {
    ["mode", Place("conc.", "concurrency"), "offered", "trials", Place("throughput", done)]
      + percentiles("p50", "p90", "p99", "p99.9")
      + [ofTrials("p99 {unit} of trials"), lag, Place("cpu", "client CPU µs/op"), "not valid"]
  }

  private var latex: [Place] {
    ["mode", "conc.", "offered", "trials", Place("throughput", done)] + percentiles("p50", "p99", "p99.9")
      + [ofTrials("p99 of trials"), "cpu"]
  }

  private var html: [Place] {
    [
      "mode", "conc.", "offered",
      Place("throughput", done, about: "median over the valid trials, and its interval"),
      Place("trials", about: "valid trials"),
    ]
      + percentiles("p50", "p90", "p99", "p99.9").map {
        Place($0.key, about: "response time, of all valid trials' operations together")
      }
      + [
        ofTrials("p99 of trials", about: "median over the valid trials of each trial's own p99"),
        Place("send-lag-p50", about: "how late the harness itself started operations"),
        Place("cpu", about: "processor time of the mode"), "not valid",
      ]
  }

  private var text: [[Place]] {
    let names: [Place] = ["mode"] + (hasConcurrencies ? ["conc."] : []) + ["offered"]
    // The first column of percentiles names their kind for all.
    let short = percentiles("p50") + [Place("\(time)p99", "p99 {unit}")]
    let highest = Place("\(time)p99.9", "p99.9 {unit}")
    let byTrial = short + [ofTrials("of trials")]
    let (median, interval) = (Place.median("throughput", done), Place("throughput", done))
    let cpu = Place.median("cpu")
    return [
      names + [interval] + byTrial + [highest, lag, "cpu"],
      names + [median] + byTrial + [highest, lag, "cpu"],
      names + [median] + byTrial + [lag, "cpu"],
      names + [median] + byTrial + ["cpu"],
      names + [median] + short + [highest, lag, cpu],
      names + [median] + short + [highest, cpu],
      names + [median] + short + [cpu],
      names + [median, cpu],
      names + [median],
    ]
  }
}
