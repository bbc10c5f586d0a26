import Measurement
import Synchronization
import SystemCalls

/// The client side of a workload. A lane takes operations one after another until none is left or the window closes,
/// and times and records each. It keeps one connection per endpoint. After an error, it counts the error by kind,
/// replaces the connection, and takes the next operation.
///
/// A server may close an idle connection. If a reused connection is found closed before any byte of the answer, the
/// lane replaces it and repeats the operation once (RFC 9112, section 9.3.1).
@frozen public struct ClientLane<C: Conversation & ~Copyable>: Lane, ~Copyable {
  @usableFromInline var conversation: C
  @usableFromInline let group: UnsafePointer<LaneGroup>
  @usableFromInline var operation: UInt64 = 0
  /// The operation's number for the conversation: a warm-up does the same operations as the window.
  @inlinable var number: UInt64 { operation & ~TrialState.warmUpBit }
  /// When the operation in hand started, in nanoseconds; 0 without one. Other threads read it.
  @usableFromInline let started = Atomic<UInt64>(0)
  @usableFromInline var sentBytes = 0
  @usableFromInline var receivedBytes = 0
  /// The open connection's endpoint. Without a connection it is negative, and one lower for each consecutive failure.
  @usableFromInline var endpoint: Int16
  /// Whether the connection was open before the operation in hand.
  @usableFromInline var isReused: Bool
  /// Whether time has passed since the last operation, in which the connection may have changed.
  @usableFromInline var hasWaited = false
  /// The number of consecutive connection failures.
  @inlinable var refusals: UInt8 { endpoint < 0 ? UInt8(truncatingIfNeeded: ~endpoint) : 0 }
  /// Whether the lane has done an operation that counts.
  @usableFromInline var wasServed = false
  @usableFromInline var sleeps = Sleeps.inConversation
  /// Whether the lane has one of the trial's permits.
  @usableFromInline var isAdmitted = false
  @usableFromInline var mustClose = false
  /// The intended start of the operation in hand: by the schedule in an open loop, otherwise when the lane took it.
  @usableFromInline var intended = Instant(nanoseconds: 0)

  /// The reason for a lane's sleep.
  @frozen @usableFromInline enum Sleeps: UInt8 {
    case inConversation
    case untilArrival
    case beforeConnecting
    /// A slow bystander, before its next receive or operation.
    case betweenReceives
    /// A bystander that has finished, and holds its connection; it waits in a receive.
    case holding
    /// The lane has finished, and checks for unexpected bytes.
    case leaving
  }

  /// - Parameter connectedTo: the endpoint of an already open connection.
  @inlinable
  public init(
    _ conversation: consuming C, in group: UnsafePointer<LaneGroup>, connectedTo endpoint: Int32? = nil
  ) {
    self.conversation = conversation
    self.group = group
    self.endpoint = Int16(truncatingIfNeeded: endpoint ?? -1)
    isReused = endpoint != nil
    if isReused { group.pointee.recorder.connected() }
  }

  @inlinable @inline(__always)
  var trial: UnsafePointer<TrialState> { group.pointee.trial }
  @inlinable @inline(__always)
  var recorder: Recorder { group.pointee.recorder }

  /// The start of the operation in hand, if any. After the trial: of the one that it left unfinished.
  @inlinable public var operationStart: Instant? {
    let nanoseconds = started.load(ordering: .relaxed)
    return nanoseconds == 0 ? nil : Instant(nanoseconds: nanoseconds)
  }

  /// Whether the lane has done an operation that counts. Other threads may read it only after the lane has finished.
  public var isServed: Bool { wasServed }

  /// The scheduled operation that the lane has taken and not ended. After the trial: the one that it left.
  public var arrivalInHand: UInt64? {
    operationStart != nil || sleeps == .untilArrival ? operation : nil
  }

  @inlinable @inline(__always)
  func elapsed(_ now: Instant) -> Nanoseconds {
    now.since(Instant(nanoseconds: started.load(ordering: .relaxed)))
  }

  @inlinable public mutating func begin(now: Instant) -> Step { takeNext(now) }

