import Foundation
import Glibc
import Modes
import Plan
import Records
import SystemCalls
import TestSupport
import Testing

/// Targets other than the built-in server, and the built-in server on its own.
@Suite(.serialized, .fewAtOnce, .endsHangs) struct TargetTests {
  /// The reaction of a faulty server to every connection with a request.
  enum Conduct: String, CaseIterable, Sendable {
    case resets, repliesGarbage, neverReplies

    /// Returns false if the connection must be closed.
    func answer(on connection: Int32) -> Bool {
      switch self {
      case .resets:
        ScriptedServer.send(Array("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel".utf8), to: connection)
        var linger = linger(l_onoff: 1, l_linger: 0)
        setsockopt(connection, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout.size(ofValue: linger)))
        return false
      case .repliesGarbage:
        ScriptedServer.send(Array("?????\r\n".utf8), to: connection)
        return false
      case .neverReplies: return true
      }
    }
  }

  @Test(arguments: Conduct.allCases)
  func programEndsWithThreeAndKeepsTheRecordsWhenTheTargetMisbehaves(_ conduct: Conduct) async throws {
    let server = try ScriptedServer { _, connection in conduct.answer(on: connection) }
    defer { server.stop() }
    try await withFolder { folder in
      let ending = try await iomodes(
        "run", "--target", "http://127.0.0.1:\(server.port)/", "--operations", "4", "--concurrency", "2", "--timeout",
        "200ms", "--rounds", "1", "--output", "out", in: folder)
      #expect(ending.code == 3, "\(ending.errors)")
      let kind = [.resets: "ECONNRESET", .repliesGarbage: "malformed-status-line"][conduct] ?? "timeout"
      let trials = try RunFolder(path: folder + "/out").read().trials
      // Other disturbed trials are repeated.
      #expect(trials.count { $0.repeats == nil } == 4)
      for trial in trials where !trial.wasDisturbed {
        #expect(!trial.valid)
        #expect(trial.operations.failed == [kind: 4], "\(trial.mode)")
        #expect(trial.reasons == ["failures: \(kind) 4 of 4 operations"], "\(trial.mode)")
        #expect(trial.server == nil)
      }
      for mode in ["blocking", "dispatch", "taskgroup", "epoll"] {
        #expect(ending.errors.contains("no valid trial: http, \(mode), concurrency "))
      }
    }
  }

  // MARK: iomodes serve

  /// Sends a request over a plain connection, and returns all that comes back.
  private func ask(_ address: SocketAddress, _ request: String) throws -> String {
    let socket = try Socket.open(family: address.family, blocking: true)
    defer { socket.close() }
    _ = try socket.connect(to: address)
    _ = try? Array(request.utf8).withUnsafeBytes { try socket.sendAll($0) }
    var reply: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 4096)
    while case .bytes(let count) = chunk.withUnsafeMutableBytes({ socket.receive(into: $0) }), count > 0 {
      reply += chunk[..<count]
    }
    return String(decoding: reply, as: UTF8.self)
  }

  @Test(arguments: [SIGINT, SIGTERM]) func serverGreetsUntilASignalAsksItToStop(_ number: Int32) async throws {
    try await withFolder { folder in
      let (running, address) = try await serving([], in: folder)
      #expect(address.host == "127.0.0.1" && address.port != 0)
      let reply = try ask(address, "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
      #expect(reply.hasPrefix("HTTP/1.1 200 OK\r\n") && reply.hasSuffix("\r\n\r\nHello, 127.0.0.1!"), "\(reply)")
      running.signal(number)
      let ending = try await running.ended()
      #expect(ending.code == 0 && ending.errors.isEmpty)
    }
  }

  @Test(arguments: ModeID.allCases.filter { $0 != .null && $0.unavailability == nil })
  func serverGreetsInEveryMode(_ mode: ModeID) async throws {
    try await withFolder { folder in
      let (running, address) = try await serving(
        ["--mode", mode.rawValue, "--connections", "8", "--idle-timeout", "0"], in: folder)
      for _ in 0..<3 {
        let reply = try ask(address, "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        #expect(reply.hasSuffix("\r\n\r\nHello, 127.0.0.1!"), "\(reply)")
      }
      running.signal(SIGINT)
      #expect(try await running.ended().code == 0)
    }
  }

  @Test func serverClosesWhatIsIdleForTooLong() async throws {
    try await withFolder { folder in
      let (running, address) = try await serving(["--idle-timeout", "200ms", "--header-timeout", "200ms"], in: folder)
      // It ends only because the server closes the connection.
      #expect(try ask(address, "GET / HTTP/1.1\r\nHost: a\r\n\r\n").contains("Hello, 127.0.0.1!"))
      running.signal(SIGINT)
      #expect(try await running.ended().code == 0)
    }
  }

  @Test func serverEchoesOverAUNIXSocketWhenAskedTo() async throws {
    try await withFolder { folder in
      let path = folder + "/s"
      let (running, address) = try await serving(["--protocol", "echo", "--unix", path], in: folder)
      #expect(address.isUNIX && address.host == path)
      let socket = try Socket.open(family: address.family, blocking: true)
      defer { socket.close() }
      _ = try socket.connect(to: address)
      // Operation 1, 17 bytes, no delay.
      let message: [UInt8] = [1, 0, 0, 0, 0, 0, 0, 0, 17, 0, 0, 0, 0, 0, 0, 0, 42]
      _ = try? message.withUnsafeBytes { try socket.sendAll($0) }
      var reply: [UInt8] = []
      var chunk = [UInt8](repeating: 0, count: 64)
      while reply.count < message.count,
        case .bytes(let count) = chunk.withUnsafeMutableBytes({ socket.receive(into: $0) }), count > 0
      {
        reply += chunk[..<count]
      }
      #expect(reply == message)
      running.signal(SIGINT)
      #expect(try await running.ended().code == 0)
    }
  }

  @Test func serverIsATargetLikeAnyOther() async throws {
    try await withFolder { folder in
      let (running, address) = try await serving([], in: folder)
      let ending = try await iomodes(
        "run", "--target", "http://\(address)/?size=100&op={i}", "--target", "http://localhost:\(address.port)/",
        "--operations", "60", "--concurrency", "3", "--rounds", "1", "--output", "out", in: folder)
      #expect(ending.code == 0, "\(ending.errors)")
      let trials = try RunFolder(path: folder + "/out").read().trials
      #expect(trials.count { $0.repeats == nil } == 4)
      #expect(trials.allSatisfy { $0.operations.verified == 60 })
      #expect(Set(trials.map(\.checksum)).count == 1)
      running.signal(SIGINT)
      #expect(try await running.ended().code == 0)
    }
  }

  @Test func serverIsRefusedWhenItsPortIsTaken() async throws {
    let listener = try Socket.listen(on: SocketAddress(host: "127.0.0.1", port: 0))
    defer { listener.close() }
    let port = try listener.localAddress().port
    try await withFolder { folder in
      let ending = try await iomodes("serve", "--port", "\(port)", in: folder)
      #expect(ending.code == 1 && ending.output.isEmpty)
      #expect(
        ending.errors
          == "iomodes: cannot listen on 127.0.0.1:\(port): Address already in use; name another --port, --bind or "
          + "--unix\n")
    }
  }
}
