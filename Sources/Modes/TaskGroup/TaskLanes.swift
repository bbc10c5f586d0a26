import Measurement
import SystemCalls
import Workloads

/// What the tasks of a trial wait on. Each lane has one task, which waits for one thing at a time.
protocol TaskWaiter: Sendable {
  /// A new connection of the lane. `alsoWritable` where it is not established yet.
  func register(_ socket: Socket, lane: Int, alsoWritable: Bool) throws(Errno)
  /// Asks for news of the connection becoming writable, which is only needed once it has not been.
  func watchWrites(_ socket: Socket, lane: Int) throws(Errno)
  func readable(_ lane: Int) async
  func writable(_ lane: Int) async
  /// There may be more to read than was taken.
  func keepReadable(_ lane: Int)
  /// There was nothing to read after all.
  func forgetReadable(_ lane: Int)
  /// Never shorter than asked, but for the end of all sleeps.
  func sleep(_ lane: Int, until deadline: Instant) async
  /// Time passes until then, or until the peer has finished or the connection broke: whether that came first.
  func delay(_ lane: Int, until deadline: Instant) async -> Bool
  /// No sleep and no delay lasts any longer. Their tasks have been cancelled.
  func endSleeps()
  /// Takes a permit once there is one; first come, first served.
  func acquire(_ lane: Int) async
  func release()
  /// Where the calling thread receives; not to be held across a suspension.
  var buffer: UnsafeMutableRawBufferPointer { get }
}

/// So few children are looked through in a fraction of the time that it takes to make one; up to so many lanes there is one
/// group.
private let lanesPerGroup = 1024

extension TaskWaiter {
  /// Registers the connections that are open already.
  func registerAll<L: Lane & ~Copyable>(of lanes: LaneTable<L>) throws(Errno) {
    for index in 0..<lanes.count where lanes.connections.isOpen(index) {
      try register(lanes.connections.socket(of: index), lane: index, alsoWritable: false)
    }
  }

  /// A child task per lane, until all of them have finished. A group that a child leaves looks for it among the children
  /// that have not finished (`TaskGroup.removeChildTask` in the Swift runtime): many lanes are divided between groups.
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

  /// A child task for each lane of a range.
  private func drive<L: Lane & ~Copyable>(_ range: Range<Int>, of lanes: UnsafePointer<LaneTable<L>>) async {
    nonisolated(unsafe) let lanes = lanes
    await withDiscardingTaskGroup { group in
      for index in range {
        group.addTask { await drive(index, of: lanes) }
      }
    }
  }

  /// Carries one lane from its beginning to its end.
  func drive<L: Lane & ~Copyable>(_ index: Int, of lanes: UnsafePointer<LaneTable<L>>) async {
    let lane = lanes.pointee[index]
    var step = lane.pointee.begin(now: Self.now)
    while true {
      switch step {
      case .connect(let endpoint):
        do throws(Errno) {
          switch try lanes.pointee.connections.connect(index, to: endpoint, blocking: false) {
          case .established(let socket):
            try register(socket, lane: index, alsoWritable: false)
          case .inProgress(let socket):
            try register(socket, lane: index, alsoWritable: true)
            await writable(index)
            try socket.finishConnecting()
          }
          step = Self.resume(lane, .connected(now: Self.now))
        } catch {
          lanes.pointee.connections.close(index)
          step = Self.resume(lane, .failed(error, now: Self.now))
        }
      case .send(let bytes):
        switch lanes.pointee.connections.socket(of: index).send(bytes) {
        case .bytes(bytes.count): step = Self.resume(lane, .sent(bytes.count))
        case let transfer: step = await send(bytes, after: transfer, on: index, of: lanes)
        }
      case .receive:
        await readable(index)
        step = receive(on: index, of: lanes)
      case .sleep(let deadline):
        await sleep(index, until: deadline)
        step = Self.resume(lane, .woke(now: Self.now))
      case .delay(let deadline):
        let hasEnded = await delay(index, until: deadline)
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
        await acquire(index)
        step = Self.resume(lane, .acquired(now: Self.now))
      case .release:
        release()
        step = Self.resume(lane, .released(now: Self.now))
      case .close:
        lanes.pointee.connections.close(index)
        step = Self.resume(lane, .closed(now: Self.now))
      case .finishSending:
        lanes.pointee.connections.socket(of: index).finishSending()
        step = Self.resume(lane, .sent(0))
      case .abort:
        lanes.pointee.connections.socket(of: index).breakOnClose()
        step = .finished
      case .finished:
        lanes.pointee.connections.close(index)
        return
      }
    }
  }

