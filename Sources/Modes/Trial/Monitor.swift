import Measurement
import Plan
import Synchronization
import SystemCalls
import Workloads

/// The lanes as the monitor, on another thread, may see them.
protocol Watched: Sendable {
  var arrangement: Arrangement { get }
  /// The start of the lane's operation in flight; the oldest, if there are several, and nil if there is none.
  func operationStart(of lane: Int) -> Instant?
  /// Returns the number of operations in flight in a range. Calls `late` for each lane whose oldest one began at
  /// `deadline` or before.
  func held(in range: Range<Int>, deadline: Instant?, late: (_ lane: Int, _ start: Instant) -> Void) -> Int
  /// The starts of all operations that the lane still holds; to be called once it has finished.
  func operationStarts(of lane: Int) -> [Instant]
  /// Whether the lane completed an operation that counts; to be called once it has finished.
  func isServed(_ lane: Int) -> Bool
  /// The scheduled operation that the lane took and did not complete; to be called once it has finished.
  func arrivalInHand(of lane: Int) -> UInt64?
  var connections: ConnectionTable { get }
  /// The resources that other processes which work for the lanes have used so far.
  var usageOfWorkers: ResourceUsage { get }
}

/// A thread beside the mode that observes a trial and ends its waits; it is the same in every mode.
///
/// It reads the counters at the window's edges and samples the operations in flight. It shuts down the connections of
/// operations that exceed their timeout, and all of them at the trial's end, so that blocked threads end, too.
final class Monitor: @unchecked Sendable {
  /// Observations, complete once `finish` has returned.
  private(set) var inFlight = InFlightSamples()
  private(set) var series: [SeriesSample] = []
  private(set) var threadsPeak: Int?
  private(set) var descriptorsPeak: Int?
  private(set) var standstill: Standstill
  private var before: Reading?
  private var after: Reading?

  private struct Reading {
    var at: Instant
    var process: ResourceUsage
    /// The monitor's own use.
    var own: ResourceUsage
  }

  private let watched: any Watched
  private let recorders: [Recorder]
  private let opens: Instant
  private let closes: Instant
  private let timeout: Nanoseconds
  private let edges: WindowEdges?
  /// The shared state of bystanders, if there are any.
  private let bystanders: UnsafePointer<TrialState>?
  /// The shared state of lanes that hold their connections to the end.
  private let held: [UnsafePointer<TrialState>]
  /// Whether the measured lanes have done all their operations, which ends the lanes that hold connections.
  private let hasDoneAll: () -> Bool
  private let (busyLanes, bystanderLanes): ([Range<Int>], [Range<Int>])
  private let tick: Nanoseconds
  private let isStopped = Atomic(false)
  private var thread: Thread?
  private var last = LatencyHistogram()
  /// The use of the monitor's own thread, which does not count as the mode's.
  private let own = Mutex(ResourceUsage.zero)
  /// Must be even.
  private static let longestSeries = 128
  private let bystanderInterval: Nanoseconds
  private var seriesInterval: Nanoseconds

  /// - Parameters:
  ///   - expected: the expected length of the window.
  ///   - edges: called when the window opens and closes.
  ///   - servers: the processes that answer, if they are known.
  ///   - processes: the number of client processes, each with a monitor.
  init(
    _ watched: any Watched, recorders: [Recorder], opens: Instant, closes: Instant, timeout: Nanoseconds,
    expected: Nanoseconds, edges: WindowEdges?, servers: [Int32] = [], processes: Int = 1,
    beside bystanders: UnsafePointer<TrialState>? = nil,
    held: [UnsafePointer<TrialState>] = [], hasDoneAll: @escaping () -> Bool = { false }
  ) {
    self.watched = watched
    self.recorders = recorders
    self.opens = opens
    self.closes = closes
    self.timeout = timeout
    self.edges = edges
    standstill = Standstill(servers: servers, processes: processes)
    self.bystanders = bystanders
    self.held = held
    self.hasDoneAll = hasDoneAll
    (busyLanes, bystanderLanes) = (watched.arrangement.busyLanes, watched.arrangement.bystanderLanes)
    let leastTick = max(2_000_000, Self.looking(at: busyLanes, processes))
    tick = Nanoseconds(min(max(expected.count / 200, leastTick), max(20_000_000, leastTick)))
    seriesInterval = Nanoseconds(max(expected.count / 50, 20_000_000, tick.count))
    // A look at thousands of bystanders delays the other threads. It happens no more often than their timeouts require.
    let limit = bystanders?.pointee.timeout ?? .zero
    bystanderInterval = Nanoseconds(max(limit.count / 10, 20_000_000, Self.looking(at: bystanderLanes, processes)))
  }

