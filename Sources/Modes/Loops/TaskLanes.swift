import Measurement
import SystemCalls
import Workloads

/// The number of children per group: searching this many takes a fraction of the time to create one. Up to this many
/// lanes share a single group.
private let lanesPerGroup = 1024

extension TaskWaiter {
  /// Registers the connections that are already open.
  func registerAll<L: Lane & ~Copyable>(of lanes: LaneTable<L>) throws(Errno) {
    for place in 0..<lanes.connections.placeCount where lanes.connections.isOpen(place) {
      try register(lanes.connections.socket(of: place), at: place, alsoWritable: false)
    }
  }

  /// Runs a child task per lane until all of them have finished. When a child ends, its group searches for it among its
  /// unfinished children (`TaskGroup.removeChildTask` in the Swift runtime). Many lanes are therefore divided among
  /// groups.
  func drive<L: Lane & ~Copyable>(_ lanes: LaneTable<L>) async {
    // A task that keeps a pointer is smaller than one that keeps the table.
    let shared = UnsafeMutablePointer<LaneTable<L>>.allocate(capacity: 1)
    shared.initialize(to: lanes)
    defer { shared.deallocate() }
    nonisolated(unsafe) let table = UnsafePointer(shared)
    guard lanes.count > lanesPerGroup else { return await drive(0..<lanes.count, of: table) }
    await withDiscardingTaskGroup { groups in
      for first in stride(from: 0, to: lanes.count, by: lanesPerGroup) {
        groups.addTask { await drive(first..<min(first + lanesPerGroup, lanes.count), of: table) }
      }
    }
  }

  /// Runs a child task for each lane of a range.
  private func drive<L: Lane & ~Copyable>(_ range: Range<Int>, of lanes: UnsafePointer<LaneTable<L>>) async {
    nonisolated(unsafe) let lanes = lanes
    await withDiscardingTaskGroup { group in
      for index in range {
        group.addTask { await drive(index, of: lanes) }
      }
    }
  }

  /// Drives one lane from its beginning to its end.
  func drive<L: Lane & ~Copyable>(_ index: Int, of lanes: UnsafePointer<LaneTable<L>>) async {
    let lane = lanes.pointee[index]
    var step = lane.pointee.begin(now: Self.now)
    while true {
      switch step {
      case .connect(let endpoint):
        do throws(Errno) {
          switch try lanes.connect(index, to: endpoint) {
          case .open: step = Self.resume(lane, .reached(now: Self.now))
          case .established(let socket):
            try register(socket, at: place(of: index, lanes), alsoWritable: false)
            step = Self.resume(lane, .connected(now: Self.now))
          case .inProgress(let socket):
            try register(socket, at: place(of: index, lanes), alsoWritable: true)
            await writable(place(of: index, lanes))
            try socket.finishConnecting()
            step = Self.resume(lane, .connected(now: Self.now))
          }
        } catch {
          lanes.close(index)
          step = Self.resume(lane, .failed(error, now: Self.now))
        }
      case .send(let bytes):
        switch socket(of: index, lanes).send(bytes) {
        case .bytes(bytes.count): step = Self.resume(lane, .sent(bytes.count))
        case let transfer: step = await send(bytes, after: transfer, on: index, of: lanes)
        }
      case .check: step = check(on: index, of: lanes)
      case .receive:
        await readable(place(of: index, lanes))
        step = receive(on: index, of: lanes)
      case .sleep(let deadline):
        await sleep(place(of: index, lanes), until: deadline)
        step = Self.resume(lane, .woke(now: Self.now))
      case .delay(let deadline):
        let hasEnded = await delay(place(of: index, lanes), until: deadline)
        step = Self.resume(lane, hasEnded ? .ended(now: Self.now) : .woke(now: Self.now))
      case .yield:
        await Self.giveWay()
        step = Self.resume(lane, .woke(now: Self.now))
      case .file(let request):
        let result = await perform(request, for: index, of: lanes)
        step = Self.resume(lane, .transferred(result, now: Self.now))
      case .compute(let work):
        let result = lanes.pointee.pool == nil ? work.result() : await offload(work, for: index, of: lanes)
        step = Self.resume(lane, .computed(result, now: Self.now))
      case .acquire:
        await acquire(place(of: index, lanes))
        step = Self.resume(lane, .acquired(now: Self.now))
      case .release:
        release()
        step = Self.resume(lane, .released(now: Self.now))
      case .close, .finishSending, .abort: step = lanes.settle(step, of: index)
      case .finished:
        lanes.closeAll(of: index)
        return
      }
    }
  }

  // Looked up each time: a variable would be part of every task's frame.
  @inline(__always)
  private func place<L: Lane & ~Copyable>(of index: Int, _ lanes: UnsafePointer<LaneTable<L>>) -> Int {
    lanes.pointee.connections.place(of: index)
  }

  @inline(__always)
  private func socket<L: Lane & ~Copyable>(of index: Int, _ lanes: UnsafePointer<LaneTable<L>>) -> Socket {
    lanes.pointee.connections.socket(of: place(of: index, lanes))
  }

