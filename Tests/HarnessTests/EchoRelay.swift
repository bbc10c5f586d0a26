import Dispatch
import Glibc
import Plan
import Synchronization
import SystemCalls
import Workloads

/// Sits between a client and an echo server, and changes the answers by a script.
final class EchoRelay: Sendable {
  enum Fault { case none, wrongByte, reset, silence }

  /// Which fault an operation meets on a connection; connections are numbered as they come, from 0.
  typealias Script = @Sendable (_ connection: Int, _ operation: UInt64) -> Fault

  let address: SocketAddress
  private let listener: Socket
  private let server: SocketAddress
  private let script: Script
  private let clients = Mutex<Set<Int32>>([])
  private let threads = DispatchGroup()

  init(to server: SocketAddress, _ script: @escaping Script) throws {
    self.server = server
    self.script = script
    listener = try Socket.listen(on: SocketAddress(host: "127.0.0.1", port: 0))
    try listener.setBlocking(true)
    address = try listener.localAddress()
    threads.enter()
    try Thread(name: "relay-accept") { [self] in
      var count = 0
      while let accepted = try? listener.accept() {
        begin(accepted.0, connection: count)
        count += 1
      }
      threads.leave()
    }.detach()
  }

  /// Ends all connections and waits for the threads.
  func stop() {
    listener.shutdown()
    // The accepting thread may be about to add one more.
    repeat {
      clients.withLock { for descriptor in $0 { Socket(descriptor: descriptor).shutdown() } }
    } while threads.wait(timeout: .now() + .milliseconds(20)) == .timedOut
    listener.close()
  }

  private func begin(_ client: Socket, connection: Int) {
    clients.withLock { _ = $0.insert(client.descriptor) }
    threads.enter()
    let body: @Sendable () -> Void = { [self] in
      let resets = (try? relay(client, connection)) ?? false
      clients.withLock { _ = $0.remove(client.descriptor) }
      if resets {
        var linger = linger(l_onoff: 1, l_linger: 0)
        setsockopt(client.descriptor, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout.size(ofValue: linger)))
      }
      client.close()
      threads.leave()
    }
    do {
      try Thread(name: "relay", body).detach()
    } catch {
      body()
    }
  }

  /// Relays until the connection ends. Returns true if it must be reset.
  private func relay(_ client: Socket, _ connection: Int) throws -> Bool {
    try client.setBlocking(true)
    let far = try Socket.open(family: server.family, blocking: true)
    defer { far.close() }
    _ = try far.connect(to: server)
    while let message = Self.message(from: client) {
      guard Self.send(message, to: far), var answer = Self.message(from: far) else { return false }
      switch script(connection, message.withUnsafeBytes { UInt64(littleEndian: $0.load(as: UInt64.self)) }) {
      case .none: break
      case .wrongByte: answer[answer.count - 1] ^= 1
      case .reset: return true
      case .silence: continue
      }
      guard Self.send(answer, to: client) else { return false }
    }
    return false
  }

  /// The next message, of the default size; nil if the connection ended.
  private static func message(from socket: Socket) -> [UInt8]? {
    var message = [UInt8](repeating: 0, count: EchoSpec().size.count)
    var count = 0
    while count < message.count {
      let transfer = message.withUnsafeMutableBytes {
        socket.receive(into: UnsafeMutableRawBufferPointer(rebasing: $0[count...]))
      }
      guard case .bytes(let more) = transfer, more > 0 else { return nil }
      count += more
    }
    return message
  }

  private static func send(_ bytes: [UInt8], to socket: Socket) -> Bool {
    (try? bytes.withUnsafeBytes { try socket.sendAll($0) }) != nil
  }
}
