import Glibc
import Measurement

/// The deadlines of lanes: a 4-ary heap in one array. The earliest comes first, and among equals that of the lowest
/// lane.
///
/// Lanes that sleep until the window's end all have the same deadline. A task group searches for an ending child from
/// its oldest child on (`swift::TaskGroup::removeChildTask`). A million children that end in any other order would take
/// hours.
///
/// Deadlines of delays can be cancelled. A cancelled entry stays until it is due, or until such entries outnumber the
/// others.
package struct TimerHeap: ~Copyable {
  /// 12 bytes, because there may be a million.
  private struct Entry {
    private let low: UInt32
    private let high: UInt32
    /// Marked if the lane is in a delay rather than a sleep.
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
  /// The deadline of each lane in a delay, in nanoseconds; zero for the others. Nil before the first delay.
  private var delays: UnsafeMutablePointer<UInt64>?
  private var delayCapacity = 0
  /// The number of cancelled delays still in the heap.
  private var cancelledCount = 0

  /// Lane numbers are smaller.
  private static var delayMark: UInt32 { 1 << 31 }

  package init(capacity: Int = 64) {
    self.capacity = max(capacity, 1)
    entries = Self.room(for: self.capacity, instead: nil)
  }

  deinit {
    free(entries)
    free(delays)
  }

  /// realloc(3), which moves large blocks without a second copy.
  private static func room(for capacity: Int, instead old: UnsafeMutablePointer<Entry>?) -> UnsafeMutablePointer<Entry>
  {
    realloc(old, capacity * MemoryLayout<Entry>.stride)!.bindMemory(to: Entry.self, capacity: capacity)
  }

  var earliest: Instant? { count == 0 ? nil : entries[0].deadline }

  /// How long a loop may wait, in nanoseconds: until the earliest deadline, but no longer than `patience`. Negative for
  /// no limit.
  @inline(__always)
  func timeout(atMost patience: Int64) -> Int64 {
    guard let earliest else { return patience }
    let span = Int64(earliest.since(MonotonicClock.now).count)
    return patience < 0 ? span : min(span, patience)
  }

  /// O(log n); constant if deadlines arrive in order.
  package mutating func insert(lane: UInt32, deadline: Instant) {
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

  /// Inserts a delay; `popDue` returns the lane once, unless the delay is cancelled. The lane must have no other entry.
  mutating func insertDelay(of lane: UInt32, deadline: Instant) {
    if lane >= delayCapacity { growDelays(for: Int(lane)) }
    // Zero means no delay. A deadline of zero is due at once anyway, so that 1 stands for it.
    let deadline = max(deadline, Instant(nanoseconds: 1))
    delays![Int(lane)] = deadline.nanoseconds
    insert(lane: lane | Self.delayMark, deadline: deadline)
  }

  func isDelayed(_ lane: UInt32) -> Bool { lane < delayCapacity && delays![Int(lane)] != 0 }

  /// Cancels the lane's delay; returns false if it has none. Amortised constant time.
  mutating func cancelDelay(of lane: UInt32) -> Bool {
    guard isDelayed(lane) else { return false }
    delays![Int(lane)] = 0
    cancelledCount += 1
    if cancelledCount > max(32, count / 2) { purge() }
    return true
  }

  /// Removes the earliest entry and returns its lane, if it is due. O(log n).
  package mutating func popDue(at now: Instant) -> UInt32? {
    while count > 0, entries[0].deadline <= now {
      let entry = entries[0]
      count -= 1
      sink(entries[count], from: 0)
      if entry.lane & Self.delayMark == 0 { return entry.lane }
      let lane = entry.lane & ~Self.delayMark
      if isCurrent(entry) {
        delays![Int(lane)] = 0
        return lane
      }
      cancelledCount -= 1
    }
    return nil
  }

  /// Whether the entry is a delay that was not cancelled.
  private func isCurrent(_ entry: Entry) -> Bool {
    delays![Int(entry.lane & ~Self.delayMark)] == entry.deadline.nanoseconds
  }

  /// Puts an entry into the hole, or below it.
  @inline(__always)
  private mutating func sink(_ last: Entry, from hole: Int) {
    var hole = hole
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
  }

  /// Removes the entries of cancelled delays. O(n).
  private mutating func purge() {
    var kept = 0
    for place in 0..<count {
      let entry = entries[place]
      guard entry.lane & Self.delayMark == 0 || isCurrent(entry) else { continue }
      entries[kept] = entry
      kept += 1
    }
    (count, cancelledCount) = (kept, 0)
    for place in (0..<(kept + 2) / 4).reversed() { sink(entries[place], from: place) }
  }

  private mutating func growDelays(for lane: Int) {
    let grown = max(64, lane + 1, 2 * delayCapacity)
    let words = realloc(delays, grown * MemoryLayout<UInt64>.stride)!.bindMemory(to: UInt64.self, capacity: grown)
    (words + delayCapacity).update(repeating: 0, count: grown - delayCapacity)
    (delays, delayCapacity) = (words, grown)
  }

  private mutating func grow() {
    capacity *= 2
    entries = Self.room(for: capacity, instead: entries)
  }
}
