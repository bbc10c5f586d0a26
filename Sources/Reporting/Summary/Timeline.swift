import Measurement
import Records
import Statistics

extension Summary {
  /// How one trial of a point went within its window: of the valid trials the one with the median throughput, or the
  /// lower one of two. Only of windows that are a time, and long enough for it to tell something.
  public struct Timeline: Sendable {
    /// Its number in the plan.
    public let trial: Int
    public let intervals: [Interval]
    /// The window's length, in seconds.
    let window: Double
    /// The mean service time, in seconds.
    let serviceTime: Double?

    /// Times are in seconds from the window's opening.
    public struct Interval: Sendable {
      public let start: Double
      public let end: Double
      /// Operations per second.
      public let throughput: Double
      /// Of the client, in the mean of what was sampled.
      public let threads: Double?

      var middle: Double { (start + end) / 2 }
    }

    /// Windows from here on have one, in nanoseconds.
    static let leastWindow: UInt64 = 2_000_000_000
    /// An interval has so many seconds, or service times, which ever is longer; but not so few are to be in a window.
    private static let leastLength = 0.1
    private static let leastServiceTimes = 10.0
    private static let fewest = 20.0

    /// - Parameter trials: the valid ones of a point.
    /// - Returns: nil where none has a series of intervals in a window that is long enough.
    init?(_ trials: [TrialRecord]) {
      let long = trials.filter {
        $0.operations.asked == nil && $0.throughput != nil && $0.wall ?? 0 >= Self.leastWindow && !$0.intervals.isEmpty
      }.sorted { ($0.throughput ?? 0, $0.trial) < ($1.throughput ?? 0, $1.trial) }
      guard !long.isEmpty else { return nil }
      let median = long[(long.count - 1) / 2]
      trial = median.trial
      window = Double(median.wall ?? 0) / 1e9
      serviceTime = median.latency?.service.mean.map { $0 / 1e9 }
      let length = min(max(Self.leastLength, Self.leastServiceTimes * (serviceTime ?? 0)), window / Self.fewest)
      intervals = Self.joined(median.intervals, length: length)
      if intervals.isEmpty { return nil }
    }

    /// As many as come nearest to the length are made one. The last one is left out where it has less than half of them.
    private static func joined(_ parts: [TrialRecord.Interval], length: Double) -> [Interval] {
      let asked = Int(saturating: (length / (Double(parts[0].length) / 1e9)).rounded())
      // With more than twice as many there are, none is left.
      let count = min(max(1, asked), 2 * parts.count + 1)
      var parts = parts
      // Sampled when the lanes have ended.
      parts[parts.count - 1].threads = nil
      var start: UInt64 = 0
      return stride(from: 0, to: parts.count, by: count).compactMap { first in
        let joined = parts[first..<min(first + count, parts.count)]
        guard 2 * joined.count >= count else { return nil }
        let end = start + joined.map(\.length).reduce(0, +)
        defer { start = end }
        let threads = joined.compactMap(\.threads).map { Double($0) }
        let done = Double(joined.map(\.done).saturatingSum)
        return Interval(
          start: Double(start) / 1e9, end: Double(end) / 1e9, throughput: done / (Double(end - start) / 1e9),
          threads: threads.isEmpty ? nil : threads.reduce(0, +) / Double(threads.count))
      }
    }
  }
}

extension Summary {
  /// What is in flight and the threads, growing evenly and together within a window.
  struct Growth {
    /// What is in flight in the first interval.
    let from: Double
    /// The window's length, in seconds.
    let window: Double
    let threadsPerSecond: Double
    let rSquared: Double
  }
}

extension Summary.Timeline {
  /// What is in flight in each interval, by Little's law.
  var inFlight: [Double]? { serviceTime.map { time in intervals.map { $0.throughput * time } } }

  /// Nil where there is none.
  fileprivate var growth: Summary.Growth? {
    guard let inFlight, let from = inFlight.first,
      let line = leastSquaresLine(x: intervals.map(\.middle), y: inFlight),
      let threads = leastSquaresLine(
        x: intervals.filter { $0.threads != nil }.map(\.middle), y: intervals.compactMap(\.threads)),
      let rSquared = threads.rSquared, rSquared >= Self.goodFit, line.rSquared ?? 0 >= Self.goodFit,
      threads.slope * window >= Self.leastGrowth, abs(line.slope / threads.slope - 1) < Self.likeness
    else { return nil }
    return Summary.Growth(from: from, window: window, threadsPerSecond: threads.slope, rSquared: rSquared)
  }

  private static let goodFit = 0.95
  private static let leastGrowth = 2.0
  private static let likeness = 0.1
}

extension Summary.MeasuredExperiment {
  /// Where a pool of threads, and not the lanes, says how much is done: one that stays as it is, and one that grows.
  var poolNotes: [Note] {
    guard rate == nil else { return [] }
    return points.compactMap { $0.growthNote ?? $0.ceilingNote(serviceTime) }
  }
}

extension Summary.Point {
  /// Throughput is that of a pool where it is this near to its width ÷ service time, with the pool as nearly full.
  private static let likeness = 0.05

  /// Operations per second that the width of a full pool allows, which is what it does; nil where that is not so.
  /// - Parameter serviceTime: in seconds.
  func ceiling(_ serviceTime: Double) -> Double? {
    // The one lane of `blocking` is no pool.
    guard timeline != nil, mode != "blocking", let inFlight, let most = inFlight.max,
      let throughput = throughput?.median, most < concurrency, inFlight.mean > Double(most) * (1 - Self.likeness)
    else { return nil }
    let ceiling = Double(most) / serviceTime
    return abs(throughput / ceiling - 1) < Self.likeness ? ceiling : nil
  }

  fileprivate func ceilingNote(_ serviceTime: Double?) -> Summary.MeasuredExperiment.Note? {
    guard let serviceTime, let ceiling = ceiling(serviceTime), let most = inFlight?.max,
      let throughput = throughput?.median
    else { return nil }
    let width = NumberText.grouped(most)
    return .init(
      text:
        "\(place): \(width) in flight throughout: \(NumberText.significant(throughput, digits: 3)) op/s, and \(width) ÷ "
        + "\(NumberText.span(nanoseconds: serviceTime * 1e9)) is \(NumberText.significant(ceiling, digits: 3))",
      isWarning: false)
  }

  var growth: Summary.Growth? { timeline?.growth }

  var growthNote: Summary.MeasuredExperiment.Note? {
    guard let growth, let most = inFlight?.max else { return nil }
    return .init(
      text: "\(place): from \(Int(saturating: growth.from.rounded())) to \(NumberText.grouped(most)) in flight in "
        + "\(NumberText.span(nanoseconds: growth.window * 1e9)), with "
        + "\(NumberText.significant(growth.threadsPerSecond, digits: 2)) threads more each second "
        + "(r² \(NumberText.share(growth.rSquared)))",
      isWarning: false)
  }
}
