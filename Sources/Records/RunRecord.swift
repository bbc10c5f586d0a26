import Plan

/// The version of the layout of `run.json` and `trials.jsonl`. Readers ignore unknown fields, and refuse unknown
/// versions.
public enum SchemaVersion {
  public static let current = 1
}

/// A run: its plan, its program and its machine. Written once, before the first trial.
public struct RunRecord: Codable, Equatable, Sendable {
  public var schemaVersion = SchemaVersion.current
  public var runID: String
  /// ISO 8601, UTC.
  public var started: String
  public var tool: Tool
  public var command: [String]
  public var seed: UInt64
  /// The suite as it ran, with the overrides applied.
  public var suite: JSONValue
  /// The descriptions of the suite's modes; absent in old runs.
  public var modes: [ModeDescription]?
  /// The number of trials that run in any case; more may follow, depending on measurements.
  public var trialsPlanned: Int
  /// Whether trials ran that were predicted to take minutes; otherwise their prediction is recorded.
  public var isPatient: Bool
  /// If rounds are added for precision: the target for half the width of the 95 % interval of a point's median
  /// throughput, as a fraction of the median.
  public var precision: Double?
  /// The maximum number of rounds per experiment, if rounds are added for precision.
  public var maxRounds: Int?
  /// Whether every experiment ends with an audit of each point.
  public var audit: Bool?
  /// The folder of data files, if it was not the run's folder.
  public var fileFolder: String?
  /// The type of the data files' file system, if there were any.
  public var fileSystem: String?
  /// The maximum CPU time of other processes on a trial's CPUs, as a share of one CPU; absent in old runs, which did
  /// not check it.
  public var foreignBound: Double?
  /// The default of this maximum.
  public static let usualForeignBound = 0.02
  /// The CPU speed before the first trial, if operations compute.
  public var calibration: Calibration?
  public var environment: Environment
  /// The hosts of a run over several; nil for a run on one machine.
  public var cluster: Cluster?
  /// The runs that this one merges, in the order of their trials; absent for a measured run.
  public var mergedFrom: [Part]?

  public init(
    runID: String, started: String, tool: Tool, command: [String], seed: UInt64, suite: JSONValue, trialsPlanned: Int,
    environment: Environment, isPatient: Bool = false, precision: Double? = nil, maxRounds: Int? = nil,
    audit: Bool? = nil, fileFolder: String? = nil, fileSystem: String? = nil
  ) {
    self.runID = runID
    self.started = started
    self.tool = tool
    self.command = command
    self.seed = seed
    self.suite = suite
    self.trialsPlanned = trialsPlanned
    self.environment = environment
    self.isPatient = isPatient
    self.precision = precision
    self.maxRounds = maxRounds
    self.audit = audit
    self.fileFolder = fileFolder
    self.fileSystem = fileSystem
  }

  /// The experiments of the suite; empty if it has no list of them.
  public var plannedExperiments: [JSONValue] {
    guard case .array(let experiments)? = suite["experiments"] else { return [] }
    return experiments
  }

  enum CodingKeys: String, CodingKey {
    case schemaVersion = "schema_version"
    case runID = "run_id"
    case started, tool, command, seed, suite, modes
    case trialsPlanned = "trials_planned"
    case isPatient = "patient"
    case precision
    case maxRounds = "max_rounds"
    case audit
    case fileFolder = "file_dir"
    case fileSystem = "file_system"
    case foreignBound = "foreign_load_bound"
    case calibration, environment, cluster
    case mergedFrom = "merged_from"
  }

  /// The speed of the CPU work, in steps per second.
  public struct Calibration: Codable, Equatable, Sendable {
    /// The median of the calibration runs.
    public var iterationsPerSecond: Double
    /// The 95 % interval of the median.
    public var low: Double
    public var high: Double
    public var runs: Int

    public init(iterationsPerSecond: Double, low: Double, high: Double, runs: Int) {
      self.iterationsPerSecond = iterationsPerSecond
      self.low = low
      self.high = high
      self.runs = runs
    }

    enum CodingKeys: String, CodingKey {
      case iterationsPerSecond = "iterations_per_s"
      case low = "low_per_s"
      case high = "high_per_s"
      case runs
    }
  }

  public struct Tool: Codable, Equatable, Sendable {
    public var version: String
    /// The commit of the build, if known; `-dirty` marks local changes.
    public var commit: String?
    /// `release`; or `debug`; or `slowed`, a build that tests `explain`.
    public var configuration: String

    /// Whether its numbers may stand beside others.
    public var isForComparison: Bool { configuration == "release" }

    public init(version: String, commit: String?, configuration: String) {
      self.version = version
      self.commit = commit
      self.configuration = configuration
    }

    enum CodingKeys: String, CodingKey { case version, commit, configuration }
  }
}

/// The machine of a run. A value that could not be read is absent.
public struct Environment: Codable, Equatable, Sendable {
  public var cpuModel: String?
  public var cpusOnline: Int?
  /// The CPUs that the harness may use, and how it splits them.
  public var cpusAllowed: [Int]?
  public var clientCPUs: [Int]?
  public var serverCPUs: [Int]?
  public var kernel: String?
  public var architecture: String?
  public var memory: UInt64?
  public var toolchain: String?
  public var libc: String?
  public var governor: String?
  public var hypervisor: Bool?
  /// The CPU quota of the control group per period, such as `max 100000`.
  public var containerCPULimit: String?
  public var containerMemoryLimit: String?
  public var descriptorLimit: Int?
  public var ephemeralPorts: [Int]?
  public var timerSlack: UInt64?
  /// Whether cores run two threads: /sys/devices/system/cpu/smt/active.
  public var hasSMT: Bool?
  /// Whether processors may exceed their nominal frequency: intel_pstate/no_turbo or cpufreq/boost in
  /// /sys/devices/system/cpu.
  public var hasTurbo: Bool?
  /// What the kernel's clock reads: /sys/devices/system/clocksource/clocksource0/current_clocksource.
  public var clocksource: String?
  /// Tasks that ran or waited, as an average of the minute before the run: /proc/loadavg, proc(5).
  public var loadAverage: Double?
  /// The share, from 0 to 1, of the allowed processors' time since boot that the hypervisor gave to others: /proc/stat,
  /// proc(5).
  public var stealShare: Double?
  /// The longest queue of connections that wait to be accepted: /proc/sys/net/core/somaxconn, listen(2).
  public var somaxconn: Int?
  /// Swap space in use, in bytes: /proc/meminfo, proc(5).
  public var swapUsed: UInt64?
  /// The number of descriptors that this process was given, getrlimit(2); the harness raises it to the hard limit.
  public var softDescriptorLimit: Int?

  public init() {}

  enum CodingKeys: String, CodingKey {
    case cpuModel = "cpu_model"
    case cpusOnline = "cpus_online"
    case cpusAllowed = "cpus_allowed"
    case clientCPUs = "client_cpus"
    case serverCPUs = "server_cpus"
    case kernel, architecture
    case memory = "memory_bytes"
    case toolchain, libc, governor, hypervisor
    case containerCPULimit = "container_cpu_limit"
    case containerMemoryLimit = "container_memory_limit"
    case descriptorLimit = "descriptor_limit"
    case ephemeralPorts = "ephemeral_ports"
    case timerSlack = "timer_slack_ns"
    case hasSMT = "smt_active"
    case hasTurbo = "turbo_enabled"
    case clocksource
    case loadAverage = "load_average_1min"
    case stealShare = "steal_share_since_boot"
    case somaxconn
    case swapUsed = "swap_used_bytes"
    case softDescriptorLimit = "soft_descriptor_limit"
  }
}
