import Plan
import Statistics

extension Table {
  /// Every point of an experiment.
  static func results(of experiment: Summary.MeasuredExperiment, _ metrics: MetricTable) -> Table {
    let points = experiment.points
    let shape = ResultLayouts(experiment)
    let columns = MetricColumns(experiment, points, metrics)
    let best = experiment.byConcurrency.flatMap { group in
      let most = group.points.compactMap(\.throughput?.median).max() ?? 0
      return group.points.map { most > 0 ? ($0.throughput?.median ?? 0) / most : 0 }
    }
    let drawn = [
      TableColumn("", key: "bar", .bar, best.map { Cell(.bar($0)) }),
      TableColumn(
        shape.showsResponse ? "response" : "latency", key: "distribution", .sparkline,
        points.map { point in
          Cell(
            (shape.showsResponse ? point.response : point.latency).map {
              .distribution($0, columns.time ?? .milliseconds)
            })
        }),
    ]
    let carriedOut = points.map {
      $0.invalidTrials > 0 ? "\($0.validTrials) of \($0.carriedOut)" : "\($0.validTrials)"
    }
    let layouts = shape.layouts
    return Table(
      columns: [.modes(points.map(\.name)), .concurrency(points.map(\.concurrency))] + drawn
        + [TableColumn("trials", key: "carried out", .number, carriedOut.map { Cell($0) })]
        + columns.columns(of: layouts),
      rows: Row.rows(of: points), names: 2, layouts: layouts)
  }

  /// Medians over the trials of each trial's own percentiles; nil without a valid trial.
  static func ofTrials(_ experiment: Summary.MeasuredExperiment, _ metrics: MetricTable) -> Table? {
    let points = experiment.points.filter { $0.validTrials > 0 }
    guard !points.isEmpty else { return nil }
    let shape = ResultLayouts(experiment)
    let columns = MetricColumns(experiment, points, metrics)
    let kinds = [LatencyMetrics.service] + (shape.showsResponse ? [LatencyMetrics.response] : [])
    let keys = kinds.flatMap { kind in LatencyMetrics.ofTrials.map { "\(kind)\($0.name)-of-trials" } }
    let places = keys.map { key in
      TableLayouts.Place(key, metrics.point(key).heading.replacing(" of trials", with: ""), about: "")
    }
    let (markdown, html) = (
      ["mode", .init("conc.", "concurrency")] + places, ["mode", .init("conc.", about: "")] + places
    )
    return Table(
      columns: [.modes(points.map(\.name)), .concurrency(points.map(\.concurrency))] + keys.map { columns.column($0) },
      rows: Row.rows(of: points), names: 2,
      layouts: TableLayouts(text: [[]], markdown: markdown, latex: [], html: html))
  }
}

extension MetricColumns<Summary.Point> {
  /// Columns for points of one experiment, whose latencies share a unit.
  init(_ experiment: Summary.MeasuredExperiment, _ points: [Summary.Point], _ metrics: MetricTable) {
    let all = experiment.points
    let showsResponse = all.contains { $0.response != nil }
    let times = all.compactMap { showsResponse ? $0.response : $0.latency }
      .flatMap { [$0.percentile(50), $0.percentile(99)] }.compactMap { $0 }
    self.init(
      metrics: metrics.points, rows: points, places: points.map { Citable.Place(experiment, $0) },
      rate: .fitting(all.compactMap(\.throughput?.high)), time: .fitting(times.map { Double($0) }))
  }
}

extension Citable.Place {
  init(_ experiment: Summary.MeasuredExperiment, _ point: Summary.Point) {
    self.init(experiment.plannedName, point.coordinates.at(experiment.setting))
  }
}

extension Table.Row {
  /// Rows in the experiment's order, grouped by concurrency.
  static func rows(of points: [Summary.Point]) -> [Table.Row] {
    points.enumerated().map { index, point in
      Table.Row(
        mode: point.mode, remark: point.prediction,
        startsGroup: index > 0 && points[index - 1].concurrency != point.concurrency)
    }
  }
}

/// `6 valid trials at each point`.
enum TrialCount {
  static func text(_ points: [Summary.Point], at place: String = "point") -> String {
    let counts = points.filter { $0.prediction == nil }.map(\.validTrials)
    guard let least = counts.min(), let most = counts.max() else { return "no trials" }
    let number = least == most ? "\(most)" : "\(least) to \(most)"
    return "\(number) valid \(most == 1 ? "trial" : "trials") at each \(place)"
  }
}

/// A median and its interval as text.
struct EstimateText {
  var median: String
  /// `[low–high]`; with an asterisk if it is the range of too few values for an interval; empty for a single value.
  var interval: String

  init(median: String, interval: String) {
    self.median = median
    self.interval = interval
  }

  /// A time in the largest unit in which it is at least 1: `2.31 ms [2.20–2.50]`.
  init(span estimate: Estimate?) {
    let unit = TimeUnit.allCases.last { estimate?.median ?? 0 >= $0.nanoseconds } ?? .nanoseconds
    self.init(estimate, over: unit.nanoseconds, digits: 3)
    if estimate != nil { median += " \(unit.rawValue)" }
  }

  init(_ estimate: Estimate?, over factor: Double = 1, digits: Int = 4) {
    guard let estimate else {
      self.init(median: NumberText.none, interval: "")
      return
    }
    func text(_ value: Double) -> String { NumberText.significant(value / factor, digits: digits) }
    let mark = estimate.kind == .range ? "*" : ""
    self.init(
      median: text(estimate.median),
      interval: estimate.kind == .single ? "" : "[\(text(estimate.low))–\(text(estimate.high))]\(mark)")
  }
}
