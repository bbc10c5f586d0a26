import Glibc
import Measurement
import Synchronization
import SystemCalls

/// A thread that waits in epoll_wait(2) and resumes the tasks whose descriptors have become ready. Descriptors are
/// registered once, edge-triggered. One atomic word per place and direction holds the latest event.
struct Reactor: TaskWaiter, @unchecked Sendable {
  private struct Slot: ~Copyable {
    let read = Atomic<UInt>(Word.idle)
    let write = Atomic<UInt>(Word.idle)
    /// Numbers the connections of the place; the words describe this one.
    let generation = Atomic<UInt32>(0)
    /// The lane's task while it is in a delay, to be cancelled when the connection ends; or `idle`, `ended`, `taken`.
    let delay = Atomic<UInt>(Word.idle)
    var watchesWrites = false
  }

  /// `idle`, `ready`, `ended` (for good; the next transfer tells how), or the bits of the waiting continuation.
  private enum Word {
    static var idle: UInt { 0 }
    static var ready: UInt { 1 }
    static var ended: UInt { 2 }
    /// A delay's word while the reactor holds it; others wait.
    static var taken: UInt { 3 }
  }

  private struct Shared: ~Copyable {
    let epoll: Epoll
    let wakeUp: WakeUp
    let permits: AsyncSemaphore
  }

  private let slots: UnsafeMutablePointer<Slot>
  private let shared: UnsafeMutablePointer<Shared>
  private let thread: Thread

  private static let stopData = UInt64.max

  init(places count: Int, permits: Int) throws(Errno) {
    let shared = UnsafeMutablePointer<Shared>.allocate(capacity: 1)
    shared.initialize(
      to: Shared(epoll: try Epoll(), wakeUp: try WakeUp(), permits: AsyncSemaphore(permits: permits)))
    try shared.pointee.epoll.add(shared.pointee.wakeUp.descriptor, .readable, data: Self.stopData)
    // Zero pages are idle slots, and take no memory until they are used.
    let slots = calloc(count, MemoryLayout<Slot>.stride)!.bindMemory(to: Slot.self, capacity: count)
    nonisolated(unsafe) let (unsafeShared, unsafeSlots) = (shared, slots)
    thread = try Thread(name: "reactor") { Self.run(unsafeShared, unsafeSlots) }
    self.shared = shared
    self.slots = slots
  }

  /// Ends the thread and frees everything. No task may be waiting any more.
  func stop() {
    shared.pointee.wakeUp.signal()
    thread.join()
    shared.deinitialize(count: 1)
    shared.deallocate()
    free(slots)
  }

  private static func run(_ shared: UnsafeMutablePointer<Shared>, _ slots: UnsafeMutablePointer<Slot>) {
    while true {
      let count = shared.pointee.epoll.wait(timeout: -1)
      for event in 0..<count {
        let (readiness, data) = shared.pointee.epoll[event]
        if data == stopData { return }
        let slot = slots + Int(data & 0xffff_ffff)
        guard slot.pointee.generation.load(ordering: .acquiring) == UInt32(data >> 32) else { continue }
        let ended = !readiness.isDisjoint(with: .ended)
        if ended || readiness.contains(.readable) { signal(slot.pointee.read, ended: ended) }
        if ended || readiness.contains(.writable) { signal(slot.pointee.write, ended: ended) }
        if ended { endDelay(slot, UInt32(data >> 32)) }
      }
    }
  }

  /// Resumes the task that waits on the word, or stores the event there.
  private static func signal(_ word: borrowing Atomic<UInt>, ended: Bool) {
    var old = word.load(ordering: .acquiring)
    while old != Word.ended {
      let waits = old > Word.ended
      let new = ended ? Word.ended : waits ? Word.idle : Word.ready
      let (exchanged, seen) = word.compareExchange(expected: old, desired: new, ordering: .acquiringAndReleasing)
      if exchanged {
        if waits { unsafeBitCast(old, to: UnsafeContinuation<Void, Never>.self).resume() }
        return
      }
      old = seen
    }
  }

  /// Handles the end of the connection with this generation: cancels the lane's task if it is in a delay, and prevents
  /// later delays.
  private static func endDelay(_ slot: UnsafeMutablePointer<Slot>, _ generation: UInt32) {
    let old = slot.pointee.delay.exchange(Word.taken, ordering: .acquiringAndReleasing)
    // The slot may already have a new connection. While the word is taken, it gets none.
    let isCurrent = slot.pointee.generation.load(ordering: .acquiring) == generation
    if isCurrent && old > Word.taken { unsafeBitCast(old, to: UnsafeCurrentTask.self).cancel() }
    slot.pointee.delay.store(isCurrent ? Word.ended : old, ordering: .releasing)
  }

  /// Exchanges a delay's word once the reactor no longer holds it; returns the old value.
  private static func exchange(
    _ word: borrowing Atomic<UInt>, to new: UInt, unless kept: UInt = Word.taken
  ) -> UInt {
    while true {
      let old = word.load(ordering: .acquiring)
      if old == Word.taken {
        sched_yield()
      } else if old == kept
        || word.compareExchange(expected: old, desired: new, ordering: .acquiringAndReleasing).exchanged
      {
        return old
      }
    }
  }

