import Glibc
import Plan
import SystemCalls

/// The network between a trial's client and the harness's own server.
enum Loopback {
  /// Milliseconds. The kernel answers by itself, however busy it is.
  private static let patience: Int32 = 2000

  /// Why this machine cannot reach itself, with a remedy; nil if it can.
  static var objection: String? {
    do {
      let listener = try Socket.listen(on: SocketAddress(host: "127.0.0.1", port: 0))
      defer { listener.close() }
      let socket = try Socket.open(family: AF_INET, blocking: false)
      defer { socket.close() }
      if case .inProgress = try socket.connect(to: listener.localAddress()) {
        try socket.awaitConnection(timeout: patience)
      }
      return nil
    } catch {
      return
        "127.0.0.1 cannot be reached (\(error)): trials have their server there; bring loopback up (as root: ip link "
        + "set lo up)"
    }
  }
}

extension Experiment {
  /// Whether any of its trials uses loopback.
  var usesLoopback: Bool {
    guard modes != [.null], workload.file == nil || bystanders != nil else { return false }
    return workload.asked.ofBystanders.usesLoopback
  }
}
