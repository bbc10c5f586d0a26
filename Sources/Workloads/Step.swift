import Measurement
import SystemCalls

/// What a lane asks its mode to do.
@frozen public enum Step {
  /// Use the lane's connection to the endpoint with this index; open it if there is none.
  case connect(Int32)
  /// Peek at received bytes that nobody asked for, without waiting and without taking them.
  case check
  /// Send all of these bytes. They stay in place until the step is answered.
  case send(UnsafeRawBufferPointer)
  /// Wait for bytes, and take those that have arrived.
  case receive
  case close
  /// Send no more: the peer learns of the end, and may keep sending. Answered like a send of no bytes.
  case finishSending
  case sleep(until: Instant)
  /// Wait until this time, or until the peer ends or the connection breaks, even if received bytes wait. Answered by
  /// `woke`, or like a receive that finds the end.
  case delay(until: Instant)
  /// Let other lanes take a turn. Answered by `woke`.
  case yield
  /// Read or write a part of the trial's data file, or sync it. The bytes stay in place until the step is answered.
  case file(FileRequest)
  /// Do this CPU work: in place, or elsewhere while the lane waits.
  case compute(Computation)
  /// Take one of the trial's permits, which the limit counts; lanes queue for them.
  case acquire
  /// Return the permit.
  case release
  /// End. An open connection is reset, so that the peer's next transfer fails (RFC 9293, section 3.10.5).
  case abort
  /// End. An open connection is closed.
  case finished
}

/// A mode's answer to a step. It fits four registers; a larger one would be copied through memory, separately for each
/// place and task that creates one.
/// `connect`, `send` and `receive` may also be answered by `failed`.
@frozen public enum Event {
  case connected(now: Instant)
  /// The lane already had a connection to the endpoint.
  case reached(now: Instant)
  /// The bytes that nobody asked for; empty if no more will arrive.
  case found(UnsafeRawBufferPointer, now: Instant)
  case foundNothing(now: Instant)
  case sent(Int)
  /// Empty if the peer has finished sending.
  case received(UnsafeRawBufferPointer, now: Instant)
  case closed(now: Instant)
  case woke(now: Instant)
  /// The bytes that a file request moved, or a negative errno.
  case transferred(Int, now: Instant)
  case computed(UInt64, now: Instant)
  case acquired(now: Instant)
  case released(now: Instant)
  case failed(Errno, now: Instant)

  /// - Parameter bytes: nil if no bytes wait.
  @inlinable @inline(__always)
  public static func checked(_ bytes: UnsafeRawBufferPointer?, now: Instant) -> Event {
    if let bytes { .found(bytes, now: now) } else { .foundNothing(now: now) }
  }

  /// The peer has finished sending.
  @inlinable public static func ended(now: Instant) -> Event {
    .received(UnsafeRawBufferPointer(start: nil, count: 0), now: now)
  }
}

/// One line of work that a mode carries through its waits: steps out, events in. Everything that is the same in every
/// mode happens inside.
public protocol Lane: ~Copyable, SendableMetatype {
  mutating func begin(now: Instant) -> Step
  mutating func resume(_ event: Event) -> Step
}
