import Dispatch
import Plan
import SystemCalls
import Workloads

@testable import Modes

// The article *Adding a mode* has what follows, word by word.

/// Each lane in turn, from its beginning to its end, on the calling thread.
enum ToyMode: Mode {
  static let description = ModeDescription(
    ModeID("toy"), .reference, "one lane after another, in blocking calls: a mode to read",
    .init("#5E3C99", dash: 1, marker: 3), .oneLane)

  /// Whether its sockets are in blocking mode.
  static let blocks = true
  /// Whether its lanes share their recorders.
  static let isMultithreaded = false

  static func drive<L: Lane & ~Copyable>(_ lanes: LaneTable<L>) throws(Errno) {
    let permits = DispatchSemaphore(value: lanes.limit ?? lanes.count)
    for lane in 0..<lanes.count { driveBlocking(lane, of: lanes, permits: permits) }
  }

  static func serve<L: Lane & ~Copyable>(_ acceptor: Acceptor<L>) throws(Errno) {
    let permits = DispatchSemaphore(value: acceptor.lanes.count)
    while let lane = acceptor.acceptBlocking(permits) { acceptor.carryBlocking(lane, permits) }
  }
}
