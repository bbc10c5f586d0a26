/// A distribution of latencies, in nanoseconds, with three significant digits: a value that can be merged, subtracted,
/// encoded and asked for percentiles.
///
/// Only the non-empty slots of ``HistogramLayout`` are stored, 16 bytes each, so that thousands of histograms fit in
/// memory: a distribution fills some hundreds of slots, a wide one a few thousand. Threads that measure record into a
/// ``HistogramRecorder``, from which a histogram is taken afterwards.
///
/// No operation traps: a count that would pass `Int64.max`, which is the most the encoding can hold, stays there.
public struct LatencyHistogram: Sendable, Equatable {
  /// A non-empty slot: how many latencies lay in one narrow range.
  public struct Slot: Sendable, Equatable {
    let index: Int

    /// The number of latencies in the slot, at least 1.
    public internal(set) var count: UInt64

    /// The lowest latency that the slot counts, in nanoseconds.
    public var lowestEquivalent: UInt64 { HistogramLayout.lowestEquivalent(at: index) }

    /// The highest latency that the slot counts, in nanoseconds.
    public var highestEquivalent: UInt64 { HistogramLayout.highestEquivalent(at: index) }

    /// The latency that stands for those of the slot in a mean, in nanoseconds.
    public var medianEquivalent: UInt64 { HistogramLayout.medianEquivalent(at: index) }
  }

  /// The non-empty slots, from the lowest latency to the highest.
  public private(set) var slots: [Slot] = []

  /// The number of latencies.
  public private(set) var count: UInt64 = 0

  /// The sum of the latencies, in nanoseconds: exact where they were recorded; where they were decoded, the sum of the
  /// middles of their slots.
  public private(set) var sum: UInt128 = 0

  private var lowerBound = UInt64.max
  private var upperBound: UInt64 = 0

  /// An empty histogram.
  public init() {}

  /// A histogram of `slots`, which are non-empty and ascending, of values known to lie in `minimum...maximum`.
  init(slots: [Slot], sum: UInt128, minimum: UInt64, maximum: UInt64) {
    guard let first = slots.first, let last = slots.last else { return }
    self.slots = slots
    self.sum = sum
    count = slots.reduce(0) { Self.total($0, $1.count) }
    lowerBound = max(minimum, first.lowestEquivalent)
    let lastIsClamped = last.index == HistogramLayout.slotCount - 1
    upperBound = lastIsClamped ? maximum : min(maximum, last.highestEquivalent)
  }

  /// The lowest latency, in nanoseconds, or nil when there is none.
  ///
  /// Exact where the latencies were recorded; after decoding or subtracting, the lowest value it can have been.
  public var minimum: UInt64? { count == 0 ? nil : lowerBound }

  /// The highest latency, in nanoseconds, or nil when there is none.
  ///
  /// Exact where the latencies were recorded; after decoding or subtracting, the highest value it can have been.
  public var maximum: UInt64? { count == 0 ? nil : upperBound }

  /// The mean latency, in nanoseconds, or nil when there is none. As exact as ``sum``.
  public var mean: Double? { count == 0 ? nil : Double(sum) / Double(count) }

  /// Counts a latency of `nanoseconds`, `count` times over.
  ///
  /// Complexity: logarithmic in the number of slots, or linear where the slot was empty.
  public mutating func record(_ nanoseconds: UInt64, count added: UInt64 = 1) {
    guard added > 0 else { return }
    let added = min(added, Self.countLimit)
    let index = HistogramLayout.index(of: nanoseconds)
    let position = position(of: index)
    if position < slots.count, slots[position].index == index {
      slots[position].count = Self.total(slots[position].count, added)
    } else {
      slots.insert(Slot(index: index, count: added), at: position)
    }
    count = Self.total(count, added)
    sum = Self.total(sum, UInt128(nanoseconds) * UInt128(added))
    lowerBound = min(lowerBound, nanoseconds)
    upperBound = max(upperBound, nanoseconds)
  }

  /// Adds what `other` holds: the result is that of recording both into one histogram, in any order.
  ///
  /// Complexity: linear in the slots of both.
  public mutating func merge(_ other: LatencyHistogram) {
    var merged: [Slot] = []
    merged.reserveCapacity(slots.count + other.slots.count)
    var theirs = other.slots[...]
    for var slot in slots {
      while let next = theirs.first, next.index < slot.index {
        merged.append(theirs.removeFirst())
      }
      if let next = theirs.first, next.index == slot.index {
        slot.count = Self.total(slot.count, next.count)
        theirs.removeFirst()
      }
      merged.append(slot)
    }
    merged.append(contentsOf: theirs)
    slots = merged
    count = Self.total(count, other.count)
    sum = Self.total(sum, other.sum)
    lowerBound = min(lowerBound, other.lowerBound)
    upperBound = max(upperBound, other.upperBound)
  }

