import Glibc
import Measurement
import SystemCalls
import Workloads

/// The event loop and the state of each lane's wait. The switch that drives a lane is in `Loops`.
struct EpollLoop<L: Lane & ~Copyable>: ~Copyable {
  /// The loop's state for one connection. All zeros mean a place without one.
  struct Slot {
    var waits = Wait.nothing
    /// Set by an event, cleared by a transfer that found nothing more.
    var isReadable = false
    /// The peer has finished, or the connection broke. It stays set; the next transfer tells which.
    var hasEnded = false
    var watchesWrites = false
    /// Numbers the connections of the place; events carry it.
    var generation: UInt32 = 0
    /// The unsent rest of a send that was cut short, and below the number of bytes of the whole.
    var rest: UnsafeRawBufferPointer
    var total: Int
  }

  enum Wait: UInt8 { case nothing, connection, readable, writable }

  let lanes: LaneTable<L>
  let slots: UnsafeMutablePointer<Slot>
  let epoll: Epoll
  let buffer: UnsafeMutableRawBufferPointer
  var timers = TimerHeap()
  var live: LiveLanes
  var permits: Permits
  /// Requests to the data file that the loop performs itself, in order.
  var files = Ring<FileTurn>()
  /// Lanes that have yielded.
  var yielded = LaneQueue()

  /// - Parameter serving: whether `live.popEnded` reports lanes that finish.
  init(_ lanes: LaneTable<L>, serving: Bool = false) throws(Errno) {
    epoll = try Epoll()
    self.lanes = lanes
    live = LiveLanes(tellsOfEnds: serving)
    permits = Permits(lanes.limit ?? lanes.count)
    // Zero pages take no memory until they are used: places without connections need no slots.
    let places = lanes.connections.placeCount
    slots = calloc(max(places, 1), MemoryLayout<Slot>.stride)!.bindMemory(to: Slot.self, capacity: places)
    buffer = .allocate(byteCount: ThreadBuffer.size, alignment: 64)
  }

  deinit {
    free(slots)
    buffer.deallocate()
  }

  /// Watches for work that the pool, if there is one, has completed.
  mutating func watchPool() throws(Errno) {
    guard let pool = lanes.pool else { return }
    try watch(pool.offloaded.pointee.descriptor, as: .offloaded)
  }

  /// Registers a new connection, once, edge-triggered.
  mutating func watch(_ socket: Socket, at place: Int, connecting: Bool = false) throws(Errno) {
    let slot = slots + place
    slot.pointee.generation = (slot.pointee.generation &+ 1) & 0x7fff_ffff
    slot.pointee.waits = .nothing
    slot.pointee.isReadable = false
    slot.pointee.hasEnded = false
    slot.pointee.watchesWrites = connecting
    try epoll.add(socket.descriptor, connecting ? Self.both : Self.readsOnly, data: data(of: place))
  }

  /// Descriptors that belong to no lane, as `turn` reports them.
  struct News: OptionSet {
    let rawValue: UInt64
    static var listener: News { News(rawValue: 1) }
    static var stop: News { News(rawValue: 2) }
    static var offloaded: News { News(rawValue: 4) }
    /// The upper half of their event data, where a connection has its generation.
    static var mark: UInt64 { UInt64(UInt32.max) << 32 }
  }

  mutating func watch(_ descriptor: Int32, as news: News) throws(Errno) {
    try epoll.add(descriptor, [.readable, .edgeTriggered], data: News.mark | news.rawValue)
  }

  private static var readsOnly: Epoll.Readiness { [.readable, .peerFinished, .edgeTriggered] }
  static var both: Epoll.Readiness { [.readable, .writable, .peerFinished, .edgeTriggered] }

  func data(of place: Int) -> UInt64 { UInt64(slots[place].generation) << 32 | UInt64(place) }

  mutating func begin(_ lane: Int) {
    live.begin()
    advance(lane, lanes[lane].pointee.begin(now: MonotonicClock.now))
  }

