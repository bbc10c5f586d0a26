import Glibc
import Measurement

/// When operations are to start.
public enum Arrivals: Hashable, Sendable {
  /// A lane starts its next operation when the last is done.
  case closed
  /// At even intervals, so many a second, whatever the lanes are doing.
  case constant(rate: Double)
  /// At exponentially distributed intervals, so many a second on average.
  case poisson(rate: Double)

  /// Operations a second, where that is given.
  public var rate: Double? {
    switch self {
    case .closed: nil
    case .constant(let rate), .poisson(let rate): rate
    }
  }

  public var kind: String {
    switch self {
    case .closed: "closed"
    case .constant: "constant"
    case .poisson: "poisson"
    }
  }

  /// All that ``kind`` may be.
  public static let kinds = ["closed", "constant", "poisson"]

  /// The highest rate that can be asked for.
  public static let highestRate = 1e8
}

extension Arrivals: Codable {
  private enum Field: String, CodingKey, CaseIterable {
    case kind
    case rate = "rate_per_s"
  }

  public init(from decoder: any Decoder) throws {
    let fields = try StrictFields(decoder, of: Field.self)
    let kind: String = try fields.required(.kind)
    if kind == "closed" {
      try fields.check(.rate, try fields.value(.rate).map { (_: Double) in false } ?? true, "goes with an open loop")
      self = .closed
      return
    }
    try fields.check(
      .kind, Self.kinds.contains(kind), "'\(kind)' is not one of \(Self.kinds.joined(separator: ", "))")
    let rate: Double = try fields.required(.rate)
    try fields.check(
      .rate, rate > 0 && rate <= Self.highestRate, "\(rate) is not a rate; it must be above 0 and at most 1e8")
    self = kind == "constant" ? .constant(rate: rate) : .poisson(rate: rate)
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Field.self)
    try container.encode(kind, forKey: .kind)
    try container.encodeIfPresent(rate, forKey: .rate)
  }
}

/// The intended starts of an open loop's operations: one schedule for all lanes, in ascending order. Operation *i*
/// starts at an offset from the trial's start that depends on the seed and *i* alone.
public struct ArrivalSchedule: ~Copyable, @unchecked Sendable {
  /// Nanoseconds from the start, of a Poisson process.
  private let offsets: UnsafeMutableBufferPointer<UInt64>
  /// Nanoseconds between two operations, of a constant rate.
  private let interval: Double
  private let start: Instant
  /// How many operations there are.
  public let count: UInt64
  /// How many of them are to start before the window opens.
  public let warmUpCount: UInt64

  /// The schedule of a trial; nil for a closed loop.
  /// - Parameters:
  ///   - operations: how many are to start once the window has opened; nil for as many as start before `span` is over.
  ///   - span: from the start to the window's end.
  public init?(
    _ arrivals: Arrivals, seed: UInt64, start: Instant, warmup: Nanoseconds, operations: UInt64?, span: Nanoseconds
  ) {
    guard let rate = arrivals.rate else { return nil }
    self.start = start
    interval = 1e9 / rate
    if case .poisson = arrivals {
      var drawn: [UInt64] = []
      var time = 0.0
      var before: UInt64 = 0
      while true {
        time -= log(Randomness.uniform(seed, UInt64(drawn.count))) * interval
        guard time < Double(span.count) else { break }
        if time < Double(warmup.count) { before += 1 }
        drawn.append(UInt64(time))
        if let operations, UInt64(drawn.count) == before + operations { break }
      }
      offsets = .allocate(capacity: drawn.count)
      _ = offsets.initialize(from: drawn)
      count = UInt64(drawn.count)
      warmUpCount = before
    } else {
      offsets = .allocate(capacity: 0)
      let interval = interval
      func starts(before time: Nanoseconds) -> UInt64 { UInt64((Double(time.count) / interval).rounded(.up)) }
      warmUpCount = starts(before: warmup)
      count = operations.map { [warmUpCount] in warmUpCount + $0 } ?? starts(before: span)
    }
  }

  deinit { offsets.deallocate() }

  /// When `operation` is to start, which must be below `count`.
  public func start(of operation: UInt64) -> Instant {
    let offset = offsets.isEmpty ? UInt64(Double(operation) * interval) : offsets[Int(operation)]
    return Instant(nanoseconds: start.nanoseconds + offset)
  }
}
