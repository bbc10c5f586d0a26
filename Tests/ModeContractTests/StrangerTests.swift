import Glibc
import Measurement
import Plan
import SystemCalls
import TestSupport
import Testing
import Workloads

@testable import Modes

extension ServerTests {
  /// What unknown clients can do to others in every mode: occupy places, never read, hang up, or send without end.
  @Suite(.endsHangs) struct StrangerTests {
    private static let greeting = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
    private static func request(_ query: String) -> String { "GET /?\(query) HTTP/1.1\r\nHost: a\r\n\r\n" }

    private func isGreeted(by running: RunningServer, from host: String? = nil) throws -> Bool {
      let client = try Stranger(to: running.server.address, from: host)
      defer { client.hangUp() }
      client.send(Self.greeting)
      return client.receive(until: "Hello, ").contains("Hello, ")
    }

    // MARK: Hanging up

    enum HangUp: CaseIterable { case finishes, closes, resets, closesOnBytesAhead, resetsOnFullBuffers }

    @Test(arguments: HangUp.allCases, ModeID.serving)
    func clientThatHangsUpWhileItsReplyIsDelayedFreesItsPlace(_ hangUp: HangUp, _ mode: ModeID) async throws {
      try await onThread {
        let running = try RunningServer(.http, mode: mode, capacity: 2)
        let clients = try (0..<2).map { _ in try Stranger(to: running.server.address) }
        for (index, client) in clients.enumerated() where mode != .blocking || index == 0 {
          client.send(Self.greeting)
          // With few threads, the second connection waits for the first to end.
          guard index == 0 || mode.connectionsAnswered == nil else { continue }
          #expect(client.receive(until: "Hello, ").contains("Hello, "))
          let received = running.server.totals.receivedBytes
          client.send(Self.request("delay=3600s"))
          switch hangUp {
          case .closesOnBytesAhead:
            for _ in 0..<20 {
              client.send(Self.greeting)
              Interruption.pause(milliseconds: 1)
            }
          case .resetsOnFullBuffers: client.sendAllThatFits(Self.greeting)
          case .finishes, .closes, .resets: break
          }
          #expect(eventually { running.server.totals.receivedBytes > received })
        }
        Interruption.pause(milliseconds: 30)
        #expect(running.server.totals.ended == 0)
        for client in clients {
          switch hangUp {
          case .finishes: client.socket.finishSending()
          case .closes, .closesOnBytesAhead: client.socket.close()
          case .resets, .resetsOnFullBuffers:
            client.socket.breakOnClose()
            client.socket.close()
          }
        }
        #expect(eventually { running.server.totals.ended >= (mode == .blocking ? 1 : 2) })
        if hangUp == .finishes {
          #expect(clients[0].receive(until: "Hello, ") == "")
          for client in clients { client.socket.close() }
        }
        #expect(try isGreeted(by: running))
        #expect(running.server.totals.failed >= 1)
      }
    }

    @Test(arguments: ModeID.serving) func requestsAheadOfTheirTurnAreAnsweredAfterTheDelay(_ mode: ModeID) async throws
    {
      try await onThread {
        let running = try RunningServer(.http, mode: mode)
        let client = try Stranger(to: running.server.address)
        defer { client.hangUp() }
        let start = MonotonicClock.now
        client.send(Self.request("delay=200ms&size=1&op=1") + Self.greeting)
        Interruption.pause(milliseconds: 50)
        client.send(Self.greeting)
        client.socket.finishSending()
        // A client that has ended its half is answered only if nothing is delayed.
        #expect(client.receive(until: "nothing").isEmpty)
        let other = try Stranger(to: running.server.address)
        defer { other.hangUp() }
        other.send(Self.request("delay=200ms&size=1&op=1") + Self.greeting)
        Interruption.pause(milliseconds: 50)
        other.send(Self.greeting)
        let replies = other.receive(until: "Hello, ", times: 2)
        #expect(replies.ranges(of: "HTTP/1.1 200 OK").count == 3)
        #expect(MonotonicClock.now.since(start) >= .milliseconds(200))
        other.send(Self.greeting)
        other.socket.finishSending()
        #expect(other.receive(until: "nothing").contains("Hello, "))
      }
    }

