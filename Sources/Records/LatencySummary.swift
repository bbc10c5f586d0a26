import Measurement

/// A distribution of latencies in nanoseconds. A percentile with too few samples beyond it is absent.
public struct LatencySummary: Codable, Equatable, Sendable {
  public var count: UInt64
  public var min: UInt64?
  public var mean: Double?
  public var max: UInt64?
  public var p50: UInt64?
  public var p90: UInt64?
  public var p99: UInt64?
  public var p999: UInt64?
  /// The number of latencies beyond the histogram's range of one hour; absent if there are none.
  public var beyondRange: UInt64?
  /// HdrHistogram's V2 payload in Base64, lossless.
  public var histogram: String

  /// - Parameter missing: the number of latencies that are unknown because their operations have not ended; they are
  ///   longer than all others.
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

  /// Recomputes the percentiles with `missing` latencies that are unknown because their operations have not ended. A
  /// percentile is that of all operations, and absent if it falls among the unknown ones.
  public mutating func count(missing: UInt64) {
    guard missing > 0 else { return }
    // An unreadable histogram yields no percentiles.
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

  /// Clamps the percentiles to the exact extremes. A percentile from a stored histogram is the highest value of its
  /// slot, and so may lie beyond them.
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
  /// Time since the window opened. For several processes: the interval of the process with the fewest points.
  public var t: UInt64
  public var done: UInt64
  public var p50: UInt64?
  public var p99: UInt64?
  public var max: UInt64?
  public var threads: Int?
  /// The distribution of service times: a `CoarseHistogram` as text. Absent if nothing was done.
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
