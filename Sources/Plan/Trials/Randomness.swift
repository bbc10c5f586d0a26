/// Random numbers as pure functions of a seed and an index: the finaliser of SplitMix64 (Steele, Lea, Flood, "Fast
/// splittable pseudorandom number generators", 2014).
public enum Randomness {
  @inlinable
  public static func mix(_ value: UInt64) -> UInt64 {
    var z = value &+ 0x9e37_79b9_7f4a_7c15
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }

  /// Uniform in (0, 1]: number `index` of the stream `seed`.
  @inlinable
  public static func uniform(_ seed: UInt64, _ index: UInt64) -> Double {
    Double((mix(mix(seed) &+ index) >> 11) + 1) * 0x1p-53
  }
}
