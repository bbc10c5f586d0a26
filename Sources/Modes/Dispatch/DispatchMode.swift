import Dispatch
import Plan
import Workloads

/// A GCD thread per lane, in blocking calls: a serial queue and one block per lane. GCD runs them on at most 255
/// threads. The lanes beyond that wait until another lane has finished.
enum DispatchMode: Mode {
  static let id = ModeID.dispatch
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
