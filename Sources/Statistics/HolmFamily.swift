/// p-values adjusted for multiple comparisons within one family of hypotheses.
public struct HolmFamily: Sendable, Equatable {
  /// The family's name.
  public let name: String

  /// The number of hypotheses for which the p-values are adjusted, including those without a p-value.
  public let size: Int

  /// The adjusted p-values, at most 1, in the order given; nil for hypotheses without one.
  public let adjustedPValues: [Double?]
}

/// Adjusts `pValues` by Holm's step-down method.
///
/// Reject every hypothesis with an adjusted p-value of at most α. Then the probability of any false rejection is at
/// most α, however the tests depend on each other. The *i*-th smallest of *m* p-values is multiplied by *m* - *i* + 1,
/// and is never less than the one before. A hypothesis that could not be tested (nil) still counts. Leaving it out
/// after the measurement would make the family smaller than the question asked.
///
/// Complexity: O(*m* log *m*).
///
/// Source: S. Holm, “A Simple Sequentially Rejective Multiple Test Procedure”, *Scandinavian Journal of Statistics* 6
/// (1979), 65–70.
///
/// - Returns: nil if there are no hypotheses, or a p-value is not in 0...1.
public func holmAdjusted(_ pValues: [Double?], family name: String) -> HolmFamily? {
  guard !pValues.isEmpty, pValues.allSatisfy({ $0.map((0...1).contains) ?? true }) else { return nil }
  let ascending = pValues.enumerated().compactMap { index, pValue in pValue.map { (index: index, pValue: $0) } }
    .sorted { $0.pValue < $1.pValue }
  var adjusted = [Double?](repeating: nil, count: pValues.count)
  var floor = 0.0
  for (step, member) in ascending.enumerated() {
    floor = min(1, max(floor, Double(pValues.count - step) * member.pValue))
    adjusted[member.index] = floor
  }
  return HolmFamily(name: name, size: pValues.count, adjustedPValues: adjusted)
}
