import Glibc
import Synchronization

/// A counter that other threads may read at any time.
@frozen public struct Counter: ~Copyable, Sendable {
  @usableFromInline let value = Atomic<UInt64>(0)

  @inlinable public init() {}

  /// Adds, with wrap-around. `shared` means that several threads add; a single thread needs no locked instruction.
  @inlinable @inline(__always)
  public func add(_ amount: UInt64, shared: Bool) {
    if shared {
      value.wrappingAdd(amount, ordering: .relaxed)
    } else {
      value.store(value.load(ordering: .relaxed) &+ amount, ordering: .relaxed)
    }
  }

  @inlinable public var count: UInt64 { value.load(ordering: .relaxed) }
}

/// Records the outcomes of the operations of one class of lanes. A trial has at most two recorders per processor, never
/// one per lane.
@frozen public struct Recorder: @unchecked Sendable {
  @usableFromInline let block: UnsafeMutablePointer<Block>

  @frozen @usableFromInline struct Block: ~Copyable {
    @usableFromInline let service = HistogramRecorder.allocate()
    @usableFromInline let response = HistogramRecorder.allocate()
    @usableFromInline let queueing = HistogramRecorder.allocate()
    @usableFromInline let lag = HistogramRecorder.allocate()
    @usableFromInline let shared: Bool
    @usableFromInline let verified = Counter()
    @usableFromInline let checksum = Counter()
    @usableFromInline let sentBytes = Counter()
    @usableFromInline let receivedBytes = Counter()
    /// The end of the last operation, in nanoseconds.
    @usableFromInline let lastEnd = Atomic<UInt64>(0)
    @usableFromInline let kinds: UnsafeMutablePointer<Counter>
    let lenient = Counter()
    let early = Counter()
    let connections = Counter()
    let reconnections = Counter()
    /// The end of the first early operation, in nanoseconds; ``never`` if there is none.
    let firstEarlyEnd: Atomic<UInt64>
    /// Not `UInt64.max`: `Atomic<UInt64>.min` of Swift 6.3 compares as if numbers were signed.
    static let never = UInt64(Int64.max)

    init(shared: Bool) {
      self.shared = shared
      firstEarlyEnd = Atomic(Block.never)
      // Zero pages are a valid state of Counter and take no memory until they are written.
      kinds = calloc(Recorder.kindCount, MemoryLayout<Counter>.stride)!.bindMemory(
        to: Counter.self, capacity: Recorder.kindCount)
    }

    deinit {
      service.deallocate()
      response.deallocate()
      queueing.deallocate()
      lag.deallocate()
      free(kinds)
    }
  }

  /// The number of kinds of failures and refusals; each kind is a number below it.
  public static let kindCount = 2048

  /// - Parameter shared: whether more than one thread will record.
  public static func allocate(shared: Bool) -> Recorder {
    let block = UnsafeMutablePointer<Block>.allocate(capacity: 1)
    block.initialize(to: Block(shared: shared))
    return Recorder(block: block)
  }

  @usableFromInline init(block: UnsafeMutablePointer<Block>) { self.block = block }

  public func deallocate() {
    block.deinitialize(count: 1)
    block.deallocate()
  }

  /// Records an operation that is done.
  /// - Parameters:
  ///   - end: when it was done.
  ///   - service: time since its actual start.
  ///   - checksum: of the verified answer; nil if the answer was complete but wrong.
  @inlinable @inline(__always)
  public func completed(at end: Instant, service: Nanoseconds, checksum: UInt64?, sent: Int, received: Int) {
    let shared = block.pointee.shared
    if shared {
      block.pointee.service.recordShared(service.count)
    } else {
      block.pointee.service.record(service.count)
    }
    if let checksum {
      block.pointee.verified.add(1, shared: shared)
      block.pointee.checksum.add(checksum, shared: shared)
    }
    block.pointee.sentBytes.add(UInt64(sent), shared: shared)
    block.pointee.receivedBytes.add(UInt64(received), shared: shared)
    ended(at: end)
  }

  /// Records that only lenient parsing accepted the answer of the operation just completed.
  public func readLeniently() { block.pointee.lenient.add(1, shared: block.pointee.shared) }

  /// Records the time from the intended start of the operation just completed to its end.
  @inlinable
  public func responded(_ response: Nanoseconds) { add(response, to: block.pointee.response) }

