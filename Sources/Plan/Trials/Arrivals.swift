import Measurement

/// When operations start.
public enum Arrivals: Hashable, Sendable {
  /// A lane starts its next operation when the last is done.
  case closed
  /// A constant rate per second, whatever the lanes are doing.
  case constant(rate: Double)
  /// A Poisson process: exponentially distributed intervals with this mean rate per second.
  case poisson(rate: Double)

  /// The offered rate in operations per second; nil for a closed loop.
  public var rate: Double? {
    switch self {
    case .closed: nil
    case .constant(let rate), .poisson(let rate): rate
    }
  }

  public var kind: String {
    switch self {
    case .closed: "closed"
    case .constant: "constant"
    case .poisson: "poisson"
    }
  }

  /// The values of ``kind``.
  public static let kinds = ["closed", "constant", "poisson"]

  /// The lowest and highest rate. At the lowest, one operation starts about every eleven days.
  public static let lowestRate = 1e-6
  public static let highestRate = PlanRange.highestRate

  /// What is wrong with a rate, if anything.
  public static func complaint(about rate: Double) -> String? {
    rate >= lowestRate && rate <= highestRate
      ? nil : "\(rate) is not a rate; it must be from 1e-6 to 1e8"
  }

  /// Reads operations per second as people write them: `500`, `0.5`, `1e6`, `10k`, `1.5M`. Nil if the text is not a
  /// number.
  public static func rate(parsing text: String) -> Double? {
    let units: [Character: Double] = ["k": 1e3, "K": 1e3, "M": 1e6]
    let factor = text.last.flatMap { units[$0] }
    let digits = factor == nil ? text[...] : text.dropLast()
    guard digits.allSatisfy({ "0123456789.eE+-".contains($0) }), let number = Double(digits) else { return nil }
    let rate = number * (factor ?? 1)
    return rate.isFinite ? rate : nil
  }

  /// Why no operation starts in a window that opens after `warmup` and lasts `duration`; nil if one does, or, at
  /// random, if at least one does on average.
  public func absence(in duration: Nanoseconds, after warmup: Nanoseconds) -> String? {
    guard let rate else { return nil }
    let isMissing =
      if case .constant = self {
        Self.count(before: warmup + duration, rate: rate) == Self.count(before: warmup, rate: rate)
      } else {
        rate * duration.seconds < 1
      }
    guard isMissing else { return nil }
    return "\(rate)/s starts no operation in a window of \(duration); ask for a higher rate, or for a window of "
      + "\(Nanoseconds(saturating: (1e9 / rate).rounded(.up)))"
  }

  /// The number of operations of a constant rate that start before `time`.
  package static func count(before time: Nanoseconds, rate: Double) -> UInt64 {
    Nanoseconds(saturating: (Double(time.count) / (1e9 / rate)).rounded(.up)).count
  }

  /// The approximate number of intended starts to draw before the trial and keep, eight bytes each; 0 if arithmetic
  /// yields them.
  /// - Parameters:
  ///   - operations: the number that start once the window has opened; nil for as many as start before `span` ends.
  ///   - span: from the start to the window's end.
  public func drawnCount(warmup: Nanoseconds, operations: UInt64?, span: Nanoseconds) -> Double {
    guard case .poisson(let rate) = self else { return 0 }
    let most = rate * span.seconds
    return min(1e12, operations.map { min(most, rate * warmup.seconds + Double($0)) } ?? most)
  }
}

extension Arrivals: Codable {
  private enum Field: String, CodingKey, CaseIterable {
    case kind
    case rate = "rate_per_s"
  }

  public init(from decoder: any Decoder) throws {
    let fields = try StrictFields(decoder, of: Field.self)
    let kind: String = try fields.required(.kind)
    if kind == "closed" {
      try fields.check(.rate, try fields.value(.rate).map { (_: Double) in false } ?? true, "goes with an open loop")
      self = .closed
      return
    }
    try fields.check(
      .kind, Self.kinds.contains(kind), Spelling.isNone(kind, of: Self.kinds))
    let rate: Double = try fields.required(.rate)
    if let complaint = Self.complaint(about: rate) { try fields.check(.rate, false, complaint) }
    self = kind == "constant" ? .constant(rate: rate) : .poisson(rate: rate)
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Field.self)
    try container.encode(kind, forKey: .kind)
    try container.encodeIfPresent(rate, forKey: .rate)
  }
}
