import Measurement
import Workloads

/// What the client of a trial is told to do.
public struct TrialSpec: Codable, Sendable {
  public var mode: ModeID
  public var workload: WorkloadSpec
  public var concurrency: Int
  /// How many operations to do; nil where `duration` says when the window ends.
  public var operations: UInt64?
  public var duration: Nanoseconds?
  public var warmup: Nanoseconds
  public var arrivals: Arrivals
  /// How many lanes may have an operation in hand at once; nil for all of them.
  public var limit: Int?
  /// How many requests a connection carries at once.
  public var pipeline: Int
  /// Lanes beside those that are measured.
  public var bystanders: BystanderSpec?
  /// Where an operation is work for a processor: how much, by the calibration of the run.
  public var iterations: UInt64?
  /// From the start; after it whatever still runs is unfinished.
  public var deadline: Nanoseconds
  public var seed: UInt64
  /// Addresses to connect to, one per target; empty where the workload needs none.
  public var endpoints: [String]
  /// The path of the data file, where the workload has one.
  public var file: String?
  /// The processes of the harness's own servers.
  public var serverProcesses: [Int32]?
  /// Whether the endpoint is the harness's own server, so that its answers are known.
  public var isOwnServer: Bool
  /// Whether lanes for which the server's backlog has no room begin without a connection: those that it never gets to are
  /// part of what is measured.
  public var mayStayUnconnected = false
  /// How many of the operations each lane does; nil where whoever is free takes the next one. Lanes hold their
  /// connections until all of them are through.
  public var each: UInt64?
  /// What of it the process does that is told this.
  public var share = Share.whole

  public init(
    mode: ModeID, workload: WorkloadSpec, concurrency: Int, operations: UInt64?, duration: Nanoseconds?,
    warmup: Nanoseconds, arrivals: Arrivals = .closed, limit: Int? = nil, pipeline: Int = 1,
    bystanders: BystanderSpec? = nil, deadline: Nanoseconds, seed: UInt64, endpoints: [String], isOwnServer: Bool
  ) {
    self.mode = mode
    self.workload = workload
    self.concurrency = concurrency
    self.operations = operations
    self.duration = duration
    self.warmup = warmup
    self.arrivals = arrivals
    self.limit = limit
    self.pipeline = pipeline
    self.bystanders = bystanders
    self.deadline = deadline
    self.seed = seed
    self.endpoints = endpoints
    self.isOwnServer = isOwnServer
  }

  /// Those that differ, in the order in which they first come.
  var distinctEndpoints: [String] {
    var seen: Set<String> = []
    return endpoints.filter { seen.insert($0).inserted }
  }

  /// For each endpoint its number among those that differ.
  var numbersOfAddresses: [Int32] {
    let distinct = distinctEndpoints
    return endpoints.map { endpoint in Int32(distinct.firstIndex(of: endpoint) ?? 0) }
  }

  enum CodingKeys: String, CodingKey {
    case mode, workload, concurrency, operations, duration, warmup, arrivals, limit, pipeline, bystanders, iterations
    case deadline, seed, endpoints, file
    case isOwnServer = "own_server"
    case mayStayUnconnected = "may_stay_unconnected"
    case each, share
    case serverProcesses = "server_processes"
  }
}

