import Glibc
import Measurement
import Plan
import SystemCalls
import TestSupport
import Testing
import Workloads

@testable import Modes

extension ServerTests {
  /// The behaviour of a server's acceptor, in every mode.
  @Suite(.endsHangs) struct AcceptorTests {
    // MARK: Capacity

    @Test(arguments: ModeID.serving) func clientsAboveTheCapacityWaitUntilOthersHaveGone(_ mode: ModeID) async throws {
      try await onThread {
        let running = try RunningServer(.echo, mode: mode, capacity: 2)
        let clients = try (0..<6).map { _ in try EchoConnection(to: running.server.address) }
        var most: UInt64 = 0
        let areAnswered = EchoConnection.areAllAnswered(clients) {
          // Reading in this order, an ending connection is not counted as one too many.
          let connections = running.server.totals.connections
          most = max(most, connections - min(connections, running.server.totals.ended))
        }
        #expect(areAnswered)
        #expect(most <= 2)
        running.stop()
        #expect(running.server.totals.connections == 6 && running.server.totals.done == 6)
      }
    }

    /// Each of two loops has two of the four slots, and a listener: all four are taken only if both serve.
    @Test(
      .enabled(if: ((try? Affinity.current().count) ?? 1) == 2), arguments: ModeID.serving.filter(\.traits.hasLoops))
    func everyLoopServes(_ mode: ModeID) async throws {
      try await onThread {
        let running = try RunningServer(.echo, mode: mode, capacity: 4)
        let clients = try (0..<40).map { _ in try EchoConnection(to: running.server.address) }
        #expect(eventually { running.server.totals.connections == 4 })
        Interruption.pause(milliseconds: 20)
        #expect(running.server.totals.connections == 4)
        #expect(EchoConnection.areAllAnswered(clients))
        running.stop()
        #expect(running.server.totals.done == 40)
      }
    }

    @Test func secondClientOfABlockingServerWaitsForTheFirst() async throws {
      let running = try RunningServer(.echo, mode: .blocking)
      let spec = TrialSpec(
        mode: .epoll, workload: .echo(EchoSpec()), concurrency: 2, operations: nil, duration: .milliseconds(300),
        warmup: .zero, deadline: .seconds(20), seed: 7, endpoints: [running.server.address.description],
        isOwnServer: true)
      let outcome = try await Trial.finished(spec)
      #expect(outcome.verified > 0)
      #expect(outcome.unfinishedAges.contains { $0 > .milliseconds(200) })
    }

    @Test func nullCannotServe() throws {
      let address = try SocketAddress(host: "127.0.0.1", port: 0)
      #expect(throws: Errno(EOPNOTSUPP)) { try TargetServer(.echo, mode: .null, on: address, capacity: 1) }
    }

    @Test(arguments: ModeID.serving) func descriptorsDoNotGrowWhenConnectionsComeAndGo(_ mode: ModeID) async throws {
      // Other tests open and close descriptors meanwhile, so only the return to the old number counts.
      let connections: UInt64 = 200
      let before = try #require(ProcFile.openDescriptors)
      let running = try RunningServer(.http, mode: mode)
      let outcome = try await Trial.finished(
        .counting(connections, .epoll, .http(HTTPSpec { $0.connection = .new }), concurrency: 4, server: running))
      #expect(outcome.verified == connections)
      try await onThread {
        #expect(eventually { (ProcFile.openDescriptors ?? .max) < before + Int(connections) })
        running.stop()
        #expect(running.server.totals.connections == connections)
        #expect(running.server.totals.ended == connections)
      }
    }

    // MARK: The end

    enum Situation: CaseIterable { case idle, asleep, full, fullAndAsleep, sending }

