import Measurement

/// Lanes beside those that are measured, which do the same workload in another manner, or beside `file` the workload
/// `echo`: `{"count": 15000, "manner": "idle"}`.
public struct BystanderSpec: Hashable, Sendable, Codable {
  public enum Manner: String, Codable, Sendable, CaseIterable {
    /// One operation, after which the connection is held without another until the trial ends.
    case idle
    /// Operations at a constant rate, whatever the lanes are doing.
    case paced
    /// One operation after another, whose replies are read no faster than a rate.
    case slow
  }

  public var count: Int
  public var manner: Manner
  /// Paced: in this time each lane starts one operation, on average.
  public var every: Nanoseconds?
  /// Slow: bytes a second of each lane.
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
      let missing = "is missing: in what time does a lane start one operation?"
      return (.every, manner == .paced ? missing : "goes with paced")
    }
    if (rate != nil) != (manner == .slow) {
      let missing = "is missing: how many bytes a second does a lane read?"
      return (.rate, manner == .slow ? missing : "goes with slow")
    }
    if let every {
      if !(.milliseconds(1)...Self.longestWait).contains(every) { return (.every, "\(every) is outside 1ms … 1min") }
      if let rate = arrivals.rate, rate > Arrivals.highestRate {
        return (.every, "\(every) makes more than 1e8 operations a second")
      }
    }
    if let rate, !(1 << 10...1 << 30).contains(rate.count) { return (.rate, "\(rate) is outside 1KiB … 1GiB") }
    return nil
  }

  enum CodingKeys: String, CodingKey, CaseIterable { case count, manner, every, rate }

  /// How long one of them may sleep at most when a trial of a number of operations ends, and be waited for.
  public static let longestWait = Nanoseconds.seconds(60)

  /// When the operations of all of them together are to start.
  public var arrivals: Arrivals { every.map { .constant(rate: Double(count) / $0.seconds) } ?? .closed }

  /// Why they cannot do the workload; nil where they can.
  public func objection(to workload: WorkloadSpec) -> String? {
    switch (manner, workload) {
    case (.paced, _): nil
    case (_, .file): "\(manner.rawValue) lanes do not go with file; beside it lanes are paced, as paced:16:10ms"
    case (_, .sleep): "\(manner.rawValue) lanes need a connection, and sleep has none"
    case (_, .compute(let spec)): objection(to: .http(spec.http))
    case (.idle, .http(let spec)) where spec.connection == .new:
      "idle lanes hold their connection, and each operation has a new one"
    default: nil
    }
  }
}

extension BystanderSpec {
  public struct Malformed: Error, CustomStringConvertible {
    public let description: String
  }

  /// Reads `idle:15000`, `paced:100:100ms` or `slow:10:64KiB`, as it is written on a command line. The values are checked
  /// where a suite is.
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
