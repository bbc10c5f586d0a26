import Glibc
import Measurement
import SystemCalls

/// A stop of a trial's server by signals, SIGSTOP and then SIGCONT: what it does to latencies is known by arithmetic.
final class ServerStall {
  private let after: Nanoseconds
  private let length: Nanoseconds
  /// When it really was, on CLOCK_MONOTONIC; nil before it is over.
  private(set) var span: Range<Instant>?

  /// - Parameter after: from the client's start on, to a tenth of a second.
  init(after: Nanoseconds, for length: Nanoseconds) {
    self.after = after
    self.length = length
  }

  /// Stops the server for the whole length if the time has come; once. A signal to this process ends it early.
  func carryOut(on server: ChildProcess, since start: Instant) {
    guard span == nil, MonotonicClock.now >= start + after else { return }
    kill(server.identifier, SIGSTOP)
    let from = MonotonicClock.now
    let end = from + length
    while MonotonicClock.now < end && Interruption.signal == nil { Interruption.pause(milliseconds: 10) }
    kill(server.identifier, SIGCONT)
    span = from..<MonotonicClock.now
  }
}
