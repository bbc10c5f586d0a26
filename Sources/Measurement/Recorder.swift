import Glibc
import Synchronization

/// A counter that other threads may read at any time.
@frozen public struct Counter: ~Copyable, Sendable {
  @usableFromInline let value = Atomic<UInt64>(0)

  @inlinable public init() {}

  /// Adds, wrapping. `shared` says that several threads add; one alone needs no locked instruction.
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

/// Where the lanes of one class write down what became of their operations. A trial has a few of them, at most two
/// per processor, never one per lane.
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
    /// When the last operation ended, in nanoseconds.
    @usableFromInline let lastEnd = Atomic<UInt64>(0)
    @usableFromInline let kinds: UnsafeMutablePointer<Counter>
    let lenient = Counter()
    let early = Counter()
    let connections = Counter()
    let reconnections = Counter()
    /// When the first of the early operations ended, in nanoseconds; ``never`` while there is none.
    let firstEarlyEnd: Atomic<UInt64>
    /// Not the largest number: `Atomic<UInt64>.min` of Swift 6.3 compares as if numbers had a sign.
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

  /// Kinds of failures and of refusals that can be told apart; kinds are numbers below this.
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

  /// An operation is done.
  /// - Parameters:
  ///   - end: when.
  ///   - service: how long it took from its actual start.
  ///   - checksum: of what was verified; nil where the answer was complete but not what was asked for.
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

  /// Only lenient reading could take the answer of the operation that was just completed.
  public func readLeniently() { block.pointee.lenient.add(1, shared: block.pointee.shared) }

  /// The operation that was just completed had been to start this long before its end.
  @inlinable
  public func responded(_ response: Nanoseconds) { add(response, to: block.pointee.response) }

  /// The operation that was just completed had waited for its permit this long after it was to start.
  @inlinable
  public func queued(_ queueing: Nanoseconds) { add(queueing, to: block.pointee.queueing) }

  /// An operation started this long after it was to, while its lane waited for nothing else.
  @inlinable
  public func lagged(_ lag: Nanoseconds) { add(lag, to: block.pointee.lag) }

  @inlinable
  func add(_ span: Nanoseconds, to histogram: HistogramRecorder) {
    if block.pointee.shared { histogram.recordShared(span.count) } else { histogram.record(span.count) }
  }

  /// An operation has ended, in whatever way.
  @inlinable @inline(__always)
  public func ended(at end: Instant) {
    if block.pointee.shared {
      block.pointee.lastEnd.max(end.nanoseconds, ordering: .relaxed)
    } else {
      block.pointee.lastEnd.store(end.nanoseconds, ordering: .relaxed)
    }
  }

  /// An operation is done before the window opens. It is counted here and nowhere else.
  public func completedEarly(at end: Instant) {
    block.pointee.early.add(1, shared: block.pointee.shared)
    if end.nanoseconds < block.pointee.firstEarlyEnd.load(ordering: .relaxed) {
      block.pointee.firstEarlyEnd.min(end.nanoseconds, ordering: .relaxed)
    }
  }

  /// A lane has a new connection.
  public func connected() { block.pointee.connections.add(1, shared: block.pointee.shared) }

  /// A lane found its idle connection closed, and is to have another one.
  public func reconnected() { block.pointee.reconnections.add(1, shared: block.pointee.shared) }

  /// Counts one of `kind`; numbers out of range count as kind 0.
  public func count(kind: Int) {
    block.pointee.kinds[(0..<Self.kindCount).contains(kind) ? kind : 0].add(1, shared: block.pointee.shared)
  }

  @inlinable public var done: UInt64 { block.pointee.service.count }
  /// When the last operation ended, if any has.
  public var lastEnd: Instant? {
    let nanoseconds = block.pointee.lastEnd.load(ordering: .relaxed)
    return nanoseconds == 0 ? nil : Instant(nanoseconds: nanoseconds)
  }
  /// Operations that were done before the window opened.
  public var early: UInt64 { block.pointee.early.count }
  /// When the first of them ended, if any has.
  public var firstEarlyEnd: Instant? {
    let nanoseconds = block.pointee.firstEarlyEnd.load(ordering: .relaxed)
    return nanoseconds == Block.never ? nil : Instant(nanoseconds: nanoseconds)
  }
  /// Connections that lanes have had.
  public var connections: UInt64 { block.pointee.connections.count }
  /// Of those, the ones that took the place of one that was closed while it was idle.
  public var reconnections: UInt64 { block.pointee.reconnections.count }
  public var verified: UInt64 { block.pointee.verified.count }
  public var checksum: UInt64 { block.pointee.checksum.count }
  /// Operations that are done, and whose answers only lenient reading could take.
  public var lenientReads: UInt64 { block.pointee.lenient.count }
  public var sentBytes: UInt64 { block.pointee.sentBytes.count }
  public var receivedBytes: UInt64 { block.pointee.receivedBytes.count }

  /// The kinds that were counted, with their numbers.
  public var kinds: [Int: UInt64] {
    var counts: [Int: UInt64] = [:]
    for kind in 0..<Self.kindCount where block.pointee.kinds[kind].count > 0 {
      counts[kind] = block.pointee.kinds[kind].count
    }
    return counts
  }

  /// What is recorded of each operation in histograms.
  public enum Span: Sendable {
    /// From an operation's actual start to its end.
    case service
    /// From its intended start to its end.
    case response
    /// From its intended start to its actual one, where operations queue on a limit.
    case queueing
    /// From its intended start to its actual one, where nothing but the harness kept it.
    case lag
  }

  /// Adds what has been recorded so far.
  public func snapshot(_ span: Span, into histogram: inout LatencyHistogram) {
    switch span {
    case .service: block.pointee.service.snapshot(into: &histogram)
    case .response: block.pointee.response.snapshot(into: &histogram)
    case .queueing: block.pointee.queueing.snapshot(into: &histogram)
    case .lag: block.pointee.lag.snapshot(into: &histogram)
    }
  }
}
