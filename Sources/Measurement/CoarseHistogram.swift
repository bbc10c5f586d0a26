import FoundationEssentials

/// A histogram of latencies, in nanoseconds, with one significant digit: small enough to keep one for every interval of
/// a trial.
///
/// The layout is that of [HdrHistogram](https://hdrhistogram.github.io/HdrHistogram/) for 1 ns to 1 h with one
/// significant digit. Each value below 32 ns has a bucket, and each power of two above has 16.
public struct CoarseHistogram: Sendable, Equatable {
  /// A non-empty bucket.
  public struct Bucket: Sendable, Equatable {
    fileprivate let index: Int
    /// At least 1.
    public fileprivate(set) var count: UInt64

    /// The lowest latency in the bucket.
    public var lowest: UInt64 { UInt64(index - (exponent << CoarseHistogram.halfMagnitude)) << UInt64(exponent) }
    /// The lowest latency beyond the bucket.
    public var end: UInt64 { lowest + (1 << UInt64(exponent)) }
    /// The binary logarithm of the bucket's width.
    private var exponent: Int { max((index >> CoarseHistogram.halfMagnitude) - 1, 0) }
  }

  /// The non-empty buckets, from the lowest latency to the highest.
  public private(set) var buckets: [Bucket] = []

  fileprivate static let halfMagnitude = 4
  private static let bucketCount = index(of: HistogramLayout.highestRepresentable) + 1

  private static func index(of value: UInt64) -> Int {
    let power = 63 - halfMagnitude - (value | 31).leadingZeroBitCount
    return (power << halfMagnitude) + Int(value >> UInt64(power))
  }

  /// An empty histogram.
  public init() {}

  /// Converts a histogram. The counts stay exact, because each of its slots lies in one bucket.
  public init(_ histogram: LatencyHistogram) {
    for slot in histogram.slots { add(slot.count, at: Self.index(of: slot.lowestEquivalent)) }
  }

  /// Adds the counts of `other`.
  public mutating func merge(_ other: CoarseHistogram) {
    let both = buckets + other.buckets
    buckets = []
    for bucket in both.sorted(by: { $0.index < $1.index }) { add(bucket.count, at: bucket.index) }
  }

  /// - Parameter index: at least that of the last bucket.
  private mutating func add(_ count: UInt64, at index: Int) {
    if let last = buckets.last, last.index == index {
      buckets[buckets.count - 1].count = LatencyHistogram.total(last.count, count)
    } else {
      buckets.append(Bucket(index: index, count: count))
    }
  }

  /// The counts as Base64, in HdrHistogram's V2 encoding without its header.
  public func encoded() -> String {
    Data(LatencyHistogram.encodedCounts(buckets.map { ($0.index, $0.count) })).base64EncodedString()
  }

  /// Decodes the text of ``encoded()``.
  ///
  /// - Throws: ``HistogramCodingError`` for any other text.
  public init(encoded text: String) throws(HistogramCodingError) {
    guard let data = Data(base64Encoded: text) else { throw .notBase64 }
    var buckets: [Bucket] = []
    try LatencyHistogram.decodeCounts([UInt8](data)[...], slotCount: Self.bucketCount) { index, count in
      buckets.append(Bucket(index: index, count: count))
    }
    self.buckets = buckets
  }
}
