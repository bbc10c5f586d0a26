import Measurement
import Workloads

/// A lane whose operations in hand others may see.
protocol TimedLane: Lane, ~Copyable {
  /// The start of the operation that it holds, of several that of the oldest.
  var operationStart: Instant? { get }
  /// How many it holds.
  var heldCount: Int { get }
  /// The start of one of those, from the oldest on.
  func operationStart(_ place: Int) -> Instant?
  /// Gives it operations of its own, of which `first` is the first.
  mutating func deal(from first: UInt64)
}

extension TimedLane where Self: ~Copyable {
  var heldCount: Int { operationStart == nil ? 0 : 1 }
  func operationStart(_ place: Int) -> Instant? { operationStart }
  mutating func deal(from first: UInt64) { preconditionFailure("only lanes with one operation at a time are dealt to") }
}

extension ClientLane: TimedLane where C: ~Copyable {}
extension PipelinedLane: TimedLane {}

extension ServerLane: TimedLane where C: ~Copyable {
  /// It takes none, and answers those of others.
  var operationStart: Instant? { nil }
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

  mutating func deal(from operation: UInt64) {
    first?.deal(from: operation)
    second?.deal(from: operation)
  }
}

extension LaneTable: Watched where L: TimedLane & ~Copyable {
  func operationStart(of lane: Int) -> Instant? { base[lane].operationStart }
  func heldCount(of lane: Int) -> Int { base[lane].heldCount }

  var usageOfWorkers: ResourceUsage { pool?.usageOfWorkers ?? .zero }

  func operationStarts(of lane: Int) -> [Instant] {
    (0..<heldCount(of: lane)).compactMap { base[lane].operationStart($0) }
  }
}
