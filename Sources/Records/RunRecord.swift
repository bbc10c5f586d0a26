import Plan

/// The version of the layout of `run.json` and `trials.jsonl`. Readers ignore fields they do not know, and refuse
/// versions they do not know.
public enum SchemaVersion {
  public static let current = 1
}

/// A run: what was planned, by what, and on which machine. Written once, before the first trial.
public struct RunRecord: Codable, Equatable, Sendable {
  public var schemaVersion = SchemaVersion.current
  public var runID: String
  /// ISO 8601, UTC.
  public var started: String
  public var tool: Tool
  public var command: [String]
  public var seed: UInt64
  /// The suite as it was carried out, overrides applied.
  public var suite: JSONValue
  /// What the modes of the suite are; absent of runs that were made before it was told.
  public var modes: [ModeDescription]?
  /// Trials that are carried out whatever is measured; more may follow where the plan depends on it.
  public var trialsPlanned: Int
  /// Whether trials were carried out that take minutes by arithmetic, instead of being predicted.
  public var isPatient: Bool
  /// Where rounds are added until throughputs are known so well: the most that half the width of the 95 % interval of a
  /// point's median may be, as a part of the median.
  public var precision: Double?
  /// The most rounds that an experiment may then have.
  public var maxRounds: Int?
  /// Whether every experiment ends with a trial of each point that is counted from outside.
  public var audit: Bool?
  /// Where data files were made, where that was not the run's folder.
  public var fileFolder: String?
  /// The kind of file system that data files were on, if there were any.
  public var fileSystem: String?
  /// The most of one processor's time that other processes might use on a trial's processors; absent of runs that were
  /// made before it was looked at.
  public var foreignBound: Double?
  /// What is tolerated of it unless somebody says otherwise.
  public static let usualForeignBound = 0.02
  /// How fast the client's processors computed before the first trial, where operations are work for them.
  public var calibration: Calibration?
  public var environment: Environment
  /// The runs that this one is merged from, in the order of their trials; absent where it was measured.
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

  /// The experiments of the suite; none where it has no list of them.
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
    case calibration, environment
    case mergedFrom = "merged_from"
  }

  /// Steps of the computation that is the work, per second.
  public struct Calibration: Codable, Equatable, Sendable {
    /// The median of the runs.
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
    /// The commit it was built from, where that is known; `-dirty` where the tree had changes.
    public var commit: String?
    public var configuration: String

    public init(version: String, commit: String?, configuration: String) {
      self.version = version
      self.commit = commit
      self.configuration = configuration
    }

    enum CodingKeys: String, CodingKey { case version, commit, configuration }
  }
}

/// The machine of a run. What could not be read is absent.
public struct Environment: Codable, Equatable, Sendable {
  public var cpuModel: String?
  public var cpusOnline: Int?
  /// The processors that the harness was allowed, and how it split them.
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
  /// Processor time per period that the control group allows, such as `max 100000`.
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
