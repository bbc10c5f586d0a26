import Glibc
import Measurement
import Modes
import SystemCalls
import Testing
import Workloads

/// What can go wrong in `uring` alone.
@Suite(.serialized, .timeLimit(.minutes(1)), .enabled(if: ModeID.uring.unavailability == nil)) struct UringTests {
  private func expectAll(_ outcome: TrialOutcome, _ operations: UInt64) {
    #expect(outcome.done == operations && outcome.verified == operations)
    #expect(outcome.kinds.isEmpty, "\(outcome.kinds.map { "\($0.key.name): \($0.value)" })")
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
    // Every reply is followed by bytes that nobody asked for, and each connection by another one on the same lane.
    let server = try FaultServer { $0 % 2 == 0 ? .extraBytes : .closesAfterwards }
    defer { server.stop() }
    let spec = TrialSpec(
      mode: .uring, workload: FaultTests.http { $0.connection = .new }, concurrency: 8, operations: 2000,
      duration: nil, warmup: .zero, deadline: .seconds(40), seed: 7, endpoints: [server.address.description],
      isOwnServer: true)
    let outcome = try await Trial.finished(spec)
    #expect(outcome.verified == 1000)
    #expect(outcome.kinds == [.unexpectedBytes: 1000])
    #expect(server.clientDescriptors == 0)
  }

  @Test func hundredThousandSleepsAreUnderWayAtOnce() async throws {
    let sleep = SleepSpec(duration: .milliseconds(500))
    let outcome = try await Trial.finished(.counting(100_000, .uring, .sleep(sleep), concurrency: 100_000))
    expectAll(outcome, 100_000)
    #expect(outcome.inFlight.max > 50_000)
  }

  @Test func replyIsTakenInFullWhenItComesBeforeTheRequestHasBeenSent() async throws {
    // More than may wait for a lane, which is still sending: its receiving is stopped, and taken up again.
    let server = try HastyServer(replySize: 300_000)
    defer { server.stop() }
    let workload = WorkloadSpec.http(
      try HTTPSpec {
        $0.method = "POST"
        $0.body = String(repeating: "a", count: 8 << 20) + HastyServer.lastOfRequest
        $0.connection = .new
        $0.targets = [try HTTPTarget(parsing: "http://\(server.address)/")]
      })
    for mode in [ModeID.epoll, .uring] {
      let outcome = try await Trial.finished(
        TrialSpec(
          mode: mode, workload: workload, concurrency: 2, operations: 6, duration: nil, warmup: .zero,
          deadline: .seconds(20), seed: 7, endpoints: [server.address.description], isOwnServer: false))
      expectAll(outcome, 6)
      #expect(outcome.receivedBytes == 6 * UInt64(server.reply.count), "\(mode)")
    }
  }
}

/// A server that replies first and reads the request afterwards.
private final class HastyServer: Sendable {
  static let lastOfRequest = "z"

  let address: SocketAddress
  let reply: [UInt8]
  private let listener: Socket
  private let thread: SystemCalls.Thread

  init(replySize: Int) throws {
    let head = "HTTP/1.1 200 OK\r\nContent-Length: \(replySize)\r\nConnection: close\r\n\r\n"
    let reply = Array(head.utf8) + [UInt8](repeating: 120, count: replySize)
    let listener = try Socket.listen(on: SocketAddress(host: "127.0.0.1", port: 0))
    try listener.setBlocking(true)
    // All of the reply is to find room on its way.
    var room = Int32(4 * replySize)
    setsockopt(listener.descriptor, SOL_SOCKET, SO_SNDBUF, &room, socklen_t(MemoryLayout<Int32>.size))
    self.listener = listener
    self.reply = reply
    address = try listener.localAddress()
    thread = try Thread(name: "hasty") {
      while let (socket, _) = try? listener.accept() {
        defer { socket.close() }
        try? socket.setBlocking(true)
        _ = reply.withUnsafeBytes { socket.sendAll($0) }
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while case .bytes(let count) = chunk.withUnsafeMutableBytes({ socket.receive(into: $0) }), count > 0,
          chunk[count - 1] != Self.lastOfRequest.utf8.first
        {}
      }
    }
  }

  func stop() {
    listener.shutdown()
    thread.join()
    listener.close()
  }
}
