/// The slots of a latency histogram: pure index arithmetic.
///
/// This is the layout of [HdrHistogram](https://hdrhistogram.github.io/HdrHistogram/) with a lowest discernible value
/// of 1 ns, a highest trackable value of 1 h and three significant digits. Values below 2048 ns have a slot each. Each
/// power of two above is divided into 1024 slots of equal width, so that a slot is never wider than 1/1024 of its
/// values. Every function returns the same as in HdrHistogram_c, in constant time, except where noted.
///
/// Unit: nanoseconds. Slot indices are in `0..<slotCount`; any other index is a programmer error.
public enum HistogramLayout {
  /// The width of the narrowest slot: 1 ns.
  public static let lowestDiscernible: UInt64 = 1

  /// The highest latency with guaranteed precision: 1 h, in nanoseconds.
  public static let highestTrackable: UInt64 = 3_600_000_000_000

  /// The number of decimal digits that a value's slot preserves.
  public static let significantDigits = 3

  /// The last value of the last slot: 2^42 - 1 ns, about 73 min.
  ///
  /// Slots come in whole powers of two, so that the last ones lie beyond ``highestTrackable``.
  @inlinable public static var highestRepresentable: UInt64 { (1 << 42) - 1 }

  /// The number of slots: 2048 for the values below 2048, and 1024 for each of the 31 powers of two above.
  @inlinable public static var slotCount: Int { 33 << halfMagnitude }

  /// HdrHistogram's `subBucketCount`: the number of slots of equal width in its first bucket.
  public static var subBucketCount: Int { 2 << halfMagnitude }

  /// HdrHistogram's `bucketCount`: the first bucket, and half a bucket for each power of two above.
  public static var bucketCount: Int { (slotCount >> halfMagnitude) - 1 }

  @usableFromInline static var halfMagnitude: Int { 10 }

  /// The slot that counts `value`.
  ///
  /// A value above ``highestRepresentable`` goes to the last slot. HdrHistogram_c rejects such a value, but a benchmark
  /// must not lose its worst latencies.
  @inlinable public static func index(of value: UInt64) -> Int {
    let value = min(value, highestRepresentable)
    let bucket = 53 &- (value | 2047).leadingZeroBitCount
    return (bucket &<< halfMagnitude) &+ Int(truncatingIfNeeded: value &>> UInt64(truncatingIfNeeded: bucket))
  }

  /// The lowest value that the slot at `index` counts.
  @inlinable public static func lowestEquivalent(at index: Int) -> UInt64 {
    let bucket = widthExponent(at: index)
    return UInt64(index &- (bucket &<< halfMagnitude)) &<< UInt64(bucket)
  }

  /// The highest value that the slot at `index` counts.
  ///
  /// For the last slot, which also takes all higher values, this is ``highestRepresentable``.
  @inlinable public static func highestEquivalent(at index: Int) -> UInt64 {
    lowestEquivalent(at: index) &+ (1 &<< UInt64(widthExponent(at: index))) &- 1
  }

  /// The middle of the slot at `index`, rounded up: the slot's value in a mean.
  @inlinable public static func medianEquivalent(at index: Int) -> UInt64 {
    lowestEquivalent(at: index) &+ ((1 &<< UInt64(widthExponent(at: index))) &>> 1)
  }

  /// The binary logarithm of the width of the slot at `index`.
  @inlinable static func widthExponent(at index: Int) -> Int {
    max((index &>> halfMagnitude) &- 1, 0)
  }
}
