import Glibc

/// Seeded random numbers: SplitMix64 (Steele, Lea and Flood 2014).
struct SplitMix64: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) {
    state = seed
  }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var bits = state
    bits = (bits ^ (bits >> 30)) &* 0xbf58_476d_1ce4_e5b9
    bits = (bits ^ (bits >> 27)) &* 0x94d0_49bb_1331_11eb
    return bits ^ (bits >> 31)
  }

  /// A lognormal number with a median of 1, by the Box–Muller transform.
  mutating func lognormal() -> Double {
    let radius = sqrt(-2 * log(Double.random(in: 1e-12...1, using: &self)))
    return exp(radius * cos(.random(in: 0...(2 * .pi), using: &self)))
  }
}
