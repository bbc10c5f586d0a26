import Glibc
import Measurement
import SystemCalls

/// An epoll loop whose events resume tasks, and which then runs those tasks itself. Everything happens on one thread,
/// so that nothing is atomic. Descriptors are registered once, edge-triggered.
struct TaskLoop: TaskWaiter, @unchecked Sendable {
  /// The loop's state for a place and its connection. All zeros mean that no lane waits there.
  private struct Slot {
    /// The continuation of the lane's task, while it waits.
    var waiter: UnsafeContinuation<Void, Never>
    /// Numbers the connections of the place; events carry it.
    var generation: UInt32
    var waits: Wait
    var news: News
    var watchesWrites: Bool
  }

  private enum Wait: UInt8 { case nothing, readable, writable }

  /// Events received and not yet acted on. `ended` stays set; the next transfer tells how.
  private struct News: OptionSet {
    let rawValue: UInt8
    static var readable: News { News(rawValue: 1) }
    static var writable: News { News(rawValue: 2) }
    static var ended: News { News(rawValue: 4) }
  }

  private struct State: ~Copyable {
    let epoll: Epoll
    let executor: LoopExecutor
    let slots: UnsafeMutablePointer<Slot>
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: ThreadBuffer.size, alignment: 64)
    var timers = TimerHeap()
    var permits: Permits
    var endsSleeps = false
    var isFinished = false