/// What a trial came to, within its window.
public struct TrialOutcome: Sendable {
  public var wall: Nanoseconds
  /// When the window opened, and when it closed.
  public var window: (opens: Instant, closes: Instant)
  /// When the counters of the window's edges were read.
  public var readings: (first: Instant, last: Instant)
  public var done: UInt64
  public var verified: UInt64
  public var checksum: UInt64
  public var sentBytes: UInt64
  public var receivedBytes: UInt64
  /// What was not verified, by kind.
  public var kinds: [OutcomeKind: UInt64]
  /// How long each operation that was neither done nor failed had been under way.
  public var unfinishedAges: [Nanoseconds]
  public var service: LatencyHistogram
  /// Where operations have intended starts, or queue on a limit.
  public var response: LatencyHistogram?
  /// Where operations queue on a limit: from their intended start to their actual one.
  public var queueing: LatencyHistogram?
  /// In open loop: how late operations started that only the harness kept.
  public var lag: LatencyHistogram?
  /// In open loop: how many operations were to start within the window.
  public var scheduled: UInt64?
  /// In open loop: what of the schedule was due in the window, and what was left.
  public var arrivals: ArrivalOutcome?
  /// The numbers of the operations that may have counted: those that were taken, without a warm-up of their own.
  public var operations: Range<UInt64>
  public var inFlight: InFlightSamples
  public var series: [SeriesSample]
  public var usage: ResourceUsage
  /// The longest span in which the monitor's thread did not run, though it should have.
  public var longestGap: Nanoseconds
  /// The longest span in which nothing ended though operations were in hand, and nobody worked; nil where it is not known
  /// who answers.
  public var longestQuiet: Nanoseconds?
  /// How late the monitor's own sleeps ended; empty where its thread has no priority over the mode's.
  public var pacerLateness: [Nanoseconds]
  public var threadsPeak: Int?
  public var descriptorsPeak: Int?
  /// How many lanes were measured, and how many of them had at least one operation done.
  public var busyLanes: Int
  public var servedLanes: Int
  /// Connections that all lanes have had, from before the trial to its end; nil where its operations need none.
  public var connectionsOpened: UInt64?
  /// Of those of the lanes that are measured: how many took the place of one that was closed while it was idle.
  public var reconnected: UInt64?
  /// What the bystanders did, if there are any.
  public var bystanders: BystanderOutcome?
  /// What the warm-up came to; nil where there was none.
  public var coldStart: ColdStart?
  public var replies: ReplyStore?
  /// Where replies are read leniently: of those done, how many a strict reader would have refused.
  public var lenientReads: UInt64?
  /// Where a data file was written: sectors that do not hold what was written there.
  public var damagedSectors: UInt64?
  /// Whether the deadline ended a trial that was to do a number of operations.
  public var ranOutOfTime: Bool
}

/// What the lanes did that were beside those that are measured, within the window.
public struct BystanderOutcome: Sendable {
  /// How many lanes of this process they are.
  public var count: Int
  public var spec: BystanderSpec
  public var done: UInt64
  public var verified: UInt64
  public var receivedBytes: UInt64
  public var kinds: [OutcomeKind: UInt64]
  public var unfinishedAges: [Nanoseconds]
  /// Where operations have intended starts: what of them was due in the window, and what was left.
  public var arrivals: ArrivalOutcome?
  /// How many of the lanes had at least one operation done; nil of idle ones, which are through with theirs beforehand.
  public var served: Int?
  /// Connections that took the place of one that was closed while it was idle; nil where there are none.
  public var reconnected: UInt64?
  public var service: LatencyHistogram
  /// Where operations have intended starts.
  public var response: LatencyHistogram?
  /// Operations that were done before the window opened; nil with no warm-up.
  public var early: UInt64?
}

/// What the lanes did before the window opened.
public struct ColdStart: Sendable, Equatable {
  /// From the start of the lanes to the end of the first operation; nil where none was done.
  public var firstDone: Nanoseconds?
  /// Operations that were done, whether or not with the content that was asked for.
  public var done: UInt64
  /// The length of the warm-up.
  public var wall: Nanoseconds
}

/// Operations that lanes held, at random instants within the window.
public struct InFlightSamples: Sendable, Equatable {
  public var count = 0
  public var sum = 0
  public var max = 0

  mutating func add(_ inFlight: Int) {
    count += 1
    sum += inFlight
    max = Swift.max(max, inFlight)
  }
}

/// What happened between the sample before and `at`.
public struct SeriesSample: Sendable {
  /// From the window's opening.
  public var at: Nanoseconds
  public var service: LatencyHistogram
  public var threads: Int?
}
