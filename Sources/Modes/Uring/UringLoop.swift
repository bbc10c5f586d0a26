import Glibc
import Measurement
import SystemCalls
import Workloads

/// The loop over a ring, and the state of each lane's requests. The switch that drives a lane is in `Loops`.
struct UringLoop<L: Lane & ~Copyable>: ~Copyable {
  typealias Slot = UringSlot
  typealias Request = UringRequest

  let lanes: LaneTable<L>
  let slots: UnsafeMutablePointer<Slot>
  var ring: Uring
  var buffers: BufferRing
  let arrived = ArrivedBuffers()
  /// Places whose sends will be done when they have been submitted, in that order.
  var sends = LaneQueue()
  var timers = TimerHeap()
  var live: LiveLanes
  /// The number of requests whose last completion has not come.
  var pendingCount = 0
  var permits: Permits
  /// The number of file requests in flight, and below those that the depth holds back.
  var fileCount = 0
  var files = Ring<FileTurn>()
  /// Lanes that have yielded, and below places for which no buffer was free.
  var yielded = LaneQueue()
  private var starved = LaneQueue()
  /// Accepted descriptors, or negative errnos, in order of arrival.
  private var accepted = Ring<Int32>()
  private var isAccepting = false
  private var isAcceptCancelled = false
  /// Whether the signal to stop has come.
  private(set) var isStopped = false

  /// The number of buffers that may wait for a lane before its receiving is stopped.
  private static var mostArrived: UInt16 { 8 }

  /// - Parameter serving: whether `live.popEnded` reports lanes that finish.
  init(_ lanes: LaneTable<L>, serving: Bool = false) throws(Errno) {
    let ring = try Uring(entries: 1024)
    if let file = lanes.file { try ring.register(file: file.descriptor) }
    buffers = try BufferRing(ring, size: 16 << 10, count: 256)
    self.ring = ring
    self.lanes = lanes
    live = LiveLanes(tellsOfEnds: serving)
    permits = Permits(lanes.limit ?? lanes.count)
    // Zero pages take no memory until they are used: places without connections need no slots.
    let places = lanes.connections.placeCount
    slots = calloc(max(places, 1), MemoryLayout<Slot>.stride)!.bindMemory(to: Slot.self, capacity: places)
  }

  deinit { free(slots) }

  mutating func begin(_ lane: Int) {
    live.begin()
    advance(lane, lanes[lane].pointee.begin(now: MonotonicClock.now))
  }

  // MARK: Descriptors that belong to no lane

  /// Watches for work that the pool has completed, as long as the ring exists. Nothing waits for this request to end.
  mutating func watch(_ pool: OffloadPool) {
    ring.awaitReadableRepeatedly(pool.offloaded.pointee.descriptor, data: Request.offloaded.rawValue << 32)
  }

  mutating func watchStop(_ descriptor: Int32) {
    ring.awaitReadable(descriptor, data: Request.stop.rawValue << 32)
    pendingCount += 1
  }

  /// Starts the request that accepts all further connections, unless it is in flight.
  mutating func accept(on listener: Socket) {
    guard !isAccepting else { return }
    isAccepting = true
    isAcceptCancelled = false
    ring.acceptRepeatedly(on: listener, data: Request.accept.rawValue << 32)
    pendingCount += 1
  }

  mutating func stopAccepting() {
    guard isAccepting && !isAcceptCancelled else { return }
    isAcceptCancelled = true
    ring.cancel(Request.accept.rawValue << 32, data: Request.cancel.rawValue << 32)
    pendingCount += 1
  }

  mutating func popAccepted() -> Int32? { accepted.popFirst() }

