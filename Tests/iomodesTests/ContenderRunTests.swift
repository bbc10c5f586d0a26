import Foundation
import Glibc
import Plan
import Records
import SystemCalls
import TestSupport
import Testing

/// Runs of the program with servers beside the modes that nobody wrote for it.
@Suite(.serialized, .endsHangs)
struct ContenderRunTests {
  private func records(_ folder: String) throws -> [TrialRecord] {
    try RunFolder(path: folder + "/run").read().trials
  }

  private func run(_ server: String, rounds: Int = 3, _ more: [String] = [], in folder: String) async throws -> Ending {
    try await iomodes(
      [
        "run", "--workload", "serve", "--modes", "epoll", "--serve", server, "--duration", "200ms", "--concurrency",
        "4", "--rounds", "\(rounds)", "--quiet", "--output", "run",
      ] + more, in: folder)
  }

  /// Of epoll and what stands beside it: a trial that is valid, or that the machine disturbed. Windows are so short that
  /// another test's load can make one invalid in other ways.
  private func expectMeasured(_ folder: String, _ name: String, _ count: Int, _ ending: Ending) throws {
    let records = try records(folder)
    #expect(Set(records.map(\.mode)) == ["epoll", name], "\(ending.errors)")
    #expect(records.count { $0.mode == name } >= count)
    for mode in ["epoll", name] {
      let reasons = records.filter { $0.mode == mode }.map(\.reasons)
      #expect(records.contains { $0.mode == mode && ($0.valid || $0.wasDisturbed) }, "\(mode): \(reasons)")
    }
    for record in records where record.valid {
      #expect((record.operations.done ?? 0) > 0)
      #expect((record.server?.cpuTime ?? 0) > 0 && (record.server?.memoryPeak ?? 0) > 1 << 20)
      // The own server tells what it has done, and what it answers is known.
      #expect((record.server?.operationsDone == nil) == (record.mode == name))
      #expect((record.content == nil) == (record.mode == "epoll"))
    }
  }

  /// Here the server is this program, which does not know that.
  @Test func serverThatEachTrialStartsStandsBesideTheModes() async throws {
    try await withFolder { folder in
      let port = try freePort()
      let server = "other=http://127.0.0.1:\(port)/,run=\(Executable.path) serve --port \(port)"
      let ending = try await run(server, rounds: 2, in: folder)
      try expectMeasured(folder, "other", 2, ending)
    }
  }

  /// The process that is named waits, and a child of its serves: what the child uses counts.
  @Test(arguments: [false, true]) func processThatIsNamedIsReadFromOutsideWithItsChildren(_ hasShell: Bool) async throws
  {
    try await withFolder { folder in
      let port = try freePort()
      let words = "\(Executable.path) serve --port \(port)"
      let server = try Running(["-c", hasShell ? "\(words) & wait" : "exec \(words)"], of: "/bin/sh", in: folder)
      defer { server.end() }
      #expect(try await eventually { server.outputSoFar.contains("listening on") })
      let ending = try await run("other=http://127.0.0.1:\(port)/,pid=\(server.identifier)", in: folder)
      try expectMeasured(folder, "other", 1, ending)
      let used = try records(folder).filter { $0.mode == "other" && $0.valid }.compactMap(\.server)
      // A loop of its own, a thread that watches, and one that waits for signals; and the shell.
      #expect(used.allSatisfy { ($0.threadsPeak ?? 0) >= (hasShell ? 3 : 2) && ($0.descriptorsPeak ?? 0) > 4 })
      #expect(used.allSatisfy { ($0.cpuTime ?? 0) > 1_000_000 })
      #expect(!server.hasEnded, "what the harness has not started is not for it to end")
    }
  }

