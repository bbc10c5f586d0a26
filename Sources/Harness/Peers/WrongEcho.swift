import Dispatch
import Synchronization
import SystemCalls

/// An echo server that changes the last byte of each message. A client that reports success does not compare.
final class WrongEcho: Sendable {
  let address: SocketAddress
  private let listener: Socket
  private let size: Int
  private let clients = Mutex<Set<Int32>>([])
  private let threads = DispatchGroup()

  /// - Parameter size: the size of all messages, in bytes.
  init(size: Int) throws(Errno) {
    self.size = size
    guard let any = try? SocketAddress(host: "127.0.0.1", port: 0) else { preconditionFailure("an address of its own") }
    listener = try Socket.listen(on: any)
    try listener.setBlocking(true)
    address = try listener.localAddress()
    try Thread(name: "wrong-echo") { [self] in
      while let (client, _) = try? listener.accept(blocking: true) { answer(client) }
    }.detach()
  }

  /// Ends all connections, and waits for the threads that answer on them.
  func stop() {
    listener.shutdown()
    repeat {
      clients.withLock { for descriptor in $0 { Socket(descriptor: descriptor).shutdown() } }
    } while threads.wait(timeout: .now() + .milliseconds(20)) == .timedOut
    listener.close()
  }

  private func answer(_ client: Socket) {
    clients.withLock { _ = $0.insert(client.descriptor) }
    threads.enter()
    let body: @Sendable () -> Void = { [self] in
      let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: 16)
      defer { buffer.deallocate() }
      var count = 0
      while let more = try? client.receiveAny(into: UnsafeMutableRawBufferPointer(rebasing: buffer[count...])), more > 0
      {
        count += more
        guard count == size else { continue }
        buffer[size - 1] ^= 1
        guard (try? client.sendAll(UnsafeRawBufferPointer(buffer))) != nil else { break }
        count = 0
      }
      clients.withLock { _ = $0.remove(client.descriptor) }
      client.close()
      threads.leave()
    }
    if (try? Thread(name: "wrong-echo", body).detach()) == nil { body() }
  }
}
