import Glibc
import Records
import Synchronization
import SystemCalls
import TestSupport
import Testing

/// Real servers' replies, read from real connections.
@Suite(.serialized, .fewAtOnce, .timeLimit(.minutes(1))) struct ReplyFormTests {
  /// Answers every request with the same bytes, and remembers the last request.
  private final class Server: Sendable {
    let port: UInt16
    private let listener: Socket
    private let last = Mutex("")
    private let reply: [UInt8]

    init(_ reply: String) throws {
      listener = try Socket.listen(on: SocketAddress(host: "127.0.0.1", port: 0))
      port = try listener.localAddress().port
      self.reply = Array(reply.utf8)
      try Thread(name: "server") { self.serve() }.detach()
    }

    var lastRequest: String { last.withLock { $0 } }

    func stop() { listener.shutdown() }

    private func serve() {
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
          if count > 0 {
            last.withLock { $0 = String(decoding: chunk[..<count], as: UTF8.self) }
            send(entries[index].fd, reply, reply.count, Int32(MSG_NOSIGNAL))
          } else {
            close(entries[index].fd)
            entries.remove(at: index)
          }
        }
      }
    }
  }

  private static func ok(_ fields: String) -> String { "HTTP/1.1 200 OK\r\n\(fields)Content-Length: 2\r\n\r\nok" }
  private static let padded = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2  \r\nok\r\n0  \r\n\r\n"

  /// The trials of eight operations against a server with these replies.
  private func trials(_ reply: String, _ options: [String]) async throws -> (trials: [TrialRecord], request: String) {
    let server = try Server(reply)
    defer { server.stop() }
    var found: [TrialRecord] = []
    try await withFolder { folder in
      _ = try await iomodes(
        [
          "run", "--target", "http://127.0.0.1:\(server.port)/", "--modes", "blocking,epoll", "--operations", "8",
          "--concurrency", "2", "--rounds", "1", "--output", "out",
        ] + options, in: folder)
      found = try RunFolder(path: folder + "/out").read().trials
    }
    #expect(found.count >= 2)
    return (found.filter { !$0.wasDisturbed }, server.lastRequest)
  }

  @Test(arguments: [
    ok("Set-Cookie: \(String(repeating: "a", count: 9_000))\r\n"),
    ok((0..<120).map { "Set-Cookie: a\($0)=b\r\n" }.joined()),
    ok((0..<10).map { "X-H\($0): \(String(repeating: "a", count: 4_000))\r\n" }.joined()),
  ]) func largeHeadsAreReadUnlessALimitForbidsThem(_ reply: String) async throws {
    for trial in try await trials(reply, []).trials {
      #expect(trial.operations.verified == 8 && trial.lenientReads == nil, "\(trial.mode): \(trial.reasons)")
    }
    for trial in try await trials(reply, ["--max-head", "8KiB", "--max-fields", "100"]).trials {
      #expect(trial.operations.failed == ["head-too-large": 8], "\(trial.mode): \(trial.reasons)")
    }
  }

  @Test func paddedChunkSizesAreReadAndCountedWhereReadingIsLenient() async throws {
    for trial in try await trials(Self.padded, []).trials {
      #expect(trial.operations.failed == ["bad-chunk-size": 8] && trial.lenientReads == nil, "\(trial.mode)")
    }
    for trial in try await trials(Self.padded, ["--lenient"]).trials {
      #expect(trial.operations.verified == 8 && trial.lenientReads == 8, "\(trial.mode): \(trial.reasons)")
    }
    for trial in try await trials(Self.ok(""), ["--lenient"]).trials { #expect(trial.lenientReads == 0) }
  }

  @Test func hostThatIsGivenIsTheOnlyOne() async throws {
    let request = try await trials(Self.ok(""), ["--header", "Host: other.example:81", "--header", "X-A: b"]).request
    #expect(request == "GET / HTTP/1.1\r\nHost: other.example:81\r\nX-A: b\r\n\r\n")
  }
}
