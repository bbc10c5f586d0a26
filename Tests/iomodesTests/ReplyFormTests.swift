import Records
import Synchronization
import TestSupport
import Testing

/// Real servers' replies, read from real connections.
@Suite(.serialized, .fewAtOnce, .endsHangs) struct ReplyFormTests {
  private static func ok(_ fields: String) -> String { "HTTP/1.1 200 OK\r\n\(fields)Content-Length: 2\r\n\r\nok" }
  private static let padded = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2  \r\nok\r\n0  \r\n\r\n"

  /// The trials of eight operations against a server with these replies.
  private func trials(_ reply: String, _ options: [String]) async throws -> (trials: [TrialRecord], request: String) {
    let last = Mutex("")
    let bytes = Array(reply.utf8)
    let server = try ScriptedServer { request, connection in
      last.withLock { $0 = String(decoding: request, as: UTF8.self) }
      ScriptedServer.send(bytes, to: connection)
      return true
    }
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
    return (found.filter { !$0.wasDisturbed }, last.withLock { $0 })
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
