/// A distribution of latencies, in nanoseconds, with three significant digits. It can be merged, subtracted and
/// encoded, and gives percentiles.
///
/// It stores only the non-empty slots of ``HistogramLayout``, 16 bytes each, so that thousands of histograms fit in
/// memory. A typical distribution fills some hundreds of slots, a wide one a few thousand. Measuring threads record
/// into a ``HistogramRecorder``, and its snapshot is a histogram.
///
/// No operation traps. Counts saturate at `Int64.max`, the largest number that the encoding can hold.
public struct LatencyHistogram: Sendable, Equatable {
  /// A non-empty slot: the number of latencies in one narrow range.
  public struct Slot: Sendable, Equatable {
    let index: Int

    /// The number of latencies in the slot, at least 1.
    public internal(set) var count: UInt64

    /// The lowest latency of the slot, in nanoseconds.
    public var lowestEquivalent: UInt64 { HistogramLayout.lowestEquivalent(at: index) }

    /// The highest latency of the slot, in nanoseconds.
    public var highestEquivalent: UInt64 { HistogramLayout.highestEquivalent(at: index) }

    /// The slot's value in a mean, in nanoseconds.
    public var medianEquivalent: UInt64 { HistogramLayout.medianEquivalent(at: index) }
  }

  /// The non-empty slots, from the lowest latency to the highest.
  public private(set) var slots: [Slot] = []

  /// The number of latencies.
  public private(set) var count: UInt64 = 0

  /// The sum of the latencies, in nanoseconds. It is exact if they were recorded here; after decoding, it is the sum of
  /// their slots' middles.
  public private(set) var sum: UInt128 = 0

  private var lowerBound = UInt64.max
  private var upperBound: UInt64 = 0

  /// An empty histogram.
  public init() {}

  /// A histogram of `slots`, non-empty and ascending, whose values are known to lie in `minimum...maximum`.
  init(slots: [Slot], sum: UInt128, minimum: UInt64, maximum: UInt64) {
    guard let first = slots.first, let last = slots.last else { return }
    self.slots = slots
    self.sum = sum
    count = slots.reduce(0) { Self.total($0, $1.count) }
    lowerBound = max(minimum, first.lowestEquivalent)
    let lastIsClamped = last.index == HistogramLayout.slotCount - 1
    upperBound = lastIsClamped ? maximum : min(maximum, last.highestEquivalent)
  }

  /// The lowest latency, in nanoseconds; nil if there is none.
  ///
  /// It is exact if the latencies were recorded here; after decoding or subtracting, it is the lowest possible value.
  public var minimum: UInt64? { count == 0 ? nil : lowerBound }

  /// The highest latency, in nanoseconds; nil if there is none.
  ///
  /// It is exact if the latencies were recorded here; after decoding or subtracting, it is the highest possible value.
  public var maximum: UInt64? { count == 0 ? nil : upperBound }

  /// The mean latency, in nanoseconds, as exact as ``sum``; nil if there is none.
  public var mean: Double? { count == 0 ? nil : Double(sum) / Double(count) }

  /// Counts a latency of `nanoseconds`, `count` times.
  ///
  /// Complexity: logarithmic in the number of slots; linear if the slot was empty.
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

  /// Adds the latencies of `other`. The result is the same as recording both into one histogram, in any order.
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

  /// The latencies recorded since `earlier`, an earlier snapshot of the same recorders.
  ///
  /// The counts are exact. The extremes are those of the remaining slots, bounded by the extremes of this histogram. If
  /// `earlier` is no such snapshot, a slot with a higher count there is empty in the result.
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
  /// The smallest latency, in nanoseconds, that at least `percentile` percent of all latencies do not exceed. Nil if
  /// there are no latencies or `percentile` is NaN.
  ///
  /// This is `getValueAtPercentile` of HdrHistogram for Java: the highest value of the slot that holds the nearest
  /// rank, which is the percentage of the count, rounded up. Two things differ: the result never exceeds the maximum,
  /// and percentile 0 is the minimum. Percentages outside 0...100 are clamped.
  ///
  /// Complexity: linear in the number of slots.
  ///
  /// - Parameter missing: the number of latencies that are not in the histogram, because their operations have not
  ///   ended. They count as longer than all others; a percentile that lies among them is nil.
  public func percentile(_ percentile: Double, missing: UInt64 = 0) -> UInt64? {
    guard let rank = rank(of: percentile, missing: missing), rank <= count, let last = slots.last else { return nil }
    if percentile <= 0 { return lowerBound }
    if rank == count { return upperBound }
    var seen: UInt64 = 0
    for slot in slots {
      seen = Self.total(seen, slot.count)
      // The last slot's value is the maximum, which also covers values clamped to it.
      if seen >= rank, slot.index != last.index { return slot.highestEquivalent }
    }
    return upperBound
  }

  /// Whether there are enough latencies to state `percentile`: at least ten at or below its rank, and ten above.
  ///
  /// For percentiles from 50 up this is *count × (1 - percentile / 100) ≥ 10*: p50 needs 20 latencies, p90 100, p99
  /// 1000 and p99.9 10,000. With fewer, the value rests on a handful of latencies, so reports omit it.
  ///
  /// - Parameter missing: the number of latencies that are not in the histogram and longer than all that are. They move
  ///   the rank and lie above it. A percentile among them is not supported.
  public func percentileIsSupported(_ percentile: Double, missing: UInt64 = 0) -> Bool {
    guard let rank = rank(of: percentile, missing: missing) else { return false }
    return rank >= 10 && rank <= count && count - rank + min(missing, 10) >= 10
  }

  /// The rank of `percentile`, from 1, in the sorted latencies; the `missing` ones come last.
  private func rank(of percentile: Double, missing: UInt64) -> UInt64? {
    guard self.count > 0, !percentile.isNaN else { return nil }
    let count = Self.total(self.count, min(missing, Self.countLimit))
    guard percentile < 100 else { return count }
    // One ulp less, as in HdrHistogram. Otherwise 99.9 % of 1000, a little above 999 in binary, would round up to 1000.
    let exact = max(percentile.nextDown, 0) * Double(count) / 100
    return min(max(UInt64(exact.rounded(.up)), 1), count)
  }

  /// The number of latencies longer than ``HistogramLayout/highestTrackable``, as far as slots can distinguish them.
  /// The last slot counts the longest of them, whatever their value.
  public var beyondRange: UInt64 {
    slots.reversed().prefix { $0.lowestEquivalent > HistogramLayout.highestTrackable }
      .reduce(0) { Self.total($0, $1.count) }
  }
}

// MARK: - Saturation

extension LatencyHistogram {
  /// The largest count of a slot, and of all slots: the encoding has signed 64-bit counts.
  static var countLimit: UInt64 { UInt64(Int64.max) }

  static func total(_ first: UInt64, _ second: UInt64) -> UInt64 {
    min(first + second, countLimit)
  }

  static func total(_ first: UInt128, _ second: UInt128) -> UInt128 {
    let (sum, overflow) = first.addingReportingOverflow(second)
    return overflow ? .max : sum
  }
}
