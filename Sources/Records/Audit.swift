extension TrialRecord {
  /// Counts from outside, by perf-stat(1) or strace(1), over the whole life of a trial's processes. A trial with an
  /// audit has no times, because counting takes time.
  public struct Audit: Codable, Equatable, Sendable {
    /// `perf` or `strace`.
    public var tool: String
    /// The operations that ended during the life of the processes; there is no warm-up.
    public var operations: UInt64?
    public var client: Counts?
    /// Absent if the harness did not start the server.
    public var server: Counts?

    public init(tool: String) { self.tool = tool }

    enum CodingKeys: String, CodingKey { case tool, operations, client, server }
  }

  /// The counts of one process with all its threads, from before it had its plan to its end.
  public struct Counts: Codable, Equatable, Sendable {
    public var syscalls: UInt64?
    /// Context switches; only perf counts them.
    public var switches: UInt64?
    /// Calls of malloc, calloc, realloc, posix_memalign and aligned_alloc; absent if perf may not set probes.
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
