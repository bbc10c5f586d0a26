import Modes
import SystemCalls

/// The target server on its own.
public enum Serving {
  /// Serves until a signal asks it to stop.
  /// - Parameters:
  ///   - kind: `http` or `echo`.
  ///   - listening: told the address, with the port that the system chose.
  public static func run(
    kind: String, host: String, port: UInt16, unixPath: String?, cpus: [Int]?, listening: (String) -> Void
  ) throws(HarnessFailure) {
    guard let kind = TargetServer.Kind(rawValue: kind) else {
      throw HarnessFailure(.usage, "--protocol '\(kind)' is not one of http, echo")
    }
    _ = try Processors.current(server: cpus)
    ProcessControl.ignoreBrokenPipes()
    ProcessControl.raiseDescriptorLimit()
    if let cpus { try? Affinity.set(cpus) }
    let place = unixPath.map { "unix:\($0)" } ?? "\(host):\(port)"
    let server: TargetServer
    do {
      let address = try unixPath.map { try SocketAddress(unixPath: $0) } ?? SocketAddress(host: host, port: port)
      let capacity = max(1, ProcessControl.descriptorLimit.hard - Feasibility.spareDescriptors)
      server = try TargetServer(kind, on: address, capacity: min(capacity, 1 << 20))
      Interruption.watch()
      try Thread(name: "signals") {
        while Interruption.signal == nil { Interruption.pause(milliseconds: 100) }
        server.stop()
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
