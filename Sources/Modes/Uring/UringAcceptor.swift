import SystemCalls
import Workloads

extension UringMode {
  /// Serves with the loop that drives clients. One multishot request accepts all connections. Connections beyond the
  /// number of slots wait for a free one, and meanwhile no more are accepted.
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
    // Requests in flight use the lanes' memory, so that they must complete first.
    loop.stopAccepting()
    while loop.pendingCount > 0 {
      acceptor.shutDownConnections()
      loop.turn(atMost: Int64(Acceptor<L>.pause.count))
      while let lane = loop.live.popEnded() { acceptor.retire(lane) }
    }
    while let result = loop.popAccepted() { if result >= 0 { Socket(descriptor: result).close() } }
  }

  /// The lane of a new connection; nil if the peer has already gone.
  private static func seat<L: Lane & ~Copyable>(_ socket: Socket, at acceptor: Acceptor<L>) -> Int? {
    do throws(Errno) {
      return acceptor.seat(socket, try socket.finishAccepting())
    } catch {
      socket.close()
      return nil
    }
  }
}
