import Glibc
import Measurement
import SystemCalls
import Workloads

/// The ring: what each lane has asked of it, and the switch that carries a lane on.
struct UringLoop<L: Lane & ~Copyable>: ~Copyable {
  private typealias Slot = UringSlot
  private typealias Request = UringRequest

  private let lanes: LaneTable<L>
  private let slots: UnsafeMutablePointer<Slot>
  private var ring: Uring
  private var buffers: BufferRing
  private let arrived = ArrivedBuffers()
  /// Places whose sends will be over when they have been submitted, in that order.
  private var sends = LaneQueue()
  private var timers = TimerHeap()
  /// Lanes that were begun and have not finished.
  private(set) var liveCount = 0
  /// Requests whose last completion has not come.
  private(set) var pendingCount = 0
  /// Permits that are left, and the lanes that queue for one.
  private var permits: Int
  private var queue = LaneQueue()
  /// Requests of the data file that are under way, and those that the depth keeps back.
  private var fileCount = 0
  private var files = Ring<FileTurn>()
  /// Lanes that have given way to others, and places for which there was no buffer.
  private var yielded = LaneQueue()
  private var starved = LaneQueue()
  private let isServing: Bool
  private var retired: [Int] = []
  /// Descriptors that have been accepted, or errors as negative numbers, in their order.
  private var accepted = Ring<Int32>()
  private var isAccepting = false
  private var isAcceptCancelled = false
  /// The signal to stop has come.
  private(set) var isStopped = false

  /// Buffers that may wait for a lane before its receiving is stopped.
  private static var mostArrived: UInt16 { 8 }

  /// - Parameter serving: whether lanes that finish are to be told of by `popRetired`.
  init(_ lanes: LaneTable<L>, serving: Bool = false) throws(Errno) {
    let ring = try Uring(entries: 1024)
    if let file = lanes.file { try ring.register(file: file.descriptor) }
    buffers = try BufferRing(ring, size: 16 << 10, count: 256)
    self.ring = ring
    self.lanes = lanes
    isServing = serving
    permits = lanes.limit ?? lanes.count
    // Zero pages take no memory until they are used: places without connections have no slots.
    let places = lanes.connections.placeCount
    slots = calloc(max(places, 1), MemoryLayout<Slot>.stride)!.bindMemory(to: Slot.self, capacity: places)
  }

  deinit { free(slots) }

  mutating func begin(_ lane: Int) {
    liveCount += 1
    advance(lane, lanes[lane].pointee.begin(now: MonotonicClock.now))
  }

  /// A lane that has finished and has not been told of.
  mutating func popRetired() -> Int? { retired.popLast() }

  // MARK: Descriptors that are no lane's

  /// What the pool has done is heard of for as long as there is a ring: nobody waits for this request to end.
  mutating func watch(_ pool: OffloadPool) {
    ring.awaitReadableRepeatedly(pool.offloaded.pointee.descriptor, data: Request.offloaded.rawValue << 32)
  }

  mutating func watchStop(_ descriptor: Int32) {
    ring.awaitReadable(descriptor, data: Request.stop.rawValue << 32)
    pendingCount += 1
  }

  /// Whoever comes from now on is accepted by one request.
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

  /// Submits what was asked for, waits once, and carries on every lane that can go on.
  /// - Parameter patience: nanoseconds that it waits at most; negative for any time.
  mutating func turn(atMost patience: Int64 = -1) {
    // Lanes go on as soon as their sends are submitted: there is nothing to wait for.
    let isWaiting = sends.count &+ yielded.count == 0
    var timeout = patience
    if isWaiting, let earliest = timers.earliest {
      let span = Int64(earliest.since(MonotonicClock.now).count)
      timeout = patience < 0 ? span : min(span, patience)
    }
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
    admitQueued()
    for _ in 0..<yielded.count {
      let lane = Int(yielded.popFirst()!)
      advance(lane, lanes[lane].pointee.resume(.woke(now: MonotonicClock.now)))
    }
    while starved.count > 0, buffers.hasFree {
      let place = Int(starved.popFirst()!)
      if slots[place].waits == .arrival && !slots[place].isReceiving { receive(place) }
    }
  }

  /// Gives permits that have come back to the lanes that have queued for them longest.
  private mutating func admitQueued() {
    while permits > 0, let lane = queue.popFirst() {
      permits -= 1
      advance(Int(lane), lanes[Int(lane)].pointee.resume(.acquired(now: MonotonicClock.now)))
    }
  }

  // MARK: Completions

