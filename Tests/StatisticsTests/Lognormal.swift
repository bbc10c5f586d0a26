import Glibc
import TestSupport

extension SplitMix64 {
  /// A lognormal number with a median of 1, by the Box–Muller transform.
  mutating func lognormal() -> Double {
    let radius = sqrt(-2 * log(Double.random(in: 1e-12...1, using: &self)))
    return exp(radius * cos(.random(in: 0...(2 * .pi), using: &self)))
  }
}
