import Glibc
import Synchronization

/// Whether someone has asked the process to stop: SIGINT, SIGTERM, SIGHUP or SIGQUIT.
public enum Interruption {
  private static let requested = Atomic<Int32>(0)

  /// From now on these signals are noted instead of ending the process. Calls that wait are interrupted by them.
  public static func watch() {
    var action = sigaction()
    action.__sigaction_handler.sa_handler = { number in Interruption.requested.store(number, ordering: .relaxed) }
    for signal in [SIGINT, SIGTERM, SIGHUP, SIGQUIT] {
      var present = Glibc.sigaction()
      sigaction(signal, nil, &present)
      // As nohup(1) has it: what is ignored stays so.
      let isIgnored = unsafeBitCast(present.__sigaction_handler.sa_handler, to: Int.self) == 1
      if !isIgnored { sigaction(signal, &action, nil) }
    }
  }

  /// The signal that asked, if one did.
  public static var signal: Int32? {
    let number = requested.load(ordering: .relaxed)
    return number == 0 ? nil : number
  }
}

extension Interruption {
  /// Sleeps, at most this long; a signal ends it.
  public static func pause(milliseconds: Int32) { _ = poll(nil, 0, milliseconds) }
}
