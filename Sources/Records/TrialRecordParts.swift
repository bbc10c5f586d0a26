/// The objects within a trial's record.
extension TrialRecord {
  public struct Arrivals: Codable, Equatable, Sendable {
    /// `closed`, `constant` or `poisson`.
    public var kind: String
    public var rate: Double?
    /// The number of operations due within the window.
    public var scheduled: UInt64?

    public init(kind: String, rate: Double? = nil) {
      self.kind = kind
      self.rate = rate
    }

    enum CodingKeys: String, CodingKey {
      case kind
      case rate = "rate_per_s"
      case scheduled
    }
  }

  public struct Operations: Codable, Equatable, Sendable {
    /// The planned number of operations, if the plan has one.
    public var asked: UInt64?
    /// Operations answered in full within the window.
    public var done: UInt64?
    /// Done operations with the expected content.
    public var verified: UInt64?
    /// In an open loop: operations whose intended start lay within the window, started or not.
    public var due: UInt64?
    /// Due operations that were neither done nor failed at the window's end, started or not.
    public var unanswered: UInt64?
    /// How long the unanswered operations had been due.
    public var unansweredAge: Ages?
    /// Operations that were started, and neither done nor failed at the window's end.
    public var unfinished: UInt64?
    /// How long the unfinished operations had been in flight.
    public var unfinishedAge: Ages?
    /// Failed operations by kind.
    public var failed: [String: UInt64]?
    /// Replies with an HTTP status other than 2xx, by status; they are done, and not verified.
    public var non2xx: [String: UInt64]?

    public init(asked: UInt64? = nil) { self.asked = asked }

    /// In an open loop: how many more operations were due in the window than ended in it. Operations due before the
    /// window that ended in it offset those due late in the window that ended after it. So a loop that keeps up misses
    /// none.
    public var missing: UInt64 {
      let ended = [done ?? 0, failedInAll].saturatingSum
      return due.map { $0 - Swift.min($0, ended) } ?? 0
    }

    /// Failed operations of all kinds.
    public var failedInAll: UInt64 { (failed ?? [:]).values.saturatingSum }

    enum CodingKeys: String, CodingKey {
      case asked, done, verified, due, unanswered, unfinished
      case unansweredAge = "unanswered_age_ns"
      case unfinishedAge = "unfinished_age_ns"
      case failed
      case non2xx = "non_2xx"
    }
  }

  public struct Ages: Codable, Equatable, Sendable {
    public var min: UInt64
    public var mean: UInt64
    public var max: UInt64
    /// The mean of the part of each age that lies within the window.
    public var within: UInt64?

    public init(min: UInt64, mean: UInt64, max: UInt64, within: UInt64? = nil) {
      self.min = min
      self.mean = mean
      self.max = max
      self.within = within
    }

    enum CodingKeys: String, CodingKey { case min, mean, max, within }
  }

  /// The payload of the done operations.
  public struct Bytes: Codable, Equatable, Sendable {
    public var sent: UInt64
    public var received: UInt64

    public init(sent: UInt64, received: UInt64) {
      self.sent = sent
      self.received = received
    }

    enum CodingKeys: String, CodingKey { case sent, received }
  }

  public struct Latency: Codable, Equatable, Sendable {
    /// From an operation's actual start to its end.
    public var service: LatencySummary
    /// From an operation's intended start to its end; in an open loop, or if lanes queue for a permit.
    public var response: LatencySummary?
    /// From an operation's intended start to its actual start, if lanes queue for a permit.
    public var queueing: LatencySummary?

    public init(service: LatencySummary, response: LatencySummary? = nil, queueing: LatencySummary? = nil) {
      self.service = service
      self.response = response
      self.queueing = queueing
    }

    enum CodingKeys: String, CodingKey { case service, response, queueing }
  }

  public struct LaneClass: Codable, Equatable, Sendable {
    /// The class of the measured lanes.
    public static let busy = "busy"

    public var count: Int
    /// The lanes that did at least one operation within the window; absent for idle lanes, or if not counted.
    public var served: Int?
    /// The number of connections that replaced one that was closed while idle; absent if there are none.
    public var reconnected: UInt64?
    /// For bystanders: their workload; absent if it is the trial's.
    public var workload: RecordedWorkload?
    public var operations: Operations
    public var latency: Latency?
    /// For bystanders: operations done before the window opened; absent without a warm-up.
    public var early: UInt64?

    public init(count: Int, operations: Operations, latency: Latency?, early: UInt64? = nil) {
      self.count = count
      self.operations = operations
      self.latency = latency
      self.early = early
    }

    enum CodingKeys: String, CodingKey {
      case count, served, reconnected, workload, operations
      case latency = "latency_ns"
      case early = "done_in_warmup"
    }
  }

  /// The warm-up, which no other value includes.
  public struct ColdStart: Codable, Equatable, Sendable {
    /// From the start of the lanes to the end of the first operation; absent if the warm-up had none.
    public var firstDone: UInt64?
    /// Operations done in the warm-up, verified or not.
    public var done: UInt64
    /// The length of the warm-up.
    public var wall: UInt64

    public init(firstDone: UInt64?, done: UInt64, wall: UInt64) {
      self.firstDone = firstDone
      self.done = done
      self.wall = wall
    }

    enum CodingKeys: String, CodingKey {
      case firstDone = "first_done_ns"
      case done
      case wall = "wall_ns"
    }
  }

  /// Lanes that held an operation, sampled at random intervals.
  public struct InFlight: Codable, Equatable, Sendable {
    public var mean: Double
    /// Absent for several processes, which were sampled at different instants.
    public var max: Int?
    public var samples: Int

    public init(mean: Double, max: Int?, samples: Int) {
      self.mean = mean
      self.max = max
      self.samples = samples
    }

    enum CodingKeys: String, CodingKey { case mean, max, samples }
  }

  /// The lateness of the harness's own sleeps, independent of the mode.
  public struct PacerLag: Codable, Equatable, Sendable {
    public var p50: UInt64
    public var max: UInt64
    public var samples: Int

    public init(p50: UInt64, max: UInt64, samples: Int) {
      self.p50 = p50
      self.max = max
      self.samples = samples
    }

    enum CodingKeys: String, CodingKey { case p50, max, samples }
  }

  public struct Skipped: Codable, Equatable, Sendable {
    public var reason: String
    /// The predicted duration.
    public var predictedWall: UInt64?

    public init(reason: String, predictedWall: UInt64? = nil) {
      self.reason = reason
      self.predictedWall = predictedWall
    }

    enum CodingKeys: String, CodingKey {
      case reason
      case predictedWall = "predicted_wall_ns"
    }
  }
}
