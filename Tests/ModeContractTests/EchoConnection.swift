import Glibc
import Measurement
import Modes
import SystemCalls

/// A client's connection to an echo server, step by step. Not for the pool's threads: its calls block.
struct EchoConnection {
  let socket: Socket
  private static let size = 17

  init(to address: SocketAddress) throws {
    socket = try Socket.open(family: address.family, blocking: true)
    _ = try socket.connect(to: address)
  }

  /// Sends a message of 17 bytes, to be answered after a delay.
  func send(delay: Nanoseconds = .zero) { send(size: Self.size, delay: delay, body: [42]) }

  /// Asks for more bytes than the sockets hold, and receives nothing.
  func sendWithoutReceiving() throws {
    try socket.setBlocking(false)
    send(size: 1 << 30, delay: .zero, body: [])
    let block = [UInt8](repeating: 7, count: 1 << 16)
    var refusals = 0
    while refusals < 10 {
      if case .bytes = block.withUnsafeBytes({ socket.send($0) }) {
        refusals = 0
      } else {
        refusals += 1
        Interruption.pause(milliseconds: 10)
      }
    }
  }

  private func send(size: Int, delay: Nanoseconds, body: [UInt8]) {
    var message = [UInt8](repeating: 0, count: 16)
    message.withUnsafeMutableBytes {
      $0.storeBytes(of: UInt64(size) | (delay.count / 1000) << 32, toByteOffset: 8, as: UInt64.self)
    }
    _ = try? (message + body).withUnsafeBytes { try socket.sendAll($0) }
  }

  /// The number of bytes that arrive within this time; 0 for the connection's end, nil for none.
  func receive(within milliseconds: Int32) -> Int? {
    var entry = pollfd(fd: socket.descriptor, events: Int16(POLLIN), revents: 0)
    guard poll(&entry, 1, milliseconds) > 0 else { return nil }
    var bytes = [UInt8](repeating: 0, count: 4096)
    guard case .bytes(let count) = bytes.withUnsafeMutableBytes({ socket.receive(into: $0) }) else { return 0 }
    return count
  }

  /// Whether the whole answer comes within 20 s.
  func isAnswered() -> Bool {
    var left = Self.size
    while left > 0, let count = receive(within: 20_000), count > 0 { left -= count }
    return left == 0
  }

  /// Whether the server ends the connection within 20 s.
  func isEnded() -> Bool {
    while let count = receive(within: 20_000) { if count == 0 { return true } }
    return false
  }

  /// Sends a message on each connection, and closes each that is answered; returns whether all are within 20 s.
  static func areAllAnswered(_ connections: [EchoConnection], meanwhile: () -> Void = {}) -> Bool {
    for connection in connections { connection.send() }
    var waiting = connections
    let end = MonotonicClock.now + .seconds(20)
    while !waiting.isEmpty && MonotonicClock.now < end {
      meanwhile()
      waiting.removeAll { connection in
        guard let count = connection.receive(within: 0) else { return false }
        if count == size { connection.socket.close() }
        return count == size
      }
      Interruption.pause(milliseconds: 2)
    }
    return waiting.isEmpty
  }
}

/// Waits until a condition holds, at most 20 s.
func eventually(_ condition: () -> Bool) -> Bool {
  let end = MonotonicClock.now + .seconds(20)
  while !condition() {
    if MonotonicClock.now >= end { return false }
    Interruption.pause(milliseconds: 2)
  }
  return true
}

/// Runs on a separate thread what would block a thread of the pool, all of which tasks need.
func onThread(_ body: @escaping @Sendable () throws -> Void) async throws {
  try await withCheckedThrowingContinuation { continuation in
    do {
      try Thread(name: "test") { continuation.resume(with: Result { try body() }) }.detach()
    } catch {
      continuation.resume(throwing: error)
    }
  }
}
