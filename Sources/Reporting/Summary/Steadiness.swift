import Measurement
import Records
import Statistics

extension Summary {
  /// A trend within the windows of a point's trials, by ``Statistics/trendTest(of:)``.
  public struct Drift: Sendable, Equatable {
    /// From the window's start to its end, as a share of the median: of the trials that drift, the median.
    public let share: Double
    /// Trials that drift this way.
    public let trials: Int
    /// All valid trials.
    public let of: Int

    /// A drift counts from here on: the probability of one as clear by chance, and its share.
    static let level = 0.01
    static let least = 0.05

    /// - Parameter series: of each trial, at equal intervals; empty for one without.
    /// - Returns: nil where fewer than half of the trials drift one way, or series are too short to say.
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

  /// A warm-up that goes on within the windows of a point's trials.
  public struct LateWarmup: Sendable, Equatable {
    /// From the window's opening, in nanoseconds.
    public let end: UInt64
    /// The window's length, in nanoseconds.
    public let window: UInt64

    /// The fewest trials that can agree, and by how much throughput before and after differs.
    private static let fewest = 3
    private static let least = 0.05

    /// Looks for the end of the warm-up in the mean of the trials' series (P. D. Welch, “The Statistical Analysis of
    /// Simulation Results”, *Computer Performance Modeling Handbook*, Academic Press 1983, 268–328). What is cut off
    /// must then differ from the rest by more than 5 %, in the median, and the same way in the interval of
    /// the trials: ``Statistics/warmupEnd(of:)`` alone often cuts off a few values that need not be.
    ///
    /// - Parameter trials: whose windows are a time, and not a number of operations.
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

    /// The shortest round warm-up that leaves it out.
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
  /// Operations per second in each interval of the window; empty where the series does not tell. The last one is left
  /// out where the window's end has cut it to less than half.
  var intervalThroughputs: [Double] {
    intervals.map { Double($0.done) / Double($0.length) * 1e9 }
  }

  /// The median service time in each interval, in nanoseconds; empty where one has too few operations for a median.
  var intervalMedians: [Double] {
    let medians = intervals.compactMap { $0.median.map { Double($0) } }
    return medians.count == intervals.count ? medians : []
  }

  /// Times are in nanoseconds.
  typealias Interval = (length: UInt64, done: UInt64, median: UInt64?, threads: Int?)

  /// Those of the series; without the last one where the window's end has cut it to less than half.
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
