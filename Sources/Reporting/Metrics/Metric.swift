import Records
import Statistics

/// The value of a metric.
enum MetricValue {
  /// A median over trials.
  case estimate(Estimate)
  /// Any other number, and the count of values or trials behind it.
  case number(Double, of: Int)

  init?(_ estimate: Estimate?) {
    guard let estimate else { return nil }
    self = .estimate(estimate)
  }

  init?(_ value: Double?, of count: Int) {
    guard let value, value.isFinite else { return nil }
    self = .number(value, of: count)
  }

  init?(_ value: (some BinaryInteger)?, of count: Int) { self.init(value.map { Double($0) }, of: count) }

  /// The median, or the number.
  var value: Double {
    switch self {
    case .estimate(let estimate): estimate.median
    case .number(let value, _): value
    }
  }
}

/// A number that reports show, as one row of a table of metrics. Tables, data and citations are all generated from
/// these rows.
struct Metric<Subject>: Sendable {
  /// The column's position in the tables of points.
  enum Place {
    /// In no table.
    case none
    /// Where a layout names it.
    case byLayout
    /// In every table, after the layout's columns.
    case last
  }

  /// The metric's name in citations, and its key in layouts.
  let key: String
  /// Other names in citations.
  var aliases: Set<String> = []
  /// A description in words.
  let about: String
  let dimension: Dimension
  /// The heading in a table: `{unit}` is the unit of a column of times, `{k}` the factor of a column of rates.
  var heading: String
  var place = Place.byLayout
  /// The key in the JSON report; dots separate nested objects: `latency_ns.p50`. A question mark after an object means:
  /// only if that object exists anyway. `{side}` is `client` or `server`. Nil for none.
  var json: String?
  var isCited = true
  /// Whether it is a latency; all latency columns of a table share one unit.
  var isLatency = false
  /// The value in base units of the dimension.
  let value: @Sendable (Subject) -> MetricValue?
  /// The text in a table, if it is more than a number: `255 of 10,000`.
  var text: (@Sendable (Subject) -> String?)?
  /// The column in the table of trials; nil for none.
  var csv: String?
  /// The value of one trial, in base units of the dimension; nil if single trials have none.
  var trial: (@Sendable (TrialRecord) -> Double?)?
  /// Which direction is better; nil if comparisons do not use it.
  var compared: PairedSeries.Preference?

  init(
    _ key: String, _ about: String, _ dimension: Dimension, aliases: Set<String> = [], heading: String? = nil,
    json: String? = nil, value: @escaping @Sendable (Subject) -> MetricValue?
  ) {
    self.key = key
    self.aliases = aliases
    self.about = about
    self.dimension = dimension
    self.heading = heading ?? key.replacing("-", with: " ")
    self.json = json
    self.value = value
  }

  /// The heading without its unit.
  var plainHeading: String {
    heading.replacing("{k}", with: "").replacing(" {unit}", with: "").replacing(" µs", with: "")
  }

  /// The same metric with rare properties set.
  func with(_ change: (inout Metric) -> Void) -> Metric {
    var metric = self
    change(&metric)
    return metric
  }
}
