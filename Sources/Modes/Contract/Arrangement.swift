import SystemCalls
import Workloads

/// How the lanes of a trial are divided between loops, and who records where. In each part the busy lanes come first, and
/// bystanders follow.
struct Arrangement {
  private let busy: Int
  private let bystanders: Int
  var lanes: Int { busy + bystanders }
  /// Loops, each with the lanes of one range.
  let parts: Int
  /// Recorders that all threads share, where threads are not loops; else 0.
  private let stripes: Int

  /// - Parameters:
  ///   - lanes: those that are busy.
  ///   - processors: those that the process may run on.
  ///   - limit: permits are divided too, so that there are no more loops than permits.
  init(_ mode: (some Mode).Type, lanes: Int, bystanders: Int = 0, limit: Int?, processors: Int) {
    busy = lanes
    self.bystanders = bystanders
    let isLoop = mode is any LoopMode.Type
    parts = isLoop ? max(1, min(processors, (lanes + 1) / 2, limit ?? .max)) : 1
    stripes = mode.isMultithreaded ? max(1, min(lanes, 2 * processors)) : 0
  }

  /// One thread.
  init(lanes: Int, bystanders: Int = 0) {
    busy = lanes
    self.bystanders = bystanders
    parts = 1
    stripes = 0
  }

  func range(of part: Int) -> Range<Int> {
    let (busy, bystanders) = (share(self.busy, of: part), share(self.bystanders, of: part))
    return busy.lowerBound + bystanders.lowerBound..<busy.upperBound + bystanders.upperBound
  }

  /// The lanes of a part, as an arrangement of their own.
  func part(_ part: Int) -> Arrangement {
    Arrangement(lanes: share(busy, of: part).count, bystanders: share(bystanders, of: part).count)
  }

  /// A pair of lanes, whose ends are one workload, is not parted.
  private func share(_ lanes: Int, of part: Int) -> Range<Int> {
    let pairs = (lanes + 1) / 2
    return min(lanes, 2 * (pairs * part / parts))..<min(lanes, 2 * (pairs * (part + 1) / parts))
  }

  private func busyLanes(of part: Int) -> Range<Int> { range(of: part).prefix(share(busy, of: part).count) }

  func isBystander(_ lane: Int) -> Bool { !busyLanes(of: part(of: lane)).contains(lane) }

  /// The lanes that are measured, and those that are beside them.
  var busyLanes: [Range<Int>] { (0..<parts).map { busyLanes(of: $0) } }
  var bystanderLanes: [Range<Int>] {
    (0..<parts).map { busyLanes(of: $0).upperBound..<range(of: $0).upperBound }
  }

  /// A loop's share of a limit.
  func permits(_ limit: Int, of part: Int) -> Int { limit * (part + 1) / parts - limit * part / parts }

  /// Lanes of a group record in one place.
  var groups: Int { stripes > 0 ? stripes : parts }
  var isShared: Bool { stripes > 0 }

  func group(of lane: Int) -> Int { stripes > 0 ? lane % stripes : part(of: lane) }

  private func part(of lane: Int) -> Int {
    var part = 0
    while !range(of: part).contains(lane) { part += 1 }
    return part
  }
}
