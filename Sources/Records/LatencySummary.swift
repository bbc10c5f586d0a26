import Measurement

/// A distribution of latencies in nanoseconds. Percentiles with too few samples beyond them are absent.
public struct LatencySummary: Codable, Equatable, Sendable {
  public var count: UInt64
  public var min: UInt64?
  public var mean: Double?
  public var max: UInt64?
  public var p50: UInt64?
  public var p90: UInt64?
  public var p99: UInt64?
  public var p999: UInt64?
  /// How many were longer than the histogram's range, which is an hour; absent where none was.
  public var beyondRange: UInt64?
  /// HdrHistogram V2 payload in base64, lossless.
  public var histogram: String

  /// - Parameter missing: how many latencies are not there, as what they are of has not ended; longer than all that are.
  public init(_ latencies: LatencyHistogram, missing: UInt64 = 0) {
    count = latencies.count
    if count > 0 {
      min = latencies.minimum
      mean = latencies.mean
      max = latencies.maximum
    }
    beyondRange = latencies.beyondRange > 0 ? latencies.beyondRange : nil
    histogram = latencies.encoded()
    setPercentiles(of: latencies, missing: missing)
  }

  /// States the percentiles anew, where `missing` latencies are not there, as what they are of has not ended: percentile *p*
  /// is that of all of them, and absent where it lies among those.
  public mutating func count(missing: UInt64) {
    guard missing > 0 else { return }
    // Of what cannot be read there is none.
    setPercentiles(of: (try? LatencyHistogram(encoded: histogram)) ?? LatencyHistogram(), missing: missing)
  }

  private mutating func setPercentiles(of latencies: LatencyHistogram, missing: UInt64) {
    func supported(_ percentile: Double) -> UInt64? {
      guard latencies.percentileIsSupported(percentile, missing: missing) else { return nil }
      return latencies.percentile(percentile, missing: missing).map { Swift.min($0, max ?? $0) }
    }
    p50 = supported(50)
    p90 = supported(90)
    p99 = supported(99)
    p999 = supported(99.9)
  }

  /// Of a histogram that was written down, a percentile is the highest value of its slot, and may lie beyond the
  /// extremes that are known exactly: puts it between them.
  public mutating func clampPercentiles() {
    guard let min, let max, min <= max else { return }
    for percentile in [\LatencySummary.p50, \.p90, \.p99, \.p999] {
      self[keyPath: percentile] = self[keyPath: percentile].map { Swift.min(Swift.max($0, min), max) }
    }
  }

  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    count = try values.decode(UInt64.self, forKey: .count)
    min = try values.decodeIfPresent(UInt64.self, forKey: .min)
    mean = try values.decodeIfPresent(Double.self, forKey: .mean)
    max = try values.decodeIfPresent(UInt64.self, forKey: .max)
    p50 = try values.decodeIfPresent(UInt64.self, forKey: .p50)
    p90 = try values.decodeIfPresent(UInt64.self, forKey: .p90)
    p99 = try values.decodeIfPresent(UInt64.self, forKey: .p99)
    p999 = try values.decodeIfPresent(UInt64.self, forKey: .p999)
    beyondRange = try values.decodeIfPresent(UInt64.self, forKey: .beyondRange)
    histogram = try values.decode(String.self, forKey: .histogram)
    clampPercentiles()
  }

  enum CodingKeys: String, CodingKey {
    case count, min, mean, max, p50, p90, p99
    case p999 = "p99_9"
    case beyondRange = "beyond_range"
    case histogram
  }
}

/// What happened between the previous point and `t`.
public struct SeriesPoint: Codable, Equatable, Sendable {
  /// From the window's opening. Of several processes, what ended between two points of one that has the fewest.
  public var t: UInt64
  public var done: UInt64
  public var p50: UInt64?
  public var p99: UInt64?
  public var max: UInt64?
  public var threads: Int?
  /// How many service times lay where: a `CoarseHistogram` as text. Absent where nothing was done.
  public var counts: String?

  public init(
    t: UInt64, done: UInt64, p50: UInt64?, p99: UInt64?, max: UInt64?, threads: Int?, counts: String? = nil
  ) {
    self.t = t
    self.done = done
    self.p50 = p50
    self.p99 = p99
    self.max = max
    self.threads = threads
    self.counts = counts
  }

  enum CodingKeys: String, CodingKey {
    case t = "t_ns"
    case done
    case p50 = "p50_ns"
    case p99 = "p99_ns"
    case max = "max_ns"
    case threads, counts
  }
}