  @inlinable
  public mutating func resume(_ event: Event) -> Step {
    switch event {
    case .received(let bytes, let now):
      return trial.pointee.holdsConnections ? receivedBeside(bytes, now) : received(bytes, now)
    case .sent(let count):
      sentBytes &+= count
      let step = interpret(conversation.sent(), Instant(nanoseconds: started.load(ordering: .relaxed)))
      return trial.pointee.holdsConnections ? inTime(step) : step
    case .woke(let now): return woke(now)
    case .transferred(let result, let now):
      if result < 0 { return complete(.failed(.errno(Errno(Int32(truncatingIfNeeded: -result)))), now) }
      if conversation.isSending { sentBytes &+= result } else { receivedBytes &+= result }
      return interpret(conversation.transferred(result), now)
    case .computed(let result, let now): return interpret(conversation.computed(result), now)
    case .acquired(let now):
      isAdmitted = true
      hasWaited = now.since(intended) >= .milliseconds(1)
      if now < trial.pointee.closes { return start(now) }
      // Too late to start: it stays in hand, and is unfinished since its intended start.
      started.store(intended.nanoseconds, ordering: .relaxed)
      return .release
    case .released(let now):
      isAdmitted = false
      return now < trial.pointee.closes ? goOn(now) : .finished
    case .connected(let now):
      recorder.connected()
      isReused = false
      return sleeps == .holding ? holdOn() : arrive(now)
    case .reached(let now):
      isReused = true
      return arrive(now)
    case .found(let bytes, let now): return checked(bytes, now)
    case .foundNothing(let now): return checked(nil, now)
    case .closed(let now):
      if sleeps == .holding { return connect() }
      return operationStart == nil ? takeNext(now) : reach(now)
    case .failed(let errno, let now):
      if sleeps == .holding { return lose(.errno(errno), now) }
      if endpoint < 0 { endpoint = max(endpoint &- 1, ~7) }
      return complete(.failed(.errno(errno)), now)
    }
  }

  @inlinable @inline(__always)
  mutating func received(_ bytes: UnsafeRawBufferPointer, _ now: Instant) -> Step {
    if bytes.isEmpty { return interpret(conversation.ended(), now) }
    receivedBytes &+= bytes.count
    var rest = bytes
    let need = conversation.received(&rest)
    // An answer that is already wrong keeps its first error.
    if case .done(let outcome) = need, !rest.isEmpty, outcome.isComplete {
      return complete(.failed(.unexpectedBytes), now)
    }
    return interpret(need, now)
  }

  @inlinable @inline(__always)
  mutating func woke(_ now: Instant) -> Step {
    switch sleeps {
    case .untilArrival:
      sleeps = .inConversation
      hasWaited = true
      if intended >= trial.pointee.opens && now < trial.pointee.closes {
        recorder.lagged(now.since(intended))
      } else if trial.pointee.holdsConnections && now >= trial.pointee.closes {
        // The operation was due, and is left.
        sleeps = .untilArrival
        return .finished
      }
      return admit(now)
    case .beforeConnecting:
      sleeps = .inConversation
      return now < trial.pointee.closes ? connect() : finish()
    case .inConversation: return interpret(conversation.woke(number, after: elapsed(now)), now)
    case .betweenReceives: return readOn(now)
    case .holding, .leaving: return .finished
    }
  }

  @inlinable
  mutating func takeNext(_ now: Instant) -> Step {
    guard now < trial.pointee.closes else { return .finished }
    guard trial.pointee.startsAtOnce else { return takeInTime(now) }
    guard let next = trial.pointee.take(now: now) else { return leave() }
    operation = next
    intended = now
    return admit(now)
  }

  /// Takes the next scheduled operation, and waits for its intended start.
  @usableFromInline
  mutating func takeArrival(_ now: Instant) -> Step {
    guard let arrival = trial.pointee.takeArrival(), arrival.intended < trial.pointee.closes else {
      return trial.pointee.holdsConnections ? hold(now) : leave()
    }
    operation = arrival.operation
    intended = arrival.intended
    guard intended > now else { return admit(now) }
    sleeps = .untilArrival
    return .sleep(until: intended)
  }

  /// Starts the operation once the limit admits it.
  @inlinable @inline(__always)
  mutating func admit(_ now: Instant) -> Step {
    trial.pointee.isLimited ? .acquire : start(now)
  }

