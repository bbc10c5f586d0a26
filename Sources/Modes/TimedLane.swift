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
}

extension TimedLane where Self: ~Copyable {
  var heldCount: Int { operationStart == nil ? 0 : 1 }
  func operationStart(_ place: Int) -> Instant? { operationStart }
}

extension ClientLane: TimedLane where C: ~Copyable {}
extension PairedLane: TimedLane where Client: ~Copyable, Server: ~Copyable {}
extension PipelinedLane: TimedLane {}

extension LaneTable: Watched where L: TimedLane & ~Copyable {
  func operationStart(of lane: Int) -> Instant? { base[lane].operationStart }
  func heldCount(of lane: Int) -> Int { base[lane].heldCount }

  func operationStarts(of lane: Int) -> [Instant] {
    (0..<heldCount(of: lane)).compactMap { base[lane].operationStart($0) }
  }
}
