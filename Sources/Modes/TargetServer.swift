import Measurement
import Synchronization
import SystemCalls
import Workloads

/// The server that answers a workload's operations, in `epoll` mode.
public final class TargetServer: Sendable {
  public enum Kind: String, Codable, Sendable, CaseIterable { case echo, http }

  public let kind: Kind
  public let address: SocketAddress
  private let listener: Socket
  private let capacity: Int
  private let stopSignal: WakeUp
  private let tally = SharedTally()

  /// What it has done since it began.
  public struct Totals: Sendable {
    public var done, connections, ended, failed, sentBytes, receivedBytes: UInt64
  }

  private final class SharedTally: @unchecked Sendable {
    let pointer: UnsafeMutablePointer<ServerTally>
    init() {
      pointer = .allocate(capacity: 1)
      pointer.initialize(to: ServerTally(shared: false))
    }
    deinit {
      pointer.deinitialize(count: 1)
      pointer.deallocate()
    }
  }

  /// Binds and listens. Port 0 leaves the port to the system; `address` then has it.
  /// - Parameter capacity: connections that are served at once.
  public init(_ kind: Kind, on address: SocketAddress, capacity: Int) throws(Errno) {
    self.kind = kind
    self.capacity = capacity
    stopSignal = try WakeUp()
    listener = try Socket.listen(on: address)
    self.address = try listener.localAddress()
  }

  /// Serves on the calling thread until `stop` is called from another one, then closes everything. Once.
  public func serve() throws(Errno) {
    defer { listener.close() }
    let tally = tally.pointer
    switch kind {
    case .echo:
      try EpollServer.serve(listener, capacity: capacity, stop: stopSignal) { _ in
        ServerLane(EchoServer(), tally: tally)
      }
    case .http:
      try EpollServer.serve(listener, capacity: capacity, stop: stopSignal) { peer in
        ServerLane(HTTPServer(peer: peer.host), tally: tally)
      }
    }
  }

  public func stop() { stopSignal.signal() }

  public var totals: Totals {
    let tally = tally.pointer
    return Totals(
      done: tally.pointee.done.count, connections: tally.pointee.connections.count,
      ended: tally.pointee.ended.count, failed: tally.pointee.failed.count, sentBytes: tally.pointee.sentBytes.count,
      receivedBytes: tally.pointee.receivedBytes.count)
  }
}