  // MARK: For the tasks

  func register(_ socket: Socket, at place: Int, alsoWritable: Bool) throws(Errno) {
    let slot = slots + place
    let generation = slot.pointee.generation.load(ordering: .relaxed) &+ 1
    slot.pointee.generation.store(generation, ordering: .releasing)
    slot.pointee.read.store(Word.idle, ordering: .relaxed)
    _ = Self.exchange(slot.pointee.delay, to: Word.idle)
    slot.pointee.write.store(Word.idle, ordering: .releasing)
    slot.pointee.watchesWrites = alsoWritable
    try shared.pointee.epoll.add(
      socket.descriptor, alsoWritable ? Self.both : Self.readsOnly, data: UInt64(generation) << 32 | UInt64(place))
  }

  func watchWrites(_ socket: Socket, at place: Int) throws(Errno) {
    let slot = slots + place
    guard !slot.pointee.watchesWrites else { return }
    slot.pointee.watchesWrites = true
    let generation = slot.pointee.generation.load(ordering: .relaxed)
    try shared.pointee.epoll.modify(socket.descriptor, Self.both, data: UInt64(generation) << 32 | UInt64(place))
  }

  private static let readsOnly: Epoll.Readiness = [.readable, .peerFinished, .edgeTriggered]
  private static let both: Epoll.Readiness = [.readable, .writable, .peerFinished, .edgeTriggered]

  @inline(__always)
  func readable(_ place: Int) async {
    if !Self.consume(slots[place].read) { await wait(place, isRead: true) }
  }

  // Not inlined: an inlined suspension reserves space in every task's frame, even if it is never reached.
  @inline(never)
  func writable(_ place: Int) async {
    if !Self.consume(slots[place].write) { await wait(place, isRead: false) }
  }

  func mayRead(_ place: Int) -> Bool { slots[place].read.load(ordering: .acquiring) != Word.idle }

  func keepReadable(_ place: Int) {
    _ = slots[place].read.compareExchange(expected: Word.idle, desired: Word.ready, ordering: .acquiringAndReleasing)
  }

  func forgetReadable(_ place: Int) {
    _ = slots[place].read.compareExchange(expected: Word.ended, desired: Word.idle, ordering: .acquiringAndReleasing)
  }

  /// `Task.sleep`; it ends at once if the task is cancelled.
  @inline(__always)
  func sleep(_ place: Int, until deadline: Instant) async {
    while case let left = deadline.since(Self.now), left > .zero {
      do { try await Task.sleep(nanoseconds: left.count) } catch { return }
    }
  }

  /// A sleep that is cancelled when the connection ends. Cancelling the whole task is safe, because only the lane's end
  /// follows.
  @inline(never)
  func delay(_ place: Int, until deadline: Instant) async -> Bool {
    let slot = slots + place
    let task = withUnsafeCurrentTask { unsafeBitCast($0!, to: UInt.self) }
    if Self.exchange(slot.pointee.delay, to: task, unless: Word.ended) == Word.ended { return true }
    await sleep(place, until: deadline)
    return Self.exchange(slot.pointee.delay, to: Word.idle, unless: Word.ended) == Word.ended
  }

  /// Nothing to do: cancelling the tasks has ended their sleeps.
  func endSleeps() {}

  @inline(never)
  func acquire(_ place: Int) async { await withUnsafeContinuation { shared.pointee.permits.wait($0) } }

  func release() { shared.pointee.permits.signal() }

  var buffer: UnsafeMutableRawBufferPointer { ThreadBuffer.current }

  /// Consumes an event; returns whether there was one since the last call.
  @inline(__always)
  private static func consume(_ word: borrowing Atomic<UInt>) -> Bool {
    switch word.load(ordering: .acquiring) {
    case Word.ended: return true
    case Word.ready:
      // If the exchange fails, the reactor has stored another event meanwhile, which counts, too.
      _ = word.compareExchange(expected: Word.ready, desired: Word.idle, ordering: .acquiringAndReleasing)
      return true
    default: return false
    }
  }

  private func wait(_ place: Int, isRead: Bool) async {
    await withUnsafeContinuation { (continuation: UnsafeContinuation<Void, Never>) in
      let bits = unsafeBitCast(continuation, to: UInt.self)
      let isWaiting =
        isRead ? Self.install(bits, in: slots[place].read) : Self.install(bits, in: slots[place].write)
      if !isWaiting { continuation.resume() }
    }
  }

  /// Stores a waiting continuation. Returns false if an event came first, which it consumes.
  private static func install(_ bits: UInt, in word: borrowing Atomic<UInt>) -> Bool {
    if word.compareExchange(expected: Word.idle, desired: bits, ordering: .acquiringAndReleasing).exchanged {
      return true
    }
    return !consume(word)
  }
}
