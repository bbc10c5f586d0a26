import Measurement
import Plan
import Workloads

extension ModeID {
  public static let null = ModeID("null")
}

/// No waiting at all: one lane, paired in memory with its server's side, and sleeps that end immediately. The cost that
/// remains is that of the harness.
enum NullMode: ModeEntry {
  static let description = ModeDescription(
    .null, .control, "no wait: client and server are paired in memory, to measure the harness itself",
    .init("#909090", dash: 3, marker: 2), .oneLane,
    refusals: [
      .file: "null waits for nothing, and has no file to read or write",
      .targets: "null has no network to reach a target by",
      .serve: "null has no connections to accept",
      .faults: "null has no connection that could break, and no time that could run out: it knows no faults",
    ])

  /// Drives the lane to its end. A lane that uses no connection gets no server.
  private static func drive<L: Lane & ~Copyable, S: Lane & ~Copyable>(
    _ lane: UnsafeMutablePointer<L>, makeServer: () -> S
  ) {
    let server = UnsafeMutablePointer<S>.allocate(capacity: 1)
    defer { server.deallocate() }
    let nothing = UnsafeRawBufferPointer(start: nil, count: 0)
    var isConnected = false
    var served = Step.finished
    /// Ahead of the clock by the time slept.
    var now = MonotonicClock.now

    func disconnect() {
      if isConnected { server.deinitialize(count: 1) }
      isConnected = false
    }

    var step = lane.pointee.begin(now: now)
    while true {
      now = max(now, MonotonicClock.now)
      switch step {
      case .connect:
        server.initialize(to: makeServer())
        isConnected = true
        served = server.pointee.begin(now: now)
        step = lane.pointee.resume(.connected(now: now))
      case .check: step = lane.pointee.resume(.checked(nil, now: now))
      case .send(let bytes):
        if case .receive = served { served = server.pointee.resume(.received(bytes, now: now)) }
        step = lane.pointee.resume(.sent(bytes.count))
      case .receive:
        switch served {
        case .send(let bytes):
          step = lane.pointee.resume(.received(bytes, now: now))
          served = server.pointee.resume(.sent(bytes.count))
        case .delay(let deadline):
          now = max(now, deadline)
          served = server.pointee.resume(.woke(now: now))
        case .yield: served = server.pointee.resume(.woke(now: now))
        case .finishSending:
          served = server.pointee.resume(.sent(0))
          step = lane.pointee.resume(.received(nothing, now: now))
        default:
          step = lane.pointee.resume(.received(nothing, now: now))
        }
      case .sleep(let deadline), .delay(let deadline):
        now = max(now, deadline)
        step = lane.pointee.resume(.woke(now: now))
      case .yield: step = lane.pointee.resume(.woke(now: now))
      case .file: step = lane.pointee.resume(.transferred(0, now: now))
      case .compute(let work): step = lane.pointee.resume(.computed(work.result(), now: now))
      case .acquire: step = lane.pointee.resume(.acquired(now: now))
      case .release: step = lane.pointee.resume(.released(now: now))
      case .close:
        disconnect()
        step = lane.pointee.resume(.closed(now: now))
      case .finishSending:
        if case .receive = served { served = server.pointee.resume(.received(nothing, now: now)) }
        step = lane.pointee.resume(.sent(0))
      case .abort, .finished:
        disconnect()
        return
      }
    }
  }
}

extension NullMode {
  static func server(_ kind: TargetServer.Kind, capacity: Int, processors: Int) -> TargetServer.Body? { nil }

  static func run(_ trial: TrialExecution) throws(TrialFailure) -> TrialOutcome {
    let tally = Boxed(ServerTally(shared: false))
    let date = Boxed(HTTPDate())
    defer {
      tally.deallocate()
      date.deallocate()
    }
    let echoServer = { ServerLane(EchoServer(), tally: tally.pointer) }
    let httpServer = { ServerLane(HTTPServer(peer: TrialSpec.loopback, date: date.pointer), tally: tally.pointer) }
    switch trial.spec.workload {
    case .sleep(let sleep):
      return try measure(trial, echoServer) { group, _ in
        ClientLane(SleepConversation(duration: sleep.duration), in: group)
      }
    case .echo(let echo):
      return try measure(trial, echoServer) { group, _ in ClientLane(trial.client(echo), in: group) }
    case .http(let http):
      let replies = http.gather ? ReplyStore() : nil
      let requests = Boxed(trial.requests(http, replies))
      defer { requests.deallocate() }
      var outcome = try measure(trial, httpServer) { group, _ in ClientLane(HTTPClient(requests.pointer), in: group) }
      outcome.replies = replies
      return outcome
    case .compute(let compute):
      let requests = Boxed(trial.requests(compute.http, nil))
      let check = Boxed(try trial.check())
      defer {
        requests.deallocate()
        check.deallocate()
      }
      return try measure(trial, httpServer) { group, _ in
        ClientLane(ComputeClient(requests.pointer, work: check.pointer), in: group)
      }
    case .file, .serve: throw TrialExecution.notAClient
    }
  }

  private static func measure<L: TimedLane & ~Copyable, S: Lane & ~Copyable>(
    _ trial: TrialExecution, _ makeServer: () -> S, makeLane: (UnsafePointer<LaneGroup>, Int) -> L
  ) throws(TrialFailure) -> TrialOutcome {
    try trial.measure(
      Arrangement(lanes: 1), ConnectionTable(count: trial.laneCount, endpoints: []), makeLane: makeLane,
      drive: { drive($0[0], makeServer: makeServer) })
  }
}
