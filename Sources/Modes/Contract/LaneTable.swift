import Measurement
import SystemCalls
import Workloads

/// The lanes of a trial with their connections, both by number. The mode that drives a lane is the only one to touch it.
struct LaneTable<L: Lane & ~Copyable>: @unchecked Sendable {
  let base: UnsafeMutablePointer<L>
  let count: Int
  let connections: ConnectionTable
  /// How many lanes may have an operation in hand at once; nil for all of them.
  let limit: Int?
  let arrangement: Arrangement
  /// The data file; nil where the workload has none.
  var file: OpenFile?
  /// Who does for lanes what would stall whoever carries them; nil where that is done in place.
  var pool: OffloadPool?

  /// The lanes of one loop, numbered from 0, with its part of the permits.
  func part(_ part: Int) -> LaneTable {
    let range = arrangement.range(of: part)
    let own = arrangement.part(part)
    let permits = limit.map { arrangement.permits($0, of: part) }
    return LaneTable(
      base: base + range.lowerBound, count: range.count, connections: connections.slice(range, own), limit: permits,
      arrangement: own, file: file.map { $0.part(part, of: arrangement) },
      pool: pool?.slice(from: range.lowerBound, loop: part))
  }

  @inline(__always)
  subscript(lane: Int) -> UnsafeMutablePointer<L> { base + lane }

  /// Answers a step that waits for nothing, which is the same in every mode: the connection where the lane is closed, half
  /// closed, or made to break.
  // One function for all of them: each place that takes a step from a call has room for it in each task.
  @inline(never)
  func settle(_ step: Step, of lane: Int) -> Step {
    let place = connections.place(of: lane)
    switch step {
    case .close:
      connections.close(place)
      return self[lane].pointee.resume(.closed(now: MonotonicClock.now))
    case .finishSending:
      connections.socket(of: place).finishSending()
      return self[lane].pointee.resume(.sent(0))
    case .abort:
      connections.socket(of: place).breakOnClose()
      return .finished
    default: preconditionFailure("a step that waits is the mode's")
    }
  }
}
