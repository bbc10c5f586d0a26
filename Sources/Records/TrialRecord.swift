import Measurement
import Plan

/// One trial: one workload at one point in one mode, as it was measured. What does not apply is absent, never zero.
/// Times are in nanoseconds, sizes in bytes.
public struct TrialRecord: Codable, Equatable, Sendable {
  public var schemaVersion = SchemaVersion.current
  public var runID: String
  public var experiment: String
  /// The trial's number in the plan of its run, from 1.
  public var trial: Int
  public var round: Int
  /// The position in which it was carried out within its round, from 1.
  public var order: Int
  public var seed: UInt64
  public var mode: String
  public var variant: String?
  public var recordedWorkload: RecordedWorkload
  public var arrivals: Arrivals
  public var concurrency: Int
  /// Lanes that were measured and had at least one operation done within the window; absent where nobody counted them.
  public var lanesServed: Int?
  /// Connections that the client's lanes have had, from before the trial to its end; absent where its operations need none.
  public var connectionsOpened: UInt64?
  /// Of those of the lanes that are measured: how many took the place of one that was closed while it was idle, whose
  /// operation was asked for again. Absent where there are none.
  public var reconnected: UInt64?
  public var limit: Int?
  public var pipeline: Int?
  /// How many operations each lane was to do, where they did not take them from one another.
  public var each: Int?
  /// How many processes the lanes were shared between, and how many served them; absent where each was one. All figures
  /// are those of all processes together.
  public var processes: Int?
  public var serverProcesses: Int?
  /// The number of the disturbed trial in whose place this one was carried out again.
  public var repeats: Int?
  /// Where an operation is work for a processor.
  public var work: Work?
  public var operations: Operations
  /// Of all verified answers, in 16 hexadecimal digits.
  public var checksum: String?
  public var bytes: Bytes?
  /// A digest of the content of the replies, in 16 hexadecimal digits, or ``contentDiffers``. Absent where the content is
  /// known beforehand, or operations ask for different things.
  public var content: String?
  /// Where replies are read leniently: of those done, how many a strict reader would have refused.
  public var lenientReads: UInt64?
  /// The length of the window.
  public var wall: UInt64?
  /// Operations done in the window, per second.
  public var throughput: Double?
  public var latency: Latency?
  /// In open loop: how late operations started that a lane waited for, which is the mode's own wake-up lag.
  public var sendLag: LatencySummary?
  /// How late sleeps of a thread ended that owes nothing to the mode; absent where it could have no priority.
  public var pacerLag: PacerLag?
  /// The longest span within the window in which operations were in hand and none ended, while neither the client nor the
  /// server used a tenth of it; absent where the server is not the harness's own.
  public var longestQuiet: UInt64?
  /// How long it took to connect all lanes, from the order to do so until the last process had done it; absent where the
  /// harness did not lead the processes.
  public var connectWall: UInt64?
  /// How long it took to close the connections that the lanes held, and to end their processes.
  public var closeWall: UInt64?
  /// What came before the window; absent with no warm-up.
  public var coldStart: ColdStart?
  /// By class, where there is more than one class of lanes: `busy` ones, of which all the rest of the record speaks, and
  /// `idle`, `paced` or `slow` ones beside them.
  public var lanes: [String: LaneClass]?

  /// The lanes that are not measured, by their manner, where there are any.
  public var bystanders: (manner: String, lanes: LaneClass)? {
    lanes?.first { $0.key != LaneClass.busy }.map { (manner: $0.key, lanes: $0.value) }
  }
  public var inFlight: InFlight?
  public var series: [SeriesPoint]?
  public var client: ProcessUsage?
  public var server: ProcessUsage?
  public var machine: MachineUsage?
  /// Of a trial whose processes were counted from outside, and whose times are not recorded.
  public var audit: Audit?
  /// Where the trial was not carried out: why.
  public var skipped: Skipped?
  /// Whether an open loop offered more than the mode could do: a result, and no fault of the trial. Absent in a closed loop.
  public var isSaturated: Bool?
  public var valid: Bool
  /// Why it is not valid.
  public var reasons: [String]

