extension TrialRecord {
  /// What was counted from outside, by perf-stat(1) or strace(1), over the whole life of a trial's processes; of a peer's
  /// client from its start to the end of its operations, and of a server that is not this program's while it was asked. A
  /// trial that has an audit is not a timed one: counting takes time.
  public struct Audit: Codable, Equatable, Sendable {
    /// `perf` or `strace`.
    public var tool: String
    /// Operations that ended from the start to the end of the processes; there is no warm-up.
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
    /// Context switches; with perf only.
    public var switches: UInt64?
    /// Calls of malloc, calloc, realloc, posix_memalign and aligned_alloc of the C library; where perf may set probes, and
    /// the processes have loaded it.
    public var allocations: UInt64?
    /// System calls by name. With perf only those of a list: the others are what `syscalls` has besides.
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

  /// Whether its times may be used: nothing counted from outside.
  public var isTimed: Bool { audit == nil }
}
