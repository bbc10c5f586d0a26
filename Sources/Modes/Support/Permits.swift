/// The permits of a loop, of which lanes take one before an operation; first come, first served. Of one thread.
struct Permits: ~Copyable {
  private var left: Int
  private var queue = LaneQueue()

  init(_ count: Int) { left = count }

  /// Whether there is one at once. Where there is none the lane queues, and `admit` answers it later.
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

  /// Where there is a permit: the lane that has queued for it longest, which has it now.
  @inline(__always)
  mutating func admit() -> UInt32? {
    guard left > 0, let lane = queue.popFirst() else { return nil }
    left -= 1
    return lane
  }
}
