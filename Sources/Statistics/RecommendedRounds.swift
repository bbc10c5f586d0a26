import Glibc

/// How many paired rounds a comparison needs.
public struct RecommendedRounds: Sendable, Equatable {
  /// The number of rounds, from ``minimumRounds`` to ``maximumRecommendedRounds``.
  public let rounds: Int

  /// Whether that many find the difference with the power asked for; otherwise the noise is too great for it.
  public let isSufficient: Bool
}

/// The most rounds that ``recommendedRounds(detecting:noise:power:alpha:familySize:)`` asks for: beyond, quieten the
/// machine.
public let maximumRecommendedRounds = 1000

/// The number of paired rounds in which ``signFlipTest(ofLogRatios:seed:)`` finds a relative difference.
///
/// Where the logarithms of the ratios have the standard deviation σ and a mean of Δ, a test of normal values at the level
/// α has the power π with about *n* = (*z*(1 - α/2) + *z*(π))² σ² / Δ² + *z*(1 - α/2)² / 2 pairs, where *z* is the
/// normal quantile and the last term is Guenther's correction for an estimated σ. The permutation test needs as many in
/// the limit (Hoeffding), but its p-values are multiples of 2^(1 - *n*). Hence
/// - α is rounded down to such a multiple, which is the level really attained with *n* rounds;
/// - one round is added, because the approximation is up to one round short below some 15 rounds;
/// - the formula does not apply where only the smallest p-value is below α, as with six rounds at 5 %. Significant are
///   then *n* differences of the same sign, which have the probability Φ(Δ/σ)ⁿ; where that is as high as π, *n* rounds
///   do in any case.
///
/// Complexity: linear in the number of rounds.
///
/// Sources: W. C. Guenther, “Sample Size Formulas for Normal Theory T Tests”, *The American Statistician* 35 (1981),
/// 243–244; W. Hoeffding, “The Large-Sample Power of Tests Based on Permutations of Observations”, *Annals of
/// Mathematical Statistics* 23 (1952), 169–192.
///
/// - Parameters:
///   - difference: the relative difference to find, such as 0.05 for 5 %; of either sign, above -1.
///   - noise: the standard deviation of the logarithms of the paired ratios; see ``noiseLimit(ofLogRatios:confidence:)``.
///   - power: the probability of finding it.
///   - alpha: the probability of finding a difference where there is none.
///   - familySize: the number of comparisons that `alpha` is shared by; each has then the first step of Holm's method.
/// - Returns: nil when `difference` is 0, not above -1 or not finite, `noise` is negative or not finite, `power` or
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

/// The standard deviation of logarithms of paired ratios, as an upper confidence limit.
///
/// The standard deviation of a few values is below that of the population more often than not, and rounds planned by it
/// are too few. Planned by an upper limit, they have the power asked for with at least its confidence (Browne). Normal
/// values are assumed. The quantile of the chi-squared distribution is that of Wilson and Hilferty: at a confidence of
/// 80 % the limit is within 0.5 % from six values up.
///
/// The value has no unit. Complexity: linear.
///
/// Sources: R. H. Browne, “On the Use of a Pilot Sample for Sample Size Determination”, *Statistics in Medicine* 14
/// (1995), 1933–1940; E. B. Wilson and M. M. Hilferty, “The Distribution of Chi-Square”, *Proceedings of the National
/// Academy of Sciences* 17 (1931), 684–688.
///
/// - Parameter confidence: the probability that the limit is not below the population's standard deviation.
/// - Returns: nil when there are fewer than two values, their spread is not finite, or `confidence` is not between 0 and
///   1, or so near 1 that so few values have no limit.
public func noiseLimit(ofLogRatios logRatios: [Double], confidence: Double = 0.8) -> Double? {
  guard logRatios.count >= 2, confidence > 0, confidence < 1 else { return nil }
  let freedom = Double(logRatios.count - 1)
  let mean = logRatios.reduce(0, +) / Double(logRatios.count)
  let squares = logRatios.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
  let cubeRoot = 1 - 2 / (9 * freedom) - normalQuantile(confidence) * sqrt(2 / (9 * freedom))
  guard squares.isFinite, cubeRoot > 0 else { return nil }
  return sqrt(squares / (freedom * cubeRoot * cubeRoot * cubeRoot))
}
