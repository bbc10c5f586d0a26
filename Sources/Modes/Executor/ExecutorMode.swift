import SystemCalls
import Workloads

/// The tasks of `taskgroup`, on a TaskExecutor that is the epoll loop: whoever hears that a lane can go on is the one
/// to carry it on, and no task changes its thread.
enum ExecutorMode: LoopMode {
  static func loop<L: Lane & ~Copyable>(_ lanes: LaneTable<L>) throws(Errno) {
    let loop = try TaskLoop(places: lanes.connections.placeCount, permits: lanes.limit ?? lanes.count)
    defer { loop.deallocate() }
    try loop.registerAll(of: lanes)
    loop.run { await loop.drive(lanes) }
  }

  static func loop<L: Lane & ~Copyable>(_ door: Door<L>) throws(Errno) {
    let loop = try TaskLoop(places: door.waiterCount, permits: door.lanes.count)
    defer { loop.deallocate() }
    try loop.register(door)
    loop.run { await loop.serve(door) }
  }
}