  /// The shortest time between two looks, in nanoseconds. A look costs some nanoseconds per lane and has priority over
  /// the mode's threads. The monitors of all processes together stay well below 1 % of a processor.
  private static func looking(at lanes: [Range<Int>], _ processes: Int) -> UInt64 {
    UInt64(lanes.map(\.count).reduce(0, +) * processes) * 2_000
  }

  /// Starts the thread. If the window opens at once, the caller has announced it.
  func start(opensAtOnce: Bool) throws(Errno) {
    if opensAtOnce { before = readUsage() }
    thread = try Thread(name: "monitor") {
      // Without priority, its turn would come too late among as many busy threads as there are lanes.
      self.standstill.begin(isPreferred: ProcessControl.prefer())
      self.run()
    }
  }

  /// Takes the last readings and ends the thread, once all lanes have finished.
  func finish() {
    let usage = readUsage()
    isStopped.store(true, ordering: .releasing)
    thread?.join()
    if before == nil { open() }
    if after == nil { end(usage) }
    sampleProcess()
    sampleSeries(at: min(MonotonicClock.now, closes))
  }

  /// The process's use within the window, without that of the monitor.
  var usage: ResourceUsage {
    guard let before, let after else { return .zero }
    return after.process.since(before.process).without(after.own.since(before.own))
  }

  private func open() {
    before = readUsage()
    edges?.opened()
  }

  private func end(_ usage: Reading) {
    after = usage
    edges?.closed()
  }

  private func readUsage() -> Reading {
    var usage = ResourceUsage.current()
    usage.add(watched.usageOfWorkers)
    return Reading(at: MonotonicClock.now, process: usage, own: own.withLock { $0 })
  }

  /// When the counters were read: a monitor that gets no processor reads late.
  var readings: (first: Instant, last: Instant) { (before?.at ?? opens, after?.at ?? opens) }

  private func run() {
    if before == nil {
      warmUp()
      if isStopped.load(ordering: .acquiring) { return }
      noteOwnUsage()
      open()
    }
    sampleProcess()
    noteOwnUsage()
    var nextSeries = opens + seriesInterval
    var nextBystanders = opens + bystanderInterval
    var sample: UInt64 = 0
    var next = MonotonicClock.now + pause(before: sample)
    standstill.watches = true
    while !isStopped.load(ordering: .acquiring) {
      wait(until: min(next, closes)) { heldAreThrough }
      if isStopped.load(ordering: .acquiring) { return }
      let now = MonotonicClock.now
      if now >= closes || heldAreThrough { return close() }
      let inHand = look(at: busyLanes, timeout: timeout, now)
      inFlight.add(inHand)
      standstill.note(lastEnd: recorders.compactMap(\.lastEnd).max(), inHand: inHand, at: now)
      if let bystanders, now >= nextBystanders {
        _ = look(at: bystanderLanes, timeout: bystanders.pointee.timeout, now)
        nextBystanders = now + bystanderInterval
      }
      if now >= nextSeries {
        sampleSeries(at: now)
        nextSeries = max(nextSeries + seriesInterval, now)
      }
      noteOwnUsage()
      sample += 1
      next = max(next + pause(before: sample), now)
    }
  }

  /// Waits for the window to open. Timeouts apply here, too.
  private func warmUp() {
    let limits = [timeout, bystanders?.pointee.timeout ?? .zero].filter { $0 > .zero }
    var next = limits.min().map { MonotonicClock.now + $0 } ?? opens
    while case let now = MonotonicClock.now, now < opens, !isStopped.load(ordering: .acquiring) {
      wait(until: min(next, opens))
      next = MonotonicClock.now + tick
      _ = look(at: busyLanes, timeout: timeout, MonotonicClock.now)
      if let bystanders { _ = look(at: bystanderLanes, timeout: bystanders.pointee.timeout, MonotonicClock.now) }
    }
  }

