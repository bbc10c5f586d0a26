import Glibc
import Measurement
import Plan
import SystemCalls

/// A process on another host. Its lines come and go through the launcher that has started it.
final class HostedProcess {
  let host: String
  /// The launcher.
  let child: ChildProcess
  private let errors: LastWords
  private let path: String

  /// The time limit for an answer that takes no work.
  static let patience = Nanoseconds.seconds(10)
  /// How long a launcher may take to end after the input of its process has ended.
  private static let leave = Nanoseconds.seconds(2)

  /// Starts this program on a host.
  /// - Parameter token: marks it as a process of the run.
  init(_ command: String, on host: String, by launcher: Launcher, token: String) throws(HarnessFailure) {
    self.host = host
    let words = launcher.words(on: host, running: [TrialRunner.program, command, token])
    guard let path = Peer.path(of: words[0]) else {
      throw HarnessFailure("the launcher '\(words[0])' is not on PATH", remedy: .otherLauncher)
    }
    self.path = path
    do throws(Errno) {
      let (read, write) = try ChildProcess.pipe()
      defer { close(write) }
      errors = try LastWords(from: read)
      child = try ChildProcess(path, Array(words.dropFirst()), errors: write)
    } catch {
      throw HarnessFailure("cannot start the launcher \(path) for the host '\(host)': \(error)")
    }
  }

  deinit { end() }

  /// The next line; nil if the process or its launcher has ended, or had to be killed, without one.
  func hear(patience: Nanoseconds = patience, idle: () -> Void = {}) throws(HarnessFailure) -> String? {
    try TrialRunner.await(child, patience: patience, idle: idle)
  }

  /// The answer to an order.
  func ask(_ order: HostOrder, idle: () -> Void = {}) throws(HarnessFailure) -> String? {
    child.send(order.line)
    return try hear(idle: idle)
  }

  /// Why it has not answered, with the host's name.
  func verdict(after patience: Nanoseconds = patience) -> String {
    "on host '\(host)': \(TrialRunner.verdict(child, after: patience))\(errors.quoted)"
  }

  /// Asks for its clock several times, and keeps the shortest round trip. Nil if it does not answer; ``verdict`` says why.
  func clockOffset(idle: () -> Void) throws(HarnessFailure) -> (best: ClockOffset, longest: UInt64)? {
    var offsets: [ClockOffset] = []
    let begun = MonotonicClock.now
    while offsets.count < 4 || offsets.count < 32 && MonotonicClock.now.since(begun) < .milliseconds(50) {
      let asked = MonotonicClock.now
      guard let line = try ask(.clock, idle: idle) else { return nil }
      let answered = MonotonicClock.now
      guard let read = UInt64(line) else { return nil }
      offsets.append(ClockOffset(asked: asked, answered: answered, read: read))
    }
    return (.best(of: offsets), offsets.map(\.bound).max() ?? 0)
  }

  /// Ends its input, which ends the process, and kills the launcher if that does not end, too.
  private func end() {
    child.closeInput()
    let end = MonotonicClock.now + Self.leave
    while !child.hasEnded, MonotonicClock.now < end { Interruption.pause(milliseconds: 2) }
    child.killGroup()
    _ = child.wait()
  }
}
