import Statistics

/// Makes table columns from metrics. Each row gets a cell, which keeps the citable number that it shows.
struct MetricColumns<Subject> {
  let metrics: [Metric<Subject>]
  let rows: [Subject]
  /// The places by which each row's numbers are cited.
  let places: [Citable.Place]
  var rate = RateUnit.one
  /// The unit of latencies. Nil if they differ so much that each needs its own unit.
  let time: TimeUnit?

  /// The columns that some layouts name, and those that all tables have.
  func columns(of layouts: TableLayouts) -> [TableColumn] {
    let keys = layouts.keys
    return metrics.filter { keys.contains($0.key) || $0.place == .last }.map(column)
  }

  /// The columns that all tables have.
  var last: [TableColumn] { metrics.filter { $0.place == .last }.map(column) }

  func column(_ key: String) -> TableColumn {
    guard let metric = metrics.first(where: { $0.key == key }) else { preconditionFailure("no metric '\(key)'") }
    return column(metric)
  }

  func column(_ metric: Metric<Subject>) -> TableColumn {
    let values = rows.map(metric.value)
    let isTime = metric.dimension.isTime
    // Times that are not latencies have their own fitting unit.
    let own = metric.isLatency ? time : TimeUnit.fitting(values.compactMap { $0?.value })
    let unit = isTime && time != nil ? own : nil
    let cells = rows.indices.map { row -> Cell in
      let source = Cell.Source(place: places[row], metric: metric.key)
      if let text = metric.text?(rows[row]) { return Cell(text, source: source) }
      guard let value = values[row] else { return Cell(NumberText.none) }
      let text = text(value, metric.dimension, unit)
      return Cell(text.median, interval: text.interval, source: source)
    }
    let units = [
      "{k}": rate == .one ? "" : "\(rate.rawValue) ", " {unit}": unit.map { " \($0.rawValue)" } ?? "",
    ]
    return TableColumn(metric.heading, key: metric.key, .number, cells, about: metric.about, units: units)
  }

  private func text(_ value: MetricValue, _ dimension: Dimension, _ unit: TimeUnit?) -> EstimateText {
    switch dimension {
    case .operationsPerSecond: return EstimateText(value, over: rate.factor, digits: 4)
    case .time:
      guard let unit else { return EstimateText(span: value) }
      return EstimateText(value, over: unit.nanoseconds, digits: 3)
    case .count: return EstimateText(median: NumberText.brief(value.value), interval: EstimateText(value).interval)
    default:
      let unit = dimension.unit(of: value.value)
      return EstimateText(value, over: unit.factor, digits: unit.digits ?? 4)
    }
  }
}

extension EstimateText {
  init(_ value: MetricValue, over factor: Double = 1, digits: Int = 4) {
    switch value {
    case .estimate(let estimate): self.init(estimate, over: factor, digits: digits)
    case .number(let number, _):
      self.init(median: NumberText.significant(number / factor, digits: digits), interval: "")
    }
  }

  /// A time in the largest unit in which it is at least 1: `2.31 ms [2.20–2.50]`.
  init(span value: MetricValue) {
    switch value {
    case .estimate(let estimate): self.init(span: estimate)
    case .number(let number, _): self.init(median: NumberText.span(nanoseconds: number), interval: "")
    }
  }
}

extension Dimension {
  var isTime: Bool { if case .time = self { true } else { false } }
}
