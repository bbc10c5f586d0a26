import Glibc
import Measurement
import Modes
import Plan
import SystemCalls
import TestSupport
import Testing
import Workloads

/// Errors that only `uring` can have.
@Suite(.serialized, .fewAtOnce, .endsHangs, .enabled(if: ModeID.uring.unavailability == nil))
struct UringTests {
  private func expectAll(_ outcome: TrialOutcome, _ operations: UInt64) {
    #expect(outcome.done == operations && outcome.verified == operations)
    #expect(outcome.failuresByKind.isEmpty, "\(outcome.failuresByKind.map { "\($0.key.name): \($0.value)" })")
    #expect(outcome.unfinishedAges.isEmpty && !outcome.ranOutOfTime)
  }

  @Test(arguments: EchoSpec.Transport.allCases)
  func everyMessageIsEchoedWhenThereAreMoreOfThemThanBuffers(_ transport: EchoSpec.Transport) async throws {
    // 800 ends with a window of 32 KiB on its way to each of half of them: more than the 256 buffers of 16 KiB hold.
    let echo = EchoSpec {
      $0.ends = .both
      $0.transport = transport
      $0.size = ByteCount(200_000)
    }
    let outcome = try await Trial.finished(.counting(1200, .uring, .echo(echo), concurrency: 400))
    expectAll(outcome, 1200)
  }

  @Test func noByteOfAnOldConnectionReachesTheNextWhenItIsReplacedAfterEachOperation() async throws {
    // Every reply is followed by unexpected bytes, and each connection by another one on the same lane.
    let server = try FaultServer { $0 % 2 == 0 ? .extraBytes : .closesAfterwards }
    defer { server.stop() }
    let spec = TrialSpec(
      mode: .uring, workload: FaultTests.http { $0.connection = .new }, concurrency: 8, operations: 2000,
      duration: nil, warmup: .zero, deadline: .seconds(40), seed: 7, endpoints: [server.address.description],
      isOwnServer: true)
    let outcome = try await Trial.finished(spec)
    #expect(outcome.verified == 1000)
    #expect(outcome.failuresByKind == [.unexpectedBytes: 1000])
    #expect(server.connectionsLeftOpen == [])
  }

  @Test func hundredThousandSleepsAreUnderWayAtOnce() async throws {
    let sleep = SleepSpec(duration: .milliseconds(500))
    let outcome = try await Trial.finished(.counting(100_000, .uring, .sleep(sleep), concurrency: 100_000))
    expectAll(outcome, 100_000)
    #expect(outcome.inFlight.max > 50_000)
  }

  @Test func operationsEndAsTheyShouldWhenBytesForClosedConnectionsStillArrive() async throws {
    let reply = reply(size: 64)
    let server = try OneByOneServer { socket in
      guard !socket.receiveSome().isEmpty else { return }
      _ = socket.send(reply)
      for _ in 0..<100 where !socket.send([UInt8](repeating: 0, count: 64)) { return }
    }
    defer { server.stop() }
    let outcome = try await Trial.finished(
      spec(.uring, 500, server) {
        $0.connection = .new
      })
    // Bytes directly after a reply arrive with it; later bytes belong to nobody.
    #expect(outcome.verified + (outcome.failuresByKind[.unexpectedBytes] ?? 0) == 500)
    #expect(outcome.failuresByKind.count <= 1 && !outcome.ranOutOfTime)
  }

  @Test func repliesAreTakenInFullWhenTheyComeBeforeTheRequestsHaveBeenSent() async throws {
    // More bytes than may wait for a lane that is still sending: its receive is stopped, and started again later.
    let reply = reply(size: 300_000)
    let lastOfRequest = UInt8(ascii: "~")
    let server = try OneByOneServer { socket in
      var received = socket.receiveSome()
      while !received.isEmpty {
        // At the same time, or both sides would wait for the other to receive.
        let sending = try? Thread(name: "reply") { _ = socket.send(reply) }
        while !received.isEmpty && !received.contains(lastOfRequest) { received = socket.receiveSome() }
        sending?.join()
        // The next request may have come with the end of this one.
        received = Array(received.drop { $0 != lastOfRequest }.dropFirst())
        if received.isEmpty { received = socket.receiveSome() }
      }
    }
    defer { server.stop() }
    for mode in [ModeID.epoll, .uring] {
      let outcome = try await Trial.finished(
        spec(mode, 6, server) {
          $0.method = "POST"
          $0.body = String(repeating: "a", count: 8 << 20) + "~"
        })
      expectAll(outcome, 6)
      #expect(outcome.receivedBytes == 6 * UInt64(reply.count), "\(mode)")
    }
  }

  private func reply(size: Int) -> [UInt8] {
    Array("HTTP/1.1 200 OK\r\nContent-Length: \(size)\r\n\r\n".utf8) + [UInt8](repeating: 120, count: size)
  }

  /// Operations of one lane on a server that is not the harness's own.
  private func spec(
    _ mode: ModeID, _ operations: UInt64, _ server: OneByOneServer, _ change: (inout HTTPSpec) -> Void
  ) throws -> TrialSpec {
    var http = HTTPSpec { change(&$0) }
    http.targets = [try HTTPTarget(parsing: "http://\(server.address)/")]
    return TrialSpec(
      mode: mode, workload: .http(http), concurrency: 1, operations: operations, duration: nil, warmup: .zero,
      deadline: .seconds(20), seed: 7, endpoints: [server.address.description], isOwnServer: false)
  }
}

/// A server that serves one connection after another, each as it is told.
private final class OneByOneServer: Sendable {
  let address: SocketAddress
  private let listener: Socket
  private let thread: SystemCalls.Thread

  init(_ serve: @escaping @Sendable (Socket) -> Void) throws {
    let listener = try Socket.listen(on: SocketAddress(host: "127.0.0.1", port: 0))
    try listener.setBlocking(true)
    self.listener = listener
    address = try listener.localAddress()
    thread = try Thread(name: "one-by-one") {
      while let (socket, _) = try? listener.accept() {
        try? socket.setBlocking(true)
        serve(socket)
        socket.close()
      }
    }
  }

  func stop() {
    listener.shutdown()
    thread.join()
    listener.close()
  }
}

extension Socket {
  /// Nothing where the peer has finished or gone.
  fileprivate func receiveSome() -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: 1 << 16)
    guard case .bytes(let count) = bytes.withUnsafeMutableBytes({ receive(into: $0) }) else { return [] }
    return Array(bytes.prefix(count))
  }

  fileprivate func send(_ bytes: [UInt8]) -> Bool {
    (try? bytes.withUnsafeBytes { try sendAll($0) }) != nil
  }
}