  /// Records how long the operation just completed waited for its permit after its intended start.
  @inlinable
  public func queued(_ queueing: Nanoseconds) { add(queueing, to: block.pointee.queueing) }

  /// Records how late an operation started although its lane waited for nothing else.
  @inlinable
  public func lagged(_ lag: Nanoseconds) { add(lag, to: block.pointee.lag) }

  @inlinable
  func add(_ span: Nanoseconds, to histogram: HistogramRecorder) {
    if block.pointee.shared { histogram.recordShared(span.count) } else { histogram.record(span.count) }
  }

  /// Records the end of an operation, whatever its outcome.
  @inlinable @inline(__always)
  public func ended(at end: Instant) {
    if block.pointee.shared {
      block.pointee.lastEnd.max(end.nanoseconds, ordering: .relaxed)
    } else {
      block.pointee.lastEnd.store(end.nanoseconds, ordering: .relaxed)
    }
  }

  /// Counts an operation that is done before the window opens; it is counted only here.
  public func completedEarly(at end: Instant) {
    block.pointee.early.add(1, shared: block.pointee.shared)
    if end.nanoseconds < block.pointee.firstEarlyEnd.load(ordering: .relaxed) {
      block.pointee.firstEarlyEnd.min(end.nanoseconds, ordering: .relaxed)
    }
  }

  /// Counts a new connection of a lane.
  public func connected() { block.pointee.connections.add(1, shared: block.pointee.shared) }

  /// Counts an idle connection that a lane found closed and will replace.
  public func reconnected() { block.pointee.reconnections.add(1, shared: block.pointee.shared) }

  /// Counts one of `kind`; an unknown number counts as kind 0.
  public func count(kind: Int) {
    block.pointee.kinds[(0..<Self.kindCount).contains(kind) ? kind : 0].add(1, shared: block.pointee.shared)
  }

  @inlinable public var done: UInt64 { block.pointee.service.count }
  /// The end of the last operation; nil if none has ended.
  public var lastEnd: Instant? {
    let nanoseconds = block.pointee.lastEnd.load(ordering: .relaxed)
    return nanoseconds == 0 ? nil : Instant(nanoseconds: nanoseconds)
  }
  /// Operations done before the window opened.
  public var early: UInt64 { block.pointee.early.count }
  /// The end of the first of them; nil if there is none.
  public var firstEarlyEnd: Instant? {
    let nanoseconds = block.pointee.firstEarlyEnd.load(ordering: .relaxed)
    return nanoseconds == Block.never ? nil : Instant(nanoseconds: nanoseconds)
  }
  /// Connections that lanes have opened.
  public var connections: UInt64 { block.pointee.connections.count }
  /// Those that replaced a connection closed while idle.
  public var reconnections: UInt64 { block.pointee.reconnections.count }
  public var verified: UInt64 { block.pointee.verified.count }
  public var checksum: UInt64 { block.pointee.checksum.count }
  /// Operations done whose answers only lenient parsing accepted.
  public var lenientReads: UInt64 { block.pointee.lenient.count }
  public var sentBytes: UInt64 { block.pointee.sentBytes.count }
  public var receivedBytes: UInt64 { block.pointee.receivedBytes.count }

  /// The counts of all kinds counted so far, by number.
  public var kinds: [Int: UInt64] {
    var counts: [Int: UInt64] = [:]
    for kind in 0..<Self.kindCount where block.pointee.kinds[kind].count > 0 {
      counts[kind] = block.pointee.kinds[kind].count
    }
    return counts
  }

  /// The spans of an operation that histograms record.
  public enum Span: Sendable {
    /// From an operation's actual start to its end.
    case service
    /// From its intended start to its end.
    case response
    /// From the intended start to the actual one, if operations queue for permits.
    case queueing
    /// From the intended start to the actual one, if only the harness delayed it.
    case lag
  }

  /// Adds what has been recorded so far to `histogram`.
  public func snapshot(_ span: Span, into histogram: inout LatencyHistogram) {
    switch span {
    case .service: block.pointee.service.snapshot(into: &histogram)
    case .response: block.pointee.response.snapshot(into: &histogram)
    case .queueing: block.pointee.queueing.snapshot(into: &histogram)
    case .lag: block.pointee.lag.snapshot(into: &histogram)
    }
  }
}
