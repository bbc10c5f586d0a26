import Glibc
import Measurement
import Plan
import SystemCalls
import Workloads

/// The server that answers a workload's operations, in a mode.
public final class TargetServer: @unchecked Sendable {
  public enum Kind: String, Codable, Sendable, CaseIterable { case echo, http }

  public let kind: Kind
  public let mode: ModeID
  public let address: SocketAddress
  private let limits: TimeLimits
  private let allowed: UnsafePointer<RequestLimits>
  private let perAddress: Int?
  private let listeners: [Socket]
  private let stopSignal: StopSignal
  private let tallies: Tallies
  private let body: Body

  /// What it has done since it began.
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

  /// What is specialised for a mode and a conversation.
  struct Body: Sendable {
    var arrangement: Arrangement
    var blocks: Bool
    var serve: @Sendable (TargetServer) throws(Errno) -> Void
  }

  /// Binds and listens. Port 0 leaves the port to the system; `address` then has it. Throws EOPNOTSUPP for `null`, which
  /// cannot serve.
  /// - Parameters:
  ///   - capacity: connections that are served at once; the next ones wait in the backlog. A mode with several loops, one
  ///     on each processor that the calling thread may run on, divides them between its loops, and the system divides
  ///     connections as it likes (SO_REUSEPORT, socket(7)): a loop may be full before the others are.
  ///   - limits: how long a connection may wait for its client.
  ///   - allowed: what a client may ask for.
  ///   - perAddress: how many connections of one address are served at once, the next ones are closed; nil for any number.
  ///     Loops have the same share of them as of the capacity, and each at least one.
  public convenience init(
    _ kind: Kind, mode: ModeID = .epoll, on address: SocketAddress, capacity: Int, limits: TimeLimits = .none,
    allowed: RequestLimits = .none, perAddress: Int? = nil
  ) throws(Errno) {
    guard let entry = ModeCatalogue.named(mode) else { throw Errno(EOPNOTSUPP) }
    try self.init(
      kind, in: entry, on: address, capacity: capacity, limits: limits, allowed: allowed, perAddress: perAddress)
  }

  /// In a mode that need not be one of the catalogue.
  init(
    _ kind: Kind, in mode: any ModeEntry.Type, on address: SocketAddress, capacity: Int, limits: TimeLimits = .none,
    allowed: RequestLimits = .none, perAddress: Int? = nil
  ) throws(Errno) {
    // The loops of a mode each have a listener, which UNIX sockets cannot share.
    let processors = mode is any LoopMode.Type && address.isUNIX ? 1 : try Affinity.current().count
    guard let body = mode.server(kind, capacity: capacity, processors: processors) else { throw Errno(EOPNOTSUPP) }
    self.kind = kind
    self.mode = mode.id
    self.limits = limits
    self.perAddress = perAddress
    self.body = body
    stopSignal = try StopSignal()
    tallies = Tallies(count: body.arrangement.groups, shared: body.arrangement.isShared)
    listeners = try Socket.listen(on: address, count: body.arrangement.parts, blocking: body.blocks)
    self.address = try listeners[0].localAddress()
    self.allowed = allowed.shared()
  }

  deinit { allowed.deallocate() }

  /// Serves on the calling thread until `stop` is called from another one, then closes everything. Once.
  public func serve() throws(Errno) {
    defer { for listener in listeners { listener.close() } }
    try body.serve(self)
  }

  /// Ends `serve`: connections that are open are shut down.
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

  /// What is specialised for a mode and both conversations.
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
          try server.serve(in: mode) { peer, tally in
            ServerLane(HTTPServer(peer: peer.host, date: date.pointer, limits: allowed), tally: tally)
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

/// Tallies that different threads count in, each in cache lines of its own.
private final class Tallies: @unchecked Sendable {
  let pointers: [UnsafePointer<ServerTally>]
  private let storage: UnsafeMutableRawPointer
  /// Two lines, as they are fetched in pairs.
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