  // Not inlined: clock_gettime(2) writes to memory, and each inlined call would reserve its own space in the task's
  // frame.
  static var now: Instant {
    @inline(never) get { MonotonicClock.now }
  }

  // Not inlined: an inlined suspension reserves space in every task's frame, even if it is never reached.
  @inline(never)
  private static func giveWay() async {
    SystemCall.giveWay()
    await Task.yield()
  }

  // Not inlined: the lane's temporaries would become part of every task's frame.
  @inline(never)
  private static func resume<L: Lane & ~Copyable>(_ lane: UnsafeMutablePointer<L>, _ event: Event) -> Step {
    lane.pointee.resume(event)
  }

  // Not inlined: an inlined suspension reserves space in every task's frame, even if it is never reached.
  @inline(never)
  private func offload<L: Lane & ~Copyable>(
    _ work: Computation, for index: Int, of lanes: UnsafePointer<LaneTable<L>>
  ) async -> UInt64 {
    UInt64(bitPattern: Int64(await lanes.pointee.pool!.perform(.compute(work), for: index)))
  }

  /// Continues after a first transfer that did not send all bytes; waits whenever the socket accepts no more.
  @inline(never)
  private func send<L: Lane & ~Copyable>(
    _ bytes: UnsafeRawBufferPointer, after first: Transfer, on index: Int, of lanes: UnsafePointer<LaneTable<L>>
  ) async -> Step {
    let lane = lanes.pointee[index]
    let socket = socket(of: index, lanes)
    var transfer = first
    var done = 0
    while true {
      switch transfer {
      case .bytes(let count):
        done += count
        if done == bytes.count { return Self.resume(lane, .sent(done)) }
      case .wouldBlock:
        do throws(Errno) {
          try watchWrites(socket, at: place(of: index, lanes))
        } catch {
          return Self.resume(lane, .failed(error, now: Self.now))
        }
        await writable(place(of: index, lanes))
      case .failed(let error): return Self.resume(lane, .failed(error, now: Self.now))
      }
      transfer = socket.send(UnsafeRawBufferPointer(rebasing: bytes[done...]))
    }
  }

  /// Has the pool perform the request while the task is suspended. Without a pool, other tasks have their turn first,
  /// and then the request blocks the task's thread.
  @inline(never)
  private func perform<L: Lane & ~Copyable>(
    _ request: FileRequest, for index: Int, of lanes: UnsafePointer<LaneTable<L>>
  ) async -> Int {
    let file = lanes.pointee.file!
    if let pool = lanes.pointee.pool { return await pool.perform(.file(request, on: file.descriptor), for: index) }
    await Task.yield()
    return file.perform(request)
  }

  @inline(never)
  private func check<L: Lane & ~Copyable>(on index: Int, of lanes: UnsafePointer<LaneTable<L>>) -> Step {
    let place = place(of: index, lanes)
    let found = mayRead(place) ? lanes.pointee.connections.socket(of: place).peek(into: buffer) : nil
    return Self.resume(lanes.pointee[index], .checked(found, now: Self.now))
  }

  /// Receives and hands the bytes to the lane before the task can suspend.
  @inline(__always)
  private func receive<L: Lane & ~Copyable>(on index: Int, of lanes: UnsafePointer<LaneTable<L>>) -> Step {
    let buffer = buffer
    switch socket(of: index, lanes).receive(into: buffer) {
    case .bytes(let count):
      if count == buffer.count { keepReadable(place(of: index, lanes)) }
      let bytes = UnsafeRawBufferPointer(rebasing: buffer[..<count])
      return Self.resume(lanes.pointee[index], .received(bytes, now: Self.now))
    case .wouldBlock:
      forgetReadable(place(of: index, lanes))
      return .receive
    case .failed(let error): return Self.resume(lanes.pointee[index], .failed(error, now: Self.now))
    }
  }
}

// Passing the table to a function copies it, and each such call would reserve space for the copy in every task's frame.
// Tasks therefore use the whole table only through these functions.
extension UnsafePointer {
  @inline(never)
  fileprivate func connect<L: Lane & ~Copyable>(
    _ lane: Int, to endpoint: Int32
  ) throws(Errno) -> ConnectionTable.Reaching where Pointee == LaneTable<L> {
    try pointee.connections.connect(lane, to: endpoint, blocking: false)
  }

  @inline(never)
  fileprivate func close<L: Lane & ~Copyable>(_ lane: Int) where Pointee == LaneTable<L> {
    pointee.connections.close(pointee.connections.place(of: lane))
  }

  @inline(never)
  fileprivate func closeAll<L: Lane & ~Copyable>(of lane: Int) where Pointee == LaneTable<L> {
    pointee.connections.closeAll(of: lane)
  }

  @inline(never)
  fileprivate func settle<L: Lane & ~Copyable>(_ step: Step, of lane: Int) -> Step where Pointee == LaneTable<L> {
    pointee.settle(step, of: lane)
  }
}
