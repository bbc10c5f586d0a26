import SystemCalls
import Workloads

extension UringMode {
  /// Serves with the loop that drives clients. One request accepts whoever comes; those whom it has accepted beyond the
  /// slots wait until one is free, and while they do nobody is accepted.
  static func loop<L: Lane & ~Copyable>(_ door: Door<L>) throws(Errno) {
    var loop = try UringLoop(door.lanes, serving: true)
    loop.watchStop(door.stop.descriptor)
    var isExhausted = false
    while !loop.isStopped {
      if !door.hasRoom { loop.stopAccepting() } else if !isExhausted { loop.accept(on: door.listener) }
      loop.turn(atMost: isExhausted ? Int64(Door<L>.pause.count) : -1)
      isExhausted = false
      while let lane = loop.live.popEnded() { door.retire(lane) }
      while door.hasRoom, let result = loop.popAccepted() {
        if result < 0 {
          isExhausted = !Socket.isOfConnection(Errno(-result))
        } else if let lane = seat(Socket(descriptor: result), at: door) {
          loop.begin(lane)
        }
      }
    }
    // What is under way uses the lanes' memory: it is brought to its end.
    loop.stopAccepting()
    while loop.pendingCount > 0 {
      door.shutDownConnections()
      loop.turn(atMost: Int64(Door<L>.pause.count))
      while let lane = loop.live.popEnded() { door.retire(lane) }
    }
    while let result = loop.popAccepted() { if result >= 0 { Socket(descriptor: result).close() } }
  }

  /// Nil where the peer has gone already.
  private static func seat<L: Lane & ~Copyable>(_ socket: Socket, at door: Door<L>) -> Int? {
    do throws(Errno) {
      return door.seat(socket, try socket.finishAccepting())
    } catch {
      socket.close()
      return nil
    }
  }
}
