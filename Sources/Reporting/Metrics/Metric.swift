import Records
import Statistics

/// What a metric comes to.
enum MetricValue {
  /// A median over trials.
  case estimate(Estimate)
  /// Any other number, and how many values or trials it is of.
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

/// A number that reports show: all that they must know of it, in one row of a table. Tables, data and citations are made
/// from the rows.
struct Metric<Subject>: Sendable {
  /// Where its column stands in the tables of points.
  enum Place {
    /// In none.
    case none
    /// Where their layouts name it.
    case byLayout
    /// In all of them, behind what their layouts name.
    case last
  }

  /// The word that a citation has for it, and the key in layouts.
  let key: String
  /// What else citations may call it.
  var aliases: Set<String> = []
  /// What it says, in words.
  let about: String
  let dimension: Dimension
  /// In a table: `{unit}` is that of a column of times, `{k}` the factor of a column of rates.
  var heading: String
  var place = Place.byLayout
  /// Its key in the JSON report, which nested objects separate by dots: `latency_ns.p50`. Of an object whose name ends in a
  /// question mark it is only where that is there in any case. `{side}` is `client` or `server`. Nil for none.
  var json: String?
  var isCited = true
  /// Whether it is a latency, of which all columns of a table have one unit.
  var isLatency = false
  /// In base units of the dimension.
  let value: @Sendable (Subject) -> MetricValue?
  /// What stands in a table where that is no number alone: `255 of 10,000`.
  var text: (@Sendable (Subject) -> String?)?
  /// Its column in the table of trials; nil for none.
  var csv: String?
  /// Of one trial, in base units of the dimension; nil where no trial has it alone.
  var trial: (@Sendable (TrialRecord) -> Double?)?
  /// Which way it is better, where comparisons judge it.
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

  /// The heading without a unit.
  var plainHeading: String {
    heading.replacing("{k}", with: "").replacing(" {unit}", with: "").replacing(" µs", with: "")
  }

  /// The same with what few metrics have.
  func with(_ change: (inout Metric) -> Void) -> Metric {
    var metric = self
    change(&metric)
    return metric
  }
}
