import Dispatch
import Workloads

/// A GCD thread per lane, in blocking calls: a serial queue and one block per lane. GCD feeds them with at most 255
/// threads; the lanes beyond wait for a thread until another lane has finished.
enum DispatchMode: Mode {
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
  static func serve<L: Lane & ~Copyable>(_ door: Door<L>) {
    let group = DispatchGroup()
    let permits = DispatchSemaphore(value: door.lanes.count)
    while let lane = door.acceptBlocking(permits) {
      DispatchQueue(label: "lane").async(group: group) { door.carryBlocking(lane, permits) }
    }
    group.wait()
  }
}