  @Test(.enabled(if: access("/usr/sbin/nginx", X_OK) == 0, "nginx is not here"))
  func nginxIsStartedForEachTrialAndReadWithItsWorkers() async throws {
    try await withFolder { folder in
      let port = try freePort()
      let configuration = """
        daemon off; pid \(folder)/nginx.pid; error_log \(folder)/error.log; worker_processes 2;
        events { worker_connections 256; }
        http { access_log off; server { listen 127.0.0.1:\(port); location / { return 200 "Hello"; } } }
        """
      try configuration.write(toFile: "\(folder)/nginx.conf", atomically: true, encoding: .utf8)
      let ending = try await run(
        "nginx=http://127.0.0.1:\(port)/,run=/usr/sbin/nginx -c \(folder)/nginx.conf", rounds: 2, in: folder)
      try expectMeasured(folder, "nginx", 2, ending)
      // Its master and both workers, of one thread each.
      let nginx = try records(folder).filter { $0.mode == "nginx" && $0.valid }
      #expect(nginx.allSatisfy { ($0.server?.threadsPeak ?? 0) >= 3 })
      #expect(Set(nginx.compactMap(\.content)).count == 1)
      let left = FileManager.default.contents(atPath: "\(folder)/nginx.pid").map { String(decoding: $0, as: UTF8.self) }
      let master = left.flatMap { pid_t($0.trimmingCharacters(in: .whitespacesAndNewlines)) }
      #expect(try await eventually(within: 5) { master.map { kill($0, 0) != 0 } ?? true })
    }
  }

  /// A server whose header fields change with each reply, and whose body with each start, with each request, or never.
  private static let changeable = """
    import itertools, pathlib, socketserver, sys
    port, manner = int(sys.argv[1]), sys.argv[2]
    starts = pathlib.Path("starts")
    start = len(starts.read_text()) if starts.exists() else 0
    starts.write_text("x" * (start + 1))
    requests = itertools.count()

    class Handler(socketserver.StreamRequestHandler):
        def handle(self):
            while self.rfile.readline():
                while self.rfile.readline().strip():
                    pass
                number = next(requests)
                body = {"never": "same", "start": f"start {start}", "request": f"request {121 + 81 * number}"}[manner]
                head = f"HTTP/1.1 200 OK\\r\\nX-Request: {number}\\r\\nContent-Length: {len(body)}\\r\\n\\r\\n"
                self.wfile.write((head + body).encode())

    socketserver.ThreadingTCPServer.allow_reuse_address = True
    socketserver.ThreadingTCPServer(("127.0.0.1", port), Handler).serve_forever()
    """

  @Test(
    .enabled(if: access("/usr/bin/python3", X_OK) == 0),
    arguments: [
      ("never", []), ("start", ["", "(digest"]), ("request", ["within the trial", "within the trial"]),
    ])
  func replyThatChangesMakesATrialInvalid(_ manner: String, _ words: [String]) async throws {
    // Of a trial without a reply, on a machine that does other things besides, nothing is known.
    let attempts = 5
    for attempt in 1...attempts {
      let isKnown = try await withFolder { folder in
        try Self.changeable.write(toFile: "\(folder)/server.py", atomically: true, encoding: .utf8)
        let port = try freePort()
        let ending = try await run(
          "other=http://127.0.0.1:\(port)/,run=/usr/bin/python3 server.py \(port) \(manner)", rounds: 2, in: folder)
        let records = try records(folder).filter {
          $0.mode == "other" && !$0.wasDisturbed && ($0.operations.done ?? 0) > 1
        }
        guard records.count > 1 || attempt == attempts else { return false }
        let reasons = records.map { record in record.reasons.first { $0.hasPrefix("changed-replies: ") } }
        for (reason, word) in zip(reasons, words) {
          #expect(word.isEmpty ? reason == nil : reason?.contains(word) == true, "\(reasons) \(ending.errors)")
        }
        #expect(!words.isEmpty || reasons.allSatisfy { $0 == nil }, "\(reasons)")
        #expect(!records.isEmpty && records.allSatisfy { ($0.content == "differs") == (manner == "request") })
        return true
      }
      if isKnown { return }
    }
  }

  @Test func portThatIsTakenIsNoServerOfTheTrial() async throws {
    try await withFolder { folder in
      let listener = try Socket.listen(on: SocketAddress(host: "127.0.0.1", port: 0))
      defer { listener.close() }
      let port = try listener.localAddress().port
      _ = try await run("other=http://127.0.0.1:\(port)/,run=sleep 100", in: folder)
      let reasons = try records(folder).filter { $0.mode == "other" }.flatMap(\.reasons)
      #expect(
        !reasons.isEmpty && reasons.allSatisfy { $0.contains("something listens at http://127.0.0.1:\(port)/ before") })
    }
  }
}
