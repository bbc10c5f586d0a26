import Synchronization
import SystemCalls
import Workloads

/// A mode whose loop has one thread. On several processors it has a loop on each, and each loop has its part of the lanes,
/// with a recorder of its own: nothing is shared on the way but the next operation.
protocol LoopMode: Mode {
  /// Carries the lanes to their end on the calling thread.
  static func loop<L: Lane & ~Copyable>(_ lanes: LaneTable<L>) throws(Errno)
}

extension LoopMode {
  static var blocks: Bool { false }
  static var isMultithreaded: Bool { false }

  static func drive<L: Lane & ~Copyable>(_ lanes: LaneTable<L>) throws(Errno) {
    guard lanes.arrangement.parts > 1 else { return try loop(lanes) }
    let failure = Failure()
    try drive(lanes, failure)
    try failure.rethrow()
  }

  /// A loop on each processor; the calling thread has the first.
  private static func drive<L: Lane & ~Copyable>(_ lanes: LaneTable<L>, _ failure: Failure) throws(Errno) {
    let processors = try Affinity.current()
    var threads: [SystemCalls.Thread] = []
    defer { for thread in threads { thread.join() } }
    for part in 1..<lanes.arrangement.parts {
      threads.append(
        try SystemCalls.Thread(name: "loop") {
          failure.catching { () throws(Errno) in try loop(lanes.part(part), on: processors[part]) }
        })
    }
    failure.catching { () throws(Errno) in
      defer { try? Affinity.set(processors) }
      try loop(lanes.part(0), on: processors[0])
    }
  }

  private static func loop<L: Lane & ~Copyable>(_ lanes: LaneTable<L>, on processor: Int) throws(Errno) {
    try Affinity.set([processor])
    try loop(lanes)
  }
}

/// The first failure of several threads.
private final class Failure: Sendable {
  private let first = Mutex<Errno?>(nil)

  func catching(_ body: () throws(Errno) -> Void) {
    do throws(Errno) {
      try body()
    } catch {
      first.withLock { $0 = $0 ?? error }
    }
  }

  func rethrow() throws(Errno) {
    if let error = first.withLock({ $0 }) { throw error }
  }
}

/// How the lanes of a trial are divided between loops, and who records where.
struct Arrangement {
  let lanes: Int
  /// Loops, each with the lanes of one range.
  let parts: Int
  /// Recorders that all threads share, where threads are not loops; else 0.
  private let stripes: Int

  /// - Parameters:
  ///   - processors: those that the process may run on.
  ///   - limit: permits are divided too, so that there are no more loops than permits.
  init(_ mode: (some Mode).Type, lanes: Int, limit: Int?, processors: Int) {
    self.lanes = lanes
    let isLoop = mode is any LoopMode.Type
    parts = isLoop ? max(1, min(processors, (lanes + 1) / 2, limit ?? .max)) : 1
    stripes = mode.isMultithreaded ? max(1, min(lanes, 2 * processors)) : 0
  }

  /// One thread.
  init(lanes: Int) {
    self.lanes = lanes
    parts = 1
    stripes = 0
  }

  /// A pair of lanes, whose ends are one workload, is not parted.
  func range(of part: Int) -> Range<Int> {
    let pairs = (lanes + 1) / 2
    return 2 * (pairs * part / parts)..<min(lanes, 2 * (pairs * (part + 1) / parts))
  }

  /// A loop's share of a limit.
  func permits(_ limit: Int, of part: Int) -> Int { limit * (part + 1) / parts - limit * part / parts }

  /// Lanes of a group record in one place.
  var groups: Int { stripes > 0 ? stripes : parts }
  var isShared: Bool { stripes > 0 }

  func group(of lane: Int) -> Int {
    if stripes > 0 { return lane % stripes }
    var part = 0
    while !range(of: part).contains(lane) { part += 1 }
    return part
  }
}
