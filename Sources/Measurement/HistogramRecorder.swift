import Glibc
import Synchronization

/// Records latencies during the measurement, as one stripe of counts in its own memory.
///
/// A recorder is a handle. All copies share the stripe, until ``deallocate()`` ends it for all of them. A stripe takes
/// 270 KB of address space, but memory only for pages whose slots were counted. Recording allocates nothing and cannot
/// fail, and any thread may take a snapshot meanwhile.
///
/// Every word is a relaxed atomic. ``record(_:)`` is for one writing thread: it loads and stores, which costs as much
/// as a plain increment, about 1 ns in all. ``recordShared(_:)`` uses atomic read-modify-write operations, and costs 10
/// ns without contention. Use only one of the two on a stripe, never both at once.
public struct HistogramRecorder: @unchecked Sendable {
  /// Totals that the slots do not give, at the start of the stripe. All zeros mean that nothing is recorded.
  @usableFromInline struct Totals: ~Copyable {
    @usableFromInline let sum: Atomic<UInt64>
    /// The complement of the minimum, so that it also starts at zero and grows.
    @usableFromInline let minimumComplement: Atomic<UInt64>
    @usableFromInline let maximum: Atomic<UInt64>
  }

  @usableFromInline let totals: UnsafeMutablePointer<Totals>
  @usableFromInline let slots: UnsafeMutablePointer<Atomic<UInt64>>

  /// The slots begin on the second cache line.
  private static let slotsOffset = 64
  private static let byteCount = slotsOffset + HistogramLayout.slotCount * MemoryLayout<UInt64>.stride

  /// Makes an empty stripe from untouched memory of mmap(2). Traps if there is no memory.
  public static func allocate() -> HistogramRecorder {
    let memory = mmap(nil, byteCount, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)
    guard let memory, memory != MAP_FAILED else {
      preconditionFailure("cannot map \(byteCount) bytes for a histogram: \(String(cString: strerror(errno)))")
    }
    // A zero word is a valid `Atomic<UInt64>` of 0: fresh pages need no initialisation.
    return HistogramRecorder(
      totals: memory.bindMemory(to: Totals.self, capacity: 1),
      slots: (memory + slotsOffset).bindMemory(to: Atomic<UInt64>.self, capacity: HistogramLayout.slotCount))
  }

  /// Returns the stripe to the system. No copy of this recorder may be used afterwards.
  public func deallocate() {
    munmap(totals, Self.byteCount)
  }

  /// Counts a latency, in a stripe that one thread at a time writes to.
  ///
  /// The sum is modulo 2^64 ns, which is 584 years.
  @inlinable public func record(_ nanoseconds: UInt64) {
    Self.add(1, to: slots[HistogramLayout.index(of: nanoseconds)])
    Self.add(nanoseconds, to: totals.pointee.sum)
    if nanoseconds > totals.pointee.maximum.load(ordering: .relaxed) {
      totals.pointee.maximum.store(nanoseconds, ordering: .relaxed)
    }
    if ~nanoseconds > totals.pointee.minimumComplement.load(ordering: .relaxed) {
      totals.pointee.minimumComplement.store(~nanoseconds, ordering: .relaxed)
    }
  }

  /// Counts a latency, in a stripe that several threads write to at once.
  ///
  /// The sum is modulo 2^64 ns, which is 584 years.
  @inlinable public func recordShared(_ nanoseconds: UInt64) {
    slots[HistogramLayout.index(of: nanoseconds)].wrappingAdd(1, ordering: .relaxed)
    totals.pointee.sum.wrappingAdd(nanoseconds, ordering: .relaxed)
    Self.raise(totals.pointee.maximum, to: nanoseconds)
    Self.raise(totals.pointee.minimumComplement, to: ~nanoseconds)
  }

  /// The number of latencies recorded so far: the sum of the slots, so that recording keeps no total.
  ///
  /// Complexity: that of ``snapshot()``.
  public var count: UInt64 {
    guard let range = recordedRange else { return 0 }
    var count: UInt64 = 0
    for index in HistogramLayout.index(of: range.lowerBound)...HistogramLayout.index(of: range.upperBound) {
      count &+= slots[index].load(ordering: .relaxed)
    }
    return count
  }

  /// Removes all counts but keeps the pages, so that recording again causes no page faults. No thread may be writing.
  public func reset() {
    if let range = recordedRange {
      for index in HistogramLayout.index(of: range.lowerBound)...HistogramLayout.index(of: range.upperBound) {
        slots[index].store(0, ordering: .relaxed)
      }
    }
    totals.pointee.sum.store(0, ordering: .relaxed)
    totals.pointee.minimumComplement.store(0, ordering: .relaxed)
    totals.pointee.maximum.store(0, ordering: .relaxed)
  }

  /// The latencies recorded so far.
  ///
  /// The snapshot is exact once no thread writes. Before that, a latency may already be in the counts and not yet in
  /// the sum and the extremes, or the reverse. A latency counted in a snapshot is counted in every later one.
  /// Complexity: linear in the slots between the minimum and the maximum, at most ``HistogramLayout/slotCount``.
  public func snapshot() -> LatencyHistogram {
    guard let range = recordedRange else { return LatencyHistogram() }
    var counted: [LatencyHistogram.Slot] = []
    for index in HistogramLayout.index(of: range.lowerBound)...HistogramLayout.index(of: range.upperBound) {
      let count = slots[index].load(ordering: .relaxed)
      if count > 0 {
        counted.append(LatencyHistogram.Slot(index: index, count: count))
      }
    }
    return LatencyHistogram(
      slots: counted, sum: UInt128(totals.pointee.sum.load(ordering: .relaxed)),
      minimum: range.lowerBound, maximum: range.upperBound)
  }

  /// Merges the latencies recorded so far into `histogram`.
  public func snapshot(into histogram: inout LatencyHistogram) {
    histogram.merge(snapshot())
  }

  /// The minimum and the maximum; nil until both are known for some latency.
  private var recordedRange: ClosedRange<UInt64>? {
    let minimum = ~totals.pointee.minimumComplement.load(ordering: .relaxed)
    let maximum = totals.pointee.maximum.load(ordering: .relaxed)
    return minimum <= maximum ? minimum...maximum : nil
  }

  @inlinable static func add(_ value: UInt64, to word: borrowing Atomic<UInt64>) {
    word.store(word.load(ordering: .relaxed) &+ value, ordering: .relaxed)
  }

  /// Makes `word` at least `value`; it writes only if `word` is less.
  ///
  /// `Atomic.max` is no alternative: in Swift 6.3 it compares unsigned words as signed (swiftlang/swift#91176).
  @inlinable static func raise(_ word: borrowing Atomic<UInt64>, to value: UInt64) {
    var current = word.load(ordering: .relaxed)
    while value > current {
      let (exchanged, original) = word.weakCompareExchange(expected: current, desired: value, ordering: .relaxed)
      if exchanged { return }
      current = original
    }
  }
}
