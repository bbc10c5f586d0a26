import Measurement
import Plan
import Workloads

/// What the client of a trial is told to do.
public struct TrialSpec: Codable, Sendable {
  public var mode: ModeID
  public var workload: WorkloadSpec
  public var concurrency: Int
  /// How many operations to do; nil where `duration` says when the window ends.
  public var operations: UInt64?
  public var duration: Nanoseconds?
  public var warmup: Nanoseconds
  public var arrivals: Arrivals
  /// How many lanes may have an operation in hand at once; nil for all of them.
  public var limit: Int?
  /// How many requests a connection carries at once.
  public var pipeline: Int
  /// Lanes beside those that are measured.
  public var bystanders: BystanderSpec?
  /// Where an operation is work for a processor: how much, by the calibration of the run.
  public var iterations: UInt64?
  /// From the start; after it whatever still runs is unfinished.
  public var deadline: Nanoseconds
  public var seed: UInt64
  /// Addresses to connect to, one per target; empty where the workload needs none.
  public var endpoints: [String]
  /// The path of the data file, where the workload has one.
  public var file: String?
  /// The processes of the harness's own servers.
  public var serverProcesses: [Int32]?
  /// Whether the endpoint is the harness's own server, so that its answers are known.
  public var isOwnServer: Bool
  /// Whether lanes for which the server's backlog has no room begin without a connection: those that it never gets to are
  /// part of what is measured.
  public var mayStayUnconnected = false
  /// How many of the operations each lane does; nil where whoever is free takes the next one. Lanes hold their
  /// connections until all of them are through.
  public var each: UInt64?
  /// Of a client by the contract for peers: where it writes its operations down, and when they are to start, in nanoseconds
  /// after the start. Nobody is told of them.
  public var rows: OperationRows?
  public var starts: [UInt64]?
  /// What of it the process does that is told this.
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

  /// Where the own server has its clients.
  static let loopback = "127.0.0.1"

  /// What the own server greets its clients with.
  public static let greeting = "Hello, \(loopback)!"

  /// Those that differ, in the order in which they first come.
  var distinctEndpoints: [String] {
    var seen: Set<String> = []
    return endpoints.filter { seen.insert($0).inserted }
  }

  /// For each endpoint its number among those that differ.
  var numbersOfAddresses: [Int32] {
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
