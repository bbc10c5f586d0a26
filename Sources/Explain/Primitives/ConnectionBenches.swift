import Measurement
import SystemCalls

extension Bench {
  /// Connections over loopback: opened and closed, one thread on both ends.
  static let connections = [
    Bench([
      Primitive("tcp-connect", "socket(2), setsockopt(2) and connect(2) over loopback: the handshake of both ends"),
      Primitive("tcp-accept", "accept4(2) of a connection that is there, and setsockopt(2)"),
      Primitive("tcp-close", "close(2) of one end of a TCP connection: the mean of both ends"),
    ]) { sampler in
      let count = 16
      let listener = try Socket.listen(on: SocketAddress(host: "127.0.0.1", port: 0))
      defer { listener.close() }
      let address = try listener.localAddress()
      var ends: [Socket] = []
      ends.reserveCapacity(2 * count)
      defer { for end in ends { end.close() } }
      try sampler.sample(parts: 3) { turns, meter in
        for _ in 0..<turns {
          try meter.time(0, count, by: .callingThread) {
            for _ in 0..<count {
              let near = try Socket.open(family: address.family, blocking: true)
              ends.append(near)
              _ = try near.connect(to: address)
            }
          }
          try meter.time(1, count, by: .callingThread) {
            for _ in 0..<count {
              guard let (far, _) = try listener.accept() else { throw Obstacle("a connection did not arrive") }
              ends.append(far)
            }
          }
          meter.time(2, 2 * count, by: .callingThread) { for end in ends { end.close() } }
          ends.removeAll(keepingCapacity: true)
        }
      }
    }
  ]
}
