import Measurement
import Plan
import SystemCalls
import Workloads

extension ModeID {
  public static let epoll = ModeID("epoll")
}

/// One epoll_wait(2) loop over non-blocking descriptors. An event enters the lane's switch, which leaves at the first
/// step that must wait.
enum EpollMode: LoopMode {
  static let description = ModeDescription(
    .epoll, .headline, "one epoll_wait loop over non-blocking descriptors",
    otherNames: ["loop", "poll", "select", "reactor", "nio"], .init("#009E73", dash: 1, marker: 7, ink: 36), .shared,
    hasLoops: true, pipelines: true, offloads: ["file", "compute"])

  static func loop<L: Lane & ~Copyable>(_ lanes: LaneTable<L>) throws(Errno) {
    var loop = try EpollLoop(lanes)
    try loop.watchPool()
    for place in 0..<lanes.connections.placeCount where lanes.connections.isOpen(place) {
      try loop.watch(lanes.connections.socket(of: place), at: place)
    }
    for index in 0..<lanes.count { loop.begin(index) }
    while loop.live.count > 0 { _ = loop.turn() }
  }
}
