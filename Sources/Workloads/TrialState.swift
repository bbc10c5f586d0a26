import Measurement
import Plan
import Synchronization

/// What the lanes of a trial share: the operations still to be taken, and the window in which they count.
public struct TrialState: ~Copyable, Sendable {
  /// The next operation that nobody has taken.
  @usableFromInline let next: Atomic<UInt64>
  @usableFromInline let nextWarmUp: Atomic<UInt64>
  /// From one operation of this process to its next.
  @usableFromInline let stride: UInt64

  /// How many operations there are, those of other processes among them; nil where the window's end is what ends the
  /// trial.
  public let asked: UInt64?
  /// What of it this process does.
  public let share: Share
  /// How many lanes, those of other processes among them, have operations of their own; zero where whoever is free takes
  /// the next one.
  public let dealtTo: UInt64
  /// The window opens: what is done earlier is warm-up.
  public let opens: Instant
  @usableFromInline let closing: Atomic<UInt64>
  /// How long one operation may take; zero for no limit.
  public let timeout: Nanoseconds
  /// What every operation stays below of which there is nothing else to do than to count it: the time limit, or nothing
  /// where each is written down.
  @usableFromInline let longest: Nanoseconds
  /// Whether a lane has to be admitted before it starts an operation.
  public let isLimited: Bool
  /// Whether operations have intended starts.
  public let isOpenLoop: Bool
  /// Where operations are written down one by one; nil where they are counted alone.
  @usableFromInline let rows: OperationRows?
  /// Whether operations of a warm-up are numbered apart.
  @usableFromInline let numbersWarmUp: Bool
  /// Of lanes beside those that are measured; nil of those themselves.
  public let bystanders: BystanderSpec?
  /// Whether a lane that has done an operation starts the next one at once.
  @usableFromInline let startsAtOnce: Bool
  /// Whether lanes without an operation in hand may hold their connections.
  @usableFromInline let holdsConnections: Bool
  /// Where an open loop is to do a number of operations: the first that is not warm-up.
  @usableFromInline let firstCounted: UInt64
  private let schedule: ArrivalSchedule?

  public init(
    asked: UInt64?, opens: Instant, closes: Instant, timeout: Nanoseconds, isLimited: Bool = false,
    schedule: consuming ArrivalSchedule? = nil, bystanders: BystanderSpec? = nil, share: Share = .whole,
    dealtTo lanes: UInt64 = 0, rows: OperationRows? = nil
  ) {
    next = Atomic(UInt64(share.process))
    nextWarmUp = Atomic(UInt64(share.process))
    stride = UInt64(share.processes)
    dealtTo = lanes
    self.share = share
    self.asked = asked
    self.opens = opens
    closing = Atomic(closes.nanoseconds)
    self.timeout = timeout
    longest = rows != nil ? .zero : timeout == .zero ? Nanoseconds(.max) : timeout
    self.rows = rows
    numbersWarmUp = asked != nil || rows != nil
    self.isLimited = isLimited
    self.bystanders = bystanders
    holdsConnections = bystanders != nil || lanes > 0
    if let schedule = consume schedule {
      isOpenLoop = true
      firstCounted = asked == nil ? 0 : schedule.warmUpCount
      self.schedule = consume schedule
    } else {
      isOpenLoop = false
      firstCounted = 0
      self.schedule = nil
    }
    startsAtOnce = !isOpenLoop && bystanders == nil && lanes == 0
  }

  /// The window's end, or the deadline of a trial that is to do a number of operations.
  @inlinable @inline(__always)
  public var closes: Instant { Instant(nanoseconds: closing.load(ordering: .relaxed)) }

  /// Brings the end forward: the lanes that these ones are beside have done what they were asked for.
  public func close(at now: Instant) { closing.store(min(now, closes).nanoseconds, ordering: .relaxed) }

  /// Operations of the warm-up, where the window is a number of operations, are numbered apart from those that count.
  @inlinable static var warmUpBit: UInt64 { 1 << 63 }

  /// Takes the next operation of a closed loop, or nil where none is left.
  @inlinable @inline(__always)
  func take(now: Instant) -> UInt64? {
    if numbersWarmUp && now < opens {
      return nextWarmUp.wrappingAdd(stride, ordering: .relaxed).oldValue | Self.warmUpBit
    }
    let operation = next.wrappingAdd(stride, ordering: .relaxed).oldValue
    return operation < asked ?? .max ? operation : nil
  }

