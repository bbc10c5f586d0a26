/// What a ratio must be divided by before it is tested, so that the test asks whether it lies beyond a least effect.
///
/// “No difference of at least δ” is the hypothesis that the ratio lies between 1/(1 + δ) and 1 + δ. It is tested at
/// the end of that range which is nearer to the estimate: the values judged are moved there, and compared as ever. A
/// p-value of the nearer end is the largest of all ratios in the range, so that the test errs no more often than it says
/// wherever in the range the ratio is.
///
/// Source: J. L. Hodges and E. L. Lehmann, “Testing the Approximate Validity of Statistical Hypotheses”, *Journal of the
/// Royal Statistical Society* B 16 (1954), 261–268.
///
/// - Parameter leastEffect: δ, such as 0.05 for 5 %; 0 or less for none.
/// - Returns: nil when the ratio lies within the range, and nothing is left to test.
func shift(of ratio: Double, beyond leastEffect: Double) -> Double? {
  guard leastEffect > 0 else { return 1 }
  let bound = 1 + leastEffect
  if ratio > bound { return bound }
  return ratio < 1 / bound ? 1 / bound : nil
}
