import Dispatch
import Glibc
import Measurement
import Plan
import SystemCalls
import Workloads

/// One thread makes one blocking system call at a time, on one connection.
enum BlockingMode: Mode {
  static let id = ModeID.blocking
  static let blocks = true
  static let isMultithreaded = false

  static func drive<L: Lane & ~Copyable>(_ lanes: LaneTable<L>) {
    driveBlocking(0, of: lanes, permits: DispatchSemaphore(value: lanes.limit ?? 1))
  }

  /// Serves one connection at a time: the next client waits until the last one has gone.
  static func serve<L: Lane & ~Copyable>(_ acceptor: Acceptor<L>) {
    let permits = DispatchSemaphore(value: acceptor.lanes.count)
    while let lane = acceptor.acceptBlocking(permits) { acceptor.carryBlocking(lane, permits) }
  }
}
