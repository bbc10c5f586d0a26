import SystemCalls
import Workloads

extension EpollMode {
  /// Serves with the loop that drives clients; the listener is one of its descriptors.
  static func loop<L: Lane & ~Copyable>(_ acceptor: Acceptor<L>) throws(Errno) {
    var loop = try EpollLoop(acceptor.lanes, serving: true)
    try loop.watch(acceptor.listener.descriptor, as: .listener)
    try loop.watch(acceptor.stop.descriptor, as: .stop)
    /// Whether a connection may wait at the listener. An edge sets it, and only an accept that finds none clears it.
    var mayWait = false
    var patience: Int64 = -1
    while true {
      let news = loop.turn(atMost: patience)
      while let lane = loop.live.popEnded() { acceptor.retire(lane) }
      if news.contains(.stop) { return }
      if news.contains(.listener) { mayWait = true }
      patience = -1
      while mayWait && patience < 0 && acceptor.hasRoom {
        switch acceptor.accept() {
        case .lane(let lane):
          do throws(Errno) {
            try loop.watch(acceptor.lanes.connections.socket(of: lane), at: lane)
            loop.begin(lane)
          } catch {
            acceptor.turnAway(lane)
          }
        // A client that reconnects again and again must not keep the loop from its lanes.
        case .turnedAway: patience = 0
        case .nobody: mayWait = false
        case .exhausted: patience = Int64(Acceptor<L>.pause.count)
        case .stopped: return
        }
      }
    }
  }
}
