import Glibc
import Measurement
import SystemCalls

/// A stop of a trial's client or server by signals, SIGSTOP and then SIGCONT: what it does to a trial is known beforehand.
final class ProcessStop {
  enum Side: String { case client, server }

  let side: Side
  private let after: Nanoseconds
  private let length: Nanoseconds
  /// When it really was, on CLOCK_MONOTONIC; nil before it is over.
  private(set) var span: Range<Instant>?

  /// - Parameter after: from the client's start on, to a tenth of a second.
  init(_ side: Side, after: Nanoseconds, for length: Nanoseconds) {
    self.side = side
    self.after = after
    self.length = length
  }

  /// Stops the process for the whole length if the time has come; once. A signal to this process ends it early.
  func carryOut(on process: ChildProcess, since start: Instant) {
    guard span == nil, MonotonicClock.now >= start + after else { return }
    kill(process.identifier, SIGSTOP)
    let from = MonotonicClock.now
    let end = from + length
    while MonotonicClock.now < end && Interruption.signal == nil { Interruption.pause(milliseconds: 10) }
    kill(process.identifier, SIGCONT)
    span = from..<MonotonicClock.now
  }
}
