import Dispatch
import Plan
import Workloads

extension ModeID {
  public static let taskgroupBlocking = ModeID("taskgroup-blocking")
}

/// Blocking calls inside child tasks: the mistake that every guide to async code warns of. The cooperative pool has one
/// thread per processor and never grows. Only that many lanes run; the others wait for ever.
enum TaskGroupBlockingMode: Mode {
  static let description = ModeDescription(
    .taskgroupBlocking, .reference, "blocking calls inside child tasks, on the cooperative pool: a common mistake",
    .init("#CC79A7", dash: 2, marker: 11, ink: 175), .cooperativePool,
    refusals: [
      .bothEnds: "taskgroup-blocking cannot hold both ends: its pool has a thread per processor, and would wait for "
        + "itself"
    ])

  static let blocks = true
  static let isMultithreaded = true

  static func drive<L: Lane & ~Copyable>(_ lanes: LaneTable<L>) {
    let permits = DispatchSemaphore(value: lanes.limit ?? lanes.count)
    let finished = DispatchSemaphore(value: 0)
    Task.detached {
      await withDiscardingTaskGroup { group in
        for index in 0..<lanes.count {
          group.addTask { driveBlocking(index, of: lanes, permits: permits) }
        }
      }
      finished.signal()
    }
    finished.wait()
  }

  /// The calling thread accepts; each connection has a task, which occupies a thread of the pool as long as it is open.
  static func serve<L: Lane & ~Copyable>(_ acceptor: Acceptor<L>) {
    let group = DispatchGroup()
    let permits = DispatchSemaphore(value: acceptor.lanes.count)
    while let lane = acceptor.acceptBlocking(permits) {
      group.enter()
      Task.detached {
        acceptor.carryBlocking(lane, permits)
        group.leave()
      }
    }
    group.wait()
  }
}
