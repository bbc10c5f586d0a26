/// p-values adjusted for being members of one family of hypotheses.
public struct HolmFamily: Sendable, Equatable {
  /// What the hypotheses have in common.
  public let name: String

  /// The number of hypotheses that the p-values are corrected for, those without a p-value included.
  public let size: Int

  /// The adjusted p-values, in the order given, at most 1; nil where there was none.
  public let adjustedPValues: [Double?]
}

/// Adjusts `pValues` by Holm's step-down method, so that rejecting every hypothesis whose adjusted p-value is at most
/// α makes even one false rejection with a probability of at most α, however the tests depend on each other.
///
/// The *i*-th smallest of *m* p-values is multiplied by *m* - *i* + 1, and never less than the one before. A hypothesis
/// that could not be tested (nil) still counts: to leave it out, after looking, would make the family smaller than the
/// question that was asked.
///
/// Complexity: O(*m* log *m*).
///
/// Source: S. Holm, “A Simple Sequentially Rejective Multiple Test Procedure”, *Scandinavian Journal of Statistics* 6
/// (1979), 65–70.
///
/// - Returns: nil when there are no hypotheses, or a p-value is not in 0...1.
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