  /// The time before a sample: random, one tick on average. Samples at even intervals could coincide with arrivals at a
  /// constant rate, and always see the same.
  private func pause(before sample: UInt64) -> Nanoseconds {
    Nanoseconds(UInt64(Double(tick.count) * (0.5 + Randomness.uniform(opens.nanoseconds, sample))))
  }

  /// Closes the window and ends every wait that would outlast it.
  private func close() {
    standstill.close(lastEnd: recorders.compactMap(\.lastEnd).max(), at: MonotonicClock.now)
    for trial in held { trial.pointee.close(at: MonotonicClock.now) }
    noteOwnUsage()
    end(readUsage())
    while !isStopped.load(ordering: .acquiring) {
      for place in 0..<watched.connections.placeCount { watched.connections.shutDown(place) }
      wait(until: MonotonicClock.now + .milliseconds(50))
    }
  }

  /// Whether the lanes that hold connections may close them.
  private var heldAreThrough: Bool { !held.isEmpty && hasDoneAll() }

  private func wait(until instant: Instant, or isOver: () -> Bool = { false }) {
    // Sleeps in pieces, so that it soon notices the trial's end.
    while case let now = MonotonicClock.now, now < instant, !isStopped.load(ordering: .acquiring), !isOver() {
      let end = min(instant, now + .milliseconds(20))
      sleepBlocking(until: end)
      standstill.woke(at: MonotonicClock.now, due: end)
    }
  }

  private func noteOwnUsage() {
    let usage = ResourceUsage.ofThread()
    own.withLock { $0 = usage }
  }

  /// Returns the number of operations in flight. Shuts down the connections of those that exceed their timeout.
  private func look(at ranges: [Range<Int>], timeout: Nanoseconds, _ now: Instant) -> Int {
    // Nothing can be late before the clock has run for the timeout.
    let isTimed = timeout > .zero && now.nanoseconds >= timeout.count
    let deadline = isTimed ? Instant(nanoseconds: now.nanoseconds - timeout.count) : nil
    return ranges.reduce(0) { held, range in
      held + watched.held(in: range, deadline: deadline) { lane, start in endOperation(of: lane, begunAt: start) }
    }
  }

  /// Shuts down the connection of a lane's operation, if it is still the one that began at `start`. The connection
  /// cannot be closed meanwhile. The operation counts as a timeout even if its answer has just arrived.
  private func endOperation(of lane: Int, begunAt start: Instant) {
    watched.connections.withOpen(watched.connections.place(of: lane)) { socket in
      if watched.operationStart(of: lane) == start { socket.shutdown() }
    }
  }

  private func sampleSeries(at now: Instant) {
    var sum = LatencyHistogram()
    for recorder in recorders { recorder.snapshot(.service, into: &sum) }
    let threads = ProcFile.threads
    series.append(SeriesSample(at: now.since(opens), service: sum.subtracting(last), threads: threads))
    last = sum
    threadsPeak = [threadsPeak, threads].compactMap { $0 }.max()
    if series.count == Self.longestSeries { coarsen() }
  }

  /// Merges pairs of points and doubles the interval, because the length of a fixed-count trial is not known
  /// beforehand.
  private func coarsen() {
    series = stride(from: 0, to: series.count, by: 2).map { first in
      var pair = series[first + 1]
      pair.service.merge(series[first].service)
      return pair
    }
    seriesInterval = Nanoseconds(seriesInterval.count * 2)
  }

  private func sampleProcess() {
    threadsPeak = [threadsPeak, ProcFile.threads].compactMap { $0 }.max()
    descriptorsPeak = [descriptorsPeak, ProcFile.openDescriptors].compactMap { $0 }.max()
  }
}

/// Callbacks at the edges of the window.
public struct WindowEdges: Sendable {
  public var opened: @Sendable () -> Void
  /// Lanes that hold their connections do so until this returns.
  public var closed: @Sendable () -> Void
  /// Called once all lanes are ready; returns when they are to start. Nil to start at once.
  public var started: (@Sendable () -> Instant)?

  public init(
    opened: @escaping @Sendable () -> Void, closed: @escaping @Sendable () -> Void,
    started: (@Sendable () -> Instant)? = nil
  ) {
    self.opened = opened
    self.closed = closed
    self.started = started
  }

  /// Waits for the start and returns its time.
  func start() -> Instant {
    guard let start = started?() else { return MonotonicClock.now }
    while MonotonicClock.now < start { sleepBlocking(until: start) }
    return start
  }
}
