import Measurement
import Modes
import Plan
import Workloads

extension Bench {
  /// What the harness itself costs: lanes without a wait between them.
  static let harness =
    [
      lanes("sleep-lane", "a sleep of no time", .sleep(SleepSpec(duration: Nanoseconds(1)))),
      lanes("http-lanes", "an HTTP request and its reply of 17 bytes", .http(HTTPSpec())),
    ]
    + [64, 4096, 32 << 10].map { size in
      var echo = EchoSpec()
      echo.size = ByteCount(size)
      return lanes("echo-lanes", "an echo", .echo(echo), size: size)
    }
    + [httpServer] + [64, 4096, 32 << 10].map { echoServer(size: $0) }
    + [
      Bench("record", "an operation that is recorded: histogram, counters") { sampler in
        let recorder = Recorder.allocate(shared: false)
        defer { recorder.deallocate() }
        sampler.sample { turns in
          for turn in 0..<UInt64(turns) {
            recorder.completed(
              at: Instant(nanoseconds: turn), service: Nanoseconds(20_000 + turn & 0xffff), checksum: turn, sent: 64,
              received: 64)
          }
        }
      }
    ]

  /// Whole operations of the mode `null`.
  private static func lanes(_ name: String, _ what: String, _ workload: WorkloadSpec, size: Int? = nil) -> Bench {
    Bench(name, "\(what) in the mode null: lanes of both sides, clock readings, record", size: size) {
      sampler in
      try sampler.sample(parts: 1) { turns, meter in
        let outcome = try Trial.run(
          TrialSpec(
            mode: .null, workload: workload, concurrency: 1, operations: UInt64(turns), duration: nil, warmup: .zero,
            deadline: .seconds(600), seed: 1, endpoints: [], isOwnServer: true))
        guard outcome.verified == turns else { throw Obstacle("an operation of the mode null went wrong") }
        meter.add(
          Cost(cpu: Double(outcome.usage.cpuTime.count), wall: Double(outcome.wall.count)), to: 0, turns)
      }
    }
  }

  /// The server's lane alone, with a request and its reply in memory.
  private static func serverLane<Conversation: ServerConversation & ~Copyable>(
    _ name: String, _ what: String, size: Int? = nil, request: [UInt8],
    _ conversation: @escaping @Sendable (_ date: UnsafeMutablePointer<HTTPDate>) -> Conversation
  ) -> Bench {
    Bench(name, "\(what) answered in memory: the server's lane alone", size: size) { sampler in
      let tally = UnsafeMutablePointer<ServerTally>.allocate(capacity: 1)
      tally.initialize(to: ServerTally(shared: false))
      let date = UnsafeMutablePointer<HTTPDate>.allocate(capacity: 1)
      date.initialize(to: HTTPDate())
      defer {
        tally.deinitialize(count: 1)
        tally.deallocate()
        date.deinitialize(count: 1)
        date.deallocate()
      }
      var lane = ServerLane(conversation(date), tally: tally)
      _ = lane.begin(now: MonotonicClock.now)
      try request.withUnsafeBytes { bytes in
        try sampler.sample { turns in
          for _ in 0..<turns {
            guard case .send(let reply) = lane.resume(.received(bytes, now: MonotonicClock.now)),
              case .receive = lane.resume(.sent(reply.count))
            else { throw Obstacle("the server's lane did not answer") }
          }
        }
      }
    }
  }

  private static func echoServer(size: Int) -> Bench {
    // A header: the operation, no fault, the size, no delay. The server does not look at the content.
    var request = [UInt8](repeating: 0, count: size)
    withUnsafeBytes(of: UInt64(size).littleEndian) { request.replaceSubrange(8..<16, with: $0) }
    return serverLane("echo-server-lane", "an echo", size: size, request: request) { _ in EchoServer() }
  }

  private static let httpServer = serverLane(
    "http-server-lane", "an HTTP request", request: Array("GET / HTTP/1.1\r\nHost: 127.0.0.1:8080\r\n\r\n".utf8)
  ) { HTTPServer(peer: TrialSpec.loopback, date: $0) }
}