    @Test(arguments: ModeID.serving) func delaysEndInTimeWhereNobodyHangsUp(_ mode: ModeID) async throws {
      try await onThread {
        let running = try RunningServer(.echo, mode: mode)
        let client = try EchoConnection(to: running.server.address)
        defer { client.socket.close() }
        for _ in 0..<5 {
          let start = MonotonicClock.now
          client.send(delay: .milliseconds(20))
          #expect(client.isAnswered())
          #expect(MonotonicClock.now.since(start) >= .milliseconds(20))
        }
        // Others hang up at the same time.
        let received = running.server.totals.receivedBytes
        guard mode.connectionsAnswered == nil else { return }
        let others = try (0..<40).map { _ in try EchoConnection(to: running.server.address) }
        for other in others { other.send(delay: .seconds(3600)) }
        if mode != .dispatchConcurrent {
          #expect(eventually { running.server.totals.receivedBytes >= received + 40 * 17 })
        }
        client.send(delay: .milliseconds(100))
        for other in others { other.socket.close() }
        #expect(client.isAnswered())
        #expect(eventually { running.server.totals.ended == 40 })
      }
    }

    // MARK: Never reading

    @Test(arguments: ModeID.serving) func clientThatDoesNotReceiveItsReplyIsBrokenOff(_ mode: ModeID) async throws {
      try await onThread {
        let running = try RunningServer(
          .http, mode: mode, capacity: 1, limits: TimeLimits(idle: .zero, head: .zero, reply: .milliseconds(300)))
        let client = try Stranger(to: running.server.address, receiveBuffer: 4096)
        defer { client.hangUp() }
        client.send(Self.request("size=1073741824"))
        #expect(eventually { running.server.totals.ended == 1 })
        #expect(running.server.totals.failed == 1)
        #expect(try isGreeted(by: running))
      }
    }

    @Test(arguments: ModeID.serving) func stallThatWasAskedForEndsWithTheIdleTime(_ mode: ModeID) async throws {
      try await onThread {
        let running = try RunningServer(
          .http, mode: mode, capacity: 1, limits: TimeLimits(idle: .milliseconds(300), head: .zero))
        let client = try Stranger(to: running.server.address)
        defer { client.hangUp() }
        client.send(Self.request("fault=stall"))
        #expect(eventually { running.server.totals.ended == 1 && running.server.totals.faults == 1 })
        #expect(try isGreeted(by: running))
      }
    }

    // MARK: Asking too much

    @Test(arguments: ["delay=3600s", "size=1073741824", "size=99999999999999"], ModeID.serving)
    func requestBeyondTheLimitsIsRefused(_ query: String, _ mode: ModeID) async throws {
      try await onThread {
        let running = try RunningServer(
          .http, mode: mode, capacity: 1, allowed: RequestLimits(delay: .seconds(1), size: ByteCount(1 << 20)))
        let client = try Stranger(to: running.server.address)
        defer { client.hangUp() }
        client.send(Self.request(query))
        let reply = client.receive(until: "nothing")
        #expect(reply.hasPrefix("HTTP/1.1 400 Bad Request\r\n") && reply.contains("Connection: close"), "\(reply)")
        #expect(try isGreeted(by: running))
        #expect(eventually { running.server.totals.refused == 1 && running.server.totals.failed == 0 })
      }
    }

