import Glibc
import Measurement
import Plan
import SystemCalls
import Workloads

/// The client of one trial: set up, timed and torn down.
struct TrialExecution {
  let spec: TrialSpec
  let edges: WindowEdges?
  let peer: SharedWithHarness?
  /// The lanes of this process.
  let laneCount: Int
  let bystanderCount: Int
  let limit: Int?
  /// The processors of the threads that drive lanes, and those of the workers that compute for them.
  let processors: (lanes: [Int], workers: [Int])

  init(_ spec: TrialSpec, _ edges: WindowEdges?, _ peer: SharedWithHarness? = nil) {
    self.spec = spec
    self.edges = edges
    self.peer = peer
    laneCount = spec.lanes(of: spec.share)
    bystanderCount = spec.share.count(of: spec.bystanders?.count ?? 0)
    limit = spec.limit.map { spec.share.count(of: $0) }
    // Workers get their own processors if there are more processors than workers. Only then do they disturb nothing.
    let all = (try? Affinity.current()) ?? [0]
    let workers = spec.workload.workers
    let isDivided = 0 < workers && workers < all.count
    processors = isDivided ? (all.dropLast(workers), all.suffix(workers)) : (all, all)
  }

  /// - Parameter ends: the number of lanes per requested lane.
  private func arrangement<M: Mode>(_ mode: M.Type, ends: Int = 1) -> Arrangement {
    Arrangement(
      mode, lanes: ends * laneCount, bystanders: ends * bystanderCount, limit: most, processors: processors.lanes.count)
  }

  /// The highest number of operations in flight: each loop must be allowed at least one.
  private var most: Int? {
    [limit, spec.mode == .uring ? spec.workload.file?.depth : nil].compactMap { $0 }.min()
  }

  func table(_ arrangement: Arrangement, _ addresses: [SocketAddress] = []) -> ConnectionTable {
    ConnectionTable(
      count: arrangement.lanes, endpoints: addresses, slow: spec.bystanders?.manner == .slow ? arrangement : nil)
  }

  func run<M: Mode>(_ mode: M.Type) throws(TrialFailure) -> TrialOutcome {
    let arrangement = arrangement(mode)
    switch spec.workload {
    case .sleep(let sleep):
      return try measure(mode, arrangement, table(arrangement)) { group, _ in
        ClientLane(SleepConversation(duration: sleep.duration), in: group)
      }
    case .echo(let echo) where echo.ends == .both:
      return try runPairs(mode, echo)
    case .echo(let echo):
      let faults = echo.faults.map { Boxed($0) }
      defer { faults?.deallocate() }
      let connections = try connected(mode, arrangement)
      return try measure(mode, arrangement, connections) { group, lane in
        ClientLane(client(echo, faults?.pointer), in: group, connectedTo: connections.endpoint(of: lane))
      }
    case .http(let http):
      let replies = http.gather ? ReplyStore() : nil
      let requests = Boxed(requests(http, replies))
      // Replies to bystanders are not gathered.
      let others = http.gather ? Boxed(self.requests(http, nil)) : nil
      defer {
        requests.deallocate()
        others?.deallocate()
      }
      let isKept = http.connection == .keepAlive
      let connections = try isKept ? connected(mode, arrangement) : table(arrangement, addresses())
      var outcome =
        if spec.pipeline > 1 {
          try measure(mode, arrangement, connections) { group, lane in
            PipelinedLane(
              requests.pointer, depth: spec.pipeline, in: group, isConnected: connections.endpoint(of: lane) != nil)
          }
        } else {
          try measure(mode, arrangement, connections) { group, lane in
            ClientLane(
              HTTPClient((arrangement.isBystander(lane) ? others ?? requests : requests).pointer), in: group,
              connectedTo: connections.endpoint(of: lane))
          }
        }
      outcome.replies = replies
      outcome.content = requests.pointer.pointee.contents?.finding
      return outcome
    case .file(let file): return try runFile(mode, arrangement, file)
    case .compute(let compute):
      let requests = Boxed(requests(compute.http, nil))
      let check = Boxed(try check())
      defer {
        requests.deallocate()
        check.deallocate()
      }
      let isKept = compute.http.connection == .keepAlive
      let connections = try isKept ? connected(mode, arrangement) : table(arrangement, addresses())
      let pool = try pool(of: compute.workers, arrangement, processes: compute.offload == .processes)
      defer { pool?.stop() }
      let whole = try? Affinity.current()
      try? Affinity.set(processors.lanes)
      defer { whole.map { try? Affinity.set($0) } }
      return try measure(mode, arrangement, connections, pool: pool) { group, lane in
        ClientLane(
          ComputeClient(requests.pointer, work: arrangement.isBystander(lane) ? nil : check.pointer), in: group,
          connectedTo: connections.endpoint(of: lane))
      }
    case .serve: throw Self.notAClient
    }
  }

