import Glibc
import Measurement
import Synchronization
import SystemCalls
import Workloads

/// Where a mode serves: a listener, and a slot with a lane for each connection that may be open at once. Where the mode
/// has several loops, each has a part of it. Slots that are not used take no memory.
struct Acceptor<L: Lane & ~Copyable>: @unchecked Sendable {
  let lanes: LaneTable<L>
  let stop: StopSignal
  /// For each part.
  private let listeners: [Socket]
  private let slots: [Slots]
  private let tallies: [UnsafePointer<ServerTally>]
  /// Who has how many of the places, where that is limited; for each part, so that no address fills one.
  private let shares: [AddressShares]
  /// What a connection is told that is one too many of its address.
  private let refusal: StaticString
  private let looks: UnsafeMutablePointer<Look>
  private let blocks: Bool
  private let makeLane: @Sendable (SocketAddress, UnsafePointer<ServerTally>) -> L

  /// What a monitor knows of the wait of a slot's lane. All zero: nothing.
  struct Look {
    var wait: UInt32 = 0
    /// When it was first seen.
    var since: Instant?
    /// Who has the place: `SocketAddress.owner`.
    fileprivate var owner: UInt64?
  }

  /// How long to let be where no connection can be accepted, for want of descriptors or memory.
  static var pause: Nanoseconds { .milliseconds(10) }

  /// - Parameters:
  ///   - listeners: one for each of the parts.
  ///   - tallies: one for each group of the arrangement.
  ///   - blocks: whether the sockets are in blocking mode.
  ///   - perAddress: how many places an address may have at once, of each part the same share; nil for any number.
  ///   - refusal: what is sent to connections beyond that, before they are closed.
  ///   - makeLane: told the peer.
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

  /// That of one loop, with its slots numbered from 0; the whole outlives it.
  func part(_ part: Int) -> Acceptor { parts == 1 ? self : Acceptor(part, of: self) }

  /// Closes what is still open, and frees everything. Nobody serves any more.
  func deallocate() {
    for part in 0..<parts {
      let acceptor = self.part(part)
      for slot in 0..<acceptor.mostUsed where acceptor.lanes.connections.isOpen(slot) { acceptor.turnAway(slot) }
    }
    lanes.base.deallocate()
    lanes.connections.deallocate()
    free(looks)
  }

  // MARK: For the mode; of one part

  var listener: Socket { listeners[0] }

  /// What accepting came to.
  enum Acceptance {
    /// The lane of a new connection, which is to be begun.
    case lane(Int)
    /// The connection was one too many of its address, and is closed.
    case turnedAway
    /// Nobody waits.
    case nobody
    /// There are no descriptors or no memory for another connection: to be tried again after a pause.
    case exhausted
    case stopped
  }

  /// Whether there is a slot for another connection. Only one thread accepts.
  var hasRoom: Bool { slots[0].hasFree }

  /// accept4(2), where there is room: waits if the mode's sockets are in blocking mode.
  func accept() -> Acceptance {
    do throws(Errno) {
      if stop.isGiven { return .stopped }
      guard let (socket, peer) = try listener.accept(blocking: blocks) else { return .nobody }
      return seat(socket, peer).map { .lane($0) } ?? .turnedAway
    } catch {
      return stop.isGiven ? .stopped : .exhausted
    }
  }

  /// Gives a new connection its lane; closes it, and answers nil, where its address has as many as it may have.
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

  /// The lane has finished: its slot is free.
  func retire(_ slot: Int) {
    lanes[slot].deinitialize(count: 1)
    if let owner = looks[slot].owner { shares[0].giveBack(owner) }
    slots[0].giveBack(slot)
  }

  /// The connection cannot be served.
  func turnAway(_ slot: Int) {
    lanes.connections.close(slot)
    retire(slot)
  }

  /// Wakes whoever waits on a connection.
  func shutDownConnections() { for slot in 0..<mostUsed { lanes.connections.shutDown(slot) } }

  // MARK: For the monitor; of one part

  /// Slots from this on have never been used.
  var mostUsed: Int { slots[0].mostUsed }

  /// Has the connection of a slot in hand, if it has one, so that its lane stays.
  @inline(__always)
  func withOpen(_ slot: Int, _ body: (UnsafeMutablePointer<L>, inout Look, Socket) -> Void) {
    lanes.connections.withOpen(slot) { body(lanes[slot], &looks[slot], $0) }
  }
}

/// The numbers of slots that are free. Takes memory only for those that have been used.
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

/// How many places each address has.
private final class AddressShares: Sendable {
  private let most: Int
  private let held = Mutex<[UInt64: Int]>([:])

  init(most: Int) { self.most = most }

  /// Whether the owner may have one more, which it then has.
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

/// Tells everyone who serves to stop. Once given it stays.
final class StopSignal: Sendable {
  private let wakeUp: WakeUp
  private let flag = Atomic(false)

  init() throws(Errno) { wakeUp = try WakeUp() }

  /// Readable from then on.
  var descriptor: Int32 { wakeUp.descriptor }
  var isGiven: Bool { flag.load(ordering: .acquiring) }

  func signal() {
    flag.store(true, ordering: .releasing)
    wakeUp.signal()
  }
}
