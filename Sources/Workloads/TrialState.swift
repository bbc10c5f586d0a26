import Measurement
import Plan
import Synchronization

/// What the lanes of a trial share: the next operation to take, and the window in which operations count.
public struct TrialState: ~Copyable, Sendable {
  /// The next operation to take.
  @usableFromInline let next: Atomic<UInt64>
  @usableFromInline let nextWarmUp: Atomic<UInt64>
  /// The distance between two operations of this process.
  @usableFromInline let stride: UInt64

  /// The number of operations in all processes; nil if the window's end ends the trial.
  public let asked: UInt64?
  /// The share of the trial that this process does.
  public let share: Share
  /// The number of lanes in all processes, if each has operations of its own; zero if the next free lane takes each
  /// operation.
  public let dealtTo: UInt64
  /// When the window opens; operations that end earlier are warm-up.
  public let opens: Instant
  @usableFromInline let closing: Atomic<UInt64>
  /// The time limit of one operation; zero for none.
  public let timeout: Nanoseconds
  /// A verified operation that took less time needs only counting. It is the time limit, or zero if a table records
  /// each operation.
  @usableFromInline let longest: Nanoseconds
  /// Whether a lane needs a permit before it starts an operation.
  public let isLimited: Bool
  /// Whether operations have intended starts.
  public let isOpenLoop: Bool
  /// The table that records each operation; nil if operations are only counted.
  @usableFromInline let rows: OperationRows?
  /// Whether operations of the warm-up have their own numbers.
  @usableFromInline let numbersWarmUp: Bool
  /// The bystanders' spec, for bystander lanes; nil for measured lanes.
  public let bystanders: BystanderSpec?
  /// Whether a lane that has done an operation starts the next one at once.
  @usableFromInline let startsAtOnce: Bool
  /// Whether lanes without an operation in hand may hold their connections.
  @usableFromInline let holdsConnections: Bool
  /// For an open loop with a fixed count: the first operation after the warm-up.
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

  /// The window's end; for a fixed count of operations, the deadline.
  @inlinable @inline(__always)
  public var closes: Instant { Instant(nanoseconds: closing.load(ordering: .relaxed)) }

  /// Moves the end forward, because the measured lanes have finished.
  public func close(at now: Instant) { closing.store(min(now, closes).nanoseconds, ordering: .relaxed) }

  /// Set in the number of a warm-up operation, if the window is a fixed count of operations.
  @inlinable static var warmUpBit: UInt64 { 1 << 63 }

  /// Takes the next operation of a closed loop; nil if none is left.
  @inlinable @inline(__always)
  func take(now: Instant) -> UInt64? {
    if numbersWarmUp && now < opens {
      return nextWarmUp.wrappingAdd(stride, ordering: .relaxed).oldValue | Self.warmUpBit
    }
    let operation = next.wrappingAdd(stride, ordering: .relaxed).oldValue
    return operation < asked ?? .max ? operation : nil
  }

  /// Takes the next operation of an open loop and its intended start; nil if none is left.
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

  /// After all lanes have finished: whether the end came before some requested operations were taken.
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

  /// The number of operations that this process must do; nil without a fixed count.
  public var due: UInt64? {
    asked.map { asked in
      // Operations with a fixed lane belong to that lane's process.
      dealtTo > 0
        ? share.count(of: dealtTo) * (asked / dealtTo)
        : share.count(of: firstCounted + asked) - share.count(of: firstCounted)
    }
  }

  /// The numbers of the operations that may have counted: a fixed count of them, or all that were taken. This process
  /// has every `stride`-th of them.
  public var numbers: Range<UInt64> {
    let taken = dealtTo > 0 ? asked ?? 0 : next.load(ordering: .relaxed)
    return firstCounted..<max(firstCounted, asked.map { min(taken, firstCounted + $0) } ?? taken)
  }

  /// The open loop's operations due in the window, and those of them left when all lanes had finished; nil in a closed
  /// loop.
  /// - Parameter inHand: the operations that lanes had taken and not ended.
  public func arrivals(inHand: some Sequence<UInt64>) -> ArrivalOutcome? {
    switch schedule {
    case .some(let schedule):
      return schedule.outcome(
        before: closes, inHand: inHand, untakenFrom: next.load(ordering: .relaxed), stride: stride, share: share)
    case .none: return nil
    }
  }

  /// The number of operations of an open loop that are due in the window.
  public var scheduled: UInt64? {
    switch schedule {
    case .some(let schedule): share.count(of: schedule.count) - share.count(of: schedule.warmUpCount)
    case .none: nil
    }
  }
}

/// What the lanes of a group share: the trial, and the place to record. A lane keeps one pointer for both, because
/// there may be a million lanes.
@frozen public struct LaneGroup: @unchecked Sendable {
  @usableFromInline let trial: UnsafePointer<TrialState>
  public let recorder: Recorder

  public init(trial: UnsafePointer<TrialState>, recorder: Recorder) {
    self.trial = trial
    self.recorder = recorder
  }

  /// Records the outcome of an operation that ended before the window did. Returns whether it counts as done.
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

  /// The outcome after a given time: an operation beyond its time limit is a timeout, whatever arrived. The monitor
  /// shuts its connection down, or is about to.
  @inlinable @inline(__always)
  func judged(_ outcome: Outcome, after service: Nanoseconds) -> Outcome {
    service < trial.pointee.timeout || trial.pointee.timeout == .zero ? outcome : .failed(.timeout)
  }
}

extension TrialState {
  /// The pause after this many consecutive connection failures, at most until the window's end.
  @inlinable
  func retry(after refusals: UInt8, now: Instant) -> Instant {
    min(now + .milliseconds(1 << UInt64(refusals - 1)), closes)
  }
}
