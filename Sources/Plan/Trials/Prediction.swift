import Measurement

extension TrialSpec {
  /// The length of the window: its duration, or the shortest time that the operations can take, by arithmetic.
  ///
  /// No operation is shorter than its wait or takes less CPU time than its work. The number in flight is at most that
  /// of the lanes, permits and, for blocking lanes, threads. Pipelining does not raise it: the own server delays the
  /// requests of a connection one after another.
  /// - Parameter processors: the number of processors for the client, which determines the size of thread pools.
  public func predictedWindow(processors: Int) -> Nanoseconds {
    guard let operations else { return duration ?? .zero }
    let schedule = arrivals.rate.map { Nanoseconds(UInt64(min(Double(operations) / $0, 1e9) * 1e9)) } ?? .zero
    let underWay = mostUnderWay(processors: processors)
    let most = UInt64(max(1, min(underWay, limit ?? underWay)))
    let rounds = operations / most + (operations % most == 0 ? 0 : 1)
    let steady = workload.leastDuration * rounds
    let busy = Double(operations) * workload.work.seconds / Double(max(1, processors))
    let least = max(schedule, steady, Nanoseconds(UInt64(min(busy, 9e9) * 1e9)))
    guard mode.traits.carrier == .growingPool else { return least }
    // Each process has its own pool.
    let pools = Double(share.processes)
    let work = Double(operations) * workload.leastDuration.seconds / pools
    let threads = Double(most) / pools
    let seconds = Self.time(of: work, from: min(Double(max(1, processors)), threads), to: threads)
    return max(least, Nanoseconds(UInt64(min(seconds, 9e9) * 1e9)))
  }

  /// The highest number of operations in flight.
  public func mostUnderWay(processors: Int) -> Int {
    shares.reduce(0) { $0 + mode.mostUnderWay(concurrency: $1.count(of: concurrency), processors: processors) }
  }

  /// The measured lanes of all processes.
  public var lanes: Int { shares.reduce(0) { $0 + lanes(of: $1) } }

  package func lanes(of share: Share) -> Int { mode.lanes(for: share.count(of: concurrency)) }

  private var shares: [Share] { (0..<share.processes).map { Share(process: $0, of: share.processes) } }

  /// The seconds that a growing pool takes for `work` seconds of work. It starts with `first` threads and gains one per
  /// second up to `most`. With c threads at first, T seconds do c·T + T²/2 of the work.
  private static func time(of work: Double, from first: Double, to most: Double) -> Double {
    let growing = most - first
    let grown = first * growing + growing * growing / 2
    return work <= grown ? (first * first + 2 * work).squareRoot() - first : growing + (work - grown) / most
  }
}

extension ModeID {
  /// The highest number of operations in flight.
  fileprivate func mostUnderWay(concurrency: Int, processors: Int) -> Int {
    let lanes = lanes(for: concurrency)
    return switch traits.carrier {
    case .threads, .growingPool: threads(for: lanes)
    // Even with one processor, the cooperative pool has two threads.
    case .cooperativePool: min(lanes, max(2, processors))
    case .oneLane, .shared, .unknown: lanes
    }
  }
}
