import Foundation
import Measurement
import Plan
import SystemCalls

/// The copies of this program on hosts that lacked it or had another build. Each is of one run alone. A process of the
/// copy keeps it; the shell that has started that process removes the copy when it ends.
///
/// `@unchecked Sendable`: only the thread that leads the run uses it.
final class HostCopies: @unchecked Sendable {
  let hosts: Set<String>
  private var keepers: [HostedProcess]
  private var renewed = MonotonicClock.now

  /// How long a copy stays without a line from here. A launcher may swallow the end of the input, which otherwise
  /// removes the copy at once. It is longer than a lease, because a leader that was suspended still needs the copies.
  static let term = Nanoseconds.seconds(600)
  private static let interval = Nanoseconds.seconds(10)
  /// How long no host may take a part of the program.
  private static let patience = Nanoseconds.seconds(60)

  /// - Parameter keepers: processes of the copies, which have told who they are; nil if there are none.
  init?(keptBy keepers: [HostedProcess]) {
    guard !keepers.isEmpty else { return nil }
    self.keepers = keepers
    hosts = Set(keepers.map(\.host))
    for keeper in keepers { keeper.child.send(HostOrder.keep.line) }
  }

  /// Says that the copies are still wanted, if it is time to. Whatever waits in a trial calls this often.
  func renew() {
    let now = MonotonicClock.now
    guard now.since(renewed) >= Self.interval else { return }
    renewed = now
    for keeper in keepers {
      // Unread answers would fill the pipe.
      while case .text = keeper.child.readLine(timeout: 0) {}
      keeper.child.send(HostOrder.lease.line)
    }
  }

  deinit { remove() }

  func remove() {
    for keeper in keepers { keeper.child.send(HostOrder.leave.line) }
    keepers = []
  }

  /// Sends this program to hosts, to all of them at once, and starts it there.
  /// - Parameter idle: called repeatedly meanwhile.
  /// - Returns: a process of each copy, which tells who its host is unless the copy cannot start.
  static func sent(
    to hosts: [String], _ build: String, by launcher: Launcher, token: String, idle: () -> Void
  ) throws(HarnessFailure) -> [HostedProcess] {
    let program = [UInt8](try HostFacts.program())
    let processes = try hosts.enumerated().map { (index, host) throws(HarnessFailure) in
      try HostedProcess(
        running: ["sh", "-c", script("\(build.prefix(16))-$0-\(index)", size: program.count), token], on: host,
        by: launcher)
    }
    var sent = Array(repeating: 0, count: hosts.count)
    var moved = MonotonicClock.now
    while let first = sent.firstIndex(where: { $0 < program.count }), MonotonicClock.now.since(moved) < patience {
      if let signal = Interruption.signal { throw HarnessFailure(.interrupted(signal), "interrupted") }
      var count = 0
      for index in first..<hosts.count where sent[index] < program.count {
        // One that has ended takes no more; it is heard why.
        let part = processes[index].child.sendPart(of: program, from: sent[index]) ?? program.count - sent[index]
        sent[index] += part
        count += part
      }
      idle()
      if count > 0 {
        moved = MonotonicClock.now
      } else {
        Interruption.pause(milliseconds: 1)
      }
    }
    return processes
  }

  /// What a shell on the host does, whose name is the mark of the run. The copy's first process has the rest of the
  /// shell's input.
  /// - Parameter name: of the copy. Hosts may have one temporary folder together.
  private static func script(_ name: String, size: Int) -> String {
    [
      #"d="${TMPDIR:-/tmp}/iomodes-\#(name)""#, #"(umask 077; mkdir "$d") || exit 1"#,
      #"trap 'rm -rf "$d"; exit 1' HUP INT TERM"#,
      #"head -c \#(size) >"$d/iomodes" && [ "$(wc -c <"$d/iomodes")" -eq \#(size) ] && chmod 700 "$d/iomodes" "#
        + #"&& "$d/iomodes" \#(Children.hostCommand) "$0""#,
      "code=$?", #"rm -rf "$d""#, "exit $code",
    ].joined(separator: "; ")
  }
}
