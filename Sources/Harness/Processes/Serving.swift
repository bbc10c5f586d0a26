import Glibc
import Measurement
import Modes
import Plan
import SystemCalls

/// The built-in server on its own.
public enum Serving {
  /// Serves until a signal stops it.
  /// - Parameters:
  ///   - kind: `http` or `echo`.
  ///   - limits: the limits for its clients.
  ///   - listening: receives the address, with the port that the system chose, and the limits.
  /// - Returns: one line about what the server did.
  public static func run(
    kind: String, mode: ModeID, host: String, port: UInt16, unixPath: String?, cpus: [Int]?, limits: ServingLimits,
    listening: (_ address: String, _ limits: String) -> Void
  ) throws(HarnessFailure) -> String {
    guard let kind = TargetServer.Kind(rawValue: kind) else {
      throw HarnessFailure(.usage, "protocol '\(kind)' is not one of http, echo")
    }
    if mode == .null { throw HarnessFailure(.usage, "mode null has no network; name another mode") }
    if mode.traits.peer != nil {
      throw HarnessFailure(.usage, "mode \(mode) is a peer with a server program of its own; name another mode")
    }
    if let reason = mode.unavailability { throw HarnessFailure("mode \(mode.rawValue) is unavailable: \(reason)") }
    _ = try Processors.current(server: cpus)
    ProcessControl.ignoreBrokenPipes()
    ProcessControl.raiseDescriptorLimit()
    if let cpus { try? Affinity.set(cpus) }
    let place = unixPath.map { "unix:\($0)" } ?? "\(host):\(port)"
    let server: TargetServer
    var limits = limits
    do {
      let address = try unixPath.map { try SocketAddress(unixPath: $0) } ?? SocketAddress(host: host, port: port)
      let most = min(max(1, ProcessControl.descriptorLimit.hard - Feasibility.spareDescriptors), 1 << 20)
      limits.settle(most: most, isUNIX: address.isUNIX)
      server = try TargetServer(
        kind, mode: mode, on: address, capacity: limits.connections!, limits: limits.times, allowed: limits.requests,
        perAddress: limits.perAddress)
      Interruption.watch()
      try Thread(name: "signals") {
        while Interruption.signal == nil { Interruption.pause(milliseconds: 100) }
        server.stop()
        // A thread that sleeps in a blocking call is not waited for.
        Interruption.pause(milliseconds: 2000)
        _exit(0)
      }.detach()
    } catch {
      throw HarnessFailure("cannot listen on \(place): \(error)", remedy: .otherAddress)
    }
    listening(server.address.description, limits.description)
    do throws(Errno) {
      try server.serve()
    } catch {
      throw HarnessFailure("the server stopped: \(error)")
    }
    let totals = server.totals
    return "\(totals.done) operations on \(totals.connections) connections; \(totals.failed) connections broke, "
      + "\(totals.refused) refused"
  }
}

/// A standalone server's limits for its unknown clients.
public struct ServingLimits: Sendable, CustomStringConvertible {
  /// The number of connections served at once; further ones wait. Nil means as many as descriptors allow, which is also
  /// the maximum.
  public var connections: Int?
  /// The number of connections per address; further ones are closed. Zero means no limit. Nil means half of all
  /// connections, which leaves space for other addresses.
  public var perAddress: Int?
  /// Zero means no limit.
  public var requests: RequestLimits
  public var times: TimeLimits

  public init(connections: Int?, perAddress: Int?, requests: RequestLimits, times: TimeLimits) {
    self.connections = connections
    self.perAddress = perAddress
    self.requests = requests
    self.times = times
  }

  /// Each of these limits lets a client hold a connection for a similar time.
  public static let usual = ServingLimits(
    connections: nil, perAddress: nil, requests: RequestLimits(delay: .seconds(10), size: ByteCount(16 << 20)),
    times: TimeLimits(idle: .seconds(60), head: .seconds(10), reply: .seconds(30)))

  /// Replaces nil by numbers.
  fileprivate mutating func settle(most: Int, isUNIX: Bool) {
    let places = min(connections ?? most, most)
    connections = places
    let share = perAddress ?? (places + 1) / 2
    perAddress = share == 0 || isUNIX ? nil : share
    if requests.delay == .zero { requests.delay = RequestLimits.none.delay }
    if requests.size.count == 0 { requests.size = RequestLimits.none.size }
  }

  /// The values by the names of their options.
  public var description: String {
    func text(_ time: Nanoseconds) -> String { time == .zero ? "any" : "\(time)" }
    let size = requests.size == RequestLimits.none.size ? "any" : "\(requests.size)"
    let delay = requests.delay == RequestLimits.none.delay ? "any" : "\(requests.delay)"
    let (most, share) = (connections.map { "\($0)" } ?? "any", perAddress.map { "\($0)" } ?? "any")
    return "limits: connections \(most), per-address \(share), max-delay \(delay), max-size \(size), "
      + "idle-timeout \(text(times.idle)), header-timeout \(text(times.head)), write-timeout \(text(times.reply))"
  }
}