  @inlinable @inline(__always)
  mutating func start(_ now: Instant) -> Step {
    started.store(now.nanoseconds, ordering: .relaxed)
    sentBytes = 0
    receivedBytes = 0
    #if SLOWED
      Slowdown.apply()
    #endif
    return reach(now)
  }

  /// Ends for good, even with an operation in hand.
  @inlinable
  func finish() -> Step { isAdmitted ? .release : .finished }

  /// Connects to the operation's endpoint.
  @inlinable
  mutating func reach(_ now: Instant) -> Step {
    if !C.usesConnection || Int32(endpoint) == conversation.endpoint(of: number) {
      return hasWaited && C.usesConnection ? check() : interpret(conversation.begin(number), now)
    }
    if endpoint >= 0 {
      endpoint = -1
      isReused = false
    }
    if refusals == 0 { return connect() }
    sleeps = .beforeConnecting
    return .sleep(until: trial.pointee.retry(after: refusals, now: now))
  }

  @inlinable func connect() -> Step { .connect(conversation.endpoint(of: number)) }

  /// The operation has its connection.
  @inlinable
  mutating func arrive(_ now: Instant) -> Step {
    endpoint = Int16(truncatingIfNeeded: conversation.endpoint(of: number))
    return isReused ? check() : interpret(conversation.begin(number), now)
  }

  @inlinable
  mutating func close() -> Step {
    endpoint = -1
    isReused = false
    mustClose = false
    conversation.disconnected()
    return .close
  }

  @inlinable @inline(__always)
  mutating func interpret(_ need: Need, _ now: Instant) -> Step {
    switch need {
    case .send(let bytes): .send(bytes)
    case .receive: .receive
    case .finishSending: .finishSending
    case .abort: .abort
    case .sleep(let span): .sleep(until: min(now + span, trial.pointee.closes))
    case .file(let request): .file(request)
    // No work starts after the end.
    case .compute(let work): now < trial.pointee.closes ? .compute(work) : finish()
    case .done(let outcome): complete(outcome, now)
    }
  }

  @inlinable
  mutating func complete(_ outcome: Outcome, _ now: Instant) -> Step {
    // After the end, the operation stays in hand, and is reported as unfinished.
    if now >= trial.pointee.closes { return finish() }
    let service = elapsed(now)
    if outcome.checksum == nil || service >= trial.pointee.longest { return completeUnverified(outcome, now, service) }
    return end(outcome, now, service)
  }

  // Not inlined: rare code would slow down the common path.
  @usableFromInline @inline(never)
  mutating func completeUnverified(_ first: Outcome, _ now: Instant, _ service: Nanoseconds) -> Step {
    let outcome = group.pointee.judged(first, after: service)
    if isStale(outcome) { return reconnect() }
    if let rows = trial.pointee.rows {
      let start = started.load(ordering: .relaxed)
      let place = withUnsafePointer(to: &self) { UnsafeRawPointer($0) }
      rows.write(operation, outcome.kind, from: start, to: now, lane: place)
    }
    return end(outcome, now, service)
  }

  @inlinable @inline(__always)
  mutating func end(_ outcome: Outcome, _ now: Instant, _ service: Nanoseconds) -> Step {
    started.store(0, ordering: .relaxed)
    let isDone = group.pointee.record(
      outcome, of: operation, after: service, at: now, sent: sentBytes, received: receivedBytes)
    if isDone {
      wasServed = true
      if trial.pointee.isOpenLoop || trial.pointee.isLimited { respond(now, after: service) }
    }
    mustClose = C.usesConnection && !outcome.keepsConnection && endpoint >= 0
    isReused = true
    return isAdmitted ? .release : goOn(now)
  }

  /// Records the operation's times other than its service time.
  @inlinable
  func respond(_ now: Instant, after service: Nanoseconds) {
    let response = now.since(intended)
    recorder.responded(response)
    if trial.pointee.isLimited { recorder.queued(Nanoseconds(response.count - min(service.count, response.count))) }
  }

  /// Goes on to the next operation; closes the connection if it cannot carry another.
  @inlinable @inline(__always)
  mutating func goOn(_ now: Instant) -> Step { mustClose ? close() : takeNext(now) }
}
