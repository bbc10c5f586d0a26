import Measurement
import Plan
import SystemCalls
import Workloads

/// Lanes that do nothing by themselves, carried by the code of a mode: what they take is what the mode takes.
package enum Rally {
  /// Passes a message to and fro over each pair of sockets, and closes them. The near ends begin.
  /// - Parameters:
  ///   - message: must arrive whole, and stay in place.
  ///   - turns: how often each end sends.
  ///   - mode: `epoll` or `executor`, on the calling thread and one processor.
  package static func pass(
    _ message: UnsafeRawBufferPointer, over pairs: [(near: Socket, far: Socket)], turns: Int, by mode: ModeID
  ) throws(Errno) {
    let connections = ConnectionTable(count: 2 * pairs.count, endpoints: [])
    defer {
      for place in 0..<connections.count { connections.close(place) }
      connections.deallocate()
    }
    for (place, pair) in pairs.enumerated() {
      connections.adopt(pair.near, at: 2 * place)
      connections.adopt(pair.far, at: 2 * place + 1)
    }
    try drive(
      LaneTable(connections, pool: nil) { RallyLane(message: message, begins: $0 % 2 == 0, left: turns) }, by: mode)
  }

  /// Has a pool do work that takes no time, one piece after another for each lane.
  /// - Parameters:
  ///   - turns: the pieces of each lane.
  ///   - threads: of the pool.
  ///   - mode: `epoll`, `executor` or `taskgroup`.
  package static func offload(lanes: Int, turns: Int, toPoolOf threads: Int, by mode: ModeID) throws(Errno) {
    let connections = ConnectionTable(count: lanes, endpoints: [])
    defer { connections.deallocate() }
    let pool = try OffloadPool(threads: threads, lanes: lanes)
    defer { pool.stop() }
    try drive(LaneTable(connections, pool: pool) { _ in OffloadingLane(left: turns) }, by: mode)
  }

  /// Has each lane sleep, one time after another.
  /// - Parameters:
  ///   - turns: the sleeps of each lane.
  ///   - mode: `dispatch`.
  package static func sleep(lanes: Int, for duration: Nanoseconds, turns: Int, by mode: ModeID) throws(Errno) {
    let connections = ConnectionTable(count: lanes, endpoints: [])
    defer { connections.deallocate() }
    try drive(LaneTable(connections, pool: nil) { _ in SleepingLane(duration: duration, left: turns) }, by: mode)
  }

  /// - Throws: `.brokenPipe` if a lane did not do all its turns.
  private static func drive<L: CountedLane & ~Copyable>(_ lanes: LaneTable<L>, by mode: ModeID) throws(Errno) {
    defer {
      lanes.base.deinitialize(count: lanes.count)
      lanes.base.deallocate()
    }
    // Each by its name, so that its loop is specialised for these lanes, as it is for those of trials.
    switch mode {
    case .epoll: try EpollMode.loop(lanes)
    case .executor: try ExecutorMode.loop(lanes)
    case .taskgroup: try TaskGroupMode.drive(lanes)
    case .dispatch: DispatchMode.drive(lanes)
    default: preconditionFailure("\(mode.rawValue) has no rally")
    }
    for lane in 0..<lanes.count where lanes[lane].pointee.left > 0 { throw .brokenPipe }
  }
}

extension LaneTable where L: ~Copyable {
  /// One lane for each of the connections.
  fileprivate init(_ connections: ConnectionTable, pool: OffloadPool?, makeLane: (Int) -> L) {
    let base = UnsafeMutablePointer<L>.allocate(capacity: connections.count)
    for lane in 0..<connections.count { (base + lane).initialize(to: makeLane(lane)) }
    self.init(
      base: base, count: connections.count, connections: connections, limit: nil,
      arrangement: Arrangement(lanes: connections.count), file: nil, pool: pool)
  }
}

private protocol CountedLane: Lane, ~Copyable {
  /// The turns that are not done.
  var left: Int { get }
}

/// One end of a connection.
private struct RallyLane: CountedLane, ~Copyable {
  let message: UnsafeRawBufferPointer
  let begins: Bool
  var left: Int

  mutating func begin(now: Instant) -> Step { begins ? .send(message) : .receive }

  mutating func resume(_ event: Event) -> Step {
    switch event {
    case .received(let bytes, _) where bytes.count == message.count:
      left -= 1
      return begins && left == 0 ? .finished : .send(message)
    case .sent: return left > 0 ? .receive : .finished
    default: return .abort
    }
  }
}

private struct OffloadingLane: CountedLane, ~Copyable {
  var left: Int

  private static var work: Step { .compute(Computation(iterations: 0, seed: 1)) }

  mutating func begin(now: Instant) -> Step { Self.work }

  mutating func resume(_ event: Event) -> Step {
    guard case .computed = event else { return .abort }
    left -= 1
    return left > 0 ? Self.work : .finished
  }
}

private struct SleepingLane: CountedLane, ~Copyable {
  let duration: Nanoseconds
  var left: Int

  mutating func begin(now: Instant) -> Step { .sleep(until: now + duration) }

  mutating func resume(_ event: Event) -> Step {
    guard case .woke(let now) = event else { return .abort }
    left -= 1
    return left > 0 ? .sleep(until: now + duration) : .finished
  }
}
