import Measurement
import SystemCalls

extension Bench {
  /// Connections over loopback: opened, used for a message each way, and closed. One thread has both ends. On two
  /// processors, it has the near ends on the first one and the far ends on the other one, as client and server do.
  static let connections = [
    Bench(
      [
        Primitive("tcp-connect", "socket(2), setsockopt(2) and connect(2) over loopback: the handshake of both ends"),
        Primitive("tcp-accept", "accept4(2) of a connection that is there, and setsockopt(2)"),
        Primitive("tcp-close", "close(2) of one end of a TCP connection: the mean of both ends"),
        Primitive("tcp-first-send", "what send(2) adds if its message is the first of its connection and direction"),
        Primitive("tcp-first-receive", "what recv(2) adds if its message is the first of its connection and direction"),
      ], on: [1, 2]
    ) { sampler in
      let count = 16
      let listener = try Socket.listen(on: SocketAddress(host: "127.0.0.1", port: 0))
      defer { listener.close() }
      let address = try listener.localAddress()
      let message = Message(64)
      defer { message.deallocate() }
      var (near, far): ([Socket], [Socket]) = ([], [])
      near.reserveCapacity(count)
      far.reserveCapacity(count)
      defer { for end in near + far { end.close() } }
      try sampler.boundToFirst {
        try sampler.sample(parts: 7) { turns, meter in
          for _ in 0..<turns {
            try meter.time(0, count, by: .callingThread) {
              for _ in 0..<count {
                let end = try Socket.open(family: address.family, blocking: true)
                near.append(end)
                _ = try end.connect(to: address)
              }
            }
            for (send, receive) in [(3, 4), (5, 6)] {
              try meter.time(send, count, by: .callingThread) { for end in near { try message.send(on: end) } }
              try Affinity.set([sampler.processors.last!])
              if far.isEmpty {
                try meter.time(1, count, by: .callingThread) {
                  for _ in 0..<count {
                    guard let (end, _) = try listener.accept() else { throw Obstacle("a connection did not arrive") }
                    far.append(end)
                  }
                }
              }
              try meter.time(receive, count, by: .callingThread) { for end in far { try message.receive(on: end) } }
              try meter.time(send, count, by: .callingThread) { for end in far { try message.send(on: end) } }
              try Affinity.set([sampler.processors[0]])
              try meter.time(receive, count, by: .callingThread) { for end in near { try message.receive(on: end) } }
            }
            try Affinity.set([sampler.processors.last!])
            meter.time(2, count, by: .callingThread) { for end in far { end.close() } }
            try Affinity.set([sampler.processors[0]])
            meter.time(2, count, by: .callingThread) { for end in near { end.close() } }
            near.removeAll(keepingCapacity: true)
            far.removeAll(keepingCapacity: true)
          }
        } costs: {
          [$0[0], $0[1], $0[2], $0[3] - $0[5], $0[4] - $0[6]]
        }
      }
    }
  ]
}
