import Glibc
import Measurement
import Synchronization
import SystemCalls
import Workloads

/// The server side of a mode: a listener, and a slot with a lane for each connection that may be open at once. If the
/// mode has several loops, each has its own part. Unused slots take no memory.
struct Acceptor<L: Lane & ~Copyable>: @unchecked Sendable {
  let lanes: LaneTable<L>
  let stop: StopSignal
  /// One per part.
  private let listeners: [Socket]
  private let slots: [Slots]
  private let tallies: [UnsafePointer<ServerTally>]
  /// The places taken per address, if they are limited. Each part counts its own, so that no address fills a part.
  private let shares: [AddressShares]
  /// Sent to a connection that exceeds its address's share.
  private let refusal: StaticString
  private let looks: UnsafeMutablePointer<Look>
  private let blocks: Bool
  private let makeLane: @Sendable (SocketAddress, UnsafePointer<ServerTally>) -> L

  /// The monitor's record of how long a slot's lane has waited. All zeros mean that it has none.
  struct Look {
    var wait: UInt32 = 0
    /// When the monitor first saw this wait.
    var since: Instant?
    /// Which connection this wait is of: `SocketAddress.owner` of its address.
    fileprivate var owner: UInt64?
  }

  /// The pause before accepting again when descriptors or memory have run out.
  static var pause: Nanoseconds { .milliseconds(10) }

  /// - Parameters:
  ///   - listeners: one per part.
  ///   - tallies: one per group of the arrangement.
  ///   - blocks: whether the sockets are in blocking mode.
  ///   - perAddress: the number of places that one address may hold, divided among the parts; nil for no limit.
  ///   - refusal: sent to connections beyond that limit before they are closed.
  ///   - makeLane: makes a lane, given the peer's address.
  init(
    _ listeners: [Socket], _ arrangement: Arrangement, stop: StopSignal, tallies: [UnsafePointer<ServerTally>],
    blocks: Bool, perAddress: Int? = nil, refusal: StaticString = "",
    makeLane: @escaping @Sendable (SocketAddress, UnsafePointer<ServerTally>) -> L
  ) {
    let capacity = arrangement.lanes
    lanes = LaneTable(
      base: .allocate(capacity: capacity), count: capacity,
      connections: ConnectionTable(count: capacity, endpoints: []), limit: nil, arrangement: arrangement)
    looks = calloc(capacity, MemoryLayout<Look>.stride)!.bindMemory(to: Look.self, capacity: capacity)
    let slots = (0..<arrangement.parts).map { Slots(count: arrangement.range(of: $0).count) }
    self.slots = slots
    self.stop = stop
    self.listeners = listeners
    self.tallies = tallies
    self.blocks = blocks
    shares =
      perAddress.map { most in
        slots.map { AddressShares(most: max(1, (most * $0.count + capacity - 1) / capacity)) }
      } ?? []
    self.refusal = refusal
    self.makeLane = makeLane
  }

  private init(_ part: Int, of whole: Acceptor) {
    lanes = whole.lanes.part(part)
    looks = whole.looks + whole.lanes.arrangement.range(of: part).lowerBound
    slots = [whole.slots[part]]
    listeners = [whole.listeners[part]]
    tallies = [whole.tallies[part]]
    stop = whole.stop
    blocks = whole.blocks
    shares = whole.shares.isEmpty ? [] : [whole.shares[part]]
    refusal = whole.refusal
    makeLane = whole.makeLane
  }

  var parts: Int { listeners.count }

  /// The part of one loop, with slots numbered from 0. The whole must outlive it.
  func part(_ part: Int) -> Acceptor { parts == 1 ? self : Acceptor(part, of: self) }

  /// Closes the connections still open and frees everything. No thread may be serving any more.
  func deallocate() {
    for part in 0..<parts {
      let acceptor = self.part(part)
      for slot in 0..<acceptor.mostUsed where acceptor.lanes.connections.isOpen(slot) { acceptor.turnAway(slot) }
    }
    lanes.base.deallocate()
    lanes.connections.deallocate()
    free(looks)
  }

  // MARK: For the mode; each call concerns one part

  var listener: Socket { listeners[0] }

  /// The result of an attempt to accept.
  enum Acceptance {
    /// The lane of a new connection; the mode must begin it.
    case lane(Int)
    /// The connection exceeded its address's share and is closed.
    case turnedAway
    /// No connection waits.
    case nobody
    /// Descriptors or memory have run out: try again after `pause`.
    case exhausted
    case stopped
  }