  /// Submits the requests, waits once, then drives every lane that can continue.
  /// - Parameter patience: the longest wait in nanoseconds; negative for no limit.
  mutating func turn(atMost patience: Int64 = -1) {
    // Lanes continue as soon as their sends are submitted: then there is nothing to wait for.
    let isWaiting = sends.count &+ yielded.count == 0
    let timeout = isWaiting ? timers.timeout(atMost: patience) : patience
    ring.submitAndWait(least: isWaiting && timeout != 0 ? 1 : 0, timeout: timeout)
    let submitted = ring.isAllSubmitted ? sends.count : 0
    while let completion = ring.nextCompletion() { handle(completion) }
    for _ in 0..<submitted {
      let place = Int(sends.popFirst()!)
      finishSending(place, slots[place].sending)
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
    // Clients of other lanes may be waiting for this processor.
    if yielded.count > 0 { SystemCall.giveWay() }
    for _ in 0..<yielded.count {
      let lane = Int(yielded.popFirst()!)
      advance(lane, lanes[lane].pointee.resume(.woke(now: MonotonicClock.now)))
    }
    while starved.count > 0, buffers.hasFree {
      let place = Int(starved.popFirst()!)
      if slots[place].waits == .arrival && !slots[place].isReceiving { receive(place) }
    }
  }

  // MARK: Completions

  func data(_ request: Request, of place: Int) -> UInt64 {
    UInt64(slots[place].generation) << 36 | request.rawValue << 32 | UInt64(place)
  }

  @inline(__always)
  private mutating func handle(_ completion: Uring.Completion) {
    let place = Int(completion.data & 0xffff_ffff)
    let slot = slots + place
    let isCurrent = UInt64(slot.pointee.generation) == completion.data >> 36
    switch Request(rawValue: completion.data >> 32 & 0xf)! {
    case .receive:
      if !completion.hasMore { pendingCount -= 1 }
      if let buffer = completion.buffer {
        buffers.take()
        guard isCurrent else { return buffers.giveBack(buffer) }
        arrived.append(buffer, byteCount: Int(completion.result), to: &slot.pointee.arrived)
      }
      if isCurrent { arrive(place, completion) }
    case .sendAtOnce: slot.pointee.sending = Int(completion.result)
    case .send:
      pendingCount -= 1
      finishSending(place, Int(completion.result))
    case .connection:
      pendingCount -= 1
      finishConnecting(place)
    case .cancel: pendingCount -= 1
    case .end:
      pendingCount -= 1
      guard isCurrent else { return }
      slot.pointee.isAwaitingEnd = false
      let lane = lanes.connections.lane(of: place)
      if timers.cancelDelay(of: UInt32(lane)) {
        advance(lane, lanes[lane].pointee.resume(.ended(now: MonotonicClock.now)))
      }
    case .accept:
      if !completion.hasMore {
        pendingCount -= 1
        isAccepting = false
      }
      if completion.result != -Int32(ECANCELED) { accepted.append(completion.result) }
    case .stop:
      pendingCount -= 1
      isStopped = true
    case .file:
      pendingCount -= 1
      fileCount -= 1
      if let next = files.popFirst() { submit(next) }
      let lane = lanes.connections.lane(of: place)
      advance(
        lane, lanes[lane].pointee.resume(.transferred(Int(completion.result), now: MonotonicClock.now)))
    case .offloaded:
      guard let pool = lanes.pool else { return }
      if !completion.hasMore { watch(pool) }
      pool.offloaded.pointee.drain { lane, result in
        advance(lane, lanes[lane].pointee.resume(.computed(UInt64(bitPattern: Int64(result)), now: MonotonicClock.now)))
      }
    }
  }

  /// Submits a request to the data file.
  mutating func submit(_ turn: FileTurn) {
    ring.perform(turn.request, data: data(.file, of: lanes.connections.place(of: Int(turn.lane))))
    pendingCount += 1
    fileCount += 1
  }

  /// Handles data on a connection, or the end of its receiving.
  @inline(__always)
  private mutating func arrive(_ place: Int, _ completion: Uring.Completion) {
    let slot = slots + place
    if !completion.hasMore {
      slot.pointee.isReceiving = false
      switch -completion.result {
      // Receiving starts again when the lane next asks.
      case ENOBUFS where buffers.replenish(): break
      case ENOBUFS where slot.pointee.waits == .arrival: return starved.append(UInt32(place))
      case ENOBUFS, ECANCELED: break
      case let error where error >= 0:
        slot.pointee.hasEnded = true
        slot.pointee.error = error
      default: break
      }
      if !slot.pointee.hasEnded && timers.isDelayed(UInt32(lanes.connections.lane(of: place))) { awaitEnd(place) }
    }
    if slot.pointee.waits == .arrival {
      advance(lanes.connections.lane(of: place), .receive)
    } else if slot.pointee.hasEnded && timers.cancelDelay(of: UInt32(lanes.connections.lane(of: place))) {
      advance(lanes.connections.lane(of: place), end(place))
    } else if slot.pointee.arrived.count >= Self.mostArrived && slot.pointee.isReceiving {
      stopReceiving(place)
    }
  }

  private mutating func finishSending(_ place: Int, _ result: Int) {
    let lane = lanes.connections.lane(of: place)
    let slot = slots + place
    if result < 0 && result != -Int(EAGAIN) {
      // A connection reports once why it broke, and may have told the receiving request.
      let error = result == -Int(EPIPE) && slot.pointee.error != 0 ? slot.pointee.error : Int32(-result)
      return advance(lane, fail(lane, Errno(error)))
    }
    slot.pointee.rest = UnsafeRawBufferPointer(rebasing: slot.pointee.rest[max(0, result)...])
    if slot.pointee.rest.isEmpty {
      advance(lane, lanes[lane].pointee.resume(.sent(slot.pointee.total)))
    } else {
      ring.send(slot.pointee.rest, on: lanes.connections.socket(of: place), data: data(.send, of: place))
      pendingCount += 1
    }
  }

  private mutating func finishConnecting(_ place: Int) {
    let lane = lanes.connections.lane(of: place)
    slots[place].waits = .nothing
    do throws(Errno) {
      try lanes.connections.socket(of: place).finishConnecting()
      advance(lane, lanes[lane].pointee.resume(.connected(now: MonotonicClock.now)))
    } catch {
      cancelRequests(of: place)
      lanes.connections.close(place)
      advance(lane, fail(lane, error))
    }
  }

  // MARK: Steps

  /// Starts the request that receives all further data.
  mutating func receive(_ place: Int) {
    let slot = slots + place
    slot.pointee.isReceiving = true
    slot.pointee.isCancelled = false
    ring.receiveRepeatedly(on: lanes.connections.socket(of: place), data: data(.receive, of: place))
    pendingCount += 1
  }

  /// Data that waits for the lane without having been asked for; nil if there is none, empty at the connection's end.
  func found(at place: Int) -> UnsafeRawBufferPointer? {
    let slot = slots + place
    if let (buffer, byteCount) = arrived.first(of: slot.pointee.arrived) {
      return UnsafeRawBufferPointer(start: buffers[buffer], count: byteCount)
    }
    return slot.pointee.hasEnded ? UnsafeRawBufferPointer(start: nil, count: 0) : nil
  }

  /// Watches for the connection's end during a delay, when no request receives. The request stays in flight until the
  /// connection is closed.
  mutating func awaitEnd(_ place: Int) {
    guard !slots[place].isAwaitingEnd else { return }
    slots[place].isAwaitingEnd = true
    ring.awaitEnd(lanes.connections.socket(of: place), data: data(.end, of: place))
    pendingCount += 1
  }

  private mutating func stopReceiving(_ place: Int) {
    guard !slots[place].isCancelled else { return }
    slots[place].isCancelled = true
    ring.cancel(data(.receive, of: place), data: data(.cancel, of: place))
    pendingCount += 1
  }

  /// Reports the connection's end as a receive would.
  mutating func end(_ place: Int) -> Step {
    let lane = lanes.connections.lane(of: place)
    guard slots[place].error == 0 else { return fail(lane, Errno(slots[place].error)) }
    let nothing = UnsafeRawBufferPointer(start: nil, count: 0)
    return lanes[lane].pointee.resume(.received(nothing, now: MonotonicClock.now))
  }

  mutating func fail(_ lane: Int, _ error: Errno) -> Step {
    lanes[lane].pointee.resume(.failed(error, now: MonotonicClock.now))
  }

  /// Cancels the requests of a connection that is about to be closed, if there is one. Their later completions are
  /// ignored.
  mutating func cancelRequests(of place: Int) {
    guard lanes.connections.isOpen(place) else { return }
    let slot = slots + place
    if slot.pointee.isReceiving { stopReceiving(place) }
    if slot.pointee.isAwaitingEnd {
      ring.cancel(data(.end, of: place), data: data(.cancel, of: place))
      pendingCount += 1
    }
    while let (buffer, _) = arrived.popFirst(of: &slot.pointee.arrived) { buffers.giveBack(buffer) }
    slot.pointee.generation = (slot.pointee.generation &+ 1) & 0x0fff_ffff
    slot.pointee.isReceiving = false
    slot.pointee.isAwaitingEnd = false
    slot.pointee.hasEnded = false
    slot.pointee.error = 0
  }
}
