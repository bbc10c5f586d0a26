import SystemCalls
import Workloads

extension UringMode {
  /// Serves with the loop that drives clients. One request accepts whoever comes; those whom it has accepted beyond the
  /// slots wait until one is free, and while they do nobody is accepted.
  static func loop<L: Lane & ~Copyable>(_ acceptor: Acceptor<L>) throws(Errno) {
    var loop = try UringLoop(acceptor.lanes, serving: true)
    loop.watchStop(acceptor.stop.descriptor)
    var isExhausted = false
    while !loop.isStopped {
      if !acceptor.hasRoom { loop.stopAccepting() } else if !isExhausted { loop.accept(on: acceptor.listener) }
      loop.turn(atMost: isExhausted ? Int64(Acceptor<L>.pause.count) : -1)
      isExhausted = false
      while let lane = loop.live.popEnded() { acceptor.retire(lane) }
      while acceptor.hasRoom, let result = loop.popAccepted() {
        if result < 0 {
          isExhausted = !Socket.isOfConnection(Errno(-result))
        } else if let lane = seat(Socket(descriptor: result), at: acceptor) {
          loop.begin(lane)
        }
      }
    }
    // What is under way uses the lanes' memory: it is brought to its end.
    loop.stopAccepting()
    while loop.pendingCount > 0 {
      acceptor.shutDownConnections()
      loop.turn(atMost: Int64(Acceptor<L>.pause.count))
      while let lane = loop.live.popEnded() { acceptor.retire(lane) }
    }
    while let result = loop.popAccepted() { if result >= 0 { Socket(descriptor: result).close() } }
  }

  /// Nil where the peer has gone already.
  private static func seat<L: Lane & ~Copyable>(_ socket: Socket, at acceptor: Acceptor<L>) -> Int? {
    do throws(Errno) {
      return acceptor.seat(socket, try socket.finishAccepting())
    } catch {
      socket.close()
      return nil
    }
  }
}