  /// Whether a slot is free. Only one thread accepts.
  var hasRoom: Bool { slots[0].hasFree }

  /// Accepts a connection: accept4(2). It blocks if the mode's sockets are in blocking mode. There must be a free slot.
  func accept() -> Acceptance {
    do throws(Errno) {
      if stop.isGiven { return .stopped }
      guard let (socket, peer) = try listener.accept(blocking: blocks) else { return .nobody }
      return seat(socket, peer).map { .lane($0) } ?? .turnedAway
    } catch {
      return stop.isGiven ? .stopped : .exhausted
    }
  }

  /// Assigns a lane to a new connection. If its address has its full share, closes the connection and returns nil.
  func seat(_ socket: Socket, _ peer: SocketAddress) -> Int? {
    let owner = shares.isEmpty ? nil : peer.owner
    if let owner, !shares[0].take(owner) {
      tallies[0].pointee.refused.add(1, shared: tallies[0].pointee.shared)
      if refusal.utf8CodeUnitCount > 0 {
        _ = socket.send(UnsafeRawBufferPointer(start: refusal.utf8Start, count: refusal.utf8CodeUnitCount))
      }
      socket.close()
      return nil
    }
    let slot = slots[0].take()
    lanes[slot].initialize(to: makeLane(peer, tallies[slot % tallies.count]))
    looks[slot] = Look(owner: owner)
    lanes.connections.adopt(socket, at: slot)
    return slot
  }

  /// Frees the slot of a lane that has finished.
  func retire(_ slot: Int) {
    lanes[slot].deinitialize(count: 1)
    if let owner = looks[slot].owner { shares[0].giveBack(owner) }
    slots[0].giveBack(slot)
  }

  /// Closes a connection that cannot be served.
  func turnAway(_ slot: Int) {
    lanes.connections.close(slot)
    retire(slot)
  }

  /// Shuts down all connections, which wakes the threads that wait on them.
  func shutDownConnections() { for slot in 0..<mostUsed { lanes.connections.shutDown(slot) } }

  // MARK: For the monitor; each call concerns one part

  /// The number of slots ever used; higher ones never were.
  var mostUsed: Int { slots[0].mostUsed }

  /// Calls `body` with the slot's connection, if it is open. Meanwhile it cannot be closed, so that its lane stays.
  @inline(__always)
  func withOpen(_ slot: Int, _ body: (UnsafeMutablePointer<L>, inout Look, Socket) -> Void) {
    lanes.connections.withOpen(slot) { body(lanes[slot], &looks[slot], $0) }
  }
}

/// The numbers of free slots. Only slots that were used take memory.
private final class Slots: Sendable {
  private struct State {
    var givenBack: [UInt32] = []
    var mostUsed = 0
  }

  let count: Int
  private let state = Mutex(State())

  init(count: Int) { self.count = count }

  var hasFree: Bool { state.withLock { !$0.givenBack.isEmpty || $0.mostUsed < count } }
  var mostUsed: Int { state.withLock { $0.mostUsed } }

  func take() -> Int {
    state.withLock { state in
      if let slot = state.givenBack.popLast() { return Int(slot) }
      state.mostUsed += 1
      return state.mostUsed - 1
    }
  }

  func giveBack(_ slot: Int) { state.withLock { $0.givenBack.append(UInt32(slot)) } }
}

/// Counts the places that each address holds.
private final class AddressShares: Sendable {
  private let most: Int
  private let held = Mutex<[UInt64: Int]>([:])

  init(most: Int) { self.most = most }

  /// Takes a place for the owner; returns false if it has its full share.
  func take(_ owner: UInt64) -> Bool {
    held.withLock { held in
      let count = held[owner, default: 0]
      guard count < most else { return false }
      held[owner] = count + 1
      return true
    }
  }

  func giveBack(_ owner: UInt64) {
    held.withLock { held in
      let count = held[owner, default: 0] - 1
      held[owner] = count > 0 ? count : nil
    }
  }
}

/// Tells all serving threads to stop. It stays set.
final class StopSignal: Sendable {
  private let wakeUp: WakeUp
  private let flag = Atomic(false)

  init() throws(Errno) { wakeUp = try WakeUp() }

  /// Becomes readable when the signal is given, and stays so.
  var descriptor: Int32 { wakeUp.descriptor }
  var isGiven: Bool { flag.load(ordering: .acquiring) }

  func signal() {
    flag.store(true, ordering: .releasing)
    wakeUp.signal()
  }
}
