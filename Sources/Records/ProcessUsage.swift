import Measurement

/// The resources that one side's process used within the window; peaks are of its whole life. Several processes are
/// summed. A sum of peaks need not have occurred at one time, and counts shared memory once per process.
public struct ProcessUsage: Codable, Equatable, Sendable {
  /// By the process's clock. It is exact; its two parts are estimates from clock ticks.
  public var cpuTime: UInt64?
  public var userTime: UInt64?
  public var systemTime: UInt64?
  /// System calls through the harness's own wrappers, without those of the language runtime.
  public var directCalls: UInt64?
  public var voluntarySwitches: UInt64?
  public var involuntarySwitches: UInt64?
  public var threadsPeak: Int?
  public var descriptorsPeak: Int?
  public var memoryPeak: UInt64?
  /// For a server: resident memory at the window's end.
  public var memory: UInt64?
  /// The CPUs that the process was allowed to use.
  public var cpus: [Int]?
  /// For a server: its own count.
  public var operationsDone: UInt64?
  public var connections: UInt64?
  public var failed: UInt64?
  /// For a server with faults: the operations that it answered wrongly as asked.
  public var faults: UInt64?
  public var bytesSent: UInt64?
  public var bytesReceived: UInt64?
  /// The longest interval within the window without a beat of a thread that should beat far more often: the process, or
  /// its CPU, was stopped.
  public var longestGap: UInt64?
  /// The delay of reading its counters at the window's opening and end.
  public var edgeLag: EdgeLag?

  public init() {}

  /// The CPU time in the window, by the process's clock; in records without it, the sum of the two parts.
  public var totalCPU: UInt64? {
    if let cpuTime { return cpuTime }
    guard let userTime, let systemTime else { return nil }
    return [userTime, systemTime].saturatingSum
  }

  /// The two parts of the CPU time, if there are enough ticks to separate them.
  public var splitCPU: (user: UInt64, system: UInt64)? {
    guard let userTime, let systemTime, let totalCPU, totalCPU >= Self.leastSplit else { return nil }
    return (userTime, systemTime)
  }

  /// Ten ticks of the clock that reports CPU times (USER_HZ, 100 per second: sysconf(_SC_CLK_TCK)). The kernel divides
  /// CPU time into user and system by what it finds running at its own ticks (CONFIG_HZ, 100 to 1000 per second). Below
  /// ten ticks, the division is noise.
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

/// What the machine did during a trial, from before its first process starts until its last one has ended.
public struct MachineUsage: Codable, Equatable, Sendable {
  /// How long the machine was watched; absent in old records, which did not watch the whole trial.
  public var watched: UInt64?
  /// The time that the hypervisor gave to other guests during the trial, over all CPUs; in ticks of 10 ms.
  public var steal: UInt64?
  /// The CPU time of other processes on the trial's CPUs, without kernel threads.
  public var foreign: UInt64?
  /// The time and the number of periods in which a control group's quota stopped its processes.
  public var throttled: UInt64?
  public var throttledPeriods: UInt64?
  /// The machine's memory, if the harness coordinated the processes.
  public var memory: Memory?

  /// Other processes' CPU time as a share of one CPU.
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

  /// The machine's memory at four points of a trial.
  public struct Memory: Codable, Equatable, Sendable {
    /// Before the first lane connects.
    public var before: MachineMemory
    /// With all lanes connected, before the first operation.
    public var connected: MachineMemory
    /// After the last operation, with the lanes' connections still open.
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

/// Values for the whole machine from /proc/meminfo and /proc/net/sockstat, proc(5).
public struct MachineMemory: Codable, Equatable, Sendable {
  /// Bytes available without swapping.
  public var available: UInt64?
  /// Bytes of the kernel's own structures.
  public var slab: UInt64?
  /// Bytes in the buffers of TCP sockets.
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