  public init(
    runID: String, experiment: String, trial: Int, round: Int, order: Int, seed: UInt64, mode: String,
    workload: JSONValue, concurrency: Int, operations: Operations, arrivals: Arrivals = Arrivals(kind: "closed"),
    limit: Int? = nil, valid: Bool, reasons: [String]
  ) {
    self.runID = runID
    self.experiment = experiment
    self.trial = trial
    self.round = round
    self.order = order
    self.seed = seed
    self.mode = mode
    recordedWorkload = RecordedWorkload(workload)
    self.arrivals = arrivals
    self.limit = limit
    self.concurrency = concurrency
    self.operations = operations
    self.valid = valid
    self.reasons = reasons
  }

  /// How many lanes there were operations for.
  public var lanesToServe: Int {
    Int(min(UInt64(max(0, concurrency)), operations.asked ?? .max, operations.due ?? .max))
  }

  /// Whether lanes had no operation done within the window though there were operations for them. False where nobody
  /// counted.
  public var leavesLanesUnserved: Bool { lanesServed.map { $0 < lanesToServe } ?? false }

  /// Whether the latencies are of all that there was to do. Percentiles of a part of the lanes say nothing of those that
  /// waited, and are not to be compared with percentiles of all. In open loop whoever is free takes what is due, and all
  /// that was due is counted, begun or not: how many lanes did it makes no difference. True where nobody counted.
  public var servesAll: Bool { !leavesLanesUnserved || operations.due != nil }

  /// One that has not been carried out yet.
  public init(
    runID: String, experiment: String, trial: Int, round: Int, order: Int, seed: UInt64, at place: Coordinates,
    workload: JSONValue, operations: Operations
  ) {
    let setting = place.setting
    self.init(
      runID: runID, experiment: experiment, trial: trial, round: round, order: order, seed: seed, mode: place.mode,
      workload: workload, concurrency: place.concurrency ?? 0, operations: operations,
      arrivals: Arrivals(kind: setting.arrivals ?? "closed", rate: setting.rate), limit: setting.limit, valid: false,
      reasons: [])
    variant = place.variant
    pipeline = setting.pipeline
    each = setting.each
    processes = setting.processes
    serverProcesses = setting.serverProcesses
  }

  /// Where it stands among others.
  public var coordinates: Coordinates {
    Coordinates(
      mode: mode, variant: variant, concurrency: concurrency,
      Setting(
        arrivals: arrivals.kind, rate: arrivals.rate, limit: limit, pool: pool, pipeline: pipeline, each: each,
        processes: processes, serverProcesses: serverProcesses))
  }

  /// How many threads or processes the mode left work to; nil where it left none to others.
  public var pool: Int? { variant == nil ? nil : spec?.poolWidth }

  /// What its operations are, as it was recorded.
  public var workload: JSONValue {
    get { recordedWorkload.json }
    set { recordedWorkload = RecordedWorkload(newValue) }
  }

  /// The same as this version knows it; nil of a kind, or of values, that it does not know.
  public var spec: WorkloadSpec? { recordedWorkload.spec }

  /// Whether the mode under test served, and did not ask.
  public var isServing: Bool { spec?.isServe ?? false }

  /// What the mode under test used.
  public var tested: ProcessUsage? { isServing ? server : client }

  /// What stands for the content of replies that were not all the same.
  public static let contentDiffers = "differs"

  /// The name of a reason: what stands before its colon.
  public static func name(ofReason reason: String) -> String { String(reason.prefix { $0 != ":" }) }

  /// Whether its server was asked for faults, and nothing failed but as it was asked.
  public var failsAsAsked: Bool {
    spec?.faults != nil && !reasons.contains { ["failures", "faults"].contains(Self.name(ofReason: $0)) }
  }

