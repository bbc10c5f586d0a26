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

  /// The lowest rate that can be asked for, at which an operation starts about every eleven days, and the highest.
  public static let lowestRate = 1e-6
  public static let highestRate = PlanRange.highestRate

  /// What is wrong with a rate, if anything.
  public static func complaint(about rate: Double) -> String? {
    rate >= lowestRate && rate <= highestRate
      ? nil : "\(rate) is not a rate; it must be from 1e-6 to 1e8"
  }

  /// Reads operations a second as people write them: `500`, `0.5`, `1e6`, `10k`, `1.5M`. Nil where it is no number.
  public static func rate(parsing text: String) -> Double? {
    let units: [Character: Double] = ["k": 1e3, "K": 1e3, "M": 1e6]
    let factor = text.last.flatMap { units[$0] }
    let digits = factor == nil ? text[...] : text.dropLast()
    guard digits.allSatisfy({ "0123456789.eE+-".contains($0) }), let number = Double(digits) else { return nil }
    let rate = number * (factor ?? 1)
    return rate.isFinite ? rate : nil
  }

  /// Why no operation starts in a window that opens after `warmup` and lasts `duration`; nil where one does, or where chance
  /// decides and one does on average.
  public func absence(in duration: Nanoseconds, after warmup: Nanoseconds) -> String? {
    guard let rate else { return nil }
    let isMissing =
      if case .constant = self {
        ArrivalSchedule.count(before: warmup + duration, rate: rate)
          == ArrivalSchedule.count(before: warmup, rate: rate)
      } else {
        rate * duration.seconds < 1
      }
    guard isMissing else { return nil }
    return "\(rate)/s starts no operation in a window of \(duration); ask for a higher rate, or for a window of "
      + "\(Nanoseconds(saturating: (1e9 / rate).rounded(.up)))"
  }

  /// About how many intended starts are drawn beforehand and kept, eight bytes each; none where they follow by arithmetic.
  /// - Parameters:
  ///   - operations: how many are to start once the window has opened; nil for as many as start before `span` is over.
  ///   - span: from the start to the window's end.
  public func drawnCount(warmup: Nanoseconds, operations: UInt64?, span: Nanoseconds) -> Double {
    guard case .poisson(let rate) = self else { return 0 }
    let most = rate * span.seconds
    return min(1e12, operations.map { min(most, rate * warmup.seconds + Double($0)) } ?? most)
  }
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
      .kind, Self.kinds.contains(kind), Spelling.isNone(kind, of: Self.kinds))
    let rate: Double = try fields.required(.rate)
    if let complaint = Self.complaint(about: rate) { try fields.check(.rate, false, complaint) }
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
  /// The trial's start, to be set before anything starts: a schedule is drawn beforehand, as that takes time.
  public var start: Instant
  /// How many operations there are.
  public let count: UInt64
  /// How many of them are to start before the window opens.
  public let warmUpCount: UInt64

  /// The schedule of a trial; nil for a closed loop. One of a Poisson process takes eight bytes for each operation.
  /// - Parameters:
  ///   - operations: how many are to start once the window has opened; nil for as many as start before `span` is over.
  ///   - span: from the start to the window's end.
  public init?(
    _ arrivals: Arrivals, seed: UInt64, start: Instant = Instant(nanoseconds: 0), warmup: Nanoseconds,
    operations: UInt64?, span: Nanoseconds
  ) {
    guard let rate = arrivals.rate else { return nil }
    self.start = start
    interval = 1e9 / rate
    if case .poisson = arrivals {
      let expected = arrivals.drawnCount(warmup: warmup, operations: operations, span: span)
      var room = UnsafeMutableBufferPointer<UInt64>.allocate(capacity: Int(expected + 6 * expected.squareRoot()) + 1)
      var drawn = 0
      var time = 0.0
      var before: UInt64 = 0
      while true {
        time -= log(Randomness.uniform(seed, UInt64(drawn))) * interval
        guard time < Double(span.count) else { break }
        if time < Double(warmup.count) { before += 1 }
        if drawn == room.count {
          let larger = UnsafeMutableBufferPointer<UInt64>.allocate(capacity: 2 * drawn)
          _ = larger.moveInitialize(fromContentsOf: room)
          room.deallocate()
          room = larger
        }
        room.initializeElement(at: drawn, to: UInt64(time))
        drawn += 1
        if let operations, UInt64(drawn) - before == operations { break }
      }
      offsets = UnsafeMutableBufferPointer(rebasing: room[..<drawn])
      count = UInt64(drawn)
      warmUpCount = before
    } else {
      offsets = .allocate(capacity: 0)
      warmUpCount = Self.count(before: warmup, rate: rate)
      let (asked, overflow) = warmUpCount.addingReportingOverflow(operations ?? 0)
      count = operations == nil ? Self.count(before: span, rate: rate) : overflow ? .max : asked
    }
  }

  /// One that is known already.
  /// - Parameter offsets: nanoseconds from the start, ascending.
  public init(offsets: [UInt64], warmup: Nanoseconds) {
    start = Instant(nanoseconds: 0)
    interval = 0
    let room = UnsafeMutableBufferPointer<UInt64>.allocate(capacity: offsets.count)
    _ = room.initialize(from: offsets)
    self.offsets = room
    count = UInt64(offsets.count)
    warmUpCount = UInt64(offsets.prefix { $0 < warmup.count }.count)
  }

  /// How many operations of a constant rate start before `time` is over.
  static func count(before time: Nanoseconds, rate: Double) -> UInt64 {
    Nanoseconds(saturating: (Double(time.count) / (1e9 / rate)).rounded(.up)).count
  }

  deinit { offsets.deallocate() }

  /// How many operations are to start before `instant`.
  func count(before instant: Instant) -> UInt64 {
    var (low, high) = (UInt64(0), count)
    while low < high {
      let middle = low + (high - low) / 2
      if start(of: middle) < instant { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// When `operation` is to start, which must be below `count`.
  public func start(of operation: UInt64) -> Instant {
    start
      + (offsets.isEmpty ? Nanoseconds(saturating: Double(operation) * interval) : Nanoseconds(offsets[Int(operation)]))
  }

  /// What was due from the window's opening to its end, and what of it was left.
  /// - Parameters:
  ///   - inHand: what lanes had taken and not ended.
  ///   - next: the first that no lane of this process had taken; from there on one in every `stride` is this process's.
  func outcome(
    before closes: Instant, inHand: some Sequence<UInt64>, untakenFrom next: UInt64, stride: UInt64, share: Share
  ) -> ArrivalOutcome {
    let due = warmUpCount..<max(warmUpCount, count(before: closes))
    var outcome = ArrivalOutcome(due: share.count(of: due.upperBound) - share.count(of: due.lowerBound))
    for operation in inHand where due.contains(operation) {
      outcome.leave(for: closes.since(start(of: operation)))
    }
    // What is left of a backlog from before the window was not due in it.
    var operation = next
    if operation < due.lowerBound { operation += (due.lowerBound - operation + stride - 1) / stride * stride }
    guard operation < due.upperBound else { return outcome }
    if offsets.isEmpty {
      let steps = (due.upperBound - 1 - operation) / stride
      let last = start(of: operation + steps * stride)
      outcome.leave(steps + 1, from: closes.since(start(of: operation)), to: closes.since(last))
      return outcome
    }
    while operation < due.upperBound {
      outcome.leave(for: closes.since(start(of: operation)))
      operation += stride
    }
    return outcome
  }
}

/// What a schedule asked for in a window, and what of it was left at its end, begun or not.
public struct ArrivalOutcome: Hashable, Sendable {
  /// How many operations were to start within the window.
  public var due: UInt64
  /// Of those due: neither done nor failed at the window's end.
  public private(set) var unanswered: UInt64 = 0
  /// How long the youngest, the oldest and all of the unanswered together had been due.
  public private(set) var leastAge = Nanoseconds(UInt64.max)
  public private(set) var mostAge = Nanoseconds.zero
  private var ages = 0.0

  public init(due: UInt64) { self.due = due }

  /// In nanoseconds, of at least one.
  public var meanAge: Double { ages / Double(max(1, unanswered)) }

  /// Counts operations that are left, which were due at even intervals: `first` is for how long the first of them had
  /// been due.
  mutating func leave(_ count: UInt64, from first: Nanoseconds, to last: Nanoseconds) {
    unanswered += count
    leastAge = min(leastAge, last)
    mostAge = max(mostAge, first)
    ages += Double(count) * (Double(first.count) + Double(last.count)) / 2
  }

  /// Counts one that is left, and how long it had been due.
  package mutating func leave(for age: Nanoseconds) {
    unanswered += 1
    leastAge = min(leastAge, age)
    mostAge = max(mostAge, age)
    ages += Double(age.count)
  }
}