  // Not inlined: the time is written to memory, and each place that reads it would have its own in the task.
  static var now: Instant {
    @inline(never) get { MonotonicClock.now }
  }

  // Not inlined: every suspension makes room for itself in the task, whether or not it comes to that.
  @inline(never)
  private static func giveWay() async { await Task.yield() }

  // Not inlined: what a lane needs while it takes an event would be part of its task for good.
  @inline(never)
  private static func resume<L: Lane & ~Copyable>(_ lane: UnsafeMutablePointer<L>, _ event: Event) -> Step {
    lane.pointee.resume(event)
  }

  // Not inlined: every suspension makes room for itself in the task, whether or not it comes to that.
  @inline(never)
  private func offload<L: Lane & ~Copyable>(
    _ work: Computation, for index: Int, of lanes: UnsafePointer<LaneTable<L>>
  ) async -> UInt64 {
    UInt64(bitPattern: Int64(await lanes.pointee.pool!.perform(.compute(work), for: index)))
  }

  /// Goes on sending after a first transfer that did not take all: waits whenever the socket takes no more.
  @inline(never)
  private func send<L: Lane & ~Copyable>(
    _ bytes: UnsafeRawBufferPointer, after first: Transfer, on index: Int, of lanes: UnsafePointer<LaneTable<L>>
  ) async -> Step {
    let lane = lanes.pointee[index]
    let socket = lanes.pointee.connections.socket(of: index)
    var transfer = first
    var done = 0
    while true {
      switch transfer {
      case .bytes(let count):
        done += count
        if done == bytes.count { return Self.resume(lane, .sent(done)) }
      case .wouldBlock:
        do throws(Errno) {
          try watchWrites(socket, lane: index)
        } catch {
          return Self.resume(lane, .failed(error, now: Self.now))
        }
        await writable(index)
      case .failed(let error): return Self.resume(lane, .failed(error, now: Self.now))
      }
      transfer = socket.send(UnsafeRawBufferPointer(rebasing: bytes[done...]))
    }
  }

  /// By the pool while the task is suspended; or on the thread that the task is on, after which others have their turn.
  @inline(never)
  private func perform<L: Lane & ~Copyable>(
    _ request: FileRequest, for index: Int, of lanes: UnsafePointer<LaneTable<L>>
  ) async -> Int {
    let file = lanes.pointee.file!
    if let pool = lanes.pointee.pool { return await pool.perform(.file(request, on: file.descriptor), for: index) }
    await Task.yield()
    return file.perform(request)
  }

  /// Takes what has arrived, and hands it on before the task can suspend.
  @inline(__always)
  private func receive<L: Lane & ~Copyable>(on index: Int, of lanes: UnsafePointer<LaneTable<L>>) -> Step {
    let buffer = buffer
    switch lanes.pointee.connections.socket(of: index).receive(into: buffer) {
    case .bytes(let count):
      if count == buffer.count { keepReadable(index) }
      let bytes = UnsafeRawBufferPointer(rebasing: buffer[..<count])
      return Self.resume(lanes.pointee[index], .received(bytes, now: Self.now))
    case .wouldBlock:
      forgetReadable(index)
      return .receive
    case .failed(let error): return Self.resume(lanes.pointee[index], .failed(error, now: Self.now))
    }
  }
}
