import Glibc
import Measurement
import Plan
import SystemCalls

/// A process on another host. Its lines come and go through the launcher that has started it.
final class HostedProcess {
  let host: String
  /// The launcher.
  let child: ChildProcess
  /// What it lives by once it has its plan.
  weak var lease: Lease?
  private let errors: LastWords
  private let path: String
  /// Lines that came while those of another process were waited for.
  private var lines: [String] = []
  /// When its last line was seen; nil before the first one, for which its launcher may take long.
  private var heard: Instant?
  private var wasSilent = false

  /// The time limit for an answer that takes no work.
  static let patience = Nanoseconds.seconds(10)
  /// How long a launcher may take to end after the input of its process has ended.
  private static let leave = Nanoseconds.seconds(2)

  /// Starts a program on a host.
  /// - Parameter command: its path and its words.
  init(running command: [String], on host: String, by launcher: Launcher) throws(HarnessFailure) {
    self.host = host
    let words = launcher.words(on: host, running: command)
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
    let end = MonotonicClock.now + patience
    while MonotonicClock.now < end {
      if let signal = Interruption.signal { throw HarnessFailure(.interrupted(signal), "interrupted") }
      if !lines.isEmpty { return lines.removeFirst() }
      switch child.readLine(timeout: 100) {
      case .text(let line): take(line)
      case .ended: return nil
      case .nothing: idle()
      }
      lease?.renew()
      if lease?.lost != nil { return nil }
    }
    child.kill()
    return nil
  }

  private func take(_ line: String) {
    heard = MonotonicClock.now
    if line != HostOrder.held { lines.append(line) }
  }

  /// Takes the lines that have come. Returns whether more may come; a process that was silent for longer than its lease
  /// is killed.
  func answers() -> Bool {
    while true {
      switch child.readLine(timeout: 0) {
      case .text(let line): take(line)
      // What it said last is still to be heard.
      case .ended: return !lines.isEmpty
      case .nothing:
        guard let heard, MonotonicClock.now.since(heard) > Lease.term else { return true }
        wasSilent = true
        child.killGroup()
        return false
      }
    }
  }

  /// Whether its launcher has ended, or had to be killed, before a line of it came.
  var neverSpoke: Bool { heard == nil && (child.isKilled || child.hasEnded) }

  /// Whether a line has come that was not heard yet.
  var hasAnswered: Bool { !lines.isEmpty }

  /// The answer to an order.
  func ask(_ order: HostOrder, idle: () -> Void = {}) throws(HarnessFailure) -> String? {
    child.send(order.line)
    return try hear(idle: idle)
  }

  /// Why it has not answered, with the host's name; if another process of the same lease is lost, why that is.
  func verdict(after patience: Nanoseconds = patience) -> String {
    if let lost = lease?.lost, lost !== self { return lost.verdict(after: patience) }
    if wasSilent {
      return "on host '\(host)': it was silent for \(Lease.term.spaced), and its launcher was killed\(errors.quoted)"
    }
    return "on host '\(host)': \(TrialRunner.verdict(child, after: patience))\(errors.quoted)"
  }

  /// What its host's monotonic clock reads, in nanoseconds. Nil if it does not answer; ``verdict`` says why.
  func clock(idle: () -> Void) throws(HarnessFailure) -> UInt64? { try ask(.clock, idle: idle).flatMap { UInt64($0) } }

  /// Ends its input, which ends the process, and kills the launcher if that does not end, too.
  private func end() {
    child.closeInput()
    let end = MonotonicClock.now + Self.leave
    while !child.hasEnded, MonotonicClock.now < end { Interruption.pause(milliseconds: 2) }
    child.killGroup()
    _ = child.wait()
  }
}