  /// Waits once, then drives every lane that can continue.
  /// - Parameter patience: the longest wait in nanoseconds; negative for no limit.
  mutating func turn(atMost patience: Int64 = -1) -> News {
    var news: News = []
    let timeout = files.count &+ yielded.count > 0 ? 0 : timers.timeout(atMost: patience)
    // Clients of other lanes may be waiting for this processor.
    if yielded.count > 0 { SystemCall.giveWay() }
    for event in 0..<epoll.wait(timeout: timeout) {
      let (readiness, data) = epoll[event]
      if data & News.mark == News.mark {
        news.formUnion(News(rawValue: data & ~News.mark))
      } else {
        handle(readiness, data)
      }
    }
    if timers.count > 0 {
      let now = MonotonicClock.now
      while let lane = timers.popDue(at: now) {
        advance(Int(lane), lanes[Int(lane)].pointee.resume(.woke(now: MonotonicClock.now)))
      }
    }
    while let lane = permits.admit() {
      advance(Int(lane), lanes[Int(lane)].pointee.resume(.acquired(now: MonotonicClock.now)))
    }
    if news.contains(.offloaded) { takeOffloaded() }
    makeFileCalls()
    for _ in 0..<yielded.count {
      let lane = Int(yielded.popFirst()!)
      advance(lane, lanes[lane].pointee.resume(.woke(now: MonotonicClock.now)))
    }
    return news
  }

  private mutating func takeOffloaded() {
    let isOfFile = lanes.file != nil
    lanes.pool!.offloaded.pointee.drain { lane, result in
      let now = MonotonicClock.now
      let event =
        isOfFile ? Event.transferred(result, now: now) : .computed(UInt64(bitPattern: Int64(result)), now: now)
      advance(lane, lanes[lane].pointee.resume(event))
    }
  }

  /// Performs one request of each lane that waits for one. All other lanes wait meanwhile.
  private mutating func makeFileCalls() {
    for _ in 0..<files.count {
      let turn = files.popFirst()!
      let result = lanes.file!.perform(turn.request)
      advance(
        Int(turn.lane), lanes[Int(turn.lane)].pointee.resume(.transferred(result, now: MonotonicClock.now)))
    }
  }

  @inline(__always)
  private mutating func handle(_ readiness: Epoll.Readiness, _ data: UInt64) {
    let place = Int(data & 0xffff_ffff)
    let lane = lanes.connections.lane(of: place)
    let slot = slots + place
    guard slot.pointee.generation == UInt32(data >> 32) else { return }
    if !readiness.isDisjoint(with: .ended) {
      slot.pointee.hasEnded = true
      slot.pointee.isReadable = true
    } else if readiness.contains(.readable) {
      slot.pointee.isReadable = true
    }
    switch slot.pointee.waits {
    case .nothing:
      if slot.pointee.hasEnded && timers.cancelDelay(of: UInt32(lane)) {
        advance(lane, lanes[lane].pointee.resume(.ended(now: MonotonicClock.now)))
      }
    case .readable:
      if slot.pointee.isReadable { advance(lane, .receive) }
    case .writable:
      if slot.pointee.hasEnded || readiness.contains(.writable) { advance(lane, .send(slot.pointee.rest)) }
    case .connection:
      slot.pointee.waits = .nothing
      do throws(Errno) {
        try lanes.connections.socket(of: place).finishConnecting()
        advance(lane, lanes[lane].pointee.resume(.connected(now: MonotonicClock.now)))
      } catch {
        lanes.connections.close(place)
        advance(lane, lanes[lane].pointee.resume(.failed(error, now: MonotonicClock.now)))
      }
    }
  }

  mutating func keep(_ place: Int, _ rest: UnsafeRawBufferPointer, of total: Int) {
    let slot = slots + place
    if slot.pointee.waits != .writable { slot.pointee.total = total }
    slot.pointee.waits = .writable
    slot.pointee.rest = rest
  }

  mutating func fail(_ lane: Int, _ error: Errno) -> Step {
    slots[lanes.connections.place(of: lane)].waits = .nothing
    return lanes[lane].pointee.resume(.failed(error, now: MonotonicClock.now))
  }
}
