import Measurement
import Synchronization

/// What the lanes of a trial share: the operations still to be taken, and the window in which they count.
@frozen public struct TrialState: ~Copyable, Sendable {
  /// The next operation that nobody has taken.
  @usableFromInline let next = Atomic<UInt64>(0)
  @usableFromInline let nextWarmUp = Atomic<UInt64>(0)

  /// How many operations there are; nil where the window's end is what ends the trial.
  public let asked: UInt64?
  /// The window opens: what is done earlier is warm-up.
  public let opens: Instant
  /// The window's end, or the deadline of a trial that is to do a number of operations.
  public let closes: Instant
  /// How long one operation may take; zero for no limit.
  public let timeout: Nanoseconds

  public init(asked: UInt64?, opens: Instant, closes: Instant, timeout: Nanoseconds) {
    self.asked = asked
    self.opens = opens
    self.closes = closes
    self.timeout = timeout
  }

  /// Operations of the warm-up, where the window is a number of operations, are numbered apart from those that count.
  @usableFromInline static let warmUpBit: UInt64 = 1 << 63

  /// Takes the next operation, or nil where none is left.
  @inlinable @inline(__always)
  func take(now: Instant) -> UInt64? {
    if asked != nil && now < opens {
      return nextWarmUp.wrappingAdd(1, ordering: .relaxed).oldValue | Self.warmUpBit
    }
    let operation = next.wrappingAdd(1, ordering: .relaxed).oldValue
    return operation < asked ?? .max ? operation : nil
  }

  /// Whether an operation that ends now counts.
  @inlinable @inline(__always)
  func counts(_ operation: UInt64, endingAt now: Instant) -> Bool {
    now >= opens && now < closes && operation < Self.warmUpBit
  }

  /// The number of operations taken so far that count, or will.
  public var taken: UInt64 { min(next.load(ordering: .relaxed), asked ?? .max) }
}
