import Glibc
import Synchronization

/// Records whether the process was asked to stop by SIGINT, SIGTERM, SIGHUP or SIGQUIT.
public enum Interruption {
  private static let requested = Atomic<Int32>(0)

  /// From now on these signals are recorded and no longer end the process. They interrupt blocking calls.
  public static func watch() {
    var action = sigaction()
    action.__sigaction_handler.sa_handler = { number in Interruption.requested.store(number, ordering: .relaxed) }
    for signal in [SIGINT, SIGTERM, SIGHUP, SIGQUIT] {
      var present = Glibc.sigaction()
      sigaction(signal, nil, &present)
      // Signals that are ignored stay ignored, as nohup(1) requires.
      let isIgnored = unsafeBitCast(present.__sigaction_handler.sa_handler, to: Int.self) == 1
      if !isIgnored { sigaction(signal, &action, nil) }
    }
  }

  /// The last signal that asked the process to stop, if any.
  public static var signal: Int32? {
    let number = requested.load(ordering: .relaxed)
    return number == 0 ? nil : number
  }
}

extension Interruption {
  /// Sleeps for at most `milliseconds`; a signal ends the sleep.
  public static func pause(milliseconds: Int32) { _ = poll(nil, 0, milliseconds) }
}
