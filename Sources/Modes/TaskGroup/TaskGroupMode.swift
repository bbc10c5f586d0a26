import Dispatch
import Measurement
import SystemCalls
import Workloads

/// A child task per lane on Swift's default executor, suspended on a continuation that a reactor thread resumes.
enum TaskGroupMode: Mode {
  static let blocks = false
  static let isMultithreaded = true

  static func drive<L: Lane & ~Copyable>(_ lanes: LaneTable<L>) throws(Errno) {
    let reactor = try Reactor(lanes: lanes.count)
    for index in 0..<lanes.count where lanes.connections.isOpen(index) {
      try reactor.register(lanes.connections.socket(of: index), lane: index)
    }
    let permits = AsyncSemaphore(permits: lanes.limit ?? lanes.count)
    let finished = DispatchSemaphore(value: 0)
    Task.detached {
      await withDiscardingTaskGroup { group in
        for index in 0..<lanes.count {
          group.addTask { await drive(index, of: lanes, on: reactor, permits) }
        }
      }
      finished.signal()
    }
    finished.wait()
    reactor.stop()
  }

  /// Carries one lane from its beginning to its end.
  private static func drive<L: Lane & ~Copyable>(
    _ index: Int, of lanes: LaneTable<L>, on reactor: Reactor, _ permits: AsyncSemaphore
  ) async {
    let lane = lanes[index]
    let connections = lanes.connections
    var step = lane.pointee.begin(now: MonotonicClock.now)
    while true {
      switch step {
      case .connect(let endpoint):
        do throws(Errno) {
          switch try connections.connect(index, to: endpoint, blocking: false) {
          case .established(let socket):
            try reactor.register(socket, lane: index)
          case .inProgress(let socket):
            try reactor.register(socket, lane: index, alsoWritable: true)
            await reactor.writable(index)
            try socket.finishConnecting()
          }
          step = lane.pointee.resume(.connected(now: MonotonicClock.now))
        } catch {
          connections.close(index)
          step = lane.pointee.resume(.failed(error, now: MonotonicClock.now))
        }
      case .send(let bytes):
        step = await send(bytes, on: index, of: lanes, reactor)
      case .receive:
        await reactor.readable(index)
        step = receive(on: index, of: lanes, reactor)
      case .sleep(let deadline):
        await sleep(until: deadline)
        step = lane.pointee.resume(.woke(now: MonotonicClock.now))
      case .acquire:
        await permits.wait()
        step = lane.pointee.resume(.acquired(now: MonotonicClock.now))
      case .release:
        permits.signal()
        step = lane.pointee.resume(.released(now: MonotonicClock.now))
      case .close:
        connections.close(index)
        step = lane.pointee.resume(.closed(now: MonotonicClock.now))
      case .finished:
        connections.close(index)
        return
      }
    }
  }

  /// Sends at once what the socket takes; waits only where it does not take all.
  @inline(__always)
  private static func send<L: Lane & ~Copyable>(
    _ bytes: UnsafeRawBufferPointer, on index: Int, of lanes: LaneTable<L>, _ reactor: Reactor
  ) async -> Step {
    let socket = lanes.connections.socket(of: index)
    var done = 0
    while true {
      switch socket.send(UnsafeRawBufferPointer(rebasing: bytes[done...])) {
      case .bytes(let count):
        done += count
        if done == bytes.count { return lanes[index].pointee.resume(.sent(done)) }
      case .wouldBlock:
        do throws(Errno) {
          try reactor.watchWrites(socket, lane: index)
        } catch {
          return lanes[index].pointee.resume(.failed(error, now: MonotonicClock.now))
        }
        await reactor.writable(index)
      case .failed(let error): return lanes[index].pointee.resume(.failed(error, now: MonotonicClock.now))
      }
    }
  }

  /// Takes what has arrived into the thread's buffer, and hands it on before the task can suspend.
  @inline(__always)
  private static func receive<L: Lane & ~Copyable>(on index: Int, of lanes: LaneTable<L>, _ reactor: Reactor) -> Step {
    let buffer = ThreadBuffer.current
    switch lanes.connections.socket(of: index).receive(into: buffer) {
    case .bytes(let count):
      if count == buffer.count { reactor.keepReadable(index) }
      let bytes = UnsafeRawBufferPointer(rebasing: buffer[..<count])
      return lanes[index].pointee.resume(.received(bytes, now: MonotonicClock.now))
    case .wouldBlock:
      reactor.forgetReadable(index)
      return .receive
    case .failed(let error): return lanes[index].pointee.resume(.failed(error, now: MonotonicClock.now))
    }
  }

  /// `Task.sleep`, never shorter than asked.
  private static func sleep(until deadline: Instant) async {
    while case let left = deadline.since(MonotonicClock.now), left > .zero {
      try? await Task.sleep(nanoseconds: left.count)
    }
  }
}
