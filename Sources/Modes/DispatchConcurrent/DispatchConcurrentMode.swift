import Dispatch
import Plan
import Workloads

extension ModeID {
  public static let dispatchConcurrent = ModeID("dispatch-concurrent")
}

/// A block per lane on one concurrent queue, in blocking calls: what most code does. The queue's pool starts with a
/// thread per processor. While all of them block, libdispatch adds one per second (`event/workqueue.c`), up to 255. The
/// other lanes wait for a thread.
enum DispatchConcurrentMode: Mode {
  static let description = ModeDescription(
    .dispatchConcurrent, .reference,
    "a block per lane on one concurrent queue; its pool grows by one thread per second", otherNames: ["concurrent"],
    .init("#D55E00", dash: 4, marker: 8, ink: 166), .growingPool, mostThreads: DispatchMode.mostPoolThreads)

  static let blocks = true
  static let isMultithreaded = true

  static func drive<L: Lane & ~Copyable>(_ lanes: LaneTable<L>) {
    let group = DispatchGroup()
    let permits = DispatchSemaphore(value: lanes.limit ?? lanes.count)
    let queue = DispatchQueue(label: "lanes", attributes: .concurrent)
    for index in 0..<lanes.count {
      queue.async(group: group) { driveBlocking(index, of: lanes, permits: permits) }
    }
    group.wait()
  }

  /// The calling thread accepts; each connection has a block on the queue.
  static func serve<L: Lane & ~Copyable>(_ acceptor: Acceptor<L>) {
    let group = DispatchGroup()
    let permits = DispatchSemaphore(value: acceptor.lanes.count)
    let queue = DispatchQueue(label: "lanes", attributes: .concurrent)
    while let lane = acceptor.acceptBlocking(permits) {
      queue.async(group: group) { acceptor.carryBlocking(lane, permits) }
    }
    group.wait()
  }
}