    deinit {
      free(slots)
      buffer.deallocate()
    }
  }

  // One pointer, because every task keeps it.
  private let state: UnsafeMutablePointer<State>

  var buffer: UnsafeMutableRawBufferPointer { state.pointee.buffer }

  private static var remoteData: UInt64 { .max }

  init(places count: Int, permits: Int) throws(Errno) {
    let epoll = try Epoll()
    let executor = try LoopExecutor()
    try epoll.add(executor.wakeUpDescriptor, [.readable, .edgeTriggered], data: Self.remoteData)
    // Zero pages take no memory until they are used.
    let slots = calloc(max(count, 1), MemoryLayout<Slot>.stride)!.bindMemory(to: Slot.self, capacity: count)
    state = .allocate(capacity: 1)
    state.initialize(to: State(epoll: epoll, executor: executor, slots: slots, permits: Permits(permits)))
  }

  /// Frees everything. No task may be waiting any more.
  func deallocate() {
    state.deinitialize(count: 1)
    state.deallocate()
  }

  /// Runs `body` as a task, and the loop on the calling thread until that task has ended.
  func run(_ body: @escaping @Sendable () async -> Void) {
    let executor = state.pointee.executor
    Task(executorPreference: executor) {
      await body()
      state.pointee.isFinished = true
    }
    // An unowned reference: the executor must outlive it.
    let unowned = executor.asUnownedTaskExecutor()
    withExtendedLifetime(executor) {
      executor.runGeneration(as: unowned)
      while !state.pointee.isFinished { turn(executor, unowned) }
    }
  }

  /// Waits unless jobs are ready, then runs every task that can continue.
  private func turn(_ executor: LoopExecutor, _ unowned: UnownedTaskExecutor) {
    let timeout = executor.isIdle ? state.pointee.timers.timeout(atMost: -1) : 0
    for event in 0..<state.pointee.epoll.wait(timeout: timeout) {
      let (readiness, data) = state.pointee.epoll[event]
      if data == Self.remoteData { executor.takeRemote() } else { handle(readiness, data) }
    }
    if state.pointee.timers.count > 0 {
      let now = MonotonicClock.now
      while let lane = state.pointee.timers.popDue(at: now) {
        // Each task runs at once, while it is in the cache: there may be a million.
        state.pointee.slots[Int(lane)].waiter.resume()
        executor.runGeneration(as: unowned)
      }
    }
    executor.runGeneration(as: unowned)
  }

  @inline(__always)
  private func handle(_ readiness: Epoll.Readiness, _ data: UInt64) {
    let slot = state.pointee.slots + Int(data & 0xffff_ffff)
    guard slot.pointee.generation == UInt32(data >> 32) else { return }
    if readiness.contains(.readable) { slot.pointee.news.insert(.readable) }
    if readiness.contains(.writable) { slot.pointee.news.insert(.writable) }
    if !readiness.isDisjoint(with: .ended) { slot.pointee.news.insert(.ended) }
    let goesOn =
      switch slot.pointee.waits {
      case .nothing: slot.pointee.news.contains(.ended) && cancelDelay(of: UInt32(data & 0xffff_ffff))
      case .readable: Self.consume(.readable, slot)
      case .writable: Self.consume(.writable, slot)
      }
    if goesOn {
      slot.pointee.waits = .nothing
      slot.pointee.waiter.resume()
    }
  }

  @inline(never)
  private func cancelDelay(of lane: UInt32) -> Bool { state.pointee.timers.cancelDelay(of: lane) }

  /// Consumes an event; returns whether there was one since the last call.
  @inline(__always)
  private static func consume(_ news: News, _ slot: UnsafeMutablePointer<Slot>) -> Bool {
    slot.pointee.news.remove(news) != nil || slot.pointee.news.contains(.ended)
  }

  // MARK: For the tasks

  func register(_ socket: Socket, at place: Int, alsoWritable: Bool) throws(Errno) {
    let slot = state.pointee.slots + place
    slot.pointee.generation &+= 1
    slot.pointee.news = []
    slot.pointee.watchesWrites = alsoWritable
    try state.pointee.epoll.add(
      socket.descriptor, alsoWritable ? Self.both : Self.readsOnly, data: data(of: place))
  }

  func watchWrites(_ socket: Socket, at place: Int) throws(Errno) {
    guard !state.pointee.slots[place].watchesWrites else { return }
    state.pointee.slots[place].watchesWrites = true
    try state.pointee.epoll.modify(socket.descriptor, Self.both, data: data(of: place))
  }

  private static var readsOnly: Epoll.Readiness { [.readable, .peerFinished, .edgeTriggered] }
  private static var both: Epoll.Readiness { [.readable, .writable, .peerFinished, .edgeTriggered] }

  private func data(of place: Int) -> UInt64 { UInt64(state.pointee.slots[place].generation) << 32 | UInt64(place) }

  @inline(__always)
  func readable(_ place: Int) async { await wait(place, for: .readable, news: .readable) }

  // Not inlined: an inlined suspension reserves space in every task's frame, even if it is never reached.
  @inline(never)
  func writable(_ place: Int) async { await wait(place, for: .writable, news: .writable) }

  func mayRead(_ place: Int) -> Bool { !state.pointee.slots[place].news.isDisjoint(with: [.readable, .ended]) }

  func keepReadable(_ place: Int) { state.pointee.slots[place].news.insert(.readable) }

  func forgetReadable(_ place: Int) { state.pointee.slots[place].news.remove(.ended) }

  @inline(__always)
  private func wait(_ place: Int, for wait: Wait, news: News) async {
    let slot = state.pointee.slots + place
    if Self.consume(news, slot) { return }
    await withUnsafeContinuation { continuation in
      slot.pointee.waits = wait
      slot.pointee.waiter = continuation
    }
  }

  @inline(__always)
  func sleep(_ place: Int, until deadline: Instant) async {
    if state.pointee.endsSleeps { return }
    await withUnsafeContinuation { continuation in
      state.pointee.slots[place].waiter = continuation
      state.pointee.timers.insert(lane: UInt32(place), deadline: deadline)
    }
  }

  @inline(never)
  func delay(_ place: Int, until deadline: Instant) async -> Bool {
    let slot = state.pointee.slots + place
    if !slot.pointee.news.contains(.ended) && !state.pointee.endsSleeps {
      await withUnsafeContinuation { continuation in
        slot.pointee.waiter = continuation
        state.pointee.timers.insertDelay(of: UInt32(place), deadline: deadline)
      }
    }
    return slot.pointee.news.contains(.ended)
  }

  func endSleeps() {
    state.pointee.endsSleeps = true
    while let lane = state.pointee.timers.popDue(at: Instant(nanoseconds: .max)) {
      state.pointee.slots[Int(lane)].waiter.resume()
    }
  }

  @inline(never)
  func acquire(_ place: Int) async {
    if state.pointee.permits.take(for: UInt32(place)) { return }
    await withUnsafeContinuation { state.pointee.slots[place].waiter = $0 }
  }

  func release() {
    state.pointee.permits.giveBack()
    if let next = state.pointee.permits.admit() { state.pointee.slots[Int(next)].waiter.resume() }
  }
}
