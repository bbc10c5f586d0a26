import Plan
import SystemCalls
import Workloads

extension ModeID {
  public static let executor = ModeID("executor")
}

/// The tasks of `taskgroup`, on a TaskExecutor that is the epoll loop. The thread that receives an event also runs the
/// task, so that no task changes threads.
enum ExecutorMode: LoopMode {
  static let description = ModeDescription(
    .executor, .reference, "the tasks of taskgroup on a TaskExecutor that is the epoll loop: no thread hop",
    otherNames: ["taskexecutor"], .init("#56B4E9", dash: 1, marker: 12, ink: 117), .shared, hasLoops: true,
    offloads: ["file", "compute"])

  static func loop<L: Lane & ~Copyable>(_ lanes: LaneTable<L>) throws(Errno) {
    let loop = try TaskLoop(places: lanes.connections.placeCount, permits: lanes.limit ?? lanes.count)
    defer { loop.deallocate() }
    try loop.registerAll(of: lanes)
    loop.run { await loop.drive(lanes) }
  }

  static func loop<L: Lane & ~Copyable>(_ acceptor: Acceptor<L>) throws(Errno) {
    let loop = try TaskLoop(places: acceptor.waiterCount, permits: acceptor.lanes.count)
    defer { loop.deallocate() }
    try loop.register(acceptor)
    loop.run { await loop.serve(acceptor) }
  }
}
