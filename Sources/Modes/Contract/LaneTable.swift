import Measurement
import SystemCalls
import Workloads

/// The lanes of a trial and their connections, both by number. Only the mode that drives a lane may touch it.
struct LaneTable<L: Lane & ~Copyable>: @unchecked Sendable {
  let base: UnsafeMutablePointer<L>
  let count: Int
  let connections: ConnectionTable
  /// The number of lanes that may have an operation in flight at once; nil for all.
  let limit: Int?
  let arrangement: Arrangement
  /// The data file; nil if the workload has none.
  var file: OpenFile?
  /// The pool that does work which would stall the threads that drive lanes; nil if it is done in place.
  var pool: OffloadPool?

  /// The lanes of one loop, numbered from 0, with its share of the permits.
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

  /// Performs a step that waits for nothing, which is the same in every mode: closes the lane's connection, half-closes
  /// it, or makes it break.
  // One function for all of them: each call that returns a step reserves space for it in every task's frame.
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
