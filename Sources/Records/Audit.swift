extension TrialRecord {
  /// Counts from outside, by perf-stat(1) or strace(1), over the whole life of a trial's processes. A peer's client is
  /// counted from its start to the end of its operations; a server of another program is counted while it is asked. A
  /// trial with an audit has no times, because counting takes time.
  public struct Audit: Codable, Equatable, Sendable {
    /// `perf` or `strace`.
    public var tool: String
    /// The operations that ended during the life of the processes; there is no warm-up.
    public var operations: UInt64?
    public var client: Counts?
    /// Absent where nobody knows the server's processes.
    public var server: Counts?

    public init(tool: String) { self.tool = tool }

    enum CodingKeys: String, CodingKey { case tool, operations, client, server }
  }

  /// What the processes of one side did, all their threads together.
  public struct Counts: Codable, Equatable, Sendable {
    public var syscalls: UInt64?
    /// Context switches; only perf counts them.
    public var switches: UInt64?
    /// Calls of malloc, calloc, realloc, posix_memalign and aligned_alloc of the C library; where perf may set probes, and
    /// the processes have loaded it.
    public var allocations: UInt64?
    /// System calls by name. With perf, only those of a list; `syscalls` minus their sum are the others.
    public var byName: [String: UInt64]?

    public init(
      syscalls: UInt64? = nil, switches: UInt64? = nil, allocations: UInt64? = nil, byName: [String: UInt64]? = nil
    ) {
      self.syscalls = syscalls
      self.switches = switches
      self.allocations = allocations
      self.byName = byName
    }

    enum CodingKeys: String, CodingKey {
      case syscalls, switches, allocations
      case byName = "by_name"
    }
  }

  /// Whether the trial's times may be used: nothing was counted from outside.
  public var isTimed: Bool { audit == nil }
}
