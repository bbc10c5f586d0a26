import Glibc
import Measurement
import Synchronization
import SystemCalls

/// Counts of what the connections of a server have done. Other threads may read them at any time.
@frozen public struct ServerTally: ~Copyable, Sendable {
  public let shared: Bool
  /// Operations answered in full.
  public let done = Counter()
  public let sentBytes = Counter()
  public let receivedBytes = Counter()
  public let connections = Counter()
  /// Connections that have ended, with all their sent bytes counted.
  public let ended = Counter()
  /// Connections given up because of the client's bytes, or because they broke.
  public let failed = Counter()
  /// Operations answered wrongly because they asked for it.
  public let faults = Counter()
  /// Connections closed because their address had too many, or because they exceeded the server's limits.
  public let refused = Counter()

  /// - Parameter shared: whether several threads serve.
  public init(shared: Bool) { self.shared = shared }
}

/// What a served connection waits for; it determines the time limit.
@frozen public enum Waiting: UInt8, Sendable {
  /// The client's receipt of what is sent. Zero, because only this wait begins without a new number.
  case reply
  /// The next request, of which nothing has arrived.
  case request
  /// The rest of a request's head; for the first request, from the start of the connection.
  case head
  /// More of a message's body.
  case body
  /// The client's end of the connection, after the server's.
  case end
  /// Nothing from the client.
  case nothing
}

/// A conversation on the server side. It is `done` when the connection must be closed.
public protocol ServerConversation: Conversation, ~Copyable {
  /// What it waits for when it receives.
  var waiting: Waiting { get }
  /// The wait exceeded its limit; nothing more will be received.
  mutating func expired() -> Need
  /// Whether its last operation was answered wrongly because it asked for it. It is the last one.
  var isFaulty: Bool { get }
  /// Whether its last operation exceeded the server's limits. It is the last one.
  var isRefused: Bool { get }
  /// The number of operations answered in full since the last call.
  mutating func takeAnswered() -> Int
}

extension ServerConversation where Self: ~Copyable {
  /// At most this many replies go out at once. After this many, other lanes take a turn, so that a client that sends
  /// requests without a pause cannot occupy a loop or a thread. Pipelines of some dozens of requests stay below it.
  @inlinable static var longestTurn: Int { 64 }
}

/// The server side of one connection: it receives, answers, and keeps early bytes until their turn.
@frozen public struct ServerLane<C: ServerConversation & ~Copyable>: Lane, ~Copyable {
  @usableFromInline var conversation: C
  @usableFromInline let tally: UnsafePointer<ServerTally>
  /// The time of the last event that had one.
  @usableFromInline var now = Instant(nanoseconds: 0)
  /// The bytes received that the conversation has not taken.
  @usableFromInline var ahead = ByteQueue()
  /// Whether other lanes take a turn before the next receive.
  @usableFromInline var isYielding = false
  /// The replies since other lanes took a turn. A reply that went out alone, with no further request in hand, does not
  /// count: its client waited for it.
  @usableFromInline var repliesInTurn: UInt16 = 0
  /// What the lane waits for; a monitor may read it at any time.
  public let wait = WaitWord()