    @Test(arguments: Situation.allCases, ModeID.serving)
    func serverStopsWhateverItsConnectionsAreDoing(_ situation: Situation, _ mode: ModeID) async throws {
      try await onThread {
        let isFull = situation == .full || situation == .fullAndAsleep
        let running = try RunningServer(.echo, mode: mode, capacity: isFull ? 1 : 64)
        let client = try EchoConnection(to: running.server.address)
        defer { client.socket.close() }
        client.send()
        #expect(client.isAnswered())
        let other = isFull ? try EchoConnection(to: running.server.address) : nil
        defer { other?.socket.close() }
        switch situation {
        case .idle, .full: break
        case .asleep, .fullAndAsleep:
          let received = running.server.totals.receivedBytes
          client.send(delay: .seconds(60))
          #expect(eventually { running.server.totals.receivedBytes > received })
        case .sending: try client.sendWithoutReceiving()
        }
        let start = MonotonicClock.now
        running.stop()
        #expect(MonotonicClock.now.since(start) < .seconds(20))
        #expect(client.isEnded())
      }
    }

    // MARK: Time limits

    @Test(arguments: ModeID.serving) func connectionThatIsIdleForTooLongIsClosed(_ mode: ModeID) async throws {
      let idle = Nanoseconds.milliseconds(400)
      try await onThread {
        let running = try RunningServer(.echo, mode: mode, limits: TimeLimits(idle: idle, head: .zero))
        let client = try EchoConnection(to: running.server.address)
        defer { client.socket.close() }
        let start = MonotonicClock.now
        while MonotonicClock.now.since(start) < .milliseconds(600) {
          client.send(delay: .milliseconds(20))
          #expect(client.isAnswered())
        }
        let last = MonotonicClock.now
        #expect(client.isEnded())
        #expect(MonotonicClock.now.since(last) > .milliseconds(350))
        running.stop()
        #expect(running.server.totals.failed == 0)
      }
    }

    @Test(arguments: ModeID.serving) func requestWhoseHeadDoesNotEndIsGivenUp(_ mode: ModeID) async throws {
      let limit = Nanoseconds.milliseconds(300)
      try await onThread {
        let running = try RunningServer(.http, mode: mode, limits: TimeLimits(idle: .zero, head: limit))
        let client = try EchoConnection(to: running.server.address)
        defer { client.socket.close() }
        _ = try? Array("GET / HTTP/1.1\r\nHo".utf8).withUnsafeBytes { try client.socket.sendAll($0) }
        #expect(client.isEnded())
      }
    }

    // MARK: Descriptors

    /// Runs in a separate process, whose limit of descriptors is lowered. Modes on Dispatch's threads are left out:
    /// Dispatch, which opens files of /proc to check whether its threads are running, aborts the process if it cannot.
    @Test func clientsWaitWhileThereAreNoDescriptors() async {
      await #expect(processExitsWith: .success) {
        let onDispatch: [ModeID] = [.dispatch, .dispatchConcurrent, .taskgroup, .taskgroupBlocking]
        let modes = ModeID.serving.filter { !onDispatch.contains($0) }
        for mode in modes {
          let address = try SocketAddress(host: "127.0.0.1", port: 0)
          let server = try TargetServer(.echo, mode: mode, on: address, capacity: 64)
          let clients = try (0..<12).map { _ in try EchoConnection(to: server.address) }
          let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
          var before = rlimit()
          getrlimit(resource, &before)
          // The previous server may have left free numbers below the open descriptors; nothing may use them.
          let next = (0..<4096).last { fcntl($0, F_GETFD) >= 0 }! + 1
          var fillers: [Int32] = []
          while let filler = Optional(dup(0)), filler < next { fillers.append(filler) }
          close(next)
          var limit = before
          limit.rlim_cur = rlim_t(next + 14)
          setrlimit(resource, &limit)
          let thread = try Thread(name: "server") { try? server.serve() }
          Interruption.pause(milliseconds: 100)
          let calls = SystemCall.count
          Interruption.pause(milliseconds: 300)
          guard SystemCall.count - calls < 1000 else { fatalError("\(mode) spins") }
          guard EchoConnection.areAllAnswered(clients) else { fatalError("\(mode) forgets clients") }
          server.stop()
          thread.join()
          setrlimit(resource, &before)
          for filler in fillers { close(filler) }
        }
      }
    }
  }
}
