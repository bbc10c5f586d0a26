import Measurement

/// The plan of a trial, as its client receives it.
public struct TrialSpec: Codable, Sendable {
  public var mode: ModeID
  public var workload: WorkloadSpec
  public var concurrency: Int
  /// The number of operations; nil if `duration` determines the window's end.
  public var operations: UInt64?
  public var duration: Nanoseconds?
  public var warmup: Nanoseconds
  public var arrivals: Arrivals
  /// The number of lanes that may have an operation in flight at once; nil for all.
  public var limit: Int?
  /// The number of requests in flight per connection.
  public var pipeline: Int
  /// The lanes besides the measured ones.
  public var bystanders: BystanderSpec?
  /// The iterations per operation, from the run's calibration; nil for workloads that do not compute.
  public var iterations: UInt64?
  /// Time from the start at which everything still running ends as unfinished.
  public var deadline: Nanoseconds
  public var seed: UInt64
  /// The addresses to connect to, one per target; empty if the workload needs none.
  public var endpoints: [String]
  /// The path of the data file; nil if the workload has none.
  public var file: String?
  /// The processes of the harness's own servers.
  public var serverProcesses: [Int32]?
  /// Whether the endpoint is the harness's own server, whose answers are known.
  public var isOwnServer: Bool
  /// Whether lanes that do not fit into the server's backlog start without a connection. Lanes that the server never
  /// reaches are then part of the measurement.
  public var mayStayUnconnected = false
  /// The number of operations of each lane; nil if the next free lane takes each operation. With a number, lanes hold
  /// their connections until all are through.
  public var each: UInt64?
  /// The share of the trial that this process does.
  public var share = Share.whole

  public init(
    mode: ModeID, workload: WorkloadSpec, concurrency: Int, operations: UInt64?, duration: Nanoseconds?,
    warmup: Nanoseconds, arrivals: Arrivals = .closed, limit: Int? = nil, pipeline: Int = 1,
    bystanders: BystanderSpec? = nil, deadline: Nanoseconds, seed: UInt64, endpoints: [String], isOwnServer: Bool
  ) {
    self.mode = mode
    self.workload = workload
    self.concurrency = concurrency
    self.operations = operations
    self.duration = duration
    self.warmup = warmup
    self.arrivals = arrivals
    self.limit = limit
    self.pipeline = pipeline
    self.bystanders = bystanders
    self.deadline = deadline
    self.seed = seed
    self.endpoints = endpoints
    self.isOwnServer = isOwnServer
  }

  /// The address of clients, as the built-in server sees it.
  package static let loopback = "127.0.0.1"

  /// The built-in server's greeting.
  public static let greeting = "Hello, \(loopback)!"

  /// The distinct endpoints, in the order of their first occurrence.
  package var distinctEndpoints: [String] {
    var seen: Set<String> = []
    return endpoints.filter { seen.insert($0).inserted }
  }

  /// For each endpoint, its index among the distinct ones.
  package var numbersOfAddresses: [Int32] {
    let distinct = distinctEndpoints
    return endpoints.map { endpoint in Int32(distinct.firstIndex(of: endpoint) ?? 0) }
  }

  enum CodingKeys: String, CodingKey {
    case mode, workload, concurrency, operations, duration, warmup, arrivals, limit, pipeline, bystanders, iterations
    case deadline, seed, endpoints, file
    case isOwnServer = "own_server"
    case mayStayUnconnected = "may_stay_unconnected"
    case each, share
    case serverProcesses = "server_processes"
  }
}
