import Dispatch
import Plan
import Workloads

extension ModeID {
  public static let dispatch = ModeID("dispatch")
}

/// A GCD thread per lane, in blocking calls: a serial queue and one block per lane. GCD runs them on at most 255
/// threads. The lanes beyond that wait until another lane has finished.
enum DispatchMode: Mode {
  static let description = ModeDescription(
    .dispatch, .headline, "a GCD thread per lane, in blocking calls: one serial queue and one block per lane",
    otherNames: ["gcd", "libdispatch", "queue"], .init("#E69F00", dash: 4, marker: 9, ink: 214), .threads,
    mostThreads: mostPoolThreads)

  /// GCD's pool has no more threads than this for a class of service (libdispatch, `event/workqueue.c`).
  static let mostPoolThreads = 255

  static let blocks = true
  static let isMultithreaded = true

  static func drive<L: Lane & ~Copyable>(_ lanes: LaneTable<L>) {
    let group = DispatchGroup()
    let permits = DispatchSemaphore(value: lanes.limit ?? lanes.count)
    for index in 0..<lanes.count {
      DispatchQueue(label: "lane").async(group: group) { driveBlocking(index, of: lanes, permits: permits) }
    }
    group.wait()
  }

  /// The calling thread accepts; each connection has a serial queue with one block.
  static func serve<L: Lane & ~Copyable>(_ acceptor: Acceptor<L>) {
    let group = DispatchGroup()
    let permits = DispatchSemaphore(value: acceptor.lanes.count)
    while let lane = acceptor.acceptBlocking(permits) {
      DispatchQueue(label: "lane").async(group: group) { acceptor.carryBlocking(lane, permits) }
    }
    group.wait()
  }
}