  enum CodingKeys: String, CodingKey {
    case schemaVersion = "schema_version"
    case runID = "run_id"
    case experiment, trial, round, order, seed, mode, variant
    case recordedWorkload = "workload"
    case arrivals, concurrency, limit, pipeline
    case lanesServed = "lanes_served"
    case connectionsOpened = "connections_opened"
    case reconnected
    case each, processes
    case serverProcesses = "server_processes"
    case repeats
    case isSaturated = "saturated"
    case work, operations, checksum, bytes
    case content
    case lenientReads = "lenient_reads"
    case wall = "wall_ns"
    case connectWall = "connect_wall_ns"
    case closeWall = "close_wall_ns"
    case throughput = "throughput_per_s"
    case latency = "latency_ns"
    case sendLag = "send_lag_ns"
    case pacerLag = "pacer_lag_ns"
    case longestQuiet = "longest_quiet_ns"
    case coldStart = "cold_start"
    case lanes
    case inFlight = "in_flight"
    case series, client, server, machine, audit, skipped, valid, reasons
  }

  public struct Arrivals: Codable, Equatable, Sendable {
    /// `closed`, `constant` or `poisson`.
    public var kind: String
    public var rate: Double?
    /// How many operations were to start within the window.
    public var scheduled: UInt64?

    public init(kind: String, rate: Double? = nil) {
      self.kind = kind
      self.rate = rate
    }

    enum CodingKeys: String, CodingKey {
      case kind
      case rate = "rate_per_s"
      case scheduled
    }
  }

  public struct Operations: Codable, Equatable, Sendable {
    /// How many were to be done, where the plan says so.
    public var asked: UInt64?
    /// Answered in full within the window.
    public var done: UInt64?
    /// Of those done: with the content that was asked for.
    public var verified: UInt64?
    /// In open loop: those whose intended start lay within the window, begun or not.
    public var due: UInt64?
    /// Of those due: neither done nor failed at the window's end, begun or not.
    public var unanswered: UInt64?
    /// How long the unanswered ones had been due.
    public var unansweredAge: Ages?
    /// Started, and neither done nor failed at the window's end.
    public var unfinished: UInt64?
    /// How long the unfinished ones had been under way.
    public var unfinishedAge: Ages?
    /// By kind.
    public var failed: [String: UInt64]?
    /// Replies with an HTTP status other than 2xx, by status; they are done, and not verified.
    public var non2xx: [String: UInt64]?

    public init(asked: UInt64? = nil) { self.asked = asked }

    /// In open loop: by how many more were due in the window than ended in it. What was due before the window and ended in it
    /// stands for as many that were due late in the window and ended after it, so that a loop that keeps up lacks none.
    public var missing: UInt64 {
      let ended = [done ?? 0, failedInAll].saturatingSum
      return due.map { $0 - Swift.min($0, ended) } ?? 0
    }

    /// Failed operations of all kinds.
    public var failedInAll: UInt64 { (failed ?? [:]).values.saturatingSum }

    enum CodingKeys: String, CodingKey {
      case asked, done, verified, due, unanswered, unfinished
      case unansweredAge = "unanswered_age_ns"
      case unfinishedAge = "unfinished_age_ns"
      case failed
      case non2xx = "non_2xx"
    }
  }

  public struct Ages: Codable, Equatable, Sendable {
    public var min: UInt64
    public var mean: UInt64
    public var max: UInt64
    /// The mean of what of them lies within the window.
    public var within: UInt64?

    public init(min: UInt64, mean: UInt64, max: UInt64, within: UInt64? = nil) {
      self.min = min
      self.mean = mean
      self.max = max
      self.within = within
    }

    enum CodingKeys: String, CodingKey { case min, mean, max, within }
  }

