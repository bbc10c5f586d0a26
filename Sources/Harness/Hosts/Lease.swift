import Measurement

/// What processes on other hosts live by while this one leads them. Some launchers swallow the end of the input that
/// otherwise ends a process, and a host that is gone may not end its launcher. So each process is told every second that
/// it is still wanted, and answers; one that has not heard so for a while ends itself, and one that has not answered for
/// as long is lost.
final class Lease {
  /// How long either side believes in the other without a line from it.
  static let term = Nanoseconds.seconds(10)
  private static let interval = Nanoseconds.seconds(1)

  private var holders: [HostedProcess] = []
  private var renewed = MonotonicClock.now
  /// The first holder that has ended or was silent for too long, and is given up.
  private(set) var lost: HostedProcess?

  /// - Parameter process: has its plan, so that it takes orders.
  func add(_ process: HostedProcess) {
    holders.append(process)
    process.lease = self
  }

  /// Gives a process up that is of no use.
  func release(_ process: HostedProcess) {
    holders.removeAll { $0 === process }
    process.lease = nil
  }

  /// Renews it, if it is time to. Everything that waits for a holder calls this often.
  func renew() {
    let now = MonotonicClock.now
    guard lost == nil, now.since(renewed) >= Self.interval else { return }
    renewed = now
    for process in holders {
      guard process.answers() else {
        lost = process
        return
      }
      process.child.send(HostOrder.lease.line)
    }
  }
}
