import Dispatch
import Glibc
import Measurement
import SystemCalls
import Workloads

/// The one thread waits in the system call, for one operation after another, on one connection.
enum BlockingMode: Mode {
  static let blocks = true
  static let isMultithreaded = false

  static func drive<L: Lane & ~Copyable>(_ lanes: LaneTable<L>) {
    driveBlocking(0, of: lanes, permits: DispatchSemaphore(value: lanes.limit ?? 1))
  }

  /// One connection after another: the next client waits until the last one has gone.
  static func serve<L: Lane & ~Copyable>(_ door: Door<L>) {
    let permits = DispatchSemaphore(value: door.lanes.count)
    while let lane = door.acceptBlocking(permits) { door.carryBlocking(lane, permits) }
  }
}
