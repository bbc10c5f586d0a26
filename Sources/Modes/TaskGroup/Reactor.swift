import Glibc
import Measurement
import Synchronization
import SystemCalls

/// A thread that waits in epoll_wait and resumes the tasks whose descriptors have become ready. Descriptors are
/// registered once, edge-triggered; per place and direction one atomic word says what it last heard.
struct Reactor: TaskWaiter, @unchecked Sendable {
  private struct Slot: ~Copyable {
    let read = Atomic<UInt>(Word.idle)
    let write = Atomic<UInt>(Word.idle)
    /// Which of the place's connections the words speak of.
    let generation = Atomic<UInt32>(0)
    /// The lane's task while it is delayed, which is cancelled at the connection's end; or `idle`, `ended`, `taken`.
    let delay = Atomic<UInt>(Word.idle)
    var watchesWrites = false
  }

  /// `idle`, `ready`, `ended` (for good: the next transfer says how), or the bits of the continuation that waits.
  private enum Word {
    static var idle: UInt { 0 }
    static var ready: UInt { 1 }
    static var ended: UInt { 2 }
    /// Of a delay: the reactor has it in hand, and whoever else wants it waits.
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

  /// Ends the thread and frees everything. Nobody may wait any more.
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

  /// Resumes whoever waits on the word, or leaves word of the news.
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

  /// The connection of this generation has ended: cancels the lane's task if it is delayed; nor will it be delayed again.
  private static func endDelay(_ slot: UnsafeMutablePointer<Slot>, _ generation: UInt32) {
    let old = slot.pointee.delay.exchange(Word.taken, ordering: .acquiringAndReleasing)
    // The slot may have a new connection by now; as long as the word is taken it gets none.
    let isCurrent = slot.pointee.generation.load(ordering: .acquiring) == generation
    if isCurrent && old > Word.taken { unsafeBitCast(old, to: UnsafeCurrentTask.self).cancel() }
    slot.pointee.delay.store(isCurrent ? Word.ended : old, ordering: .releasing)
  }

  /// Exchanges a delay's word once nobody has it in hand; answers what it was.
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

  // MARK: The tasks' side

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

  // Not inlined: every suspension makes room for itself in the task, whether or not it comes to that.
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

  /// `Task.sleep`; over at once where the task is cancelled.
  @inline(__always)
  func sleep(_ place: Int, until deadline: Instant) async {
    while case let left = deadline.since(Self.now), left > .zero {
      do { try await Task.sleep(nanoseconds: left.count) } catch { return }
    }
  }

  /// A sleep that is cancelled at the connection's end, as the task is then: nothing but the lane's end follows.
  @inline(never)
  func delay(_ place: Int, until deadline: Instant) async -> Bool {
    let slot = slots + place
    let task = withUnsafeCurrentTask { unsafeBitCast($0!, to: UInt.self) }
    if Self.exchange(slot.pointee.delay, to: task, unless: Word.ended) == Word.ended { return true }
    await sleep(place, until: deadline)
    return Self.exchange(slot.pointee.delay, to: Word.idle, unless: Word.ended) == Word.ended
  }

  /// Their tasks have been cancelled.
  func endSleeps() {}

  @inline(never)
  func acquire(_ place: Int) async { await withUnsafeContinuation { shared.pointee.permits.wait($0) } }

  func release() { shared.pointee.permits.signal() }

  var buffer: UnsafeMutableRawBufferPointer { ThreadBuffer.current }

  /// Whether there has been news since the last time.
  @inline(__always)
  private static func consume(_ word: borrowing Atomic<UInt>) -> Bool {
    switch word.load(ordering: .acquiring) {
    case Word.ended: return true
    case Word.ready:
      // Where that fails the reactor has written meanwhile, and what it writes is news too.
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

  /// False where news came first; it is consumed.
  private static func install(_ bits: UInt, in word: borrowing Atomic<UInt>) -> Bool {
    if word.compareExchange(expected: Word.idle, desired: bits, ordering: .acquiringAndReleasing).exchanged {
      return true
    }
    return !consume(word)
  }
}
