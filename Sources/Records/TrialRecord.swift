import Measurement
import Plan

/// One trial: one workload at one point in one mode. Values that do not apply are absent, never zero. Times are in
/// nanoseconds, sizes in bytes.
public struct TrialRecord: Codable, Equatable, Sendable {
  public var schemaVersion = SchemaVersion.current
  public var runID: String
  public var experiment: String
  /// The trial's number in the plan of its run, from 1.
  public var trial: Int
  public var round: Int
  /// The position within its round, from 1.
  public var order: Int
  public var seed: UInt64
  public var mode: String
  public var variant: String?
  public var recordedWorkload: RecordedWorkload
  public var arrivals: Arrivals
  public var concurrency: Int
  /// Measured lanes that did at least one operation within the window; absent if not counted.
  public var lanesServed: Int?
  /// All connections of the client's lanes, from before the trial to its end; absent if the operations use none.
  public var connectionsOpened: UInt64?
  /// The number of connections of measured lanes that replaced one that was closed while idle, and repeated its
  /// operation. Absent if there are none.
  public var reconnected: UInt64?
  public var limit: Int?
  public var pipeline: Int?
  /// The number of operations per lane, if each lane had its own.
  public var each: Int?
  /// The number of client processes that shared the lanes, and of server processes; absent if one. All values cover all
  /// processes.
  public var processes: Int?
  public var serverProcesses: Int?
  /// The number of the disturbed trial that this one repeats.
  public var repeats: Int?
  /// The CPU work per operation, for workloads that compute.
  public var work: Work?
  public var operations: Operations
  /// The checksum of all verified answers, in 16 hexadecimal digits.
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
  /// In an open loop: how late operations started whose lane was waiting for them. This is the mode's own wake-up lag.
  public var sendLag: LatencySummary?
  /// How late sleeps ended in a thread that is independent of the mode; absent if the thread had no priority.
  public var pacerLag: PacerLag?
  /// The longest interval within the window in which operations were in flight and none ended, while client and server
  /// each used less than a tenth of it. Absent if the server is not the built-in one.
  public var longestQuiet: UInt64?
  /// The time to connect all lanes, from the order until the last process was connected; absent if the harness did not
  /// coordinate the processes.
  public var connectWall: UInt64?
  /// The time to close the lanes' connections and end their processes.
  public var closeWall: UInt64?
  /// The warm-up before the window; absent without one.
  public var coldStart: ColdStart?
  /// By class, if there are several: `busy` lanes, to which all other values refer, and bystanders (`idle`, `paced` or
  /// `slow`).
  public var lanes: [String: LaneClass]?

  /// The bystanders with their manner, if there are any.
  public var bystanders: (manner: String, lanes: LaneClass)? {
    lanes?.first { $0.key != LaneClass.busy }.map { (manner: $0.key, lanes: $0.value) }
  }
  public var inFlight: InFlight?
  public var series: [SeriesPoint]?
  public var client: ProcessUsage?
  public var server: ProcessUsage?
  public var machine: MachineUsage?
  /// What each host did, if there were several; the other values are of all of them.
  public var hosts: [Host]?
  /// How far apart the load hosts started, if there were several.
  public var startSkew: StartSkew?
  /// Counts from outside; a trial with them has no times.
  public var audit: Audit?
  /// Why the trial did not run; nil if it did.
  public var skipped: Skipped?
  /// Whether an open loop offered more than the mode could sustain. This is a result, not a fault of the trial. Absent
  /// in a closed loop.
  public var isSaturated: Bool?
  public var valid: Bool
  /// Why the trial is invalid.
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

  /// The number of lanes that had operations to do.
  public var lanesToServe: Int {
    Int(min(UInt64(max(0, concurrency)), operations.asked ?? .max, operations.due ?? .max))
  }

  /// Whether some lanes with operations to do did none within the window. False if not counted.
  public var leavesLanesUnserved: Bool { lanesServed.map { $0 < lanesToServe } ?? false }

  /// Whether the latencies cover all operations. Percentiles of only some lanes ignore the lanes that waited, so they
  /// must not be compared with percentiles of all lanes. In an open loop, the next free lane takes what is due, and all
  /// due operations count, so the number of lanes does not matter. True if not counted.
  public var servesAll: Bool { !leavesLanesUnserved || operations.due != nil }

  /// A trial that has not run yet.
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

  /// The coordinates in the experiment.
  public var coordinates: Coordinates {
    Coordinates(
      mode: mode, variant: variant, concurrency: concurrency,
      Setting(
        arrivals: arrivals.kind, rate: arrivals.rate, limit: limit, pool: pool, pipeline: pipeline, each: each,
        processes: processes, serverProcesses: serverProcesses))
  }

  /// The number of threads or processes that the mode offloaded to; nil if it offloaded nothing.
  public var pool: Int? { variant == nil ? nil : spec?.poolWidth }

  /// The workload as recorded.
  public var workload: JSONValue {
    get { recordedWorkload.json }
    set { recordedWorkload = RecordedWorkload(newValue) }
  }

  /// The workload as this version reads it; nil if it does not know the kind or a value.
  public var spec: WorkloadSpec? { recordedWorkload.spec }

  /// Whether the mode under test was the server.
  public var isServing: Bool { spec?.isServe ?? false }

  /// The resources that the mode under test used.
  public var tested: ProcessUsage? { isServing ? server : client }

  /// What stands for the content of replies that were not all the same.
  public static let contentDiffers = "differs"

  /// The name of a reason: what stands before its colon.
  public static func name(ofReason reason: String) -> String { String(reason.prefix { $0 != ":" }) }

  /// Whether the server was asked for faults, and all failures are the ones asked for.
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
    case series, client, server, machine, hosts
    case startSkew = "start_skew_ns"
    case audit, skipped, valid, reasons
  }
}
