import Measurement

/// A lane of either of two kinds, where the lanes of a trial are not all alike: the ends of a pair, or those that are
/// measured and those that do something else beside them.
@frozen
public struct EitherLane<First: Lane & ~Copyable, Second: Lane & ~Copyable>: Lane, ~Copyable {
  @usableFromInline var isFirst: Bool
  /// One of the two is there.
  public var first: First?
  public var second: Second?

  @inlinable
  public init(first lane: consuming First) {
    isFirst = true
    first = consume lane
    second = nil
  }

  @inlinable
  public init(second lane: consuming Second) {
    isFirst = false
    first = nil
    second = consume lane
  }

  @inlinable
  public mutating func begin(now: Instant) -> Step {
    isFirst ? first!.begin(now: now) : second!.begin(now: now)
  }

  @inlinable
  public mutating func resume(_ event: Event) -> Step {
    isFirst ? first!.resume(event) : second!.resume(event)
  }
}
