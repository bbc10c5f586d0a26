import Dispatch
import Glibc
import Measurement
import Plan
import SystemCalls
import Workloads

/// The one thread waits in the system call, for one operation after another, on one connection.
enum BlockingMode: Mode {
  static let id = ModeID.blocking
  static let blocks = true
  static let isMultithreaded = false

  static func drive<L: Lane & ~Copyable>(_ lanes: LaneTable<L>) {
    driveBlocking(0, of: lanes, permits: DispatchSemaphore(value: lanes.limit ?? 1))
  }

  /// One connection after another: the next client waits until the last one has gone.
  static func serve<L: Lane & ~Copyable>(_ acceptor: Acceptor<L>) {
    let permits = DispatchSemaphore(value: acceptor.lanes.count)
    while let lane = acceptor.acceptBlocking(permits) { acceptor.carryBlocking(lane, permits) }
  }
}
