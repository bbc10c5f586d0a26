import Measurement
import Records
import Statistics

extension Summary {
  /// A trend within the windows of a point's trials, by ``Statistics/trendTest(of:)``.
  public struct Drift: Sendable, Equatable {
    /// The change from the window's start to its end, as a fraction of the median: the median of the drifting trials.
    public let share: Double
    /// The number of trials that drift in this direction.
    public let trials: Int
    /// The number of valid trials.
    public let of: Int

    /// The significance level and the minimum change for a drift.
    static let level = 0.01
    static let least = 0.05

    /// - Parameter series: the values of each trial at equal intervals; empty for a trial without.
    /// - Returns: nil if fewer than half of the trials drift in one direction, or the series are too short.
    init?(_ series: [[Double]]) {
      let drifts = series.filter { $0.count >= minimumSteadyStateCount }.compactMap { series -> Double? in
        guard let test = trendTest(of: series), test.pValue < Self.level else { return nil }
        return test.relativeDrift.flatMap { abs($0) > Self.least ? $0 : nil }
      }
      let (rises, falls) = (drifts.filter { $0 > 0 }, drifts.filter { $0 < 0 })
      let most = rises.count > falls.count ? rises : falls
      guard 2 * most.count >= series.count, let share = median(most) else { return nil }
      (self.share, trials, of) = (share, most.count, series.count)
    }
  }

  /// A warm-up that extends into the windows of a point's trials.
  public struct LateWarmup: Sendable, Equatable {
    /// In nanoseconds since the window opened.
    public let end: UInt64
    /// The window's length, in nanoseconds.
    public let window: UInt64

    /// A warm-up is only looked for in this many trials or more, and only told if throughput changes by this share or more.
    private static let fewest = 3
    private static let least = 0.05

    /// Looks for the end of the warm-up in the mean of the trials' series (P. D. Welch, “The Statistical Analysis of
    /// Simulation Results”, *Computer Performance Modeling Handbook*, Academic Press 1983, 268–328). The part before it
    /// must then differ from the rest by more than 5 % in the median, with an interval over the trials on the same
    /// side. ``Statistics/warmupEnd(of:)`` alone often cuts off a few values without need.
    ///
    /// - Parameter trials: must have windows of a fixed time, not a fixed count of operations.
    init?(_ trials: [TrialRecord]) {
      let timed = trials.filter { $0.operations.asked == nil && !$0.intervalThroughputs.isEmpty }
      let series = timed.map(\.intervalThroughputs)
      guard series.count >= Self.fewest, let count = series.map(\.count).min(), let window = timed[0].wall,
        let points = timed[0].series
      else { return nil }
      let means = (0..<count).map { index in Self.mean(series.map { $0[index] }[...]) }
      guard let first = warmupEnd(of: means), first > 0 else { return nil }
      let ratios = ratioEstimate(
        series.map { Self.mean($0[..<first]) }, over: series.map { Self.mean($0[first...]) })
      guard let ratios, abs(ratios.median - 1) > Self.least, ratios.high < 1 || ratios.low > 1 else { return nil }
      (end, self.window) = (points[first - 1].t, window)
    }

    private static func mean(_ values: ArraySlice<Double>) -> Double { values.reduce(0, +) / Double(values.count) }

    /// The shortest round warm-up that excludes it.
    func remedy(after warmup: Nanoseconds) -> Nanoseconds {
      let length = min(warmup.count, 1 << 60) + min(end, 1 << 60)
      var decade: UInt64 = 1_000_000
      while decade * 8 < length, decade < 1_000_000_000_000 { decade *= 10 }
      let steps: [UInt64] = [10, 15, 20, 25, 30, 40, 50, 60, 80]
      return Nanoseconds(steps.map { decade / 10 * $0 }.first { $0 >= length } ?? length)
    }
  }
}

extension TrialRecord {
  /// Operations per second in each interval of the window; empty without a usable series. A last interval that the
  /// window's end cut to less than half is left out.
  var intervalThroughputs: [Double] {
    intervals.map { Double($0.done) / Double($0.length) * 1e9 }
  }

  /// The median service time of each interval, in nanoseconds; empty if an interval has too few operations for a
  /// median.
  var intervalMedians: [Double] {
    let medians = intervals.compactMap { $0.median.map { Double($0) } }
    return medians.count == intervals.count ? medians : []
  }

  /// Times are in nanoseconds.
  typealias Interval = (length: UInt64, done: UInt64, median: UInt64?, threads: Int?)

  /// The intervals of the series. A last one that the window's end cut to less than half is left out.
  var intervals: [Interval] {
    var start: UInt64 = 0
    var intervals: [Interval] = []
    for point in series ?? [] {
      guard point.t > start else { return [] }
      intervals.append((point.t - start, point.done, point.p50, point.threads))
      start = point.t
    }
    if let first = intervals.first, let last = intervals.last, last.length < first.length / 2 { intervals.removeLast() }
    return intervals
  }
}
