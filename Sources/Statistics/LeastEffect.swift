/// The factor by which to divide a ratio before testing, so that the test asks whether it lies beyond a least effect.
///
/// The hypothesis “no difference of at least δ” says that the ratio lies between 1/(1 + δ) and 1 + δ. It is tested at
/// the end of that range nearer to the estimate: the candidate's values are divided by that end, and then compared as
/// usual. The nearer end has the largest p-value of all ratios in the range. The test therefore keeps its level
/// wherever in the range the ratio lies.
///
/// Source: J. L. Hodges and E. L. Lehmann, “Testing the Approximate Validity of Statistical Hypotheses”, *Journal of the
/// Royal Statistical Society* B 16 (1954), 261–268.
///
/// - Parameter leastEffect: δ, such as 0.05 for 5 %; 0 or less for none.
/// - Returns: nil if the ratio lies within the range, so that nothing is left to test.
func shift(of ratio: Double, beyond leastEffect: Double) -> Double? {
  guard leastEffect > 0 else { return 1 }
  let bound = 1 + leastEffect
  if ratio > bound { return bound }
  return ratio < 1 / bound ? 1 / bound : nil
}
