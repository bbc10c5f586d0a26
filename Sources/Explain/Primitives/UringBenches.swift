import CLinux
import Glibc
import SystemCalls

extension Bench {
  /// io_uring(7).
  static let uring =
    [requests]
    + [true, false].flatMap { tcp in
      ([1] + (tcp ? [1000] : [])).map { transfers(tcp: tcp, size: 64, lanes: $0) }
        + [64, 4096, 16 << 10].map { transfers(tcp: tcp, size: $0, lanes: 64) }
    }

  private static func withRing(_ body: (inout Uring) throws -> Void) throws {
    if let reason = Uring.unavailability { throw Obstacle(reason) }
    var ring = try Uring(entries: 1024)
    try body(&ring)
  }

  private static var requests: Bench {
    let count = 64
    return Bench([
      Primitive("uring-enter", "io_uring_enter(2) that submits nothing and does not wait"),
      Primitive("uring-request", "a request that does nothing, with its completion: IORING_OP_NOP"),
    ]) { sampler in
      try withRing { ring in
        try sampler.sample(parts: 2) { turns, meter in
          meter.time(0, turns) { for _ in 0..<turns { ring.submitAndWait(least: 0, timeout: -1) } }
          try meter.time(1, turns * count) {
            for _ in 0..<turns {
              for _ in 0..<count { _ = ring.makeRequest() }
              ring.submitAndWait(least: UInt32(count), timeout: -1)
              for _ in 0..<count where ring.nextCompletion() == nil { throw Obstacle("a completion was missing") }
            }
          }
        } costs: {
          [$0[0], $0[1] - $0[0] / Double(count)]
        }
      }
    }
  }

  /// Sends and multishot receives as the mode `uring` makes them, on one ring for both ends.
  private static func transfers(tcp: Bool, size: Int, lanes: Int) -> Bench {
    let kind = tcp ? "tcp" : "unix"
    return Bench([
      Primitive(
        "\(kind)-uring-send", "a send request without a completion, besides io_uring_enter(2)", size: size, lanes: lanes
      ),
      Primitive(
        "\(kind)-uring-receive", "a completion of a multishot receive, besides io_uring_enter(2)", size: size,
        lanes: lanes),
    ]) { sampler in
      let connections = try Connections(lanes, tcp: tcp)
      defer { connections.close() }
      let message = Message(size)
      defer { message.deallocate() }
      try withRing { ring in
        var buffers = try BufferRing(ring, size: 16 << 10, count: 256)
        let sockets = connections.pairs.flatMap { [$0.near, $0.far] }
        for (place, socket) in sockets.enumerated() { ring.receiveRepeatedly(on: socket, data: UInt64(place)) }
        // As many at once as events that a loop finds at once.
        let batch = min(lanes, 64)
        try sampler.sample(parts: 3) { turns, meter in
          meter.time(2, turns) { for _ in 0..<turns { ring.submitAndWait(least: 0, timeout: -1) } }
          for turn in 0..<turns {
            for first in stride(from: 0, to: lanes, by: batch) {
              let count = min(batch, lanes - first)
              meter.time(0, count, by: .callingThread) {
                for lane in first..<first + count {
                  _ = ring.sendAtOnce(message.content, on: sockets[2 * lane + turn & 1], data: .max)
                }
                ring.submit()
              }
              var missing = count * size
              try meter.time(1, count, by: .callingThread) {
                while missing > 0 {
                  ring.submitAndWait(least: 1, timeout: -1)
                  while let completion = ring.nextCompletion() {
                    guard completion.data != .max, completion.result > 0, let buffer = completion.buffer else {
                      throw Obstacle("a request failed: \(Errno(-completion.result))")
                    }
                    buffers.take()
                    buffers.giveBack(buffer)
                    missing -= Int(completion.result)
                    if !completion.hasMore {
                      ring.receiveRepeatedly(on: sockets[Int(completion.data)], data: completion.data)
                    }
                  }
                }
              }
            }
          }
        } costs: {
          [$0[0] - $0[2] / Double(batch), $0[1] - $0[2] / Double(batch)]
        }
      }
    }
  }
}
