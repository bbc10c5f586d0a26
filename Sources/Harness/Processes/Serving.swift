import Glibc
import Measurement
import Modes
import Plan
import SystemCalls

/// The target server on its own.
public enum Serving {
  /// Serves until a signal asks it to stop.
  /// - Parameters:
  ///   - kind: `http` or `echo`.
  ///   - limits: of its clients.
  ///   - listening: told the address, with the port that the system chose, and the limits.
  /// - Returns: what it has done, in a line.
  public static func run(
    kind: String, mode: ModeID, host: String, port: UInt16, unixPath: String?, cpus: [Int]?, limits: ServingLimits,
    listening: (_ address: String, _ limits: String) -> Void
  ) throws(HarnessFailure) -> String {
    guard let kind = TargetServer.Kind(rawValue: kind) else {
      throw HarnessFailure(.usage, "--protocol '\(kind)' is not one of http, echo")
    }
    if mode == .null { throw HarnessFailure(.usage, "--mode null has no network to serve; name another mode") }
    if mode.traits.peer != nil {
      throw HarnessFailure(.usage, "--mode \(mode) is a peer, and serves by a program of its own; name another mode")
    }
    if let reason = mode.unavailability { throw HarnessFailure("--mode \(mode.rawValue) is unavailable: \(reason)") }
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
        // Whoever sleeps in a call that blocks is not waited for.
        Interruption.pause(milliseconds: 2000)
        _exit(0)
      }.detach()
    } catch {
      throw HarnessFailure("cannot listen on \(place): \(error); name another --port, --bind or --unix")
    }
    listening(server.address.description, limits.description)
    do throws(Errno) {
      try server.serve()
    } catch {
      throw HarnessFailure("the server stopped: \(error)")
    }
    let totals = server.totals
    return "\(totals.done) operations on \(totals.connections) connections; \(totals.failed) connections broken off, "
      + "\(totals.refused) refused"
  }
}

/// What a server that stands alone allows its clients, whom it does not know.
public struct ServingLimits: Sendable, CustomStringConvertible {
  /// That are served at once, the next ones wait. At most, and where nil, as many as descriptors allow.
  public var connections: Int?
  /// That one address may have of them, the next ones are closed; zero for any number. Nil: half of them, so that one
  /// address leaves room for others.
  public var perAddress: Int?
  /// Zero for any.
  public var requests: RequestLimits
  public var times: TimeLimits

  public init(connections: Int?, perAddress: Int?, requests: RequestLimits, times: TimeLimits) {
    self.connections = connections
    self.perAddress = perAddress
    self.requests = requests
    self.times = times
  }

  /// A stranger holds a connection for about as long in each way.
  public static let usual = ServingLimits(
    connections: nil, perAddress: nil, requests: RequestLimits(delay: .seconds(10), size: ByteCount(16 << 20)),
    times: TimeLimits(idle: .seconds(60), head: .seconds(10), reply: .seconds(30)))

  /// Puts numbers to what is left open.
  fileprivate mutating func settle(most: Int, isUNIX: Bool) {
    let places = min(connections ?? most, most)
    connections = places
    let share = perAddress ?? (places + 1) / 2
    perAddress = share == 0 || isUNIX ? nil : share
    if requests.delay == .zero { requests.delay = RequestLimits.none.delay }
    if requests.size.count == 0 { requests.size = RequestLimits.none.size }
  }

  /// By the names of the options.
  public var description: String {
    func text(_ time: Nanoseconds) -> String { time == .zero ? "any" : "\(time)" }
    let size = requests.size == RequestLimits.none.size ? "any" : "\(requests.size)"
    let delay = requests.delay == RequestLimits.none.delay ? "any" : "\(requests.delay)"
    let (most, share) = (connections.map { "\($0)" } ?? "any", perAddress.map { "\($0)" } ?? "any")
    return "limits: connections \(most), per-address \(share), max-delay \(delay), max-size \(size), "
      + "idle-timeout \(text(times.idle)), header-timeout \(text(times.head)), write-timeout \(text(times.reply))"
  }
}
