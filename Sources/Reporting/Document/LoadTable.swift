import Plan
import Records
import Statistics

/// The cells of the table of an experiment at several rates: what text and Markdown have in common.
struct LoadTable {
  let load: Summary.Load
  let rows: [Row]
  let timeUnit: TimeUnit
  let lagUnit: TimeUnit
  let rateUnit: RateUnit
  /// Whether modes were measured at more than one concurrency.
  let hasConcurrencies: Bool
  let hasLag: Bool

  struct Row {
    let curve: Summary.Curve
    let rate: Double
    let point: Summary.Point
  }

  init(_ load: Summary.Load) {
    self.load = load
    rows = load.curves.flatMap { curve in curve.points.map { Row(curve: curve, rate: $0.rate, point: $0.point) } }
    let points = rows.map(\.point)
    let times = points.compactMap(\.response).flatMap { [$0.percentile(50), $0.percentile(99)] }.compactMap { $0 }
    timeUnit = .fitting(times.map { Double($0) })
    let lags = points.compactMap { $0.sendLag?.percentile(50) }
    lagUnit = .fitting(lags.map { Double($0) })
    hasLag = !lags.isEmpty
    rateUnit = .fitting(rows.map(\.rate) + points.compactMap(\.throughput?.high))
    hasConcurrencies = Set(load.curves.map(\.key.concurrency)).count > 1
  }

  var offeredHeading: String { "\(rateUnit.rawValue)\(rateUnit == .one ? "" : " ")offered/s" }
  var doneHeading: String { "\(rateUnit.rawValue)\(rateUnit == .one ? "" : " ")done/s" }
  var lagHeading: String { "wake lag p50 \(lagUnit.rawValue)" }
  func percentileHeading(_ percentile: String) -> String { "resp. p\(percentile) \(timeUnit.rawValue)" }

  func offered(_ row: Row) -> String { NumberText.brief(row.rate / rateUnit.factor) }
  func done(_ row: Row) -> EstimateText { EstimateText(row.point.throughput, over: rateUnit.factor) }
  func cpu(_ row: Row) -> EstimateText { EstimateText(row.point.tested.cpu, digits: 3) }
  func lag(_ row: Row) -> String { span(row.point.sendLag?.percentile(50), lagUnit) }

  func percentile(_ percentile: Double, _ row: Row) -> String {
    span(row.point.response?.percentile(percentile), timeUnit)
  }

  func trialPercentile99(_ row: Row) -> EstimateText {
    EstimateText(row.point.responsePercentiles.p99, over: timeUnit.nanoseconds, digits: 3)
  }

  private func span(_ nanoseconds: UInt64?, _ unit: TimeUnit) -> String {
    nanoseconds.map { NumberText.significant(Double($0) / unit.nanoseconds, digits: 3) } ?? NumberText.none
  }

  /// What a row says of trials that do not count in it: the names of the reasons, or all their words.
  func remark(_ row: Row, inFull: Bool) -> String? {
    let point = row.point
    guard point.invalidTrials > 0 else { return nil }
    let names = point.invalidReasons.map {
      Summary.Count(name: TrialRecord.name(ofReason: $0.name), count: $0.count)
    }
    let reasons = inFull || names.isEmpty ? point.reasons : Summary.Point.list(names)
    return "\(point.invalidTrials) of \(point.carriedOut) trials not valid: \(reasons)"
  }

  /// Why trials do not count, where no row says so.
  var invalidNotes: [Summary.MeasuredExperiment.Note] {
    rows.compactMap { row in
      remark(row, inFull: true).map { .init(text: "\(name(row.curve.key)) at \(rate(row.rate)): \($0)") }
    }
  }

  /// `epoll`; with its concurrency where there are several.
  func name(_ key: Coordinates) -> String {
    hasConcurrencies ? "\(key.name) at \(key.lanesText)" : key.name
  }

