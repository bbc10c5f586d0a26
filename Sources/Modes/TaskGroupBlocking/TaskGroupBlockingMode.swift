import Dispatch
import Plan
import Workloads

/// Blocking calls inside child tasks: the mistake that every guide to async code warns of. The cooperative pool has one
/// thread per processor and never grows. Only that many lanes run; the others wait for ever.
enum TaskGroupBlockingMode: Mode {
  static let id = ModeID.taskgroupBlocking
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