  /// Takes the next operation of an open loop and its intended start, or nil where none is left.
  @usableFromInline
  func takeArrival() -> (operation: UInt64, intended: Instant)? {
    switch schedule {
    case .some(let schedule):
      let operation = next.wrappingAdd(stride, ordering: .relaxed).oldValue
      guard operation < schedule.count else { return nil }
      return (operation, schedule.start(of: operation))
    case .none: return nil
    }
  }

  /// Whether an operation that ends now counts.
  @inlinable @inline(__always)
  func counts(_ operation: UInt64, endingAt now: Instant) -> Bool {
    now >= opens && now < closes && operation >= firstCounted && operation < Self.warmUpBit
  }

  /// Once all lanes have finished: whether the end came before the turn of some of the operations that were asked for.
  public var leftSome: Bool {
    guard let asked else { return false }
    let taken = next.load(ordering: .relaxed)
    switch schedule {
    case .some(let schedule):
      return schedule.count < firstCounted + asked || taken < schedule.count
        || schedule.count > 0 && schedule.start(of: schedule.count - 1) >= closes
    case .none: return taken < asked
    }
  }

  /// How many of the operations that were asked for are this process's.
  public var due: UInt64? {
    asked.map { asked in
      // What is dealt out belongs to the process of its lane.
      dealtTo > 0
        ? share.count(of: dealtTo) * (asked / dealtTo)
        : share.count(of: firstCounted + asked) - share.count(of: firstCounted)
    }
  }

  /// The numbers of the operations that may have counted: of a number of operations those, else all that were taken; of
  /// these every one that is this process's.
  public var numbers: Range<UInt64> {
    let taken = dealtTo > 0 ? asked ?? 0 : next.load(ordering: .relaxed)
    return firstCounted..<max(firstCounted, asked.map { min(taken, firstCounted + $0) } ?? taken)
  }

  /// What was due of an open loop in the window, and what of it was left when all lanes had finished; nil in a closed loop.
  /// - Parameter inHand: the operations that lanes had taken and not ended.
  public func arrivals(inHand: some Sequence<UInt64>) -> ArrivalOutcome? {
    switch schedule {
    case .some(let schedule):
      return schedule.outcome(
        before: closes, inHand: inHand, untakenFrom: next.load(ordering: .relaxed), stride: stride, share: share)
    case .none: return nil
    }
  }

  /// How many operations of an open loop are to start within the window.
  public var scheduled: UInt64? {
    switch schedule {
    case .some(let schedule): share.count(of: schedule.count) - share.count(of: schedule.warmUpCount)
    case .none: nil
    }
  }
}

/// What the lanes of a group share: the trial, and where they record. A lane keeps one pointer for both, as there may be a
/// million of them.
@frozen public struct LaneGroup: @unchecked Sendable {
  @usableFromInline let trial: UnsafePointer<TrialState>
  public let recorder: Recorder

  public init(trial: UnsafePointer<TrialState>, recorder: Recorder) {
    self.trial = trial
    self.recorder = recorder
  }

  /// Records what became of an operation that ended before the window did. Answers whether it counts as done.
  @inlinable @inline(__always)
  func record(
    _ outcome: Outcome, of operation: UInt64, after service: Nanoseconds, at now: Instant, sent: Int, received: Int
  ) -> Bool {
    guard trial.pointee.counts(operation, endingAt: now) else {
      if outcome.isComplete, now < trial.pointee.opens { recorder.completedEarly(at: now) }
      return false
    }
    if outcome.isComplete {
      recorder.completed(at: now, service: service, checksum: outcome.checksum, sent: sent, received: received)
      if outcome.isLenient { recorder.readLeniently() }
    } else {
      recorder.ended(at: now)
    }
    if outcome.checksum == nil { recorder.count(kind: Int(outcome.kind.rawValue)) }
    return outcome.isComplete
  }

  /// What an outcome is after so long: an operation that has run out of time is a timeout, whatever came of it. The
  /// monitor shuts its connection down, or may be about to.
  @inlinable @inline(__always)
  func judged(_ outcome: Outcome, after service: Nanoseconds) -> Outcome {
    service < trial.pointee.timeout || trial.pointee.timeout == .zero ? outcome : .failed(.timeout)
  }
}

extension TrialState {
  /// How long a lane waits after so many connections that failed one after another, at most until the window's end.
  @inlinable
  func retry(after refusals: UInt8, now: Instant) -> Instant {
    min(now + .milliseconds(1 << UInt64(refusals - 1)), closes)
  }
}