  func check() throws(TrialFailure) -> ComputationCheck {
    guard let iterations = spec.iterations else {
      throw TrialFailure(description: "compute needs a number of iterations, but the plan has none")
    }
    return ComputationCheck(iterations: iterations)
  }

  /// The pool for work that lanes offload; nil if they do it in place.
  func pool(of workers: Int, _ arrangement: Arrangement, processes: Bool) throws(TrialFailure) -> OffloadPool? {
    guard workers > 0 else { return nil }
    do throws(Errno) {
      return try OffloadPool(
        threads: workers, lanes: arrangement.lanes, loops: arrangement.parts, processors: self.processors.workers,
        processes: processes)
    } catch {
      throw TrialFailure(
        description: "cannot start \(workers) worker \(processes ? "processes" : "threads"): \(error)")
    }
  }

  static let notAClient = TrialFailure(
    description: "serve is a workload of servers; give the client the workload that is served")

  /// Runs pairs of lanes, a client followed by its server.
  private func runPairs<M: Mode>(_ mode: M.Type, _ echo: EchoSpec) throws(TrialFailure) -> TrialOutcome {
    let arrangement = arrangement(mode, ends: 2)
    let connections = table(arrangement)
    let pairs = arrangement.lanes / 2
    do throws(Errno) {
      for pair in 0..<pairs {
        let (near, far) = try Socket.pair(
          tcp: echo.transport == .tcp, blocking: M.blocks, receiveBuffer: connections.receiveBuffer(of: 2 * pair))
        connections.adopt(near, at: 2 * pair)
        connections.adopt(far, at: 2 * pair + 1)
      }
    } catch {
      throw TrialFailure(description: "cannot open \(pairs) pairs of sockets: \(error)")
    }
    let tallies = (0..<arrangement.groups).map { _ in Boxed(ServerTally(shared: arrangement.isShared)) }
    defer { for tally in tallies { tally.deallocate() } }
    return try measure(mode, arrangement, connections) { group, lane in
      lane % 2 == 0
        ? EitherLane(first: ClientLane(client(echo), in: group, connectedTo: 0))
        : EitherLane<ClientLane<EchoClient>, ServerLane<EchoServer>>(
          second: ServerLane(EchoServer(), tally: tallies[arrangement.group(of: lane)].pointer))
    }
  }

  // MARK: Workloads

  func client(_ echo: EchoSpec, _ faults: UnsafePointer<FaultMix>? = nil) -> EchoClient {
    EchoClient(size: echo.size.count, delay: echo.delay, seed: spec.seed, faults: faults)
  }

  func requests(_ http: HTTPSpec, _ replies: ReplyStore?) -> HTTPRequests {
    HTTPRequests(
      http, server: spec.isOwnServer ? (spec.endpoints.first ?? TrialSpec.loopback, TrialSpec.greeting) : nil,
      endpoints: spec.numbersOfAddresses, seed: spec.seed, replies: replies)
  }

  /// The endpoint that the lane is connected to before the trial.
  private func endpoint(of lane: Int, _ addresses: Int) -> Int32 { Int32(lane % max(1, addresses)) }

  /// The distinct addresses, in the order of the targets. A lane has a connection to each.
  private func addresses() throws(TrialFailure) -> [SocketAddress] {
    do {
      let addresses = try spec.distinctEndpoints.map { try SocketAddress(parsing: $0) }
      guard addresses.count <= Int(Int16.max) else {
        throw TrialFailure(description: "\(addresses.count) addresses; at most \(Int16.max) are possible")
      }
      return addresses
    } catch {
      throw TrialFailure(description: "\(error)")
    }
  }

  /// - Parameter ranges: the lanes that get a connection; nil for all.
  func connected<M: Mode>(
    _ mode: M.Type, _ arrangement: Arrangement, _ ranges: [Range<Int>]? = nil
  ) throws(TrialFailure) -> ConnectionTable {
    let addresses = try addresses()
    let connections = table(arrangement, addresses)
    let lanes = (ranges ?? [0..<arrangement.lanes]).joined()
    do throws(Errno) {
      try connections.connectAll(
        lanes, to: { endpoint(of: $0, addresses.count) }, blocking: M.blocks,
        timeout: spec.workload.ofBystanders.timeout,
        isPatient: !spec.mayStayUnconnected)
    } catch {
      throw TrialFailure(description: "cannot open \(lanes.count) connections to \(addresses[0]): \(error)")
    }
    return connections
  }

  // MARK: Measuring

