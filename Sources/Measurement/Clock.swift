import Glibc

/// A point on CLOCK_MONOTONIC in nanoseconds; comparable between processes of one machine.
@frozen public struct Instant: Comparable, Hashable, Sendable {
  public var nanoseconds: UInt64

  @inlinable public init(nanoseconds: UInt64) { self.nanoseconds = nanoseconds }

  @inlinable public static var distantFuture: Instant { Instant(nanoseconds: UInt64(Int64.max)) }

  @inlinable public static func < (a: Instant, b: Instant) -> Bool { a.nanoseconds < b.nanoseconds }

  /// Saturates at `distantFuture`; never wraps.
  @inlinable public static func + (a: Instant, span: Nanoseconds) -> Instant {
    let (sum, overflow) = a.nanoseconds.addingReportingOverflow(span.count)
    return Instant(nanoseconds: overflow ? UInt64(Int64.max) : sum)
  }

  /// The time from `earlier` to this instant; zero if `earlier` is later.
  @inlinable public func since(_ earlier: Instant) -> Nanoseconds {
    Nanoseconds(nanoseconds > earlier.nanoseconds ? nanoseconds &- earlier.nanoseconds : 0)
  }
}

/// Reads CLOCK_MONOTONIC through the vDSO: clock_gettime(2), about 20 ns and no system call.
public enum MonotonicClock {
  @inlinable public static var now: Instant {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Instant(nanoseconds: UInt64(bitPattern: Int64(time.tv_sec &* 1_000_000_000 &+ time.tv_nsec)))
  }
}