  private func data(_ request: Request, of place: Int) -> UInt64 {
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

  /// Hands a request of the data file to the kernel.
  private mutating func submit(_ turn: FileTurn) {
    ring.perform(turn.request, data: data(.file, of: lanes.connections.place(of: Int(turn.lane))))
    pendingCount += 1
    fileCount += 1
  }

  /// Something has arrived on a connection, or its receiving has come to an end.
  @inline(__always)
  private mutating func arrive(_ place: Int, _ completion: Uring.Completion) {
    let slot = slots + place
    if !completion.hasMore {
      slot.pointee.isReceiving = false
      switch -completion.result {
      // It is taken up again when the lane next asks.
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
      // A connection says once why it broke, and may have said it to the receiving.
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
      disconnect(place)
      advance(lane, fail(lane, error))
    }
  }

  // MARK: Steps

  /// Carries the lane from `first` to the next step that must wait.
  private mutating func advance(_ index: Int, _ first: Step) {
    let lane = lanes[index]
    let connections = lanes.connections
    var place = connections.place(of: index)
    var slot = slots + place
    var step = first
    while true {
      switch step {
      case .connect(let endpoint):
        do throws(Errno) {
          let reaching = try connections.connect(index, to: endpoint, blocking: false)
          place = connections.place(of: index)
          slot = slots + place
          switch reaching {
          case .open: step = lane.pointee.resume(.reached(now: MonotonicClock.now))
          case .established:
            step = lane.pointee.resume(.connected(now: MonotonicClock.now))
          case .inProgress(let socket):
            ring.awaitWritable(socket, data: data(.connection, of: place))
            pendingCount += 1
            slot.pointee.waits = .connection
            return
          }
        } catch {
          step = fail(index, error)
        }
      case .send(let bytes):
        slot.pointee.rest = bytes
        slot.pointee.total = bytes.count
        slot.pointee.sending = ring.sendAtOnce(
          bytes, on: connections.socket(of: place), data: data(.sendAtOnce, of: place))
        sends.append(UInt32(place))
        return
      case .check: step = lane.pointee.resume(.checked(found(at: place), now: MonotonicClock.now))
      case .receive:
        if let (buffer, byteCount) = arrived.popFirst(of: &slot.pointee.arrived) {
          slot.pointee.waits = .nothing
          let bytes = UnsafeRawBufferPointer(start: buffers[buffer], count: byteCount)
          step = lane.pointee.resume(.received(bytes, now: MonotonicClock.now))
          buffers.giveBack(buffer)
        } else if slot.pointee.hasEnded {
          slot.pointee.waits = .nothing
          step = end(place)
        } else {
          slot.pointee.waits = .arrival
          if !slot.pointee.isReceiving { receive(place) }
          return
        }
      case .sleep(let deadline):
        timers.insert(lane: UInt32(index), deadline: deadline)
        return
      case .delay(let deadline):
        if slot.pointee.hasEnded {
          step = end(place)
        } else {
          if !slot.pointee.isReceiving { awaitEnd(place) }
          timers.insertDelay(of: UInt32(index), deadline: deadline)
          return
        }
      case .yield:
        yielded.append(UInt32(index))
        return
      case .file(let request):
        let turn = FileTurn(lane: UInt32(index), request: request)
        if fileCount < lanes.file!.depth { submit(turn) } else { files.append(turn) }
        return
      case .compute(let work):
        if let pool = lanes.pool { return pool.submit(.compute(work), for: index) }
        step = lane.pointee.resume(.computed(work.result(), now: MonotonicClock.now))
      case .acquire:
        guard permits > 0 && queue.count == 0 else {
          queue.append(UInt32(index))
          return
        }
        permits -= 1
        step = lane.pointee.resume(.acquired(now: MonotonicClock.now))
      case .release:
        permits += 1
        step = lane.pointee.resume(.released(now: MonotonicClock.now))
      case .close:
        disconnect(place)
        step = lane.pointee.resume(.closed(now: MonotonicClock.now))
      case .finishSending:
        connections.socket(of: place).finishSending()
        step = lane.pointee.resume(.sent(0))
      case .abort:
        connections.socket(of: place).breakOnClose()
        step = .finished
      case .finished:
        for place in connections.places(of: index) { disconnect(place) }
        liveCount -= 1
        if isServing { retired.append(index) }
        return
      }
    }
  }

  /// What arrives from now on comes in completions of one request.
  private mutating func receive(_ place: Int) {
    let slot = slots + place
    slot.pointee.isReceiving = true
    slot.pointee.isCancelled = false
    ring.receiveRepeatedly(on: lanes.connections.socket(of: place), data: data(.receive, of: place))
    pendingCount += 1
  }

  /// What waits for the lane without having been asked for.
  private func found(at place: Int) -> UnsafeRawBufferPointer? {
    let slot = slots + place
    if let (buffer, byteCount) = arrived.first(of: slot.pointee.arrived) {
      return UnsafeRawBufferPointer(start: buffers[buffer], count: byteCount)
    }
    return slot.pointee.hasEnded ? UnsafeRawBufferPointer(start: nil, count: 0) : nil
  }

  /// Where nothing is received, a delay is cut short by this. It stays under way until the connection is closed.
  private mutating func awaitEnd(_ place: Int) {
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

  /// The connection's end, as a receive would have told it.
  private mutating func end(_ place: Int) -> Step {
    let lane = lanes.connections.lane(of: place)
    guard slots[place].error == 0 else { return fail(lane, Errno(slots[place].error)) }
    let nothing = UnsafeRawBufferPointer(start: nil, count: 0)
    return lanes[lane].pointee.resume(.received(nothing, now: MonotonicClock.now))
  }

  private mutating func fail(_ lane: Int, _ error: Errno) -> Step {
    lanes[lane].pointee.resume(.failed(error, now: MonotonicClock.now))
  }

  /// Closes the connection, if there is one. What its requests still come to is no one's.
  private mutating func disconnect(_ place: Int) {
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
    lanes.connections.close(place)
  }
}