  func measure<M: Mode, L: TimedLane & ~Copyable>(
    _ mode: M.Type, _ arrangement: Arrangement, _ connections: ConnectionTable, file: OpenFile? = nil,
    pool: OffloadPool? = nil, makeLane: (UnsafePointer<LaneGroup>, Int) -> L
  ) throws(TrialFailure) -> TrialOutcome {
    #if DEBUG
      try measure(
        arrangement, connections, file: file, pool: pool, makeLane: { CheckedLane(makeLane($0, $1)) }, drive: M.drive)
    #else
      try measure(arrangement, connections, file: file, pool: pool, makeLane: makeLane, drive: M.drive)
    #endif
  }

  func measure<L: TimedLane & ~Copyable>(
    _ arrangement: Arrangement, _ connections: ConnectionTable, file: OpenFile? = nil, pool: OffloadPool? = nil,
    makeLane: (UnsafePointer<LaneGroup>, Int) -> L, drive: (LaneTable<L>) throws(Errno) -> Void
  ) throws(TrialFailure) -> TrialOutcome {
    let count = arrangement.lanes
    let busy = LaneGroups(arrangement)
    let bystanders = spec.bystanders.map { _ in LaneGroups(arrangement) }
    let base = UnsafeMutablePointer<L>.allocate(capacity: count)
    for lane in 0..<count {
      let groups = (arrangement.isBystander(lane) ? bystanders ?? busy : busy).groups
      (base + lane).initialize(to: makeLane(groups[arrangement.group(of: lane)].pointer, lane))
    }
    let lanes = LaneTable(
      base: base, count: count, connections: connections, limit: limit, arrangement: arrangement, file: file,
      pool: pool)

    // Before the start, because drawing millions of arrivals takes seconds.
    let span = spec.duration.map { spec.warmup + $0 } ?? spec.deadline
    var schedule =
      if let starts = peer?.starts {
        ArrivalSchedule?.some(ArrivalSchedule(offsets: starts, warmup: spec.warmup))
      } else {
        ArrivalSchedule(
          spec.arrivals, seed: spec.seed, warmup: spec.warmup, operations: spec.operations, span: span)
      }
    var rows = peer?.rows
    rows?.settle(lanesAt: base, stride: MemoryLayout<L>.stride)
    if spec.warmup == .zero { edges?.opened() }
    let start = edges?.start() ?? MonotonicClock.now
    schedule?.start = start
    let opens = start + spec.warmup
    let closes = spec.duration.map { opens + $0 } ?? start + spec.deadline
    busy.trial.initialize(
      to: TrialState(
        asked: spec.operations, opens: opens, closes: closes, timeout: spec.workload.timeout,
        isLimited: spec.limit != nil, schedule: schedule.take(), share: spec.share,
        dealtTo: spec.each == nil ? 0 : UInt64(spec.lanes), rows: rows))
    if spec.each != nil {
      for (place, lane) in arrangement.busyLanes.joined().enumerated() {
        base[lane].deal(from: UInt64(place * spec.share.processes + spec.share.process))
      }
    }
    if let bystanders, let spec = spec.bystanders {
      bystanders.trial.initialize(to: state(spec, start: start, opens: opens, closes: closes))
    }
    defer {
      base.deinitialize(count: count)
      base.deallocate()
      busy.deallocate()
      bystanders?.deallocate()
      connections.deallocate()
    }

    let held = [bystanders, spec.each == nil ? nil : busy].compactMap { $0 }
    let monitor = Monitor(
      lanes, recorders: busy.recorders, opens: opens, closes: closes, timeout: spec.workload.timeout,
      expected: spec.predictedWindow(processors: processors.lanes.count), edges: edges,
      servers: spec.serverProcesses ?? [], processes: spec.share.processes,
      beside: bystanders.map { UnsafePointer($0.trial) }, held: held.map { UnsafePointer($0.trial) },
      hasDoneAll: { busy.hasDoneAll })
    do throws(Errno) {
      try monitor.start(opensAtOnce: spec.warmup == .zero)
      try drive(lanes)
    } catch {
      monitor.finish()
      throw TrialFailure(description: "the mode could not begin: \(error)")
    }
    monitor.finish()
    if let rows {
      for lane in arrangement.busyLanes.joined() {
        guard let operation = lanes.arrivalInHand(of: lane) else { continue }
        rows.writeUnfinished(operation, since: lanes.operationStart(of: lane), lane: lane)
      }
    }
    return outcome(lanes, busy, bystanders, monitor, started: start)
  }

  /// The shared state of the bystanders.
  private func state(_ bystanders: BystanderSpec, start: Instant, opens: Instant, closes: Instant) -> TrialState {
    TrialState(
      asked: nil, opens: opens, closes: closes,
      // Slow readers take long by design.
      timeout: bystanders.manner == .slow ? .zero : spec.workload.ofBystanders.timeout,
      schedule: ArrivalSchedule(
        bystanders.arrivals, seed: spec.seed, start: start, warmup: spec.warmup, operations: nil,
        span: closes.since(start)),
      bystanders: bystanders, share: spec.share)
  }
}
