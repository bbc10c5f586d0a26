import Measurement
import SystemCalls
import Workloads

/// The other door of `epoll`: serves a listener with the loop that drives clients, one lane per connection.
enum EpollServer {
  /// Accepts and serves until `stop` is signalled. Above `capacity` connections, or without descriptors, the next ones
  /// wait in the backlog until one has ended.
  static func serve<L: Lane & ~Copyable>(
    _ listener: Socket, capacity: Int, stop: borrowing WakeUp, makeLane: (SocketAddress) -> L
  ) throws(Errno) {
    let base = UnsafeMutablePointer<L>.allocate(capacity: capacity)
    let connections = ConnectionTable(count: capacity, endpoints: [])
    var free = Array((0..<capacity).reversed())
    defer {
      for lane in 0..<capacity where connections.isOpen(lane) {
        connections.close(lane)
        (base + lane).deinitialize(count: 1)
      }
      base.deallocate()
      connections.deallocate()
    }

    var loop = try EpollLoop(
      LaneTable(
        base: base, count: capacity, connections: connections, limit: nil, arrangement: Arrangement(lanes: capacity)),
      serving: true)
    try loop.watch(listener.descriptor, as: .listener)
    try loop.watch(stop.descriptor, as: .stop)
    var mayWait = false
    while true {
      let news = loop.turn()
      if news.contains(.stop) { return }
      let retired = loop.takeRetired()
      for lane in retired {
        (base + lane).deinitialize(count: 1)
        free.append(lane)
      }
      guard news.contains(.listener) || (mayWait && !retired.isEmpty) else { continue }
      mayWait = true
      while let lane = free.last {
        let accepted: (socket: Socket, peer: SocketAddress)?
        do throws(Errno) {
          accepted = try listener.accept()
        } catch {
          break
        }
        guard let (socket, peer) = accepted else {
          mayWait = false
          break
        }
        free.removeLast()
        connections.adopt(socket, lane: lane)
        (base + lane).initialize(to: makeLane(peer))
        try loop.watch(socket, lane: lane)
        loop.begin(lane)
      }
    }
  }
}
