import Dispatch
import Glibc
import Measurement
import Plan
import SystemCalls
import Workloads

extension ModeID {
  public static let blocking = ModeID("blocking")
}

/// One thread makes one blocking system call at a time, on one connection.
enum BlockingMode: Mode {
  static let description = ModeDescription(
    .blocking, .headline, "one thread, one blocking call at a time; ignores concurrency",
    otherNames: ["sync", "synchronous", "sequential", "serial"], .init("#000000", dash: 1, marker: 5, ink: 250),
    .oneLane, refusals: [.bothEnds: "blocking cannot hold both ends: its one thread would wait for itself"])

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
