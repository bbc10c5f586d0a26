import Glibc
import Measurement
import SystemCalls

/// The client side of `http` with several requests in flight per connection (RFC 9112, section 9.3.2). It takes
/// operations up to its depth, sends their requests together, reads the replies in order, and records each operation on
/// its own. The bytes of one receive are read in full before more operations are taken.
///
/// An operation without a right answer is counted by its kind, and the connection is replaced. The other operations in
/// hand are sent again, and keep their start. The oldest is also sent again, once, if a reused connection is found
/// closed before any byte of its reply (RFC 9112, section 9.3.1).
public struct PipelinedLane: Lane, ~Copyable {
  private let group: UnsafePointer<LaneGroup>
  private let requests: UnsafePointer<HTTPRequests>
  private let depth: Int
  private let inHand: OperationQueue
  /// Space to write requests.
  private let buffer: UnsafeMutableRawPointer
  private var reply: HTTPReplyCheck
  /// The oldest operations in hand: those sent on this connection.
  private var sentCount = 0
  /// The bytes of the reply that is being read.
  private var receivedBytes = 0
  private var isConnected: Bool
  /// Whether the connection was already open, or has carried a reply.
  private var isReused: Bool
  private var isSending = false
  /// Whether the lane has done an operation that counts. Other threads may read it only after the lane has finished.
  public private(set) var isServed = false
  /// Why the connection accepts no more bytes. Earlier answers can still be received.
  private var sendError: Errno?
  /// The number of consecutive connection failures.
  private var refusals: UInt8 = 0

  /// - Parameters:
  ///   - depth: the number of operations to hold at once.
  ///   - isConnected: whether its connection is already open.
  public init(
    _ requests: UnsafePointer<HTTPRequests>, depth: Int, in group: UnsafePointer<LaneGroup>, isConnected: Bool
  ) {
    self.requests = requests
    self.depth = depth
    self.group = group
    self.isConnected = isConnected
    isReused = isConnected
    if isConnected { group.pointee.recorder.connected() }
    inHand = OperationQueue(capacity: depth)
    buffer = malloc(depth * requests.pointee.longest)!
    reply = HTTPReplyCheck(requests)
  }

  deinit { free(buffer) }

  /// The number of operations in hand. Other threads may read it.
  public var heldCount: Int { inHand.count }

  /// The start of an operation in hand, from the oldest on. After the trial: of one left unfinished. If the oldest ends
  /// during the call from another thread, the start may be a later operation's.
  public func operationStart(_ place: Int) -> Instant? {
    Instant(nanoseconds: inHand[place].pointee.start.load(ordering: .relaxed))
  }

  /// The start of the oldest operation in hand, if any.
  public var operationStart: Instant? { heldCount == 0 ? nil : operationStart(0) }

  private var trial: UnsafePointer<TrialState> { group.pointee.trial }

  public mutating func begin(now: Instant) -> Step { goOn(now) }

  public mutating func resume(_ event: Event) -> Step {
    switch event {
    case .received(let bytes, let now):
      // After the end no operation completes; those in flight are reported as unfinished.
      if now >= trial.pointee.closes { return .finished }
      return bytes.isEmpty ? ended(now) : received(bytes, now)
    case .sent:
      isSending = false
      return .receive
    case .connected(let now):
      group.pointee.recorder.connected()
      isConnected = true
      isReused = false
      refusals = 0
      return goOn(now)
    case .reached(let now), .found(_, let now), .foundNothing(let now), .closed(let now), .transferred(_, let now),
      .computed(_, let now),
      .acquired(let now), .released(let now):
      return goOn(now)
    case .woke(let now): return now < trial.pointee.closes ? .connect(0) : .finished
    case .failed(let error, let now): return failed(error, now)
    }
  }

  /// Takes operations up to the depth, and sends the new ones.
  private mutating func goOn(_ now: Instant) -> Step {
    guard now < trial.pointee.closes else { return .finished }
    while inHand.count < depth, let operation = trial.pointee.take(now: now) {
      inHand.append(operation, startingAt: now)
    }
    if inHand.count == 0 { return .finished }
    if isConnected { return send() }
    return refusals == 0 ? .connect(0) : .sleep(until: trial.pointee.retry(after: refusals, now: now))
  }

  private mutating func send() -> Step {
    let count = inHand.count
    guard sentCount < count else { return .receive }
    if sentCount == 0 { reply.begin(inHand[0].pointee.number) }
    var length = 0
    for place in sentCount..<count {
      let held = inHand[place]
      held.pointee.requestBytes = requests.pointee.write(held.pointee.number, to: buffer + length)
      length += held.pointee.requestBytes
    }
    sentCount = count
    isSending = true
    return .send(UnsafeRawBufferPointer(start: buffer, count: length))
  }

  private mutating func received(_ bytes: UnsafeRawBufferPointer, _ now: Instant) -> Step {
    var rest = bytes
    while !rest.isEmpty {
      let before = rest.count
      let answer = reply.received(&rest)
      receivedBytes += before - rest.count
      guard var outcome = answer else { break }
      // An answer that is already wrong keeps its first error.
      if !rest.isEmpty, outcome.isComplete, sentCount == 1 || !outcome.keepsConnection {
        outcome = .failed(.unexpectedBytes)
      }
      if !endFirst(outcome, now) { return close() }
      if sentCount > 0 { reply.begin(inHand[0].pointee.number) }
    }
    return sendError == nil ? goOn(now) : .receive
  }

  /// The peer has finished sending.
  private mutating func ended(_ now: Instant) -> Step {
    let outcome = reply.ended()
    endFirst(sendError.map { .failed(.errno($0)) } ?? outcome, now)
    return close()
  }

  private mutating func failed(_ error: Errno, _ now: Instant) -> Step {
    if isSending, error.rawValue == EPIPE || error.rawValue == ECONNRESET {
      isSending = false
      sendError = error
      return .receive
    }
    // After the end no operation completes; those in flight are reported as unfinished.
    if now >= trial.pointee.closes { return .finished }
    endFirst(.failed(.errno(error)), now)
    if isConnected { return close() }
    refusals = min(refusals &+ 1, 7)
    return goOn(now)
  }

  /// Records the oldest operation's outcome, unless the operation is repeated. Returns whether the connection goes on.
  @inline(__always) @discardableResult
  private mutating func endFirst(_ first: Outcome, _ now: Instant) -> Bool {
    let held = inHand[0]
    let service = now.since(Instant(nanoseconds: held.pointee.start.load(ordering: .relaxed)))
    let outcome = group.pointee.judged(first, after: service)
    if outcome.checksum == nil, isReused, outcome.isOfClosing, receivedBytes == 0 || outcome.kind.status != nil,
      requests.pointee.mayRepeat(held.pointee.number)
    {
      group.pointee.recorder.reconnected()
      return false
    }
    if group.pointee.record(
      outcome, of: held.pointee.operation, after: service, at: now, sent: held.pointee.requestBytes,
      received: receivedBytes)
    {
      isServed = true
    }
    inHand.removeFirst()
    sentCount = max(0, sentCount - 1)
    receivedBytes = 0
    isReused = true
    return outcome.keepsConnection
  }

  private mutating func close() -> Step {
    isConnected = false
    isSending = false
    sentCount = 0
    receivedBytes = 0
    sendError = nil
    reply.abandon()
    return .close
  }
}
