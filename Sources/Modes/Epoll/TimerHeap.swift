import Measurement

/// Deadlines of lanes, the earliest first: a heap of four children to a node, in one array.
struct TimerHeap: ~Copyable {
  private struct Entry {
    var deadline: Instant
    var lane: UInt32
  }

  private var entries: UnsafeMutablePointer<Entry>
  private var capacity: Int
  private(set) var count = 0

  init(capacity: Int = 64) {
    self.capacity = max(capacity, 1)
    entries = .allocate(capacity: self.capacity)
  }

  deinit { entries.deallocate() }

  var earliest: Instant? { count == 0 ? nil : entries[0].deadline }

  /// O(log n); constant where deadlines come in order.
  mutating func insert(lane: UInt32, deadline: Instant) {
    if count == capacity { grow() }
    var hole = count
    count += 1
    while hole > 0 {
      let parent = (hole - 1) >> 2
      if entries[parent].deadline <= deadline { break }
      entries[hole] = entries[parent]
      hole = parent
    }
    entries[hole] = Entry(deadline: deadline, lane: lane)
  }

  /// Removes the earliest entry and answers its lane, if it is due. O(log n).
  mutating func popDue(at now: Instant) -> UInt32? {
    guard count > 0, entries[0].deadline <= now else { return nil }
    let lane = entries[0].lane
    count -= 1
    let last = entries[count]
    var hole = 0
    while true {
      let first = hole << 2 &+ 1
      if first >= count { break }
      var least = first
      for child in (first + 1)..<max(first + 1, min(first + 4, count))
      where entries[child].deadline < entries[least].deadline {
        least = child
      }
      if last.deadline <= entries[least].deadline { break }
      entries[hole] = entries[least]
      hole = least
    }
    entries[hole] = last
    return lane
  }

  private mutating func grow() {
    let larger = UnsafeMutablePointer<Entry>.allocate(capacity: capacity * 2)
    larger.moveInitialize(from: entries, count: count)
    entries.deallocate()
    entries = larger
    capacity *= 2
  }
}
