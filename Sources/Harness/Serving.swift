import Glibc
import Measurement
import Modes
import SystemCalls

/// The target server on its own.
public enum Serving {
  /// Serves until a signal asks it to stop.
  /// - Parameters:
  ///   - kind: `http` or `echo`.
  ///   - connections: that are served at once; at most, and unless given, as many as descriptors allow.
  ///   - listening: told the address, with the port that the system chose.
  public static func run(
    kind: String, mode: ModeID, host: String, port: UInt16, unixPath: String?, cpus: [Int]?, connections: Int?,
    limits: TimeLimits, listening: (String) -> Void
  ) throws(HarnessFailure) {
    guard let kind = TargetServer.Kind(rawValue: kind) else {
      throw HarnessFailure(.usage, "--protocol '\(kind)' is not one of http, echo")
    }
    if mode == .null { throw HarnessFailure(.usage, "--mode null has no network to serve; name another mode") }
    if let reason = mode.unavailability { throw HarnessFailure("--mode \(mode.rawValue) is unavailable: \(reason)") }
    _ = try Processors.current(server: cpus)
    ProcessControl.ignoreBrokenPipes()
    ProcessControl.raiseDescriptorLimit()
    if let cpus { try? Affinity.set(cpus) }
    let place = unixPath.map { "unix:\($0)" } ?? "\(host):\(port)"
    let server: TargetServer
    do {
      let address = try unixPath.map { try SocketAddress(unixPath: $0) } ?? SocketAddress(host: host, port: port)
      let most = min(max(1, ProcessControl.descriptorLimit.hard - Feasibility.spareDescriptors), 1 << 20)
      server = try TargetServer(
        kind, mode: mode, on: address, capacity: min(connections ?? most, most), limits: limits)
      Interruption.watch()
      try Thread(name: "signals") {
        while Interruption.signal == nil { Interruption.pause(milliseconds: 100) }
        server.stop()
        // Whoever sleeps in a call that blocks is not waited for.
        Interruption.pause(milliseconds: 2000)
        _exit(0)
      }.detach()
    } catch {
      throw HarnessFailure("cannot listen on \(place): \(error); name another --port, --bind or --unix")
    }
    listening(server.address.description)
    do throws(Errno) {
      try server.serve()
    } catch {
      throw HarnessFailure("the server stopped: \(error)")
    }
  }
}