  /// With this many early bytes, other lanes take a turn, however few requests they are.
  @inlinable static var mostAhead: Int { 4 << 10 }
  /// After this many bytes in one receive, other lanes take a turn.
  @inlinable static var largestPiece: Int { 64 << 10 }

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
      if bytes.isEmpty { return interpret(wait.isExpired ? conversation.expired() : conversation.ended()) }
      tally.pointee.receivedBytes.add(UInt64(bytes.count), shared: tally.pointee.shared)
      var rest = bytes
      let need = conversation.received(&rest)
      if !rest.isEmpty { ahead.append(rest) }
      if bytes.count >= Self.largestPiece, case .receive = need { return giveWay() }
      return interpret(need)
    case .sent(let count):
      tally.pointee.sentBytes.add(UInt64(count), shared: tally.pointee.shared)
      let need = conversation.sent()
      let answered = conversation.takeAnswered()
      tally.pointee.done.add(UInt64(answered), shared: tally.pointee.shared)
      if answered > 1 || !ahead.isEmpty { repliesInTurn &+= UInt16(truncatingIfNeeded: answered) }
      return interpret(need)
    case .woke(let now) where isYielding:
      self.now = now
      isYielding = false
      return interpret(ahead.isEmpty ? .receive : takeAhead())
    case .woke(let now):
      let elapsed = now.since(self.now)
      self.now = now
      return interpret(conversation.woke(0, after: elapsed))
    case .failed: return finish(isBroken: true)
    case .connected, .reached, .found, .foundNothing, .closed, .transferred, .computed, .acquired, .released:
      return finish(isBroken: false)
    }
  }

  @inlinable @inline(__always)
  mutating func interpret(_ first: Need) -> Step {
    var need = first
    while true {
      switch need {
      case .send(let bytes):
        wait.end()
        return .send(bytes)
      case .sleep(let span):
        wait.begin(.nothing)
        return .delay(until: now + span)
      case .receive:
        if repliesInTurn >= C.longestTurn { return giveWay() }
        if ahead.isEmpty {
          wait.begin(conversation.waiting)
          return .receive
        }
        if ahead.count >= Self.mostAhead { return giveWay() }
        need = takeAhead()
      case .file(let request): return .file(request)
      case .finishSending: return .finishSending
      case .abort:
        _ = finish(isBroken: false)
        return .abort
      case .compute: return finish(isBroken: true)
      case .done(let outcome): return finish(isBroken: outcome.checksum == nil)
      }
    }
  }

  @inlinable
  mutating func giveWay() -> Step {
    isYielding = true
    repliesInTurn = 0
    return .yield
  }

  @inlinable
  func finish(isBroken: Bool) -> Step {
    if conversation.isFaulty {
      tally.pointee.faults.add(1, shared: tally.pointee.shared)
    } else if conversation.isRefused {
      tally.pointee.refused.add(1, shared: tally.pointee.shared)
    } else if isBroken {
      tally.pointee.failed.add(1, shared: tally.pointee.shared)
    }
    tally.pointee.ended.add(1, shared: tally.pointee.shared)
    return .finished
  }

  /// Presents the early bytes.
  @usableFromInline
  mutating func takeAhead() -> Need {
    var rest = ahead.bytes
    let before = rest.count
    let need = conversation.received(&rest)
    ahead.removeFirst(before - rest.count)
    return need
  }
}

/// What a lane waits for, for the enforcer of time limits: the word stays the same as long as one wait lasts.
@frozen public struct WaitWord: ~Copyable, Sendable {
  /// From the lowest bit: what the lane waits for (3 bits), whether that took too long, and the number of the wait.
  @usableFromInline let word = Atomic(UInt32(Waiting.nothing.rawValue))

  @inlinable init() {}

  @inlinable static var kindMask: UInt32 { 7 }
  @inlinable static var expiredBit: UInt32 { 8 }

  /// The limit for a head, or for the client's end, covers all its pieces. The limit for a body starts anew with each
  /// piece. The limit for a reply covers all replies to one receive.
  @inlinable @inline(__always)
  func begin(_ kind: Waiting) {
    let old = word.load(ordering: .relaxed)
    if old & Self.kindMask == UInt32(kind.rawValue) && (kind == .head || kind == .end) { return }
    word.store((old & ~(Self.kindMask | Self.expiredBit)) &+ 16 | UInt32(kind.rawValue), ordering: .relaxed)
  }

  /// The awaited bytes have arrived, and are being answered.
  @inlinable @inline(__always)
  func end() {
    word.store(word.load(ordering: .relaxed) & ~(Self.kindMask | Self.expiredBit), ordering: .relaxed)
  }

  @inlinable var isExpired: Bool { word.load(ordering: .relaxed) & Self.expiredBit != 0 }

  /// The current wait's unique number, and what the lane waits for.
  public var current: (wait: UInt32, waiting: Waiting) {
    let word = word.load(ordering: .relaxed)
    return (word & ~Self.expiredBit, Waiting(rawValue: UInt8(word & Self.kindMask))!)
  }

  /// Marks a wait as too long, before the connection is shut down. False if the wait has ended, or is already marked.
  public func expire(_ wait: UInt32) -> Bool {
    word.compareExchange(expected: wait, desired: wait | Self.expiredBit, ordering: .relaxed).exchanged
  }
}

/// Bytes in order of arrival. It takes no memory while empty.
@frozen @usableFromInline struct ByteQueue: ~Copyable {
  @usableFromInline var base: UnsafeMutableRawPointer?
  @usableFromInline var start = 0
  @usableFromInline var end = 0
  private var capacity = 0

  @usableFromInline init() {}

  @inlinable deinit { free(base) }

  @inlinable var isEmpty: Bool { start == end }
  @inlinable var count: Int { end - start }
  @usableFromInline var bytes: UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(start: base.map { $0 + start }, count: count)
  }

  @usableFromInline
  mutating func append(_ bytes: UnsafeRawBufferPointer) {
    let count = count
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
