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

  // MARK: Steps that wait for nothing, alike in every mode

  @inline(never)
  func close(_ lane: Int) -> Step {
    connections.close(connections.place(of: lane))
    return self[lane].pointee.resume(.closed(now: MonotonicClock.now))
  }

  @inline(never)
  func finishSending(_ lane: Int) -> Step {
    connections.socket(of: connections.place(of: lane)).finishSending()
    return self[lane].pointee.resume(.sent(0))
  }

  @inline(never)
  func abort(_ lane: Int) -> Step {
    connections.socket(of: connections.place(of: lane)).breakOnClose()
    return .finished
  }
}
