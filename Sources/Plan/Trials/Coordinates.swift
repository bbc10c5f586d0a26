/// The axes on which trials of one experiment may differ, in the order of CSV's columns; each raw value is a column's
/// name.
public enum Axis: String, CaseIterable, CodingKey, Sendable {
  case mode, variant
  case arrivals = "arrivals_kind"
  case rate = "arrivals_rate_per_s"
  case concurrency
  /// The maximum number of lanes with an operation in flight.
  case limit
  /// Threads or processes to offload to.
  case pool
  /// Requests in flight per connection.
  case pipeline
  /// Operations per lane.
  case each
  /// Client processes that share the lanes, and server processes.
  case processes
  case serverProcesses = "server_processes"

  /// The axes that a user tunes: an experiment may have several values of each, besides rates.
  public static let tuned: [Axis] = [.concurrency, .limit, .pool]
}

/// A value on an axis.
public enum AxisValue: Hashable, Comparable, Sendable {
  case name(String)
  case count(Int)
  /// In operations per second.
  case rate(Double)

  public var count: Int? { if case .count(let count) = self { count } else { nil } }
}

/// A trial's settings besides mode and concurrency, or those that several trials share. Nil means absent, or different
/// between the trials.
public struct Setting: Hashable, Sendable {
  /// `closed`, `constant` or `poisson`.
  public var arrivals: String?
  /// The offered rate of an open loop, in operations per second.
  public var rate: Double?
  public var limit: Int?
  public var pool: Int?
  public var pipeline: Int?
  public var each: Int?
  public var processes: Int?
  public var serverProcesses: Int?

  public init(
    arrivals: String? = nil, rate: Double? = nil, limit: Int? = nil, pool: Int? = nil, pipeline: Int? = nil,
    each: Int? = nil, processes: Int? = nil, serverProcesses: Int? = nil
  ) {
    self.arrivals = arrivals
    self.rate = rate
    self.limit = limit
    self.pool = pool
    self.pipeline = pipeline
    self.each = each
    self.processes = processes
    self.serverProcesses = serverProcesses
  }

  /// Nil if the axis has no value, as on the axes of modes and lanes.
  public subscript(axis: Axis) -> AxisValue? {
    switch axis {
    case .mode, .variant, .concurrency: nil
    case .arrivals: arrivals.map { .name($0) }
    case .rate: rate.map { .rate($0) }
    case .limit: limit.map { .count($0) }
    case .pool: pool.map { .count($0) }
    case .pipeline: pipeline.map { .count($0) }
    case .each: each.map { .count($0) }
    case .processes: processes.map { .count($0) }
    case .serverProcesses: serverProcesses.map { .count($0) }
    }
  }

  /// The settings on some axes only.
  public func keeping(_ axes: Set<Axis>) -> Setting {
    func kept<Value>(_ axis: Axis, _ value: Value?) -> Value? { axes.contains(axis) ? value : nil }
    return Setting(
      arrivals: kept(.arrivals, arrivals), rate: kept(.rate, rate), limit: kept(.limit, limit), pool: kept(.pool, pool),
      pipeline: kept(.pipeline, pipeline), each: kept(.each, each), processes: kept(.processes, processes),
      serverProcesses: kept(.serverProcesses, serverProcesses))
  }

  public func without(_ axes: Axis...) -> Setting { keeping(Set(Axis.allCases).subtracting(axes)) }
}

extension Setting: Comparable {
  /// Compares axis by axis; an absent value comes first.
  public static func < (a: Setting, b: Setting) -> Bool {
    for axis in Axis.allCases where a[axis] != b[axis] {
      guard let first = a[axis] else { return true }
      guard let second = b[axis] else { return false }
      return first < second
    }
    return false
  }
}

/// The place of a trial in its experiment, or what several trials have in common. A trial's plan and its record have
/// the same coordinates.
public struct Coordinates: Hashable, Sendable {
  public var mode: String
  /// The variant of the mode that the workload's parameters choose; nil if the mode has only one.
  public var variant: String?
  /// The number of lanes; nil if the trials differ in it.
  public var concurrency: Int?
  public var setting: Setting

  public init(mode: String, variant: String? = nil, concurrency: Int? = nil, _ setting: Setting = Setting()) {
    self.mode = mode
    self.variant = variant
    self.concurrency = concurrency
    self.setting = setting
  }

  /// The mode, with its variant if there is one: `epoll`, `epoll/inline`.
  public var name: String { variant.map { "\(mode)/\($0)" } ?? mode }

  public subscript(axis: Axis) -> AxisValue? {
    switch axis {
    case .mode: .name(mode)
    case .variant: variant.map { .name($0) }
    case .concurrency: concurrency.map { .count($0) }
    default: setting[axis]
    }
  }

  /// The mode, its variant and its lanes, without the setting.
  public var point: Coordinates { Coordinates(mode: mode, variant: variant, concurrency: concurrency) }

  /// The same coordinates with another setting.
  public func at(_ setting: Setting) -> Coordinates {
    Coordinates(mode: mode, variant: variant, concurrency: concurrency, setting)
  }

  /// The same coordinates in another mode.
  public func of(mode: String, variant: String?) -> Coordinates {
    Coordinates(mode: mode, variant: variant, concurrency: concurrency, setting)
  }
}

extension Coordinates: Comparable {
  /// Orders by setting, concurrency, mode in the order of this build, and variant.
  public static func < (a: Coordinates, b: Coordinates) -> Bool {
    if a.setting != b.setting { return a.setting < b.setting }
    if a.concurrency != b.concurrency { return a.concurrency ?? 0 < b.concurrency ?? 0 }
    if a.mode != b.mode { return ModeDescription.precedes(a.mode, b.mode) }
    return a.variant ?? "" < b.variant ?? ""
  }
}

extension Coordinates: Codable {
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: Axis.self)
    func count(_ axis: Axis) throws -> Int? { try values.decodeIfPresent(Int.self, forKey: axis) }
    self.init(
      mode: try values.decode(String.self, forKey: .mode),
      variant: try values.decodeIfPresent(String.self, forKey: .variant), concurrency: try count(.concurrency),
      Setting(
        arrivals: try values.decodeIfPresent(String.self, forKey: .arrivals),
        rate: try values.decodeIfPresent(Double.self, forKey: .rate), limit: try count(.limit), pool: try count(.pool),
        pipeline: try count(.pipeline), each: try count(.each), processes: try count(.processes),
        serverProcesses: try count(.serverProcesses)))
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Axis.self)
    for axis in Axis.allCases {
      switch self[axis] {
      case .name(let name): try container.encode(name, forKey: axis)
      case .count(let count): try container.encode(count, forKey: axis)
      case .rate(let rate): try container.encode(rate, forKey: axis)
      case nil: break
      }
    }
  }
}
