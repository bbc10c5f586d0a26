import Glibc
import Measurement
import Plan
import SystemCalls
import Workloads

/// A server that answers a workload's operations, in a given mode.
public final class TargetServer: @unchecked Sendable {
  public enum Kind: String, Codable, Sendable, CaseIterable { case echo, http }

  public let kind: Kind
  public let mode: ModeID
  public let address: SocketAddress
  private let limits: TimeLimits
  private let allowed: UnsafePointer<RequestLimits>
  private let perAddress: Int?
  private let greeted: String?
  private let listeners: [Socket]
  private let stopSignal: StopSignal
  private let tallies: Tallies
  private let body: Body

  /// The server's counts since it began.
  public struct Totals: Sendable {
    public var done: UInt64 = 0
    public var connections: UInt64 = 0
    public var ended: UInt64 = 0
    public var failed: UInt64 = 0
    public var faults: UInt64 = 0
    public var refused: UInt64 = 0
    public var sentBytes: UInt64 = 0
    public var receivedBytes: UInt64 = 0
  }

  /// The parts specialised for a mode and a conversation.
  struct Body: Sendable {
    var arrangement: Arrangement
    var blocks: Bool
    var serve: @Sendable (TargetServer) throws(Errno) -> Void
  }

  /// Binds and listens. With port 0 the system chooses the port, and `address` has it. Throws EOPNOTSUPP for `null`,
  /// which cannot serve.
  /// - Parameters:
  ///   - capacity: connections served at once; further ones wait in the backlog. A mode with loops runs one on each
  ///     processor of the calling thread, and divides the capacity among them. The system distributes connections on
  ///     its own (SO_REUSEPORT, socket(7)), so that one loop may be full before the others.
  ///   - limits: how long a connection may wait for its client.
  ///   - allowed: limits on what a client may request.
  ///   - perAddress: connections of one address served at once, divided like the capacity, with at least one per loop;
  ///     further ones are closed. Nil for no limit.
  ///   - greeted: what the greeting calls every client; nil for the client's address.
  public convenience init(
    _ kind: Kind, mode: ModeID = .epoll, on address: SocketAddress, capacity: Int, limits: TimeLimits = .none,
    allowed: RequestLimits = .none, perAddress: Int? = nil, greeted: String? = nil
  ) throws(Errno) {
    guard let entry = ModeCatalogue.named(mode) else { throw Errno(EOPNOTSUPP) }
    try self.init(
      kind, in: entry, on: address, capacity: capacity, limits: limits, allowed: allowed, perAddress: perAddress,
      greeted: greeted)
  }

  /// In a mode that need not be one of the catalogue.
  init(
    _ kind: Kind, in mode: any ModeEntry.Type, on address: SocketAddress, capacity: Int, limits: TimeLimits = .none,
    allowed: RequestLimits = .none, perAddress: Int? = nil, greeted: String? = nil
  ) throws(Errno) {
    // The loops of a mode each have a listener, which UNIX sockets cannot share.
    let processors = mode is any LoopMode.Type && address.isUNIX ? 1 : try Affinity.current().count
    guard let body = mode.server(kind, capacity: capacity, processors: processors) else { throw Errno(EOPNOTSUPP) }
    self.kind = kind
    self.mode = mode.id
    self.limits = limits
    self.perAddress = perAddress
    self.greeted = greeted
    self.body = body
    stopSignal = try StopSignal()
    tallies = Tallies(count: body.arrangement.groups, shared: body.arrangement.isShared)
    listeners = try Socket.listen(on: address, count: body.arrangement.parts, blocking: body.blocks)
    self.address = try listeners[0].localAddress()
    self.allowed = allowed.shared()
  }

  deinit { allowed.deallocate() }

  /// Serves on the calling thread until another thread calls `stop`, then closes everything. To be called once.
  public func serve() throws(Errno) {
    defer { for listener in listeners { listener.close() } }
    try body.serve(self)
  }

  /// Ends `serve`; shuts down open connections.
  public func stop() { stopSignal.signal() }

  public var totals: Totals {
    var sum = Totals()
    for tally in tallies.pointers {
      sum.done += tally.pointee.done.count
      sum.connections += tally.pointee.connections.count
      sum.ended += tally.pointee.ended.count
      sum.failed += tally.pointee.failed.count
      sum.faults += tally.pointee.faults.count
      sum.refused += tally.pointee.refused.count
      sum.sentBytes += tally.pointee.sentBytes.count
      sum.receivedBytes += tally.pointee.receivedBytes.count
    }
    return sum
  }

  // MARK: The mode

  /// The parts specialised for a mode and both conversations.
  static func body<M: Mode>(of mode: M.Type, _ kind: Kind, _ capacity: Int, _ processors: Int) -> Body {
    Body(
      arrangement: Arrangement(mode, lanes: capacity, limit: nil, processors: processors), blocks: M.blocks,
      serve: { (server) throws(Errno) in
        switch kind {
        case .echo:
          nonisolated(unsafe) let allowed = server.allowed
          try server.serve(in: mode) { _, tally in ServerLane(EchoServer(limits: allowed), tally: tally) }
        case .http:
          let date = try DateKeeper()
          defer { date.stop() }
          nonisolated(unsafe) let allowed = server.allowed
          let greeted = server.greeted
          try server.serve(in: mode) { peer, tally in
            ServerLane(HTTPServer(peer: greeted ?? peer.host, date: date.pointer, limits: allowed), tally: tally)
          }
        }
      })
  }

  private func serve<M: Mode, C: ServerConversation & ~Copyable>(
    in mode: M.Type, makeLane: @escaping @Sendable (SocketAddress, UnsafePointer<ServerTally>) -> ServerLane<C>
  ) throws(Errno) {
    let acceptor = Acceptor(
      listeners, body.arrangement, stop: stopSignal, tallies: tallies.pointers, blocks: M.blocks,
      perAddress: perAddress, refusal: kind == .http ? HTTPServer.overload : "", makeLane: makeLane)
    defer { acceptor.deallocate() }
    let monitor = try ServerMonitor(acceptor, limits, listeners: listeners)
    defer { monitor.finish() }
    try M.serve(acceptor)
  }
}

/// Tallies for different threads, each in its own cache lines.
private final class Tallies: @unchecked Sendable {
  let pointers: [UnsafePointer<ServerTally>]
  private let storage: UnsafeMutableRawPointer
  /// Two cache lines, because processors fetch them in pairs.
  private static let stride = 128

  init(count: Int, shared: Bool) {
    let storage = UnsafeMutableRawPointer.allocate(byteCount: count * Self.stride, alignment: Self.stride)
    pointers = (0..<count).map { index in
      let tally = (storage + index * Self.stride).bindMemory(to: ServerTally.self, capacity: 1)
      tally.initialize(to: ServerTally(shared: shared))
      return UnsafePointer(tally)
    }
    self.storage = storage
  }

  deinit {
    for pointer in pointers { UnsafeMutablePointer(mutating: pointer).deinitialize(count: 1) }
    storage.deallocate()
  }
}
