import Records

/// One check: the expectation, the measurement and the verdict.
public struct CheckResult: Sendable, Equatable {
  public enum Verdict: String, Sendable {
    case passed, failed, measured
    /// The machine disturbed the measurement.
    case undecided
  }

  /// The unit of all numbers of a result.
  public enum Unit: String, Sendable {
    case nanoseconds = "ns"
    case operations
    case comparisons
    case ratio
  }

  public enum Expectation: Sendable, Equatable {
    case nothing
    case range(ClosedRange<Double>)
    case words(String)
  }

  public var part: Check.Part
  /// What was checked, in a few words.
  public var name: String
  public var unit: Unit
  public var expected: Expectation
  /// Nil if nothing could be measured.
  public var measured: Double?
  /// The 95 % interval of `measured`, if there is one.
  public var interval: ClosedRange<Double>?
  public var verdict: Verdict
  /// Further facts for the reader, such as the arithmetic or the reason for a failure.
  public var remark: String?
}

extension CheckResult {
  /// A check that passes if the measurement lies within the range.
  init(
    _ part: Check.Part, _ name: String, _ unit: Unit, expected: ClosedRange<Double>, measured: Double,
    remark: String? = nil
  ) {
    self.init(
      part: part, name: name, unit: unit, expected: .range(expected), measured: measured,
      verdict: expected.contains(measured) ? .passed : .failed, remark: remark)
  }

  /// A measurement without an expectation.
  init(_ part: Check.Part, _ name: String, _ unit: Unit, measured: Double) {
    self.init(part: part, name: name, unit: unit, expected: .nothing, measured: measured, verdict: .measured)
  }

  /// The verdict for an invalid trial: undecided if the machine disturbed it, otherwise failed.
  func invalid(_ record: TrialRecord) -> CheckResult {
    var result = self
    result.verdict = record.wasDisturbed ? .undecided : .failed
    result.remark = record.objection
    return result
  }

  /// The result of an invalid trial, without a measurement.
  init(_ part: Check.Part, _ name: String, _ unit: Unit, invalid record: TrialRecord) {
    self.init(part: part, name: name, unit: unit, expected: .nothing, verdict: .failed)
    self = invalid(record)
  }

  /// The result if nothing could be measured.
  init(_ part: Check.Part, _ name: String, _ unit: Unit, failed reason: String) {
    self.init(part: part, name: name, unit: unit, expected: .nothing, verdict: .failed, remark: reason)
  }
}

/// Encodes the result; the names of numbers end in their unit.
extension CheckResult: Encodable {
  private struct Field: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init(_ name: String) { stringValue = name }
    init?(stringValue: String) { self.init(stringValue) }
    init?(intValue: Int) { nil }
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Field.self)
    func number(_ name: String) -> Field { Field("\(name)_\(unit.rawValue)") }
    try container.encode(part.rawValue, forKey: Field("part"))
    try container.encode(name, forKey: Field("name"))
    try container.encode(verdict.rawValue, forKey: Field("verdict"))
    switch expected {
    case .nothing: break
    case .words(let words): try container.encode(words, forKey: Field("expected"))
    case .range(let range):
      try container.encode(range.lowerBound, forKey: number("expected_low"))
      try container.encode(range.upperBound, forKey: number("expected_high"))
    }
    try container.encodeIfPresent(measured, forKey: number("measured"))
    try container.encodeIfPresent(interval?.lowerBound, forKey: number("interval_low"))
    try container.encodeIfPresent(interval?.upperBound, forKey: number("interval_high"))
    try container.encodeIfPresent(remark, forKey: Field("remark"))
  }
}
