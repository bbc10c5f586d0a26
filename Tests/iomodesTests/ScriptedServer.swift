import Glibc
import SystemCalls

/// A server on a thread of its own that answers by a script. Connections that ask nothing are kept.
final class ScriptedServer: Sendable {
  /// Answers the bytes that a connection has sent. Returns false if the connection must be closed.
  typealias Script = @Sendable (_ request: ArraySlice<UInt8>, _ connection: Int32) -> Bool

  let port: UInt16
  private let listener: Socket

  init(_ script: @escaping Script) throws {
    let listener = try Socket.listen(on: SocketAddress(host: "127.0.0.1", port: 0))
    self.listener = listener
    port = try listener.localAddress().port
    try Thread(name: "scripted-server") { Self.serve(listener, script) }.detach()
  }

  func stop() { listener.shutdown() }

  static func send(_ bytes: [UInt8], to connection: Int32) {
    _ = Glibc.send(connection, bytes, bytes.count, Int32(MSG_NOSIGNAL))
  }

  private static func serve(_ listener: Socket, _ script: Script) {
    var entries = [pollfd(fd: listener.descriptor, events: Int16(POLLIN), revents: 0)]
    defer { for entry in entries { close(entry.fd) } }
    while true {
      _ = poll(&entries, nfds_t(entries.count), -1)
      guard Int32(entries[0].revents) & (POLLHUP | POLLERR) == 0 else { return }
      if entries[0].revents != 0 {
        guard let accepted = try? listener.accept() else { return }
        entries.append(pollfd(fd: accepted.0.descriptor, events: Int16(POLLIN), revents: 0))
      }
      for index in entries.indices.dropFirst().reversed() where entries[index].revents != 0 {
        var chunk = [UInt8](repeating: 0, count: 4096)
        let count = read(entries[index].fd, &chunk, chunk.count)
        guard count > 0, script(chunk[..<count], entries[index].fd) else {
          close(entries[index].fd)
          entries.remove(at: index)
          continue
        }
      }
    }
  }
}