  /// The knee and the saturation of each mode, then what else there is to know of the points.
  var notes: [Summary.MeasuredExperiment.Note] {
    load.curves.compactMap(curveNote)
      + rows.flatMap { row in row.point.notes("\(name(row.curve.key)) at \(rate(row.rate))") }
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
    return .init(text: "\(name(curve.key)): \(parts.joined(separator: "; "))", isWarning: false)
  }

  private func rate(_ rate: Double) -> String { "\(NumberText.brief(rate))/s" }

  /// `6 valid trials at each rate`.
  var trialCount: String {
    let counts = rows.filter { $0.point.prediction == nil }.map(\.point.validTrials)
    guard let least = counts.min(), let most = counts.max() else { return "no trials" }
    let number = least == most ? "\(most)" : "\(least) to \(most)"
    return "\(number) valid \(most == 1 ? "trial" : "trials") at each rate"
  }
}

extension LoadTable {
  /// The lines of the table, the heading first, at most `width` columns wide where that can be; modes are apart by an
  /// empty line.
  func lines(width: Int, color: Bool) -> [String] {
    let names =
      [Column(heading: "mode", cells: rows.map(\.curve.key.name), kind: .text)]
      + (hasConcurrencies ? [number("conc.") { $0.curve.key.lanesText }] : [])
      + [number(offeredHeading, offered)]
    let percentiles = [("50", 50), ("99", 99), ("99.9", 99.9)].map { name, percentile in
      // The first says of all what they are.
      number(percentile == 50 ? percentileHeading(name) : "p\(name) \(timeUnit.rawValue)") {
        self.percentile(percentile, $0)
      }
    }
    let (short, byTrial) = ([percentiles[0], percentiles[1]], estimates("of trials", trialPercentile99, true))
    let (done, doneInterval) = (estimates(doneHeading, done, false), estimates(doneHeading, done, true))
    let lag = hasLag ? [number(lagHeading, lag)] : []
    let (cpu, cpuInterval) = (estimates("CPU µs/op", cpu, false), estimates("CPU µs/op", cpu, true))
    let layouts = [
      names + [doneInterval] + short + [byTrial, percentiles[2]] + lag + [cpuInterval],
      names + [done] + short + [byTrial, percentiles[2]] + lag + [cpuInterval],
      names + [done] + short + [byTrial] + lag + [cpuInterval],
      names + [done] + short + [byTrial] + [cpuInterval],
      names + [done] + percentiles + lag + [cpu],
      names + [done] + percentiles + [cpu],
      names + [done] + short + [cpu],
      names + [done, cpu],
      names + [done],
    ].map { $0.informative(after: names.count) }
    let columns = layouts.first { $0.totalWidth <= width } ?? layouts[layouts.count - 1]
    var lines = [TextLine.row(columns.map { $0.aligned($0.heading) }, .dim, color)]
    for (index, row) in rows.enumerated() {
      if index > 0, rows[index - 1].curve.key != row.curve.key { lines.append("") }
      let start = columns.prefix(names.count).map { $0.aligned($0.cells[index]) }
      if let prediction = row.point.prediction {
        lines += TextLine.remark(prediction, after: start, .dim, width: width, color)
        continue
      }
      if row.point.validTrials > 0 {
        lines.append(TextLine.row(columns.map { $0.aligned($0.cells[index]) }, .plain, color))
      }
      if let remark = remark(row, inFull: false) {
        let names = row.point.validTrials > 0 ? start.map { String(repeating: " ", count: $0.count) } : start
        lines += TextLine.remark(remark, after: names, .warning, width: width, color)
      }
    }
    return lines
  }

  private func number(_ heading: String, _ cell: (Row) -> String) -> Column {
    Column(heading: heading, cells: rows.map(cell), kind: .number)
  }

  private func estimates(_ heading: String, _ text: (Row) -> EstimateText, _ withInterval: Bool) -> Column {
    Column(heading: heading, rows.map(text), withInterval: withInterval)
  }
}
