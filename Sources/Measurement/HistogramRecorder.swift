import Glibc
import Synchronization

/// Where a thread records latencies while it measures: one stripe of counts in memory of its own.
///
/// A recorder is a handle, copied freely; all copies share the stripe, until ``deallocate()`` ends it for all of them.
/// A stripe takes 270 KB of address space, but only the pages of slots that were counted take memory. Recording
/// allocates nothing and cannot fail, and any thread may take a snapshot meanwhile.
///
/// Every word is a relaxed atomic. With one writing thread, ``record(_:)`` loads and stores, which costs what a plain
/// increment does, about 1 ns in all; ``recordShared(_:)`` needs atomic read-modify-writes, and costs 10 ns where no
/// other thread contends for the same words. A stripe takes one or the other, never both at once.
public struct HistogramRecorder: @unchecked Sendable {
  /// What the slots do not tell of the recorded latencies, at the start of the stripe. All zeros mean that there are
  /// none.
  @usableFromInline struct Totals: ~Copyable {
    @usableFromInline let sum: Atomic<UInt64>
    /// The complement of the minimum, so that it too starts at zero and grows.
    @usableFromInline let minimumComplement: Atomic<UInt64>
    @usableFromInline let maximum: Atomic<UInt64>
  }

  @usableFromInline let totals: UnsafeMutablePointer<Totals>
  @usableFromInline let slots: UnsafeMutablePointer<Atomic<UInt64>>

  /// The slots begin on the second cache line.
  private static let slotsOffset = 64
  private static let byteCount = slotsOffset + HistogramLayout.slotCount * MemoryLayout<UInt64>.stride

  /// Makes an empty stripe. The memory comes from mmap(2), untouched; that there is none to be had is fatal.
  public static func allocate() -> HistogramRecorder {
    let memory = mmap(nil, byteCount, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)
    guard let memory, memory != MAP_FAILED else {
      preconditionFailure("cannot map \(byteCount) bytes for a histogram: \(String(cString: strerror(errno)))")
    }
    // A zero word is a valid `Atomic<UInt64>` of 0, so that fresh pages need no initialisation.
    return HistogramRecorder(
      totals: memory.bindMemory(to: Totals.self, capacity: 1),
      slots: (memory + slotsOffset).bindMemory(to: Atomic<UInt64>.self, capacity: HistogramLayout.slotCount))
  }

  /// Returns the stripe to the system. No copy of this recorder may be used afterwards.
  public func deallocate() {
    munmap(totals, Self.byteCount)
  }

  /// Counts a latency, for a stripe that one thread at a time writes to.
  ///
  /// The sum is kept modulo 2^64 ns, which is 584 years.
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

  /// Counts a latency, for a stripe that several threads write to at once.
  ///
  /// The sum is kept modulo 2^64 ns, which is 584 years.
  @inlinable public func recordShared(_ nanoseconds: UInt64) {
    slots[HistogramLayout.index(of: nanoseconds)].wrappingAdd(1, ordering: .relaxed)
    totals.pointee.sum.wrappingAdd(nanoseconds, ordering: .relaxed)
    Self.raise(totals.pointee.maximum, to: nanoseconds)
    Self.raise(totals.pointee.minimumComplement, to: ~nanoseconds)
  }

  /// The number of latencies recorded so far: the sum of the slots, so that recording has no total to keep.
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

  /// Forgets everything, but keeps the pages, so that recording again takes no page faults. No thread may be writing.
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

  /// What was recorded so far.
  ///
  /// Exact once the writers are done. While they go on, a latency that is being recorded may be in the counts and not
  /// yet in the sum and the extremes, or the reverse; what a snapshot has counted, every later one has too.
  ///
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

  /// Adds what was recorded so far to `histogram`, as ``snapshot()`` and ``LatencyHistogram/merge(_:)`` do.
  public func snapshot(into histogram: inout LatencyHistogram) {
    histogram.merge(snapshot())
  }

  /// The minimum and the maximum, or nil when there is no latency of which both are known.
  private var recordedRange: ClosedRange<UInt64>? {
    let minimum = ~totals.pointee.minimumComplement.load(ordering: .relaxed)
    let maximum = totals.pointee.maximum.load(ordering: .relaxed)
    return minimum <= maximum ? minimum...maximum : nil
  }

  @inlinable static func add(_ value: UInt64, to word: borrowing Atomic<UInt64>) {
    word.store(word.load(ordering: .relaxed) &+ value, ordering: .relaxed)
  }

  /// Makes `word` at least `value`, with a compare-exchange only where it is less.
  ///
  /// `Atomic.max` will not do: in Swift 6.3 it compares unsigned words as signed (swiftlang/swift#91176).
  @inlinable static func raise(_ word: borrowing Atomic<UInt64>, to value: UInt64) {
    var current = word.load(ordering: .relaxed)
    while value > current {
      let (exchanged, original) = word.weakCompareExchange(expected: current, desired: value, ordering: .relaxed)
      if exchanged { return }
      current = original
    }
  }
}
