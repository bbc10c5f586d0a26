import Measurement

extension TrialSpec {
  /// How long the window is: its duration, or how long the operations take at least, by arithmetic. None is shorter than
  /// its wait, none takes a processor for less than its work, and no more are under way at once than there are lanes,
  /// permits, and threads for lanes that block: of the requests in a pipeline, the own server waits for one after another.
  /// - Parameter processors: how many the client may use: pools of threads are sized by them.
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
    // Each process has a pool of its own.
    let pools = Double(share.processes)
    let work = Double(operations) * workload.leastDuration.seconds / pools
    let threads = Double(most) / pools
    let seconds = Self.time(of: work, from: min(Double(max(1, processors)), threads), to: threads)
    return max(least, Nanoseconds(UInt64(min(seconds, 9e9) * 1e9)))
  }

  /// How many operations are under way at once at most.
  public func mostUnderWay(processors: Int) -> Int {
    shares.reduce(0) { $0 + mode.mostUnderWay(concurrency: $1.count(of: concurrency), processors: processors) }
  }

  /// The lanes that are measured, of all processes.
  public var lanes: Int { shares.reduce(0) { $0 + lanes(of: $1) } }

  package func lanes(of share: Share) -> Int { mode.lanes(for: share.count(of: concurrency)) }

  private var shares: [Share] { (0..<share.processes).map { Share(process: $0, of: share.processes) } }

  /// Seconds in which threads, of which there is one more each second up to a number, get through seconds of work:
  /// the first T do c·T + T²/2 of it.
  private static func time(of work: Double, from first: Double, to most: Double) -> Double {
    let growing = most - first
    let grown = first * growing + growing * growing / 2
    return work <= grown ? (first * first + 2 * work).squareRoot() - first : growing + (work - grown) / most
  }
}

extension ModeID {
  /// How many operations are under way at once at most.
  fileprivate func mostUnderWay(concurrency: Int, processors: Int) -> Int {
    let lanes = lanes(for: concurrency)
    return switch traits.carrier {
    case .threads, .growingPool: threads(for: lanes)
    // Where there is one processor the cooperative pool has two threads all the same.
    case .cooperativePool: min(lanes, max(2, processors))
    case .oneLane, .shared: lanes
    }
  }
}
