import Measurement
import SystemCalls

/// What a lane asks of its mode.
@frozen public enum Step {
  /// To go on with the lane's connection to the endpoint of this number, which is opened where it has none.
  case connect(Int32)
  /// A look at what waits to be received, though nothing was asked for: without waiting, and without taking it.
  case check
  /// All of these bytes sent. They stay put until the step is answered.
  case send(UnsafeRawBufferPointer)
  /// Whatever has arrived, once anything has.
  case receive
  case close
  /// No more to be sent: the peer is to hear the end of it, and may go on sending. Answered as a send of nothing.
  case finishSending
  case sleep(until: Instant)
  /// Time to pass that the peer may cut short: until then, or until the peer has finished or the connection broke, bytes
  /// that wait to be received or not. Answered by `woke`, or as a receive that finds the end.
  case delay(until: Instant)
  /// Others to have their turn first. Answered by `woke`.
  case yield
  /// A part of the trial's data file read or written, or all of it synced. The bytes stay put until it is answered.
  case file(FileRequest)
  /// This done by a processor: by whoever carries the lane, or while it waits.
  case compute(Computation)
  /// One of the trial's permits, of which there are as many as its limit; lanes queue for them.
  case acquire
  /// Gives the permit back.
  case release
  /// Nothing more, and a connection that is still open is to break: the peer's next transfer fails (RFC 9293, 3.10.5).
  case abort
  /// Nothing more; a connection that is still open is to be closed.
  case finished
}

/// A mode's answer to a step. It fits four registers: a larger one goes through memory, of which each place that makes one
/// would have its own in each task.
/// `connect`, `send` and `receive` may also be answered by `failed`.
@frozen public enum Event {
  case connected(now: Instant)
  /// The lane has had a connection there already.
  case reached(now: Instant)
  /// What waits without having been asked for; no bytes where none will come any more.
  case found(UnsafeRawBufferPointer, now: Instant)
  case foundNothing(now: Instant)
  case sent(Int)
  /// No bytes: the peer has finished sending.
  case received(UnsafeRawBufferPointer, now: Instant)
  case closed(now: Instant)
  case woke(now: Instant)
  /// How many bytes a file request has moved, or a negative errno.
  case transferred(Int, now: Instant)
  case computed(UInt64, now: Instant)
  case acquired(now: Instant)
  case released(now: Instant)
  case failed(Errno, now: Instant)

  /// - Parameter bytes: nil where nothing waits.
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
