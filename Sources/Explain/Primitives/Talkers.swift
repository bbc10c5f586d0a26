import CLinux
import Glibc
import Measurement
import Synchronization
import SystemCalls

/// The near ends of conversations.
protocol Talkers: AnyObject {
  /// Sends a message on each connection and receives its answer, so many times; returns when all have done so.
  func talk(_ turns: Int) throws
  /// The calls of epoll_wait(2) so far.
  var loopWaits: Int { get }
  /// Ends all threads. To be called once, while nobody talks.
  func end()
}

/// A thread per connection, in blocking calls.
final class ThreadTalkers: Talkers {
  private let messages: [Message]
  private let crew: Crew

  init(_ sockets: [Socket]) throws {
    let messages = sockets.map { _ in Message(64) }
    self.messages = messages
    crew = try Crew(sockets.count) { member, turns in
      for _ in 0..<turns {
        try messages[member].send(on: sockets[member])
        try messages[member].receive(on: sockets[member])
      }
    }
  }

  func talk(_ turns: Int) throws { try crew.work(turns) }

  var loopWaits: Int { 0 }

  func end() {
    crew.end()
    for message in messages { message.deallocate() }
  }
}

/// One loop for all connections, on the calling thread.
final class LoopTalkers: Talkers {
  private let sockets: [Socket]
  private let watch: Watch
  private let message = Message(64)

  init(_ sockets: [Socket]) throws {
    self.sockets = sockets
    watch = try Watch(of: sockets)
  }

  func talk(_ turns: Int) throws {
    var (unsent, unreceived) = (sockets.count * (turns - 1), sockets.count * turns)
    for socket in sockets { try message.send(on: socket) }
    while unreceived > 0 {
      for event in 0..<watch.wait(timeout: -1) {
        let socket = sockets[watch.place(of: event)]
        try message.receive(on: socket)
        unreceived -= 1
        guard unsent > 0 else { continue }
        unsent -= 1
        try message.send(on: socket)
      }
    }
  }

  var loopWaits: Int { watch.waits }

  func end() { message.deallocate() }
}

/// Threads that rest until they are told to work, all at once. They run where the thread may run that starts them.
final class Crew: @unchecked Sendable {
  private static let ending = UInt32.max

  private let count: Int
  private let body: @Sendable (_ member: Int, _ turns: Int) throws -> Void
  private let start = Word()
  private let done = Word()
  private let finished = Atomic<Int>(0)
  private let hasFailed = Atomic<Bool>(false)
  private var threads: [SystemCalls.Thread] = []
  /// Both are written while all threads rest.
  private var task: UInt32 = 0
  private var turns = 0

  init(_ count: Int, _ body: @escaping @Sendable (_ member: Int, _ turns: Int) throws -> Void) throws {
    self.count = count
    self.body = body
    do throws(Errno) {
      for member in 0..<count {
        threads.append(try Thread(name: "crew", stackSize: 64 << 10) { [self] in run(member) })
      }
    } catch {
      end()
      throw Obstacle("\(count) threads cannot be started: \(error)")
    }
  }

  /// Returns when all threads have done their turns.
  func work(_ turns: Int) throws {
    begin(turns)
    try rest()
  }

  func begin(_ turns: Int) {
    self.turns = turns
    finished.store(0, ordering: .relaxed)
    task += 1
    start.store(task, waking: .max)
  }

  /// Waits until all threads have done the turns that they have begun.
  func rest() throws {
    done.wait(while: task - 1)
    if hasFailed.load(ordering: .relaxed) { throw Obstacle("a message was lost") }
  }

  func end() {
    start.store(Self.ending, waking: .max)
    for thread in threads { thread.join() }
    start.deallocate()
    done.deallocate()
  }

  private func run(_ member: Int) {
    var seen: UInt32 = 0
    while true {
      start.wait(while: seen)
      seen = start.value
      if seen == Self.ending { return }
      do { try body(member, turns) } catch { hasFailed.store(true, ordering: .relaxed) }
      if finished.wrappingAdd(1, ordering: .acquiringAndReleasing).newValue == count { done.store(seen) }
    }
  }
}
