/// Lanes in the order in which they came: a ring that grows.
struct LaneQueue: ~Copyable {
  private var lanes: UnsafeMutablePointer<UInt32>
  private var capacity = 64
  private var first = 0
  private(set) var count = 0

  init() { lanes = .allocate(capacity: capacity) }

  deinit { lanes.deallocate() }

  /// Amortised constant.
  mutating func append(_ lane: UInt32) {
    if count == capacity { grow() }
    lanes[(first + count) & (capacity - 1)] = lane
    count += 1
  }

  mutating func popFirst() -> UInt32? {
    guard count > 0 else { return nil }
    defer {
      first = (first + 1) & (capacity - 1)
      count -= 1
    }
    return lanes[first]
  }

  private mutating func grow() {
    let larger = UnsafeMutablePointer<UInt32>.allocate(capacity: capacity * 2)
    for place in 0..<count { larger[place] = lanes[(first + place) & (capacity - 1)] }
    lanes.deallocate()
    (lanes, capacity, first) = (larger, capacity * 2, 0)
  }
}
