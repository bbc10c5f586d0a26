import Statistics

/// A number of a report before it is written, with its uncertainty.
struct CitedValue {
  let value: Double
  /// Nil if the number is not a median over trials.
  let interval: (low: Double, high: Double, kind: Estimate.Kind)?
  /// The number of values or trials behind it.
  let n: Int

  init?(_ estimate: Estimate?) {
    guard let estimate else { return nil }
    value = estimate.median
    interval = estimate.kind == .single ? nil : (estimate.low, estimate.high, estimate.kind)
    n = estimate.n
  }

  init?(_ value: Double?, n: Int) {
    guard let value, value.isFinite else { return nil }
    self.value = value
    interval = nil
    self.n = n
  }

  init?(_ value: (some BinaryInteger)?, n: Int) { self.init(value.map { Double($0) }, n: n) }

  init?(_ value: MetricValue?) {
    switch value {
    case .estimate(let estimate)?: self.init(estimate)
    case .number(let number, let count)?: self.init(number, n: count)
    case nil: return nil
    }
  }
}

/// The dimension of a number.
enum Dimension: Sendable {
  case operationsPerSecond
  case seconds
  /// In nanoseconds; written in the largest unit in which it is at least 1.
  case time
  case microsecondsPerOperation
  /// In nanoseconds, whatever their size, per item if there is one.
  case nanoseconds(per: String?)
  /// Such as `calls`.
  case perOperation(String)
  case ratio
  /// A fraction; written in percent.
  case share
  /// In bytes; written in MiB.
  case memory
  /// In bytes, per item.
  case bytesPer(String)
  /// In bytes; written in GiB.
  case machineMemory
  /// A whole number of items, such as `threads`.
  case count(String)
  /// A mean number of items, such as `lanes`.
  case mean(String)
  /// Items per second, such as `threads`.
  case perSecond(String)
  case rSquared
  /// A number from a record's text, unchanged.
  case quoted(CitedUnit)

  /// Whether records store it as a whole number.
  var isWhole: Bool {
    switch self {
    case .time, .count: true
    default: false
    }
  }

  func unit(of value: Double) -> CitedUnit {
    switch self {
    case .operationsPerSecond: CitedUnit("op/s")
    case .seconds: CitedUnit("s")
    case .time:
      CitedUnit(TimeUnit.allCases.last { value >= $0.nanoseconds } ?? .nanoseconds)
    case .microsecondsPerOperation: CitedUnit("us/op", text: "µs/op", latex: "$\\mu$s/op", digits: 3)
    case .nanoseconds(let item): CitedUnit(item.map { "ns/\($0)" } ?? "ns", digits: 3)
    case .perOperation(let things): CitedUnit("\(things)/op", digits: 3)
    case .ratio: CitedUnit("x", text: "×", latex: "$\\times$", digits: 3)
    case .share: CitedUnit("%", latex: "\\%", factor: 0.01, digits: 3)
    case .memory: CitedUnit("MiB", factor: 1_048_576, digits: 3)
    case .bytesPer(let thing): CitedUnit("B/\(thing)", digits: 3)
    case .count(let things): CitedUnit(things, text: value == 1 ? String(things.dropLast()) : things, digits: nil)
    case .machineMemory: CitedUnit("GiB", factor: 1_073_741_824, digits: 3)
    case .mean(let things): CitedUnit(things, digits: 3)
    case .perSecond(let things): CitedUnit("\(things)/s")
    case .rSquared: CitedUnit("r2", text: "r²", latex: "$r^2$", digits: 3)
    case .quoted(let unit): unit
    }
  }
}

/// The unit of a written number.
struct CitedUnit: Sendable {
  /// The unit in machine-readable citations: one ASCII word.
  let form: String
  let text: String
  let latex: String
  /// The size of the unit in base units.
  let factor: Double
  /// The number of significant digits; nil keeps whole numbers whole.
  let digits: Int?

  init(_ form: String, text: String? = nil, latex: String? = nil, factor: Double = 1, digits: Int? = 4) {
    self.form = form
    self.text = text ?? form
    self.latex = latex ?? self.text
    self.factor = factor
    self.digits = digits
  }

  init(_ unit: TimeUnit) {
    let isMicro = unit == .microseconds
    self.init(
      isMicro ? "us" : unit.rawValue, text: unit.rawValue, latex: isMicro ? "$\\mu$s" : unit.rawValue,
      factor: unit.nanoseconds, digits: 3)
  }

  /// For a number from a record's text, whose unit is in that text.
  static func asRecorded(digits: Int? = nil) -> CitedUnit {
    CitedUnit("as-recorded", text: "as recorded", digits: digits)
  }

  /// Without grouping; nil if the value is not finite.
  func digits(of value: Double) -> String? {
    NumberText.plain(value / factor, digits: digits ?? 4, wholeAsIs: digits == nil)
  }
}

/// A written number, with ungrouped digits.
struct CitedNumber {
  let value: String
  let interval: (low: String, high: String, isRange: Bool)?
  let n: Int
  let unit: CitedUnit

  init?(_ cited: CitedValue, _ dimension: Dimension) {
    unit = dimension.unit(of: cited.value)
    guard let value = unit.digits(of: cited.value) else { return nil }
    self.value = value
    n = cited.n
    if let (low, high, kind) = cited.interval {
      guard let low = unit.digits(of: low), let high = unit.digits(of: high) else { return nil }
      interval = (low, high, kind == .range)
    } else {
      interval = nil
    }
  }

  /// `30,280 op/s (95 % CI 29,924–30,486, n = 8)`
  var text: String {
    let interval = interval.map { "\($0.isRange ? "range" : "95 % CI") \(grouped($0.low))–\(grouped($0.high)), " } ?? ""
    return "\(grouped(value)) \(unit.text) (\(interval)n = \(n))"
  }

  var latex: String {
    let interval = interval.map { "\($0.isRange ? "range" : "95\\,\\% CI") \(latexInterval($0.low, $0.high)), " } ?? ""
    return "\(latexValue)\\,\(unit.latex) (\(interval)$n = \(n)$)"
  }

  var latexValue: String { LatexText.number(grouped(value)) }
  var latexInterval: String? { interval.map { latexInterval($0.low, $0.high) } }

  private func latexInterval(_ low: String, _ high: String) -> String {
    "\(LatexText.number(grouped(low)))--\(LatexText.number(grouped(high)))"
  }

  private func grouped(_ digits: String) -> String { NumberText.grouped(plain: digits) }

  /// `30280 [29924, 30486] op/s n=8`; an asterisk marks a range instead of an interval.
  var form: String {
    let interval = interval.map { " [\($0.low), \($0.high)]\($0.isRange ? "*" : "")" } ?? ""
    return "\(value)\(interval) \(unit.form) n=\(n)"
  }
}