    @Test(arguments: ModeID.serving) func addressHasNoMoreThanItsShareOfThePlaces(_ mode: ModeID) async throws {
      try await onThread {
        let running = try RunningServer(.http, mode: mode, capacity: 4, perAddress: 1)
        let client = try Stranger(to: running.server.address)
        client.send(Self.greeting)
        #expect(client.receive(until: "Hello, ").contains("Hello, "))
        // One after another, so that there is never one too many.
        if mode != .blocking {
          let others = try (0..<6).map { _ in try Stranger(to: running.server.address) }
          defer { for other in others { other.hangUp() } }
          for other in others { other.send(Self.greeting) }
          let refused = others.filter {
            $0.receive(until: "\r\n\r\n").hasPrefix("HTTP/1.1 503 Service Unavailable\r\n")
          }
          // Each of two loops lets one in.
          #expect(refused.count == 6 || mode.traits.hasLoops && refused.count == 5)
          #expect(running.server.totals.refused == UInt64(refused.count))
          if mode.connectionsAnswered == nil { #expect(try isGreeted(by: running, from: "127.0.0.2")) }
        }
        client.hangUp()
        #expect(eventually { running.server.totals.ended >= 1 })
        #expect(eventually { (try? isGreeted(by: running)) == true })
      }
    }

    // MARK: Sending

    /// A hundred thousand requests at once, whose replies are read; others are answered meanwhile.
    @Test(arguments: ModeID.serving.filter { $0.connectionsAnswered == nil })
    func pipelineWithoutEndKeepsNobodyWaiting(_ mode: ModeID) async throws {
      try await onThread {
        let running = try RunningServer(.http, mode: mode)
        let flood = try Stranger(to: running.server.address)
        let count = 100_000
        let sender = try Thread(name: "flood") { flood.send(String(repeating: Self.greeting, count: count)) }
        let reader = try Thread(name: "reader") { flood.drain() }
        var greetings = 0
        while running.server.totals.done < UInt64(count + greetings), try isGreeted(by: running) { greetings += 1 }
        sender.join()
        flood.socket.shutdown()
        reader.join()
        flood.hangUp()
        #expect(greetings > 0)
        #expect(eventually { running.server.totals.done == UInt64(count + greetings) })
        #expect(running.server.totals.failed == 0)
      }
    }

    @Test(
      arguments: [
        // A ClientHello of TLS 1.2, and the preface of HTTP/2.
        [22, 3, 1, 0, 46, 1, 0, 0, 42, 3, 3] + [UInt8](repeating: 7, count: 32) + [0, 0, 2, 0, 47, 1, 0],
        Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8) + [0, 0, 0, 4, 0, 0, 0, 0, 0],
      ], ModeID.serving) func greetingOfAnotherProtocolIsTurnedAway(_ bytes: [UInt8], _ mode: ModeID) async throws
    {
      try await onThread {
        let running = try RunningServer(
          .http, mode: mode, capacity: 1, limits: TimeLimits(idle: .zero, head: .milliseconds(300)))
        let client = try Stranger(to: running.server.address)
        defer { client.hangUp() }
        client.send(bytes)
        let reply = client.receive(until: "nothing")
        #expect(reply.hasPrefix("HTTP/1.1 505") || reply.hasPrefix("HTTP/1.1 400") || reply.hasPrefix("HTTP/1.1 408"))
        client.socket.shutdown()
        #expect(try isGreeted(by: running))
      }
    }
  }
}

/// A client without manners. Not for the pool's threads, because its calls block.
private struct Stranger {
  let socket: Socket

  init(to address: SocketAddress, from host: String? = nil, receiveBuffer: Int32? = nil) throws {
    socket = try Socket.open(family: address.family, blocking: true, receiveBuffer: receiveBuffer)
    if let host {
      let result = try SocketAddress(host: host, port: 0).withSockaddr { bind(socket.descriptor, $0, $1) }
      guard result == 0 else { throw Errno(errno) }
    }
    _ = try socket.connect(to: address)
  }

  func send(_ bytes: [UInt8]) { _ = try? bytes.withUnsafeBytes { try socket.sendAll($0) } }
  func send(_ text: String) { send(Array(text.utf8)) }

  /// Sends it again and again until the sockets hold no more.
  func sendAllThatFits(_ text: String) {
    let bytes = Array(String(repeating: text, count: 1000).utf8)
    try? socket.setBlocking(false)
    var refusals = 0
    while refusals < 5 {
      if case .bytes = bytes.withUnsafeBytes({ socket.send($0) }) {
        refusals = 0
      } else {
        refusals += 1
        Interruption.pause(milliseconds: 5)
      }
    }
    try? socket.setBlocking(true)
  }

  func hangUp() { socket.close() }

  /// Receives until the end.
  func drain() {
    var piece = [UInt8](repeating: 0, count: 1 << 16)
    while case .bytes(let count) = piece.withUnsafeMutableBytes({ socket.receive(into: $0) }), count > 0 {}
  }

  /// The bytes until a text has occurred this many times, until the end, or until 20 s pass without any.
  func receive(until text: String, times: Int = 1) -> String {
    var all: [UInt8] = []
    var found = 0
    var piece = [UInt8](repeating: 0, count: 1 << 16)
    let pattern = Array(text.utf8)
    var scanned = 0
    while found < times {
      var entry = pollfd(fd: socket.descriptor, events: Int16(POLLIN), revents: 0)
      guard poll(&entry, 1, 20_000) > 0 else { break }
      guard case .bytes(let count) = piece.withUnsafeMutableBytes({ socket.receive(into: $0) }), count > 0 else {
        break
      }
      all += piece[..<count]
      while scanned + pattern.count <= all.count {
        if all[scanned] == pattern[0] && all[scanned..<(scanned + pattern.count)].elementsEqual(pattern) { found += 1 }
        scanned += 1
      }
    }
    return String(decoding: all, as: UTF8.self)
  }
}
