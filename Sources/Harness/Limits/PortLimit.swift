import Glibc
import Measurement
import SystemCalls

/// How many connections does a range of ephemeral ports allow, and what changes that?
enum PortLimit {
  private static let ports = 40_000...40_031
  private static let listeningPort: UInt16 = 30_000
  private static let addresses = 4
  /// How long net.ipv4.tcp_tw_reuse withholds a port in TIME_WAIT from a new connection: net.ipv4.tcp_tw_reuse_delay
  /// since Linux 6.14, one second before.
  private static let reuseDelay = Nanoseconds.milliseconds(1100)

  /// What happens to a connection once it is established.
  private enum End { case held, closed, reset }

  /// One way to open connections until no port is left.
  private struct Way {
    var end = End.held
    /// The value of net.ipv4.tcp_tw_reuse: ip-sysctl(7).
    var reuse = 0
    var addresses = 1
    /// Whether the near end is bound to an address with port 0 before it connects, and below the socket option for
    /// that.
    var binds = false
    var option: (level: Int32, name: Int32)?
  }

  static func carryOut(brief: Bool, hasOwnNetwork: Bool) throws -> LimitResult {
    guard hasOwnNetwork else {
      throw LimitObstacle(
        "this needs its own network namespace, which is not permitted here; run it as root"
      )
    }
    let count = ports.count
    let beyond = 2 * addresses * count
    var observations: [LimitResult.Observation] = []
    func observe(_ name: String, _ predicted: Int, _ measured: Int) -> Int {
      observations.append(LimitResult.Observation(name, .connections, exactly: predicted, measured: measured))
      return measured
    }
    let held = try reached(Way(), most: beyond)
    _ = observe("held, to one address", count, held[0])
    if !brief {
      let waiting = try reached(Way(end: .closed, reuse: 0), most: beyond, again: true)
      _ = observe("closed by the client (TIME_WAIT)", count, waiting[0])
      _ = observe("again a second later, without tcp_tw_reuse", 0, waiting[1])
      let reused = try reached(Way(end: .closed, reuse: 1), most: beyond, again: true)
      _ = observe("closed by the client, with tcp_tw_reuse", count, reused[0])
      _ = observe("again a second later, with tcp_tw_reuse", count, reused[1])
    }
    let reset = observe("closed with SO_LINGER 0, of \(beyond)", beyond, try reached(Way(end: .reset), most: beyond)[0])
    let many = observe(
      "held, to \(addresses) addresses", addresses * count, try reached(Way(addresses: addresses), most: beyond)[0])
    var bound = Way(addresses: addresses, binds: true)
    let early = observe("to \(addresses), bound to port 0 first", count, try reached(bound, most: beyond)[0])
    bound.option = (SOL_SOCKET, SO_REUSEADDR)
    _ = observe("to \(addresses), bound first with SO_REUSEADDR", count, try reached(bound, most: beyond)[0])
    bound.option = (Int32(IPPROTO_IP), IP_BIND_ADDRESS_NO_PORT)
    _ = observe(
      "to \(addresses), bound first with IP_BIND_ADDRESS_NO_PORT", addresses * count,
      try reached(bound, most: beyond)[0])
    return LimitResult(
      .ports, observations,
      "\(count) ports are \(held[0]) connections to one address and \(many) to \(addresses), but \(early) where the "
        + "port is chosen before the address is known; a close that leaves TIME_WAIT keeps its port, and a reset gives "
        + "it back at once (\(reset) of \(beyond)).")
  }

  /// Opens connections in a new network namespace until no port is left; if `again`, once more a second later. Returns
  /// the number of connections each time.
  private static func reached(_ way: Way, most: Int, again: Bool = false) throws -> [Int] {
    try NetworkNamespace.enter()
    try NetworkNamespace.set("ipv4/ip_local_port_range", to: "\(ports.lowerBound) \(ports.upperBound)")
    try NetworkNamespace.set("ipv4/tcp_tw_reuse", to: "\(way.reuse)")
    let listener = try Socket.listen(on: SocketAddress(host: "0.0.0.0", port: listeningPort))
    var held: [Socket] = []
    defer { for socket in held + [listener] { socket.close() } }
    let targets = try (1...way.addresses).map { try SocketAddress(host: "127.0.0.\($0)", port: listeningPort) }
    let first = try open(most, to: targets, from: listener, way, holding: &held)
    guard again else { return [first] }
    Interruption.pause(milliseconds: Int32(reuseDelay.count / 1_000_000))
    return [first, try open(most, to: targets, from: listener, way, holding: &held)]
  }

  private static func open(
    _ most: Int, to targets: [SocketAddress], from listener: Socket, _ way: Way, holding held: inout [Socket]
  ) throws -> Int {
    for count in 0..<most {
      let near = try Socket.open(family: AF_INET, blocking: true)
      do throws(Errno) {
        try bind(near, way)
        _ = try near.connect(to: targets[count % targets.count])
      } catch {
        near.close()
        // EADDRNOTAVAIL comes from connect(2), EADDRINUSE from bind(2).
        guard error.rawValue == EADDRNOTAVAIL || error.rawValue == EADDRINUSE else { throw error }
        return count
      }
      let far = try listener.accept()?.0
      switch way.end {
      case .held: held += [near, far].compactMap { $0 }
      case .closed, .reset:
        if way.end == .reset { near.breakOnClose() }
        near.close()
        far?.close()
      }
    }
    return most
  }

  private static func bind(_ socket: Socket, _ way: Way) throws(Errno) {
    guard way.binds, let any = try? SocketAddress(host: "127.0.0.1", port: 0) else { return }
    if let option = way.option {
      var on: Int32 = 1
      guard setsockopt(socket.descriptor, option.level, option.name, &on, 4) == 0 else { throw .current }
    }
    guard any.withSockaddr({ Glibc.bind(socket.descriptor, $0, $1) }) == 0 else { throw .current }
  }
}
