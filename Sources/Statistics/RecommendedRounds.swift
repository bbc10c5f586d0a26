import Glibc

/// The number of paired rounds that a comparison needs.
public struct RecommendedRounds: Sendable, Equatable {
  /// The number of rounds, from ``minimumRounds`` to ``maximumRecommendedRounds``.
  public let rounds: Int

  /// Whether this many rounds find the difference with the requested power; if not, there is too much noise.
  public let isSufficient: Bool
}

/// The largest number of rounds that ``recommendedRounds(detecting:noise:power:alpha:familySize:)`` recommends. If more
/// were needed, quieten the machine.
public let maximumRecommendedRounds = 1000

/// The number of paired rounds with which ``signFlipTest(ofLogRatios:seed:)`` finds a relative difference.
///
/// Let the logarithms of the ratios be normal with standard deviation σ and mean Δ. A test at the level α has the power
/// π with about *n* = (*z*(1 - α/2) + *z*(π))² σ² / Δ² + *z*(1 - α/2)² / 2 pairs. Here *z* is the normal quantile, and
/// the last term is Guenther's correction for an estimated σ. Asymptotically the permutation test needs the same number
/// (Hoeffding), but its p-values are multiples of 2^(1 - *n*). Hence:
/// - α is rounded down to such a multiple, the level really attained with *n* rounds.
/// - One round is added, because below about 15 rounds the approximation is up to one round short.
/// - The formula does not apply if only the smallest p-value is below α, as with six rounds at 5 %. Then only *n*
///   differences of the same sign are significant. Their probability is Φ(Δ/σ)ⁿ; if it is at least π, *n* rounds
///   suffice.
///
/// Complexity: linear in the number of rounds.
///
/// Sources: W. C. Guenther, “Sample Size Formulas for Normal Theory T Tests”, *The American Statistician* 35 (1981),
/// 243–244; W. Hoeffding, “The Large-Sample Power of Tests Based on Permutations of Observations”, *Annals of
/// Mathematical Statistics* 23 (1952), 169–192.
///
/// - Parameters:
///   - difference: the relative difference to find, such as 0.05 for 5 %; of either sign, above -1.
///   - noise: the standard deviation of the logarithms of the paired ratios, from ``noiseLimit(ofLogRatios:confidence:)``.
///   - power: the probability of finding the difference.
///   - alpha: the probability of finding a difference if there is none.
///   - familySize: the number of comparisons that share `alpha`; each is planned for the first step of Holm's method.
/// - Returns: nil if `difference` is 0, not above -1 or not finite, `noise` is negative or not finite, `power` or
///   `alpha` is not between 0 and 1, or `familySize` is not positive.
public func recommendedRounds(
  detecting difference: Double, noise: Double, power: Double = 0.9, alpha: Double = 0.05, familySize: Int = 1
) -> RecommendedRounds? {
  guard difference.isFinite, difference != 0, difference > -1, noise.isFinite, noise >= 0, familySize > 0 else {
    return nil
  }
  guard power > 0, power < 1, alpha > 0, alpha < 1 else { return nil }
  let effect = abs(log1p(difference)) / noise
  for rounds in minimumRounds...maximumRecommendedRounds {
    let assignments = exp2(Double(rounds - 1))
    let rejected = (alpha / Double(familySize) * assignments).rounded(.down)
    guard rejected >= 1 else { continue }
    let z = -normalQuantile(rejected / assignments / 2)
    let needed = pow((z + normalQuantile(power)) / effect, 2) + z * z / 2 + 1
    if pow(normalProbability(effect), Double(rounds)) >= power || (rejected >= 2 && Double(rounds) >= needed) {
      return RecommendedRounds(rounds: rounds, isSufficient: true)
    }
  }
  return RecommendedRounds(rounds: maximumRecommendedRounds, isSufficient: false)
}

/// An upper confidence limit for the standard deviation of the logarithms of paired ratios.
///
/// The standard deviation of a few values is more often below that of the population than above, so that it plans too
/// few rounds. Planning by an upper limit attains the requested power with at least the limit's confidence (Browne).
/// Normal values are assumed. The chi-squared quantile is Wilson and Hilferty's: at a confidence of 80 % the limit is
/// within 0.5 % from six values up.
///
/// The value has no unit. Complexity: linear.
///
/// Sources: R. H. Browne, “On the Use of a Pilot Sample for Sample Size Determination”, *Statistics in Medicine* 14
/// (1995), 1933–1940; E. B. Wilson and M. M. Hilferty, “The Distribution of Chi-Square”, *Proceedings of the National
/// Academy of Sciences* 17 (1931), 684–688.
///
/// - Parameter confidence: the probability that the limit is not below the population's standard deviation.
/// - Returns: nil if there are fewer than two values, their spread is not finite, or `confidence` is not between 0 and
///   1. Also nil if `confidence` is so near 1 that these few values have no limit.
public func noiseLimit(ofLogRatios logRatios: [Double], confidence: Double = 0.8) -> Double? {
  guard logRatios.count >= 2, confidence > 0, confidence < 1 else { return nil }
  let freedom = Double(logRatios.count - 1)
  let mean = logRatios.reduce(0, +) / Double(logRatios.count)
  let squares = logRatios.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
  let cubeRoot = 1 - 2 / (9 * freedom) - normalQuantile(confidence) * sqrt(2 / (9 * freedom))
  guard squares.isFinite, cubeRoot > 0 else { return nil }
  return sqrt(squares / (freedom * cubeRoot * cubeRoot * cubeRoot))
}
