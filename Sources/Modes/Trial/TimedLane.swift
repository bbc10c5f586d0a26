import Measurement
import Workloads

/// A lane whose operations in flight other threads may see.
protocol TimedLane: Lane, ~Copyable {
  /// The start of the operation in flight; the oldest, if there are several.
  var operationStart: Instant? { get }
  /// The number of operations in flight.
  var heldCount: Int { get }
  /// The start of one of them; index 0 is the oldest.
  func operationStart(_ place: Int) -> Instant?
  /// Whether the lane completed an operation that counts; to be called once it has finished.
  var isServed: Bool { get }
  /// The scheduled operation that the lane took and did not complete; to be called once it has finished.
  var arrivalInHand: UInt64? { get }
  /// Gives the lane its own operations, beginning with `first`.
  mutating func deal(from first: UInt64)
}

extension TimedLane where Self: ~Copyable {
  var heldCount: Int { operationStart == nil ? 0 : 1 }
  func operationStart(_ place: Int) -> Instant? { operationStart }
  var arrivalInHand: UInt64? { nil }
  mutating func deal(from first: UInt64) { preconditionFailure("only lanes with one operation at a time are dealt to") }
}

extension ClientLane: TimedLane where C: ~Copyable {}
extension PipelinedLane: TimedLane {}

extension ServerLane: TimedLane where C: ~Copyable {
  /// A server lane has no operations of its own.
  var operationStart: Instant? { nil }
  var isServed: Bool { false }
}

extension EitherLane: TimedLane where First: TimedLane & ~Copyable, Second: TimedLane & ~Copyable {
  var operationStart: Instant? {
    switch first {
    case .some(let lane): return lane.operationStart
    case .none: break
    }
    switch second {
    case .some(let lane): return lane.operationStart
    case .none: return nil
    }
  }

  var isServed: Bool {
    switch first {
    case .some(let lane): return lane.isServed
    case .none: break
    }
    switch second {
    case .some(let lane): return lane.isServed
    case .none: return false
    }
  }

  var arrivalInHand: UInt64? {
    switch first {
    case .some(let lane): return lane.arrivalInHand
    case .none: break
    }
    switch second {
    case .some(let lane): return lane.arrivalInHand
    case .none: return nil
    }
  }

  mutating func deal(from operation: UInt64) {
    first?.deal(from: operation)
    second?.deal(from: operation)
  }
}

extension LaneTable: Watched where L: TimedLane & ~Copyable {
  func operationStart(of lane: Int) -> Instant? { base[lane].operationStart }
  func held(in range: Range<Int>, deadline: Instant?, late: (_ lane: Int, _ start: Instant) -> Void) -> Int {
    var count = 0
    for lane in range {
      guard let start = base[lane].operationStart else { continue }
      count += base[lane].heldCount
      if let deadline, start <= deadline { late(lane, start) }
    }
    return count
  }

  func isServed(_ lane: Int) -> Bool { base[lane].isServed }
  func arrivalInHand(of lane: Int) -> UInt64? { base[lane].arrivalInHand }

  var usageOfWorkers: ResourceUsage { pool?.usageOfWorkers ?? .zero }

  func operationStarts(of lane: Int) -> [Instant] {
    (0..<base[lane].heldCount).compactMap { base[lane].operationStart($0) }
  }
}
