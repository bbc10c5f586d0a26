import Measurement

/// A lane of one of two kinds. It is used if the lanes of a trial differ: the two ends of a pair, or measured lanes and
/// bystanders.
@frozen
public struct EitherLane<First: Lane & ~Copyable, Second: Lane & ~Copyable>: Lane, ~Copyable {
  @usableFromInline var isFirst: Bool
  /// Exactly one of the two is present.
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
