import Glibc
import Measurement
import SystemCalls

/// What the connections of a server have done so far. Other threads may read it at any time.
@frozen public struct ServerTally: ~Copyable, Sendable {
  public let shared: Bool
  /// Operations answered in full.
  public let done = Counter()
  public let sentBytes = Counter()
  public let receivedBytes = Counter()
  public let connections = Counter()
  /// Connections that are over, with everything that was sent on them counted.
  public let ended = Counter()
  /// Connections given up because of what the client sent, or because they broke.
  public let failed = Counter()

  /// - Parameter shared: whether several threads serve.
  public init(shared: Bool) { self.shared = shared }
}

/// A conversation that answers. It is `done` when the connection is to be closed.
public protocol ServerConversation: Conversation, ~Copyable {
  /// How many operations it has answered in full since this was last asked.
  mutating func takeAnswered() -> Int
}

/// The server side of one connection: receives, answers, and keeps what a client sent ahead until its turn has come.
@frozen public struct ServerLane<C: ServerConversation & ~Copyable>: Lane, ~Copyable {
  @usableFromInline var conversation: C
  @usableFromInline let tally: UnsafePointer<ServerTally>
  /// When the last event came that had a time.
  @usableFromInline var now = Instant(nanoseconds: 0)
  /// Bytes received and not yet taken by the conversation.
  @usableFromInline var ahead = ByteQueue()

  @inlinable
  public init(_ conversation: consuming C, tally: UnsafePointer<ServerTally>) {
    self.conversation = conversation
    self.tally = tally
  }

  @inlinable
  public mutating func begin(now: Instant) -> Step {
    self.now = now
    tally.pointee.connections.add(1, shared: tally.pointee.shared)
    return interpret(conversation.begin(0))
  }

  @inlinable
  public mutating func resume(_ event: Event) -> Step {
    switch event {
    case .received(let bytes, let now):
      self.now = now
      if bytes.isEmpty { return interpret(conversation.ended()) }
      tally.pointee.receivedBytes.add(UInt64(bytes.count), shared: tally.pointee.shared)
      var rest = bytes
      let need = conversation.received(&rest)
      if !rest.isEmpty { ahead.append(rest) }
      return interpret(need)
    case .sent(let count):
      tally.pointee.sentBytes.add(UInt64(count), shared: tally.pointee.shared)
      let need = conversation.sent()
      tally.pointee.done.add(UInt64(conversation.takeAnswered()), shared: tally.pointee.shared)
      return interpret(need)
    case .woke(let now):
      let elapsed = now.since(self.now)
      self.now = now
      return interpret(conversation.woke(0, after: elapsed))
    case .failed:
      tally.pointee.failed.add(1, shared: tally.pointee.shared)
      return finish()
    case .connected, .closed, .acquired, .released:
      return finish()
    }
  }

  @inlinable @inline(__always)
  mutating func interpret(_ first: Need) -> Step {
    var need = first
    while true {
      switch need {
      case .send(let bytes): return .send(bytes)
      case .sleep(let span): return .sleep(until: now + span)
      case .receive:
        if ahead.isEmpty { return .receive }
        need = takeAhead()
      case .done(let outcome):
        if outcome.checksum == nil { tally.pointee.failed.add(1, shared: tally.pointee.shared) }
        return finish()
      }
    }
  }

  @inlinable
  func finish() -> Step {
    tally.pointee.ended.add(1, shared: tally.pointee.shared)
    return .finished
  }

  /// Presents what was sent ahead.
  @usableFromInline
  mutating func takeAhead() -> Need {
    var rest = ahead.bytes
    let before = rest.count
    let need = conversation.received(&rest)
    ahead.removeFirst(before - rest.count)
    return need
  }
}

/// Bytes in the order in which they came. Takes no memory while it is empty.
@frozen @usableFromInline struct ByteQueue: ~Copyable {
  @usableFromInline var base: UnsafeMutableRawPointer?
  @usableFromInline var start = 0
  @usableFromInline var end = 0
  private var capacity = 0

  @usableFromInline init() {}

  @inlinable deinit { free(base) }

  @inlinable var isEmpty: Bool { start == end }
  @usableFromInline var bytes: UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(start: base.map { $0 + start }, count: end - start)
  }

  @usableFromInline
  mutating func append(_ bytes: UnsafeRawBufferPointer) {
    let count = end - start
    if end + bytes.count > capacity {
      let grown = max(256, count + bytes.count)
      let storage = malloc(grown)!
      if let base { memcpy(storage, base + start, count) }
      free(base)
      (base, start, end, capacity) = (storage, 0, count, grown)
    }
    memcpy(base! + end, bytes.baseAddress!, bytes.count)
    end += bytes.count
  }

  @usableFromInline
  mutating func removeFirst(_ count: Int) {
    start += count
    if start == end {
      free(base)
      (base, start, end, capacity) = (nil, 0, 0, 0)
    }
  }
}
