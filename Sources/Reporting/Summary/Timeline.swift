import Measurement
import Records
import Statistics

extension Summary {
  /// The course of one trial within its window: the valid trial with the median throughput, or the lower one of two.
  /// Only for windows of a fixed and sufficient time.
  public struct Timeline: Sendable {
    /// The trial's number in the plan.
    public let trial: Int
    public let intervals: [Interval]
    /// The window's length, in seconds.
    let window: Double
    /// The mean service time, in seconds.
    let serviceTime: Double?

    /// Times are in seconds since the window opened.
    public struct Interval: Sendable {
      public let start: Double
      public let end: Double
      /// Operations per second.
      public let throughput: Double
      /// The client's threads: the mean of the samples.
      public let threads: Double?

      var middle: Double { (start + end) / 2 }
    }

    /// The shortest window with a timeline, in nanoseconds.
    static let leastWindow: UInt64 = 2_000_000_000
    /// The minimum length of an interval in seconds and in service times, whichever is longer; and the minimum number
    /// of intervals.
    private static let leastLength = 0.1
    private static let leastServiceTimes = 10.0
    private static let fewest = 20.0

    /// - Parameter trials: the valid ones of a point.
    /// - Returns: nil if no trial has a series in a window of sufficient length.
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

    /// Joins intervals to approximately this length. A last one with less than half of the parts is left out.
    private static func joined(_ parts: [TrialRecord.Interval], length: Double) -> [Interval] {
      let asked = Int(saturating: (length / (Double(parts[0].length) / 1e9)).rounded())
      // A count above twice the number of parts would leave none.
      let count = min(max(1, asked), 2 * parts.count + 1)
      var parts = parts
      // The last sample was taken after the lanes had ended.
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
  /// Even growth of the operations in flight and of the threads within a window.
  struct Growth {
    /// The operations in flight in the first interval.
    let from: Double
    /// The window's length, in seconds.
    let window: Double
    let threadsPerSecond: Double
    let rSquared: Double
  }
}

extension Summary.Timeline {
  /// The operations in flight in each interval, by Little's law.
  var inFlight: [Double]? { serviceTime.map { time in intervals.map { $0.throughput * time } } }

  /// Nil without growth.
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
  /// Notes for points whose throughput a pool of threads determines, rather than the lanes: a pool of fixed size, or
  /// one that grows.
  var poolNotes: [Note] {
    guard rate == nil else { return [] }
    return points.compactMap { $0.growthNote ?? $0.ceilingNote(serviceTime) }
  }
}

extension Summary.Point {
  /// The tolerance: throughput must be this close to the pool's size ÷ service time, and the pool this close to full.
  private static let likeness = 0.05

  /// The operations per second of a full pool, if they match the throughput; nil otherwise.
  /// - Parameter serviceTime: in seconds.
  func ceiling(_ serviceTime: Double) -> Double? {
    // The single lane of `blocking` is not a pool.
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
