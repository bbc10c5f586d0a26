import Measurement
import Modes
import Plan
import Workloads

extension Bench {
  /// What the harness itself costs: lanes without a wait between them.
  static let harness =
    [
      lanes("sleep-lane", "a sleep of no time", .sleep(SleepSpec(duration: Nanoseconds(1))))
    ]
    + httpSizes.map { size in
      var http = HTTPSpec()
      http.size = size == greetingSize ? nil : ByteCount(size)
      return lanes("http-lanes", "an HTTP request and its reply", .http(http), size: size)
    }
    + [64, 4096, 32 << 10].map { size in
      var echo = EchoSpec()
      echo.size = ByteCount(size)
      return lanes("echo-lanes", "an echo", .echo(echo), size: size)
    }
    + httpSizes.map { httpServer(size: $0) } + [64, 4096, 32 << 10].map { echoServer(size: $0) }
    + [
      Bench("computation", "1,000 steps of the work that operations of compute do") { sampler in
        var work = Computation(iterations: 1000, seed: 1)
        sampler.sample { turns in for _ in 0..<turns { work.seed = work.result() } }
      },
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
      },
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
            var step = lane.resume(.received(bytes, now: MonotonicClock.now))
            while case .send(let reply) = step { step = lane.resume(.sent(reply.count)) }
            guard case .receive = step else { throw Obstacle("the server's lane did not answer") }
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

  /// Bytes of a reply's content: without a query, a greeting.
  private static let greetingSize = 17
  private static let httpSizes = [greetingSize, 1024, 16 << 10, 64 << 10]

  private static func httpServer(size: Int) -> Bench {
    let path = size == greetingSize ? "/" : "/?size=\(size)&op=1000"
    let request = "GET \(path) HTTP/1.1\r\nHost: 127.0.0.1:8080\r\n\r\n"
    return serverLane("http-server-lane", "an HTTP request", size: size, request: Array(request.utf8)) {
      HTTPServer(peer: TrialSpec.loopback, date: $0)
    }
  }
}
