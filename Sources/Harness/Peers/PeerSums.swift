import Measurement
import Plan
import Records
import Workloads

extension PeerTally {
  /// The sums over the rows in a window.
  struct Sums {
    let opens: Instant
    let closes: Instant
    private(set) var service = LatencyHistogram()
    var response = LatencyHistogram()
    var queueing = LatencyHistogram()
    var lag = LatencyHistogram()
    private(set) var verified: UInt64 = 0
    private(set) var checksum: UInt64 = 0
    private(set) var kinds: [OutcomeKind: UInt64] = [:]
    /// How long the unfinished operations had been in flight.
    private(set) var ages: [Nanoseconds] = []
    /// The number of operations done before the window opened.
    var early: UInt64 = 0

    private let interval: UInt64
    private var points: [LatencyHistogram]
    /// The starts and ends of operations in flight within the window, cut to it.
    private var starts: [UInt64] = []
    private var stops: [UInt64] = []
    private var underWay = 0.0

    /// The maximum number of points of a series, and the shortest interval.
    private static let mostPoints: UInt64 = 50
    private static let leastInterval: UInt64 = 20_000_000

    init(opens: Instant, closes: Instant) {
      self.opens = opens
      self.closes = closes
      let wall = closes.since(opens).count
      interval = max(wall / Self.mostPoints, Self.leastInterval)
      points = Array(repeating: LatencyHistogram(), count: max(1, Int((wall + interval - 1) / interval)))
    }

    /// Adds an operation that counts and ended within the window.
    mutating func end(_ row: PeerRow, _ kind: OutcomeKind, checksum: UInt64?, isComplete: Bool) {
      pass(row)
      if let checksum {
        verified += 1
        self.checksum &+= checksum
      } else {
        kinds[kind, default: 0] += 1
      }
      guard isComplete else { return }
      service.record(row.end - row.start)
      let point = Int((row.end - min(row.end, opens.nanoseconds)) / interval)
      points[min(point, points.count - 1)].record(row.end - row.start)
    }

    /// Adds an operation that had not ended when the window closed.
    mutating func leave(_ row: PeerRow, since begun: Instant) {
      ages.append(closes.since(begun))
      pass(row)
    }

    /// Adds an operation that was in flight within the window.
    mutating func pass(_ row: PeerRow) {
      let begun = max(row.start, opens.nanoseconds)
      let ended = min(row.end == 0 ? .max : row.end, closes.nanoseconds)
      guard begun < ended else { return }
      starts.append(begun)
      stops.append(ended)
      underWay += Double(ended - begun)
    }

    /// Exact, from all starts and ends.
    var inFlight: TrialRecord.InFlight? {
      let wall = closes.since(opens).count
      guard wall > 0 else { return nil }
      let (starts, stops) = (starts.sorted(), stops.sorted())
      var (now, most, ended) = (0, 0, 0)
      for start in starts {
        while stops[ended] <= start {
          ended += 1
          now -= 1
        }
        now += 1
        most = max(most, now)
      }
      return TrialRecord.InFlight(mean: underWay / Double(wall), max: most, samples: 2 * starts.count)
    }

    var series: [SeriesPoint] {
      let wall = closes.since(opens).count
      return points.enumerated().map { place, histogram in
        let summary = LatencySummary(histogram)
        return SeriesPoint(
          t: min(UInt64(place + 1) * interval, wall), done: summary.count, p50: summary.p50, p99: summary.p99,
          max: summary.max, threads: nil, counts: summary.count > 0 ? CoarseHistogram(histogram).encoded() : nil)
      }
    }
  }
}
