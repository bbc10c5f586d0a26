import Measurement
import Workloads

/// The lanes of one class, busy or bystanders: their shared state and their recorders.
struct LaneGroups {
  let trial = UnsafeMutablePointer<TrialState>.allocate(capacity: 1)
  let recorders: [Recorder]
  let groups: [Boxed<LaneGroup>]

  /// The caller must still initialise `trial`.
  init(_ arrangement: Arrangement) {
    let trial = trial
    recorders = (0..<arrangement.groups).map { _ in Recorder.allocate(shared: arrangement.isShared) }
    groups = recorders.map { Boxed(LaneGroup(trial: trial, recorder: $0)) }
  }

  func deallocate() {
    trial.deinitialize(count: 1)
    trial.deallocate()
    for group in groups { group.deallocate() }
    for recorder in recorders { recorder.deallocate() }
  }

  func sum(_ value: (Recorder) -> UInt64) -> UInt64 { recorders.reduce(0) { $0 &+ value($1) } }

  func merged(_ span: Recorder.Span) -> LatencyHistogram {
    var histogram = LatencyHistogram()
    for recorder in recorders { recorder.snapshot(span, into: &histogram) }
    return histogram
  }

  var failuresByKind: [OutcomeKind: UInt64] {
    var kinds: [OutcomeKind: UInt64] = [:]
    for recorder in recorders {
      for (kind, count) in recorder.kinds { kinds[OutcomeKind(rawValue: UInt16(kind)), default: 0] += count }
    }
    return kinds
  }

  /// Whether all operations that this process was to do have ended within the window.
  var hasDoneAll: Bool {
    guard let due = trial.pointee.due else { return false }
    return sum(\.done) + failuresByKind.filter { $0.key.status == nil }.values.reduce(0, +) >= due
  }

  /// The ages of the operations of these lanes that were in flight at window end.
  func unfinishedAges(_ lanes: some Watched, in ranges: [Range<Int>]) -> [Nanoseconds] {
    let closes = trial.pointee.closes
    return ranges.joined().flatMap { lanes.operationStarts(of: $0) }.map { closes.since($0) }
  }

  /// The number of these lanes that completed at least one operation that counts.
  func servedCount(_ lanes: some Watched, in ranges: [Range<Int>]) -> Int {
    ranges.joined().reduce(0) { $0 + (lanes.isServed($1) ? 1 : 0) }
  }

  /// The arrivals that the schedule of these lanes had in the window, and those that remained; nil in a closed loop.
  func arrivals(_ lanes: some Watched, in ranges: [Range<Int>]) -> ArrivalOutcome? {
    trial.pointee.arrivals(inHand: ranges.joined().compactMap { lanes.arrivalInHand(of: $0) })
  }
}

/// A value with a fixed address, for lanes to point to.
struct Boxed<Value: ~Copyable>: @unchecked Sendable {
  private let storage: UnsafeMutablePointer<Value>
  var pointer: UnsafePointer<Value> { UnsafePointer(storage) }

  init(_ value: consuming Value) {
    storage = .allocate(capacity: 1)
    storage.initialize(to: value)
  }

  func deallocate() {
    storage.deinitialize(count: 1)
    storage.deallocate()
  }
}
