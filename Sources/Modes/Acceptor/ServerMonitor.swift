import Glibc
import Measurement
import Synchronization
import SystemCalls
import Workloads

/// How long a served connection may wait for its client; zero means no limit.
public struct TimeLimits: Codable, Sendable, Equatable {
  /// Limit for the next request, and for the next piece of a body.
  public var idle: Nanoseconds
  /// Limit for a whole head, counted from the connection's start or the head's first byte.
  public var head: Nanoseconds
  /// Limit for the client to receive the replies to requests that arrived together.
  public var reply: Nanoseconds

  public init(idle: Nanoseconds, head: Nanoseconds, reply: Nanoseconds = .zero) {
    self.idle = idle
    self.head = head
    self.reply = reply
  }

  public static let none = TimeLimits(idle: .zero, head: .zero)

  /// Limit for the client to finish once the server has finished sending; it always applies.
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

/// A thread beside a serving mode that enforces the limits on waiting; it is the same in every mode.
///
/// If a lane has waited too long for its client, the thread shuts its connection down for receiving. If a client takes
/// too long to receive, the thread resets the connection. When the server is to stop, it shuts all connections down, so
/// that blocked threads end, too.
final class ServerMonitor<C: ServerConversation & ~Copyable>: @unchecked Sendable {
  private let acceptor: Acceptor<ServerLane<C>>
  private let limits: TimeLimits
  private let listeners: [Socket]
  /// Interval between two checks, in milliseconds; a wait ends at most two intervals late.
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

  /// Ends the thread, once the mode no longer serves.
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
    // Repeatedly, because a connection may just have been accepted.
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

  /// Ends a wait that exceeded its limit.
  private func end(_ socket: Socket, _ waiting: Waiting) {
    guard waiting == .reply else { return socket.finishReceiving() }
    // Unsent replies are discarded.
    socket.breakOnClose()
    socket.shutdown()
  }
}
