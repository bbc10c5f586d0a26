/// The median of `values`: the middle value, or the mean of the two middle ones.
///
/// The unit is that of the values. Complexity: O(*n* log *n*).
///
/// - Returns: nil if there are no values, or one is not finite.
public func median(_ values: [Double]) -> Double? {
  quantile(values, at: 0.5)
}

/// The quantile of `values` at `probability`, by linear interpolation between the two nearest order statistics. This is
/// type 7, the default of R and NumPy.
///
/// The unit is that of the values. Complexity: O(*n* log *n*).
///
/// Source: R. J. Hyndman and Y. Fan, “Sample Quantiles in Statistical Packages”, *The American Statistician* 50
/// (1996), 361–365, definition 7.
///
/// - Returns: nil if there are no values, one is not finite, or `probability` is not in 0...1.
public func quantile(_ values: [Double], at probability: Double) -> Double? {
  guard values.allSatisfy(\.isFinite) else { return nil }
  return quantile(sorted: values.sorted(), at: probability)
}

func quantile(sorted values: [Double], at probability: Double) -> Double? {
  guard !values.isEmpty, (0...1).contains(probability) else { return nil }
  let position = Double(values.count - 1) * probability
  let lower = Int(position)
  let upper = min(lower + 1, values.count - 1)
  let fraction = position - Double(lower)
  return values[lower] + fraction * (values[upper] - values[lower])
}