  /// Payload of the operations that are done.
  public struct Bytes: Codable, Equatable, Sendable {
    public var sent: UInt64
    public var received: UInt64

    public init(sent: UInt64, received: UInt64) {
      self.sent = sent
      self.received = received
    }

    enum CodingKeys: String, CodingKey { case sent, received }
  }

  public struct Latency: Codable, Equatable, Sendable {
    /// From an operation's actual start to its end.
    public var service: LatencySummary
    /// From its intended start to its end; in open loop, and where lanes queue on a limit.
    public var response: LatencySummary?
    /// From its intended start to its actual one, where lanes queue on a limit.
    public var queueing: LatencySummary?

    public init(service: LatencySummary, response: LatencySummary? = nil, queueing: LatencySummary? = nil) {
      self.service = service
      self.response = response
      self.queueing = queueing
    }

    enum CodingKeys: String, CodingKey { case service, response, queueing }
  }

  public struct LaneClass: Codable, Equatable, Sendable {
    /// The name of the class that is measured.
    public static let busy = "busy"

    public var count: Int
    /// How many of them had at least one operation done within the window; absent of idle ones, and where nobody counted.
    public var served: Int?
    /// Connections that took the place of one that was closed while it was idle; absent where there are none.
    public var reconnected: UInt64?
    /// Of bystanders: what they do; absent where that is the workload of the trial.
    public var workload: RecordedWorkload?
    public var operations: Operations
    public var latency: Latency?
    /// Of bystanders: operations that were done before the window opened; absent with no warm-up.
    public var early: UInt64?

    public init(count: Int, operations: Operations, latency: Latency?, early: UInt64? = nil) {
      self.count = count
      self.operations = operations
      self.latency = latency
      self.early = early
    }

    enum CodingKeys: String, CodingKey {
      case count, served, reconnected, workload, operations
      case latency = "latency_ns"
      case early = "done_in_warmup"
    }
  }

  /// The warm-up, which nothing else counts.
  public struct ColdStart: Codable, Equatable, Sendable {
    /// From the start of the lanes to the end of the first operation; absent where none was done in the warm-up.
    public var firstDone: UInt64?
    /// Operations that were done in the warm-up, whether or not with the content that was asked for.
    public var done: UInt64
    /// The length of the warm-up.
    public var wall: UInt64

    public init(firstDone: UInt64?, done: UInt64, wall: UInt64) {
      self.firstDone = firstDone
      self.done = done
      self.wall = wall
    }

    enum CodingKeys: String, CodingKey {
      case firstDone = "first_done_ns"
      case done
      case wall = "wall_ns"
    }
  }

  /// Lanes that held an operation, sampled at random intervals.
  public struct InFlight: Codable, Equatable, Sendable {
    public var mean: Double
    /// Absent where several processes were sampled, each at instants of its own.
    public var max: Int?
    public var samples: Int

    public init(mean: Double, max: Int?, samples: Int) {
      self.mean = mean
      self.max = max
      self.samples = samples
    }

    enum CodingKeys: String, CodingKey { case mean, max, samples }
  }

  /// Of sleeps of the harness's own, beside the mode.
  public struct PacerLag: Codable, Equatable, Sendable {
    public var p50: UInt64
    public var max: UInt64
    public var samples: Int

    public init(p50: UInt64, max: UInt64, samples: Int) {
      self.p50 = p50
      self.max = max
      self.samples = samples
    }

    enum CodingKeys: String, CodingKey { case p50, max, samples }
  }

  public struct Skipped: Codable, Equatable, Sendable {
    public var reason: String
    /// How long it would have taken, by arithmetic.
    public var predictedWall: UInt64?

    public init(reason: String, predictedWall: UInt64? = nil) {
      self.reason = reason
      self.predictedWall = predictedWall
    }

    enum CodingKeys: String, CodingKey {
      case reason
      case predictedWall = "predicted_wall_ns"
    }
  }
}
