import Measurement

/// What one side's process used within the window; peaks are of its whole life. Of several processes it is the sum, of
/// peaks that of each one's, which need not have come at once; memory that they share is in it as often.
public struct ProcessUsage: Codable, Equatable, Sendable {
  /// By the process's clock: exact, where the two parts of it are estimates from clock ticks.
  public var cpuTime: UInt64?
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
  /// The longest span within the window in which a thread that ticks many times as often did not: the process, or its
  /// processor, stood still.
  public var longestGap: UInt64?
  /// How late its counters were read at the window's opening, and at its end.
  public var edgeLag: EdgeLag?

  public init() {}

  /// Processor time in the window: by the process's clock or, in records that have none, as the sum of its two parts.
  public var totalCPU: UInt64? {
    if let cpuTime { return cpuTime }
    guard let userTime, let systemTime else { return nil }
    return [userTime, systemTime].saturatingSum
  }

  /// The two parts of the processor time, where there are enough ticks to tell them apart.
  public var splitCPU: (user: UInt64, system: UInt64)? {
    guard let userTime, let systemTime, let totalCPU, totalCPU >= Self.leastSplit else { return nil }
    return (userTime, systemTime)
  }

  /// Ten ticks of the clock in which processor times are told (USER_HZ, 100 a second: sysconf(_SC_CLK_TCK)). The kernel
  /// divides a time between user and system by what it found running at its own ticks (CONFIG_HZ, 100 to 1000 a second):
  /// of fewer than these ten the division is noise.
  public static let leastSplit: UInt64 = 10 * 10_000_000

  public struct EdgeLag: Codable, Equatable, Sendable {
    public var open: UInt64
    public var close: UInt64

    public init(open: UInt64, close: UInt64) {
      self.open = open
      self.close = close
    }

    enum CodingKeys: String, CodingKey { case open, close }
  }

  enum CodingKeys: String, CodingKey {
    case cpuTime = "cpu_ns"
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
    case longestGap = "longest_gap_ns"
    case edgeLag = "edge_lag_ns"
  }
}

/// What the machine did beside a trial, from before its first process starts until its last one has ended.
public struct MachineUsage: Codable, Equatable, Sendable {
  /// How long it was watched; absent of records that were made before all of it was.
  public var watched: UInt64?
  /// Time taken by the hypervisor during the trial, over all processors; in ticks of 10 ms.
  public var steal: UInt64?
  /// Processor time that other processes took on the trial's processors. Threads of the kernel are none of them.
  public var foreign: UInt64?
  /// How long, and in how many periods, the quota of a control group kept its processes from running.
  public var throttled: UInt64?
  public var throttledPeriods: UInt64?
  /// What the kernel had of its memory in use, where the harness led the processes.
  public var memory: Memory?

  /// Other processes' time as a share of one processor's.
  public var foreignShare: Double? {
    guard let foreign, let watched, watched > 0 else { return nil }
    return Double(foreign) / Double(watched)
  }

  public init(steal: UInt64?, memory: Memory? = nil) {
    self.steal = steal
    self.memory = memory
  }

  enum CodingKeys: String, CodingKey {
    case watched = "watched_ns"
    case steal = "steal_ns"
    case foreign = "foreign_ns"
    case throttled = "throttled_ns"
    case throttledPeriods = "throttled_periods"
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

    enum CodingKeys: String, CodingKey { case before, connected, done, closed }
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
