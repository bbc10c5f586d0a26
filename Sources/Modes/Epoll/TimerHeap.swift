import Glibc
import Measurement

/// Deadlines of lanes, the earliest first and of equal ones that of the lowest lane: a heap of four children to a node, in
/// one array.
///
/// Lanes that sleep until the window's end all have the same deadline. A task group looks for a child that ends from its
/// oldest one on (`swift::TaskGroup::removeChildTask`), so that a million that end in any other order take hours.
struct TimerHeap: ~Copyable {
  /// 12 bytes, as there may be a million.
  private struct Entry {
    private let low: UInt32
    private let high: UInt32
    let lane: UInt32

    @inline(__always)
    init(deadline: Instant, lane: UInt32) {
      low = UInt32(truncatingIfNeeded: deadline.nanoseconds)
      high = UInt32(truncatingIfNeeded: deadline.nanoseconds >> 32)
      self.lane = lane
    }

    @inline(__always)
    var deadline: Instant { Instant(nanoseconds: UInt64(high) << 32 | UInt64(low)) }

    @inline(__always)
    func precedes(_ other: Entry) -> Bool {
      deadline < other.deadline || (deadline == other.deadline && lane < other.lane)
    }
  }

  private var entries: UnsafeMutablePointer<Entry>
  private var capacity: Int
  private(set) var count = 0

  init(capacity: Int = 64) {
    self.capacity = max(capacity, 1)
    entries = Self.room(for: self.capacity, instead: nil)
  }

  deinit { free(entries) }

  /// realloc(3), which moves large blocks without having two of them.
  private static func room(for capacity: Int, instead old: UnsafeMutablePointer<Entry>?) -> UnsafeMutablePointer<Entry>
  {
    realloc(old, capacity * MemoryLayout<Entry>.stride)!.bindMemory(to: Entry.self, capacity: capacity)
  }

  var earliest: Instant? { count == 0 ? nil : entries[0].deadline }

  /// O(log n); constant where deadlines come in order.
  mutating func insert(lane: UInt32, deadline: Instant) {
    if count == capacity { grow() }
    var hole = count
    count += 1
    let entry = Entry(deadline: deadline, lane: lane)
    while hole > 0 {
      let parent = (hole - 1) >> 2
      if !entry.precedes(entries[parent]) { break }
      entries[hole] = entries[parent]
      hole = parent
    }
    entries[hole] = entry
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
      where entries[child].precedes(entries[least]) {
        least = child
      }
      if !entries[least].precedes(last) { break }
      entries[hole] = entries[least]
      hole = least
    }
    entries[hole] = last
    return lane
  }

  private mutating func grow() {
    capacity *= 2
    entries = Self.room(for: capacity, instead: entries)
  }
}