  /// What was recorded since `earlier`, an earlier snapshot of the same recorders.
  ///
  /// The counts are exact. The extremes are those of the remaining slots, tightened by the extremes of this histogram.
  /// Where `earlier` is no such snapshot, a slot in which it holds more than this histogram is empty in the result.
  ///
  /// Complexity: linear in the slots of both.
  public func subtracting(_ earlier: LatencyHistogram) -> LatencyHistogram {
    var remaining: [Slot] = []
    var theirs = earlier.slots[...]
    for var slot in slots {
      while let next = theirs.first, next.index < slot.index {
        theirs.removeFirst()
      }
      if let next = theirs.first, next.index == slot.index {
        slot.count -= min(slot.count, next.count)
      }
      if slot.count > 0 {
        remaining.append(slot)
      }
    }
    return LatencyHistogram(
      slots: remaining, sum: sum - min(sum, earlier.sum), minimum: lowerBound, maximum: upperBound)
  }

  private func position(of index: Int) -> Int {
    var low = 0
    var high = slots.count
    while low < high {
      let middle = (low + high) / 2
      if slots[middle].index < index {
        low = middle + 1
      } else {
        high = middle
      }
    }
    return low
  }
}

// MARK: - Percentiles

extension LatencyHistogram {
  /// The latency, in nanoseconds, that at least `percentile` percent of all latencies do not exceed; nil when there are
  /// none, or `percentile` is not a number.
  ///
  /// This is the `getValueAtPercentile` of HdrHistogram for Java: the nearest rank (the percentage of the count,
  /// rounded up), answered with the highest value of the slot that holds it. Unlike there, the answer is never above
  /// the maximum and, at percentile 0, is the minimum. Percentages outside 0...100 are clamped.
  ///
  /// Complexity: linear in the number of slots.
  ///
  /// - Parameter missing: how many latencies are not in the histogram, because what they are of has not ended. They count
  ///   as longer than all that are; a percentile that lies among them is nil.
  public func percentile(_ percentile: Double, missing: UInt64 = 0) -> UInt64? {
    guard let rank = rank(of: percentile, missing: missing), rank <= count, let last = slots.last else { return nil }
    if percentile <= 0 { return lowerBound }
    if rank == count { return upperBound }
    var seen: UInt64 = 0
    for slot in slots {
      seen = Self.total(seen, slot.count)
      // The last slot answers with the maximum, which also covers what was clamped to it.
      if seen >= rank, slot.index != last.index { return slot.highestEquivalent }
    }
    return upperBound
  }

  /// Whether there are enough latencies to state `percentile`: at least ten at or below its rank, and ten above it.
  ///
  /// For percentiles from 50 up this is *count × (1 - percentile / 100) ≥ 10*: p50 needs 20 latencies, p90 100, p99
  /// 1000 and p99.9 10,000. With fewer, the value is that of a handful of latencies, so a report leaves it out.
  ///
  /// - Parameter missing: how many latencies are not in the histogram, and longer than all that are. They move the rank, and
  ///   lie above it; a percentile among them is not supported.
  public func percentileIsSupported(_ percentile: Double, missing: UInt64 = 0) -> Bool {
    guard let rank = rank(of: percentile, missing: missing) else { return false }
    return rank >= 10 && rank <= count && count - rank + min(missing, 10) >= 10
  }

  /// The position, from 1, of `percentile` in the sorted latencies, of which the `missing` ones are last.
  private func rank(of percentile: Double, missing: UInt64) -> UInt64? {
    guard self.count > 0, !percentile.isNaN else { return nil }
    let count = Self.total(self.count, min(missing, Self.countLimit))
    guard percentile < 100 else { return count }
    // One ulp less, as in HdrHistogram: else 99.9 % of 1000, a little above 999 in binary, would be rounded up to 1000.
    let exact = max(percentile.nextDown, 0) * Double(count) / 100
    return min(max(UInt64(exact.rounded(.up)), 1), count)
  }

  /// How many latencies are longer than ``HistogramLayout/highestTrackable``, as far as slots tell them apart. The longest
  /// of them are counted in the last slot, whatever they were.
  public var beyondRange: UInt64 {
    slots.reversed().prefix { $0.lowestEquivalent > HistogramLayout.highestTrackable }
      .reduce(0) { Self.total($0, $1.count) }
  }
}

// MARK: - Saturation

extension LatencyHistogram {
  /// The most that a slot, or all of them, can count: the encoding has signed 64-bit counts.
  static var countLimit: UInt64 { UInt64(Int64.max) }

  static func total(_ first: UInt64, _ second: UInt64) -> UInt64 {
    min(first + second, countLimit)
  }

  static func total(_ first: UInt128, _ second: UInt128) -> UInt128 {
    let (sum, overflow) = first.addingReportingOverflow(second)
    return overflow ? .max : sum
  }
}
