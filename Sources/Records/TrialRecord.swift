import Measurement

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
  public var workload: JSONValue
  public var arrivals: Arrivals
  public var concurrency: Int
  public var limit: Int?
  public var pipeline: Int?
  /// How many operations each lane was to do, where they did not take them from one another.
  public var each: Int?
  /// How many processes the lanes were shared between, and how many served them; absent where each was one. All figures
  /// are those of all processes together.
  public var processes: Int?
  public var serverProcesses: Int?
  /// Where an operation is work for a processor.
  public var work: Work?
  public var operations: Operations
  /// Of all verified answers, in 16 hexadecimal digits.
  public var checksum: String?
  public var bytes: Bytes?
  /// The length of the window.
  public var wall: UInt64?
  /// Operations done in the window, per second.
  public var throughput: Double?
  public var latency: Latency?
  /// In open loop: how late operations started that nothing but the harness kept.
  public var sendLag: LatencySummary?
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
    self.workload = workload
    self.arrivals = arrivals
    self.limit = limit
    self.concurrency = concurrency
    self.operations = operations
    self.valid = valid
    self.reasons = reasons
  }

  /// Whether the mode under test served, and did not ask.
  public var isServing: Bool { workload["kind"]?.string == "serve" }

  /// What the mode under test used.
  public var tested: ProcessUsage? { isServing ? server : client }

  /// The name of a reason: what stands before its colon.
  public static func name(ofReason reason: String) -> String { String(reason.prefix { $0 != ":" }) }

  /// Whether its server was asked for faults, and nothing failed but as it was asked.
  public var failsAsAsked: Bool {
    workload["faults"] != nil && !reasons.contains { ["failures", "faults"].contains(Self.name(ofReason: $0)) }
  }

  enum CodingKeys: String, CodingKey {
    case schemaVersion = "schema_version"
    case runID = "run_id"
    case experiment, trial, round, order, seed, mode, variant, workload, arrivals, concurrency, limit, pipeline
    case each, processes
    case serverProcesses = "server_processes"
    case work, operations, checksum, bytes
    case wall = "wall_ns"
    case connectWall = "connect_wall_ns"
    case closeWall = "close_wall_ns"
    case throughput = "throughput_per_s"
    case latency = "latency_ns"
    case sendLag = "send_lag_ns"
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
    /// Started, and neither done nor failed at the window's end.
    public var unfinished: UInt64?
    /// How long the unfinished ones had been under way.
    public var unfinishedAge: Ages?
    /// By kind.
    public var failed: [String: UInt64]?
    /// Replies with an HTTP status other than 2xx, by status; they are done, and not verified.
    public var non2xx: [String: UInt64]?

    public init(asked: UInt64? = nil) { self.asked = asked }

    /// Failed operations of all kinds.
    public var failedInAll: UInt64 { (failed ?? [:]).values.reduce(0, +) }

    enum CodingKeys: String, CodingKey {
      case asked, done, verified, unfinished
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
  }

  /// Payload of the operations that are done.
  public struct Bytes: Codable, Equatable, Sendable {
    public var sent: UInt64
    public var received: UInt64

    public init(sent: UInt64, received: UInt64) {
      self.sent = sent
      self.received = received
    }
  }

  public struct Latency: Codable, Equatable, Sendable {
    /// From an operation's actual start to its end.
    public var service: LatencySummary
    /// From its intended start to its end; in open loop, and where lanes queue on a limit.
    public var response: LatencySummary?

    public init(service: LatencySummary, response: LatencySummary? = nil) {
      self.service = service
      self.response = response
    }
  }

  public struct LaneClass: Codable, Equatable, Sendable {
    /// The name of the class that is measured.
    public static let busy = "busy"

    public var count: Int
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
      case count, operations
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

/// A distribution of latencies in nanoseconds. Percentiles with too few samples beyond them are absent.
public struct LatencySummary: Codable, Equatable, Sendable {
  public var count: UInt64
  public var min: UInt64?
  public var mean: Double?
  public var max: UInt64?
  public var p50: UInt64?
  public var p90: UInt64?
  public var p99: UInt64?
  public var p999: UInt64?
  /// HdrHistogram V2 payload in base64, lossless.
  public var histogram: String

  public init(_ latencies: LatencyHistogram) {
    count = latencies.count
    if count > 0 {
      min = latencies.minimum
      mean = latencies.mean
      max = latencies.maximum
    }
    func supported(_ percentile: Double) -> UInt64? {
      latencies.percentileIsSupported(percentile) ? latencies.percentile(percentile) : nil
    }
    p50 = supported(50)
    p90 = supported(90)
    p99 = supported(99)
    p999 = supported(99.9)
    histogram = latencies.encoded()
  }

  enum CodingKeys: String, CodingKey {
    case count, min, mean, max, p50, p90, p99
    case p999 = "p99_9"
    case histogram
  }
}

/// What happened between the previous point and `t`.
public struct SeriesPoint: Codable, Equatable, Sendable {
  /// From the window's opening. Of several processes, what ended between two points of one that has the fewest.
  public var t: UInt64
  public var done: UInt64
  public var p50: UInt64?
  public var p99: UInt64?
  public var max: UInt64?
  public var threads: Int?

  public init(t: UInt64, done: UInt64, p50: UInt64?, p99: UInt64?, max: UInt64?, threads: Int?) {
    self.t = t
    self.done = done
    self.p50 = p50
    self.p99 = p99
    self.max = max
    self.threads = threads
  }

  enum CodingKeys: String, CodingKey {
    case t = "t_ns"
    case done
    case p50 = "p50_ns"
    case p99 = "p99_ns"
    case max = "max_ns"
    case threads
  }
}

/// What one side's process used within the window; peaks are of its whole life. Of several processes it is the sum, of
/// peaks that of each one's, which need not have come at once; memory that they share is in it as often.
public struct ProcessUsage: Codable, Equatable, Sendable {
  public var userTime: UInt64?
  public var systemTime: UInt64?
  /// Made through the harness's own wrappers; those of the language runtime are not among them.
  public var directCalls: UInt64?
  public var voluntarySwitches: UInt64?
  public var involuntarySwitches: UInt64?
  public var threadsPeak: Int?
  public var descriptorsPeak: Int?
  public var memoryPeak: UInt64?
  /// Of a server at the window's end.
  public var memory: UInt64?
  /// Processors that it was allowed.
  public var cpus: [Int]?
  /// What a server counted for itself.
  public var operationsDone: UInt64?
  public var connections: UInt64?
  public var failed: UInt64?
  /// Of a server that was asked for faults: operations that it has done wrong.
  public var faults: UInt64?
  public var bytesSent: UInt64?
  public var bytesReceived: UInt64?
  /// How late its counters were read at the window's opening, and at its end.
  public var edgeLag: EdgeLag?

  public init() {}

  public struct EdgeLag: Codable, Equatable, Sendable {
    public var open: UInt64
    public var close: UInt64

    public init(open: UInt64, close: UInt64) {
      self.open = open
      self.close = close
    }
  }

  enum CodingKeys: String, CodingKey {
    case userTime = "cpu_user_ns"
    case systemTime = "cpu_system_ns"
    case directCalls = "syscalls_direct"
    case voluntarySwitches = "switches_voluntary"
    case involuntarySwitches = "switches_involuntary"
    case threadsPeak = "threads_peak"
    case descriptorsPeak = "descriptors_peak"
    case memoryPeak = "rss_peak_bytes"
    case memory = "rss_bytes"
    case cpus
    case operationsDone = "operations_done"
    case connections, failed, faults
    case bytesSent = "bytes_sent"
    case bytesReceived = "bytes_received"
    case edgeLag = "edge_lag_ns"
  }
}

public struct MachineUsage: Codable, Equatable, Sendable {
  /// Time taken by the hypervisor during the trial, over all processors; in ticks of 10 ms.
  public var steal: UInt64?
  /// What the kernel had of its memory in use, where the harness led the processes.
  public var memory: Memory?

  public init(steal: UInt64?, memory: Memory? = nil) {
    self.steal = steal
    self.memory = memory
  }

  enum CodingKeys: String, CodingKey {
    case steal = "steal_ns"
    case memory
  }

  /// At four points of a trial.
  public struct Memory: Codable, Equatable, Sendable {
    /// Before the first lane connects.
    public var before: MachineMemory
    /// With all lanes connected, before the first operation.
    public var connected: MachineMemory
    /// After the last operation, with the connections that lanes hold still open.
    public var done: MachineMemory?
    /// After the last client has ended.
    public var closed: MachineMemory

    public init(
      before: MachineMemory, connected: MachineMemory, done: MachineMemory? = nil, closed: MachineMemory
    ) {
      self.before = before
      self.connected = connected
      self.done = done
      self.closed = closed
    }
  }
}

/// What /proc/meminfo and /proc/net/sockstat tell of the whole machine, proc(5).
public struct MachineMemory: Codable, Equatable, Sendable {
  /// Bytes that can be had without swapping.
  public var available: UInt64?
  /// Bytes that the kernel has for its own structures.
  public var slab: UInt64?
  /// Bytes of what is on its way through TCP sockets.
  public var tcp: UInt64?
  public var tcpSockets: UInt64?

  public init(available: UInt64?, slab: UInt64?, tcp: UInt64?, tcpSockets: UInt64?) {
    self.available = available
    self.slab = slab
    self.tcp = tcp
    self.tcpSockets = tcpSockets
  }

  enum CodingKeys: String, CodingKey {
    case available = "available_bytes"
    case slab = "slab_bytes"
    case tcp = "tcp_bytes"
    case tcpSockets = "tcp_sockets"
  }
}
