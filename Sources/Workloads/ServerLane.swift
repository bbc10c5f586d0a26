import Glibc
import Measurement
import Synchronization
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
  /// Operations that were done wrong because they asked for it.
  public let faults = Counter()
  /// Connections closed because they were one too many of their address, or asked for more than the server allows.
  public let refused = Counter()

  /// - Parameter shared: whether several threads serve.
  public init(shared: Bool) { self.shared = shared }
}

/// What a served connection is waiting for from its client, which decides how long it may.
@frozen public enum Waiting: UInt8, Sendable {
  /// The client's taking of what is sent to it. Zero, as this is the only wait that begins without a new number.
  case reply
  /// The next request, of which nothing has come.
  case request
  /// The rest of a request's head; the first one's from the beginning of the connection.
  case head
  /// More of a message's body.
  case body
  /// The client's end, after that of the server.
  case end
  /// It is not waiting for its client.
  case nothing
}

/// A conversation that answers. It is `done` when the connection is to be closed.
public protocol ServerConversation: Conversation, ~Copyable {
  /// What it waits for when it asks to receive.
  var waiting: Waiting { get }
  /// It has waited too long, and nothing more will be received.
  mutating func expired() -> Need
  /// Whether its last operation was done wrong because it asked for it. Nothing is done after that.
  var isFaulty: Bool { get }
  /// Whether its last operation asked for more than it may. Nothing is done after that.
  var isRefused: Bool { get }
  /// How many operations it has answered in full since this was last asked.
  mutating func takeAnswered() -> Int
}

extension ServerConversation where Self: ~Copyable {
  /// So many replies go out at once, and so many are followed by the turn of others: whoever sends requests without a pause
  /// is not to keep a loop, or a thread, to itself. Pipelines of some dozens of requests are shorter.
  @inlinable static var longestTurn: Int { 64 }
}

/// The server side of one connection: receives, answers, and keeps what a client sent ahead until its turn has come.
@frozen public struct ServerLane<C: ServerConversation & ~Copyable>: Lane, ~Copyable {
  @usableFromInline var conversation: C
  @usableFromInline let tally: UnsafePointer<ServerTally>
  /// When the last event came that had a time.
  @usableFromInline var now = Instant(nanoseconds: 0)
  /// Bytes received and not yet taken by the conversation.
  @usableFromInline var ahead = ByteQueue()
  /// Others have their turn before it goes on receiving.
  @usableFromInline var isYielding = false
  /// Replies since others had their turn, but for those that went out alone, with no request in hand: their client waited.
  @usableFromInline var repliesInTurn: UInt16 = 0
  /// What it waits for, as a monitor may ask at any time.
  public let wait = WaitWord()

  /// So many bytes ahead of their turn wait for that of other lanes as well, however few replies they may be.
  @inlinable static var mostAhead: Int { 4 << 10 }
  /// So much received at once, and taken, is followed by the turn of other lanes.
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

/// What a lane waits for, as whoever enforces time limits sees it: a wait that goes on is one and the same word.
@frozen public struct WaitWord: ~Copyable, Sendable {
  /// From the lowest bit: what is waited for (3 bits), whether that took too long, and the number of the wait.
  @usableFromInline let word = Atomic(UInt32(Waiting.nothing.rawValue))

  @inlinable init() {}

  @inlinable static var kindMask: UInt32 { 7 }
  @inlinable static var expiredBit: UInt32 { 8 }

  /// The time for a head, and for the client's end, is that of all its pieces together; a body's begins anew with each.
  /// That for a reply is that of all replies to what was received at once.
  @inlinable @inline(__always)
  func begin(_ kind: Waiting) {
    let old = word.load(ordering: .relaxed)
    if old & Self.kindMask == UInt32(kind.rawValue) && (kind == .head || kind == .end) { return }
    word.store((old & ~(Self.kindMask | Self.expiredBit)) &+ 16 | UInt32(kind.rawValue), ordering: .relaxed)
  }

  /// What was waited for has come, and is being answered.
  @inlinable @inline(__always)
  func end() {
    word.store(word.load(ordering: .relaxed) & ~(Self.kindMask | Self.expiredBit), ordering: .relaxed)
  }

  @inlinable var isExpired: Bool { word.load(ordering: .relaxed) & Self.expiredBit != 0 }

  /// The wait that is going on, which no other one equals, and what for.
  public var current: (wait: UInt32, waiting: Waiting) {
    let word = word.load(ordering: .relaxed)
    return (word & ~Self.expiredBit, Waiting(rawValue: UInt8(word & Self.kindMask))!)
  }

  /// Marks a wait as too long, before the connection is shut down; false where it has ended meanwhile, or is marked.
  public func expire(_ wait: UInt32) -> Bool {
    word.compareExchange(expected: wait, desired: wait | Self.expiredBit, ordering: .relaxed).exchanged
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
