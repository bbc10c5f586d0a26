import Glibc
import Measurement
import Synchronization
import SystemCalls
import Workloads

/// How long a served connection may wait for its client; zero for any time.
public struct TimeLimits: Codable, Sendable, Equatable {
  /// For the next request, and for the next piece of a body.
  public var idle: Nanoseconds
  /// For a whole head, from the connection's beginning or the head's first byte on.
  public var head: Nanoseconds
  /// For the client to take the replies to what was received at once.
  public var reply: Nanoseconds

  public init(idle: Nanoseconds, head: Nanoseconds, reply: Nanoseconds = .zero) {
    self.idle = idle
    self.head = head
    self.reply = reply
  }

  public static let none = TimeLimits(idle: .zero, head: .zero)

  /// For the client's end, once the server has said its own; always.
  static let end = Nanoseconds.seconds(5)

  func limit(of waiting: Waiting) -> Nanoseconds {
    switch waiting {
    case .nothing: .zero
    case .reply: reply
    case .request, .body: idle
    case .head: head
    case .end: Self.end
    }
  }
}

/// A thread beside a mode that serves: shuts down for receiving the connections whose lanes have waited too long for their
/// clients, breaks off those whose clients take too long to receive, and shuts down all of them once the server is to stop, so that a blocked thread also ends. It is the same in every mode.
final class ServerMonitor<C: ServerConversation & ~Copyable>: @unchecked Sendable {
  private let acceptor: Acceptor<ServerLane<C>>
  private let limits: TimeLimits
  private let listeners: [Socket]
  /// Between two looks, in milliseconds: a wait is ended at most two looks late.
  private let tick: Int32
  private let isFinished = Atomic(false)
  private var thread: SystemCalls.Thread?

  init(_ acceptor: Acceptor<ServerLane<C>>, _ limits: TimeLimits, listeners: [Socket]) throws(Errno) {
    self.acceptor = acceptor
    self.limits = limits
    self.listeners = listeners
    let shortest = [limits.idle, limits.head, limits.reply, TimeLimits.end].filter { $0 > .zero }.min()!
    tick = Int32(min(max(shortest.count / 8_000_000, 1), 1000))
    thread = try Thread(name: "monitor") { self.run() }
  }

  /// The mode no longer serves: ends the thread.
  func finish() {
    isFinished.store(true, ordering: .releasing)
    acceptor.stop.signal()
    thread?.join()
  }

  private func run() {
    var entry = pollfd(fd: acceptor.stop.descriptor, events: Int16(POLLIN), revents: 0)
    while !acceptor.stop.isGiven {
      if poll(&entry, 1, tick) == 0 { endLongWaits() }
    }
    for listener in listeners { listener.shutdown() }
    // Again and again: a connection may just have been accepted.
    while !isFinished.load(ordering: .acquiring) {
      for part in 0..<acceptor.parts { acceptor.part(part).shutDownConnections() }
      Interruption.pause(milliseconds: 5)
    }
  }

  private func endLongWaits() {
    let now = MonotonicClock.now
    for part in 0..<acceptor.parts {
      let acceptor = self.acceptor.part(part)
      for slot in 0..<acceptor.mostUsed {
        acceptor.withOpen(slot) { lane, look, socket in
          let (wait, waiting) = lane.pointee.wait.current
          let limit = limits.limit(of: waiting)
          if limit == .zero {
            look.since = nil
          } else if let since = look.since, look.wait == wait {
            if now.since(since) >= limit && lane.pointee.wait.expire(wait) { end(socket, waiting) }
          } else {
            look.wait = wait
            look.since = now
          }
        }
      }
    }
  }

  /// Ends a wait that took too long.
  private func end(_ socket: Socket, _ waiting: Waiting) {
    guard waiting == .reply else { return socket.finishReceiving() }
    // What the client has not received is not kept for it.
    socket.breakOnClose()
    socket.shutdown()
  }
}
