import Glibc
import Modes
import Synchronization
import SystemCalls

/// A task for each connection, or for each of its ends, on the default executor. An epoll loop on a thread of its own
/// resumes them.
final class TaskTalkers: Talkers, @unchecked Sendable {
  private struct Slot: ~Copyable {
    /// `none`, `ready`, or the bits of the continuation that waits.
    let news = Atomic<UInt>(TaskTalkers.none)
  }

  private static let none: UInt = 0
  private static let ready: UInt = 1

  private let near: [Socket]
  private let far: [Socket]
  private let messages: [Message]
  private let slots: UnsafeMutablePointer<Slot>
  private let watch: Watch
  private let wakeUp: WakeUp
  private let hasFailed = Atomic<Bool>(false)
  private var reactor: SystemCalls.Thread?

  /// - Parameter far: the ends that answer, if they are not somebody else's.
  init(_ near: [Socket], _ far: [Socket] = []) throws {
    self.near = near
    self.far = far
    let ends = near + far
    messages = ends.map { _ in Message(64) }
    watch = try Watch(of: ends)
    wakeUp = try WakeUp()
    slots = .allocate(capacity: ends.count)
    for place in ends.indices { (slots + place).initialize(to: Slot()) }
    try watch.add(wakeUp.descriptor, at: ends.count)
    reactor = try Thread(name: "reactor") { [self] in while resumeThose() {} }
  }

  var loopWaits: Int { watch.waits }

  func end() {
    if let reactor {
      wakeUp.signal()
      reactor.join()
    }
    slots.deinitialize(count: messages.count)
    slots.deallocate()
    for message in messages { message.deallocate() }
  }

  func talk(_ turns: Int) throws {
    runTask { [self] in await runAll(turns) }
    if hasFailed.load(ordering: .relaxed) { throw Obstacle("a message was lost") }
  }

  private func runAll(_ turns: Int) async {
    await withDiscardingTaskGroup { group in
      for lane in near.indices {
        group.addTask { [self] in await converse(lane, near[lane], turns, begins: true) }
      }
      for lane in far.indices {
        group.addTask { [self] in await converse(near.count + lane, far[lane], turns, begins: false) }
      }
    }
  }

  /// One end of a connection.
  private func converse(_ place: Int, _ socket: Socket, _ turns: Int, begins: Bool) async {
    do {
      for _ in 0..<turns {
        if begins { try messages[place].send(on: socket) }
        await readable(place)
        try messages[place].receive(on: socket)
        if !begins { try messages[place].send(on: socket) }
      }
    } catch {
      hasFailed.store(true, ordering: .relaxed)
      // Wakes all others.
      for socket in near { socket.shutdown() }
    }
  }

  private func readable(_ place: Int) async {
    if slots[place].news.exchange(Self.none, ordering: .acquiringAndReleasing) == Self.ready { return }
    await withUnsafeContinuation { (continuation: UnsafeContinuation<Void, Never>) in
      let bits = unsafeBitCast(continuation, to: UInt.self)
      let (isWaiting, _) = slots[place].news.compareExchange(
        expected: Self.none, desired: bits, ordering: .acquiringAndReleasing)
      if !isWaiting {
        slots[place].news.store(Self.none, ordering: .relaxed)
        continuation.resume()
      }
    }
  }

  /// Waits once in epoll_wait(2), and resumes the tasks of its events. Returns false at the end.
  private func resumeThose() -> Bool {
    for event in 0..<watch.wait(timeout: -1) {
      let place = watch.place(of: event)
      guard place < messages.count else { return false }
      let old = slots[place].news.exchange(Self.ready, ordering: .acquiringAndReleasing)
      guard old > Self.ready else { continue }
      // Until it is resumed, its task does not look.
      slots[place].news.store(Self.none, ordering: .releasing)
      unsafeBitCast(old, to: UnsafeContinuation<Void, Never>.self).resume()
    }
    return true
  }
}
