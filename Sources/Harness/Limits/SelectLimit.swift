import Glibc
import Measurement
import Modes
import Plan
import SystemCalls

/// How many connections can a loop of select(2) serve, and which of the usual remedies helps?
enum SelectLimit {
  private static let enough = 1000
  private static let tooMany = 1100
  private static let many = 2000
  /// The usual default of RLIMIT_NOFILE.
  private static let usualLimit = 1024

  static func carryOut() throws -> LimitResult {
    let limit = ProcessControl.descriptorLimit
    guard limit.hard >= many + Feasibility.spareDescriptors else {
      throw LimitObstacle(
        "\(many) connections need more descriptors than the \(limit.hard) allowed here; raise `ulimit -Hn`")
    }
    let capacity = SelectServer.descriptorCapacity
    let room = capacity - SelectServer.ownDescriptors
    var observations = try [
      (capacity - 1, 0), (capacity, SIGABRT),
    ].map { descriptor, signal in
      LimitResult.Observation(
        "FD_SET of \(descriptor), fortified: ended by", .signal, exactly: signal,
        measured: try SelectServer.signalOfFortifiedSet(of: Int32(descriptor)))
    }
    func observe(_ name: String, _ predicted: Int, _ count: Int) {
      observations.append(LimitResult.Observation(name, .connections, exactly: predicted, measured: count))
    }

    let few = try hold(enough, descriptorLimit: limit.hard)
    observe("of \(enough) at once, served", enough, few.served)
    let plain = try hold(tooMany, descriptorLimit: limit.hard)
    observe("of \(tooMany) at once, served", room, plain.served)
    observe("of \(tooMany) at once, refused at FD_SETSIZE", tooMany - room, plain.refused)
    let limited = try hold(enough, times: 2, descriptorLimit: limit.hard)
    observe("of \(2 * enough), \(enough) at once, served", 2 * enough, limited.served)
    let callbacks = try hold(tooMany, byCallback: true, descriptorLimit: limit.hard)
    observe("by callbacks, of \(tooMany) at once, served", room, callbacks.served)
    let usual = try hold(tooMany, descriptorLimit: usualLimit)
    observe(
      "with ulimit -n \(usualLimit), of \(tooMany) at once, served",
      min(room, usualLimit - SelectServer.ownDescriptors), usual.served)
    let epoll = try verifiedByEpoll()
    observe("by epoll, of \(many) at once, served", many, epoll)
    return LimitResult(
      .select, observations,
      "select served \(plain.served) of \(tooMany) connections, as many with callbacks (\(callbacks.served)) and at a "
        + "descriptor limit of \(limit.hard) as at \(usualLimit) (\(usual.served)); at most \(enough) at once served all "
        + "\(limited.served), and epoll \(epoll) at once.")
  }

  private struct Answers {
    var served = 0
    /// Connections refused because their descriptor is beyond FD_SETSIZE.
    var refused = 0
  }

  /// Opens connections to a new server one after another, exchanges a byte on each, and closes them together.
  private static func hold(
    _ count: Int, times: Int = 1, byCallback: Bool = false, descriptorLimit: Int
  ) throws -> Answers {
    let listener = try Socket.listen(on: SocketAddress(host: "127.0.0.1", port: 0))
    let address = try listener.localAddress()
    let server = try SelectServer(listener, byCallback: byCallback, descriptorLimit: descriptorLimit)
    listener.close()
    var answers = Answers()
    for _ in 0..<times {
      var held: [Socket] = []
      defer { for socket in held { socket.close() } }
      for _ in 0..<count {
        let socket = try Socket.open(family: AF_INET, blocking: true)
        held.append(socket)
        // A closed listener refuses or resets the connection.
        guard (try? socket.connect(to: address)) != nil else { continue }
        switch exchange(UInt8(ascii: "e"), on: socket) {
        case UInt8(ascii: "e"): answers.served += 1
        case SelectServer.refusal: answers.refused += 1
        default: break
        }
      }
    }
    withExtendedLifetime(server) {}
    return answers
  }

  /// Sends a byte and returns the byte that comes back; nil after 5 s.
  private static func exchange(_ byte: UInt8, on socket: Socket) -> UInt8? {
    var byte = byte
    return withUnsafeMutableBytes(of: &byte) { buffer in
      // A refused client may no longer be able to send, but can still read the answer.
      _ = socket.send(UnsafeRawBufferPointer(buffer))
      var entry = pollfd(fd: socket.descriptor, events: Int16(POLLIN), revents: 0)
      guard poll(&entry, 1, 5000) > 0, case .bytes(1) = socket.receive(into: buffer) else { return nil }
      return buffer[0]
    }
  }

  private static func verifiedByEpoll() throws -> Int {
    let server = try LimitServer(.echo, capacity: many + Feasibility.spareDescriptors)
    let outcome = try Trial.run(
      TrialSpec(
        mode: .epoll, workload: .echo(EchoSpec()), concurrency: many, operations: UInt64(many), duration: nil,
        warmup: .zero, deadline: .seconds(20), seed: 1, endpoints: [server.address], isOwnServer: true))
    return Int(outcome.verified)
  }
}
