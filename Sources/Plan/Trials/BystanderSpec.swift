import Measurement

/// Lanes besides the measured ones: `{"count": 15000, "manner": "idle"}`. They use the same workload in another manner;
/// beside `file` they use `echo`.
public struct BystanderSpec: Hashable, Sendable, Codable {
  public enum Manner: String, Codable, Sendable, CaseIterable {
    /// One operation; then the lane holds its connection until the trial ends.
    case idle
    /// Operations at a constant rate, whatever the lanes are doing.
    case paced
    /// One operation after another; replies are read no faster than `rate`.
    case slow
  }

  public var count: Int
  public var manner: Manner
  /// For paced lanes: the interval at which each lane starts an operation, on average.
  public var every: Nanoseconds?
  /// For slow lanes: the bytes per second that each lane reads.
  public var rate: ByteCount?

  public init(count: Int, manner: Manner, every: Nanoseconds? = nil, rate: ByteCount? = nil) {
    self.count = count
    self.manner = manner
    self.every = every
    self.rate = rate
  }

  public init(from decoder: any Decoder) throws {
    let fields = try StrictFields(decoder, of: CodingKeys.self)
    count = try fields.required(.count)
    let name: String = try fields.required(.manner)
    try fields.check(
      .manner, Manner(rawValue: name) != nil, Spelling.isNone(name, of: Manner.allCases.map(\.rawValue)))
    manner = Manner(rawValue: name) ?? .idle
    every = try fields.value(.every)
    rate = try fields.value(.rate)
    if let complaint { try fields.check(complaint.field, false, complaint.text) }
  }

  /// What is wrong with the values, if anything.
  var complaint: (field: CodingKeys, text: String)? {
    if !PlanRange.lanes.contains(count) {
      return (.count, "\(count) is not a number of lanes; it must be from 1 to 10000000")
    }
    if (every != nil) != (manner == .paced) {
      let missing = "is missing: give the interval between operations of a lane, such as 100ms"
      return (.every, manner == .paced ? missing : "goes with paced")
    }
    if (rate != nil) != (manner == .slow) {
      let missing = "is missing: give bytes per second for each lane, such as 64KiB"
      return (.rate, manner == .slow ? missing : "goes with slow")
    }
    if let every {
      if !(.milliseconds(1)...Self.longestWait).contains(every) { return (.every, "\(every) is outside 1ms … 1min") }
      if let rate = arrivals.rate, rate > Arrivals.highestRate {
        return (.every, "\(every) makes more than 1e8 operations per second")
      }
    }
    if let rate, !(1 << 10...1 << 30).contains(rate.count) { return (.rate, "\(rate) is outside 1KiB … 1GiB") }
    return nil
  }

  enum CodingKeys: String, CodingKey, CaseIterable { case count, manner, every, rate }

  /// The longest sleep that the end of a fixed-count trial waits for.
  public static let longestWait = Nanoseconds.seconds(60)

  /// The arrivals of all bystanders together.
  public var arrivals: Arrivals { every.map { .constant(rate: Double(count) / $0.seconds) } ?? .closed }

  /// Why bystanders cannot use the workload; nil if they can.
  public func objection(to workload: WorkloadSpec) -> String? {
    switch (manner, workload) {
    case (.paced, _): nil
    case (_, .file): "\(manner.rawValue) lanes cannot be combined with file; use paced lanes, such as paced:16:10ms"
    case (_, .sleep): "\(manner.rawValue) lanes need a connection, and sleep has none"
    case (_, .compute(let spec)): objection(to: .http(spec.http))
    case (.idle, .http(let spec)) where spec.connection == .new:
      "idle lanes hold their connection, but each operation opens a new one"
    default: nil
    }
  }
}

extension BystanderSpec {
  public struct Malformed: Error, CustomStringConvertible {
    public let description: String
  }

  /// Reads the command line's form: `idle:15000`, `paced:100:100ms` or `slow:10:64KiB`. The suite's checks follow
  /// later.
  public init(parsing text: String) throws(Malformed) {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
    guard parts.count > 1, let manner = Manner(rawValue: parts[0]),
      let count = Count(parts[1]).flatMap({ Int(exactly: $0.count) })
    else {
      throw Malformed(
        description: "'\(text)' is not MANNER:COUNT, such as idle:15000, paced:100:100ms or slow:10:64KiB")
    }
    self.init(count: count, manner: manner)
    switch manner {
    case .idle:
      guard parts.count == 2 else { throw Malformed(description: "'\(text)' has a value, and idle takes none") }
    case .paced:
      guard parts.count == 3, let every = Nanoseconds(parts[2]) else {
        throw Malformed(description: "'\(text)' does not end with a time, as paced:\(count):100ms does")
      }
      self.every = every
    case .slow:
      guard parts.count == 3, let rate = ByteCount(parts[2]) else {
        throw Malformed(description: "'\(text)' does not end with bytes a second, as slow:\(count):64KiB does")
      }
      self.rate = rate
    }
  }
}
