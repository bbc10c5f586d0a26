import Measurement
import Plan
import SystemCalls
import Workloads

extension ModeID {
  public static let uring = ModeID("uring")
}

/// One io_uring, by raw system calls. Lanes write requests into a ring, the loop submits them once a turn, and the
/// kernel performs them. Each completion enters the lane's switch.
enum UringMode: LoopMode {
  static let description = ModeDescription(
    .uring, .reference, "one io_uring, raw system calls: batched submission, multishot receives",
    otherNames: ["io_uring", "iouring", "io-uring"], .init("#A89A00", dash: 5, marker: 6, ink: 142), .shared,
    hasLoops: true, pipelines: true, offloads: ["compute"])

  static var unavailability: String? { Uring.unavailability }
  static func loop<L: Lane & ~Copyable>(_ lanes: LaneTable<L>) throws(Errno) {
    var loop = try UringLoop(lanes)
    if let pool = lanes.pool { loop.watch(pool) }
    for index in 0..<lanes.count { loop.begin(index) }
    while loop.live.count > 0 || loop.pendingCount > 0 { loop.turn() }
  }
}
