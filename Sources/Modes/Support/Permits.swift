/// The permits of a loop, for one thread. A lane takes one before each operation; first come, first served.
struct Permits: ~Copyable {
  private var left: Int
  private var queue = LaneQueue()

  init(_ count: Int) { left = count }

  /// Takes a permit and returns true. If none is free, the lane queues, and `admit` returns it later.
  @inline(__always)
  mutating func take(for lane: UInt32) -> Bool {
    guard left > 0 && queue.count == 0 else {
      queue.append(lane)
      return false
    }
    left -= 1
    return true
  }

  @inline(__always)
  mutating func giveBack() { left += 1 }

  /// If a permit is free, gives it to the lane that has queued longest, and returns that lane.
  @inline(__always)
  mutating func admit() -> UInt32? {
    guard left > 0, let lane = queue.popFirst() else { return nil }
    left -= 1
    return lane
  }
}
