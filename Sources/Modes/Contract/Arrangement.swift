import SystemCalls

/// How the lanes of a trial are divided among loops and recorders. In each part the busy lanes come first, then the
/// bystanders.
struct Arrangement {
  private let busy: Int
  private let bystanders: Int
  var lanes: Int { busy + bystanders }
  /// The number of loops; each has one range of lanes.
  let parts: Int
  /// The number of recorders shared by all threads, if the mode has threads without loops; otherwise 0.
  private let stripes: Int

  /// - Parameters:
  ///   - lanes: the number of busy lanes.
  ///   - processors: the number of processors that the process may use.
  ///   - limit: the number of permits. Loops divide them, so that there are never more loops than permits.
  init(_ mode: (some Mode).Type, lanes: Int, bystanders: Int = 0, limit: Int?, processors: Int) {
    busy = lanes
    self.bystanders = bystanders
    let isLoop = mode is any LoopMode.Type
    parts = isLoop ? max(1, min(processors, (lanes + 1) / 2, limit ?? .max)) : 1
    stripes = mode.isMultithreaded ? max(1, min(lanes, 2 * processors)) : 0
  }

  /// The arrangement for a single thread.
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

  /// The lanes of one part, as an arrangement of their own.
  func part(_ part: Int) -> Arrangement {
    Arrangement(lanes: share(busy, of: part).count, bystanders: share(bystanders, of: part).count)
  }

  /// Keeps each pair of lanes together: with both ends in the mode, a pair is one connection.
  private func share(_ lanes: Int, of part: Int) -> Range<Int> {
    let pairs = (lanes + 1) / 2
    return min(lanes, 2 * (pairs * part / parts))..<min(lanes, 2 * (pairs * (part + 1) / parts))
  }

  private func busyLanes(of part: Int) -> Range<Int> { range(of: part).prefix(share(busy, of: part).count) }

  func isBystander(_ lane: Int) -> Bool { !busyLanes(of: part(of: lane)).contains(lane) }

  /// The measured lanes, and below the bystanders, by part.
  var busyLanes: [Range<Int>] { (0..<parts).map { busyLanes(of: $0) } }
  var bystanderLanes: [Range<Int>] {
    (0..<parts).map { busyLanes(of: $0).upperBound..<range(of: $0).upperBound }
  }

  /// One loop's share of a limit.
  func permits(_ limit: Int, of part: Int) -> Int { limit * (part + 1) / parts - limit * part / parts }

  /// The number of recorders; the lanes of a group share one.
  var groups: Int { stripes > 0 ? stripes : parts }
  var isShared: Bool { stripes > 0 }

  func group(of lane: Int) -> Int { stripes > 0 ? lane % stripes : part(of: lane) }

  private func part(of lane: Int) -> Int {
    var part = 0
    while !range(of: part).contains(lane) { part += 1 }
    return part
  }
}
