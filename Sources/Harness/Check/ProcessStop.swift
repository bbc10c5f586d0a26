import Glibc
import Measurement
import SystemCalls

/// Stops a trial's client or server with SIGSTOP and SIGCONT. The effect on the trial is known beforehand.
final class ProcessStop {
  enum Side: String { case client, server }

  let side: Side
  private let after: Nanoseconds
  private let length: Nanoseconds
  /// The actual time of the stop, on CLOCK_MONOTONIC; nil before it is over.
  private(set) var span: Range<Instant>?

  /// - Parameter after: time since the client's start, precise to 0.1 s.
  init(_ side: Side, after: Nanoseconds, for length: Nanoseconds) {
    self.side = side
    self.after = after
    self.length = length
  }

  /// Stops the process of its side for the whole length once the time has come; only once. A signal to this process ends
  /// the stop early.
  func carryOut(client: ChildProcess?, server: ChildProcess?, since start: Instant) {
    guard span == nil, MonotonicClock.now >= start + after, let process = side == .client ? client : server else {
      return
    }
    kill(process.identifier, SIGSTOP)
    let from = MonotonicClock.now
    let end = from + length
    while MonotonicClock.now < end && Interruption.signal == nil { Interruption.pause(milliseconds: 10) }
    kill(process.identifier, SIGCONT)
    span = from..<MonotonicClock.now
  }
}
