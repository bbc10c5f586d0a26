import Glibc
import Measurement

/// Deadlines of lanes, the earliest first and of equal ones that of the lowest lane: a heap of four children to a node, in
/// one array.
///
/// Lanes that sleep until the window's end all have the same deadline. A task group looks for a child that ends from its
/// oldest one on (`swift::TaskGroup::removeChildTask`), so that a million that end in any other order take hours.
///
/// Those of delays can be cancelled. Such an entry stays until it is due, or until there are more of them than of others.
struct TimerHeap: ~Copyable {
  /// 12 bytes, as there may be a million.
  private struct Entry {
    private let low: UInt32
    private let high: UInt32
    /// Marked where the lane is delayed and does not sleep.
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
  /// The deadline of each lane that is delayed, in nanoseconds; zero of others. None before the first delay.
  private var delays: UnsafeMutablePointer<UInt64>?
  private var delayCapacity = 0
  /// Entries of delays that were cancelled.
  private var cancelledCount = 0

  /// There are fewer lanes than that.
  private static var delayMark: UInt32 { 1 << 31 }

  init(capacity: Int = 64) {
    self.capacity = max(capacity, 1)
    entries = Self.room(for: self.capacity, instead: nil)
  }

  deinit {
    free(entries)
    free(delays)
  }

  /// realloc(3), which moves large blocks without having two of them.
  private static func room(for capacity: Int, instead old: UnsafeMutablePointer<Entry>?) -> UnsafeMutablePointer<Entry>
  {
    realloc(old, capacity * MemoryLayout<Entry>.stride)!.bindMemory(to: Entry.self, capacity: capacity)
  }

  var earliest: Instant? { count == 0 ? nil : entries[0].deadline }

  /// How long a loop may wait, in nanoseconds: until the earliest deadline, and no longer than `patience`. Negative for any
  /// time.
  @inline(__always)
  func timeout(atMost patience: Int64) -> Int64 {
    guard let earliest else { return patience }
    let span = Int64(earliest.since(MonotonicClock.now).count)
    return patience < 0 ? span : min(span, patience)
  }

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

  /// The lane is to be answered by `popDue` once, unless its delay is cancelled. It has no other entry.
  mutating func insertDelay(of lane: UInt32, deadline: Instant) {
    if lane >= delayCapacity { growDelays(for: Int(lane)) }
    // One that never was is due at once, and different from none.
    let deadline = max(deadline, Instant(nanoseconds: 1))
    delays![Int(lane)] = deadline.nanoseconds
    insert(lane: lane | Self.delayMark, deadline: deadline)
  }

  func isDelayed(_ lane: UInt32) -> Bool { lane < delayCapacity && delays![Int(lane)] != 0 }

  /// Whether the lane was delayed. It is not any more. Amortised constant.
  mutating func cancelDelay(of lane: UInt32) -> Bool {
    guard isDelayed(lane) else { return false }
    delays![Int(lane)] = 0
    cancelledCount += 1
    if cancelledCount > max(32, count / 2) { purge() }
    return true
  }

  /// Removes the earliest entry and answers its lane, if it is due. O(log n).
  mutating func popDue(at now: Instant) -> UInt32? {
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

  /// Whether the entry is of a delay that was not cancelled.
  private func isCurrent(_ entry: Entry) -> Bool {
    delays![Int(entry.lane & ~Self.delayMark)] == entry.deadline.nanoseconds
  }

  /// Puts an entry where the heap has a hole, or below it.
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

  /// Removes the entries of delays that were cancelled. O(n).
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
