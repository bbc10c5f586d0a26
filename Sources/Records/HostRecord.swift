import Plan

extension TrialRecord {
  /// One host's part of a trial over several hosts, so that a slow one is seen and not averaged.
  public struct Host: Codable, Equatable, Sendable {
    public var name: String
    public var role: HostRole
    /// The number of its processes in the trial.
    public var processes: Int
    public var clock: Clock?
    /// How late its first process began, by the clock that it was told to start by; in nanoseconds.
    public var startLate: UInt64?
    /// Of a load host, as the trial's; of the observer, its own, which are no part of the trial's.
    public var operations: Operations?
    public var checksum: String?
    public var wall: UInt64?
    public var throughput: Double?
    public var latency: Latency?
    public var lanesServed: Int?
    /// The resources that its processes used.
    public var usage: ProcessUsage?
    /// How others disturbed its machine, from the start of the trial to its end.
    public var machine: MachineUsage?

    public init(name: String, role: HostRole, processes: Int) {
      self.name = name
      self.role = role
      self.processes = processes
    }

    enum CodingKeys: String, CodingKey {
      case name, role, processes, clock
      case startLate = "start_late_ns"
      case operations, checksum
      case wall = "wall_ns"
      case throughput = "throughput_per_s"
      case latency = "latency_ns"
      case lanesServed = "lanes_served"
      case usage, machine
    }

    /// How far a host's monotonic clock was ahead of the leading machine's, by the shortest of several round trips.
    public struct Clock: Codable, Equatable, Sendable {
      /// Before the start, and the most by which that may be wrong; in nanoseconds.
      public var offset: Int
      public var bound: UInt64
      /// After the end.
      public var offsetAfter: Int?
      public var boundAfter: UInt64?
      /// In parts per 10⁹.
      public var drift: Int?

      public init(offset: Int, bound: UInt64, offsetAfter: Int?, boundAfter: UInt64?, drift: Int?) {
        self.offset = offset
        self.bound = bound
        self.offsetAfter = offsetAfter
        self.boundAfter = boundAfter
        self.drift = drift
      }

      enum CodingKeys: String, CodingKey {
        case offset = "offset_ns"
        case bound = "bound_ns"
        case offsetAfter = "offset_after_ns"
        case boundAfter = "bound_after_ns"
        case drift = "drift_ppb"
      }
    }
  }

  /// The hosts that shared the load; empty for a trial on one machine.
  public var loadHosts: [Host] { (hosts ?? []).filter { $0.role == .load } }

  /// The host that measured beside the load; nil if none did.
  public var observer: Host? { hosts?.first { $0.role == .observer } }

  /// How far apart processes on several hosts began, in nanoseconds.
  public struct StartSkew: Codable, Equatable, Sendable {
    /// By the estimates of their clocks.
    public var found: UInt64
    /// The most that it may have been, for all that is known of their clocks.
    public var most: UInt64

    public init(found: UInt64, most: UInt64) {
      self.found = found
      self.most = most
    }

    enum CodingKeys: String, CodingKey { case found, most }
  }
}

extension RunRecord {
  /// The host of a run over several that `environment` describes: the first that loads.
  public var describedHost: Cluster.Host? { cluster?.hosts.first { $0.role == .load } }

  /// The hosts of a run over several, and how processes were started on them.
  public struct Cluster: Codable, Equatable, Sendable {
    /// The launcher's words; `{host}` in them stands for a host's name.
    public var launch: [String]
    /// The address to which servers bound, and whether the user named it.
    public var address: String
    public var isNamed: Bool
    /// The limit on how far apart hosts may start; in nanoseconds.
    public var maxSkew: UInt64
    public var hosts: [Host]

    public init(launch: [String], address: String, isNamed: Bool, maxSkew: UInt64, hosts: [Host]) {
      self.launch = launch
      self.address = address
      self.isNamed = isNamed
      self.maxSkew = maxSkew
      self.hosts = hosts
    }

    enum CodingKeys: String, CodingKey {
      case launch
      case address = "server_address"
      case isNamed = "address_named"
      case maxSkew = "max_start_skew_ns"
      case hosts
    }

    public struct Host: Codable, Equatable, Sendable {
      public var name: String
      public var role: HostRole
      public var environment: Environment
      /// The SHA-256 of the program there.
      public var build: String?
      /// The kernel's boot identifier; hosts with the same one are one machine.
      public var boot: String?
      public var addresses: [String]
      /// The least time to connect to the server's address; in nanoseconds.
      public var roundTrip: UInt64?
      /// Whether the program was copied there for the run.
      public var isCopied: Bool?

      public init(
        name: String, role: HostRole, environment: Environment, build: String?, boot: String?, addresses: [String],
        roundTrip: UInt64?, isCopied: Bool? = nil
      ) {
        self.name = name
        self.role = role
        self.environment = environment
        self.build = build
        self.boot = boot
        self.addresses = addresses
        self.roundTrip = roundTrip
        self.isCopied = isCopied
      }

      enum CodingKeys: String, CodingKey {
        case name, role, environment
        case build = "program_sha256"
        case boot = "boot_id"
        case addresses
        case roundTrip = "round_trip_ns"
        case isCopied = "program_copied"
      }
    }
  }
}
