import Measurement
import Plan
import Synchronization
import SystemCalls
import Workloads

/// What a monitor watches: the lanes as another thread may see them.
protocol Watched: Sendable {
  var arrangement: Arrangement { get }
  /// The start of the operation that the lane holds, of several that of the oldest, if it holds one.
  func operationStart(of lane: Int) -> Instant?
  /// How many the lanes of a range hold, and which of them hold one that began at `deadline` or before, if there is one.
  func held(in range: Range<Int>, deadline: Instant?, late: (_ lane: Int, _ start: Instant) -> Void) -> Int
  /// The starts of all that it holds; once it has finished.
  func operationStarts(of lane: Int) -> [Instant]
  /// Whether it has had an operation done that counts; once it has finished.
  func isServed(_ lane: Int) -> Bool
  /// Of a schedule, the operation that it has taken and not ended; once it has finished.
  func arrivalInHand(of lane: Int) -> UInt64?
  var connections: ConnectionTable { get }
  /// What other processes have used so far that work for the lanes.
  var usageOfWorkers: ResourceUsage { get }
}

/// A thread beside the mode: reads the counters at the window's edges, samples what is in flight, shuts down the
/// connections of operations that are out of time, and all of them at the trial's end, so that a blocked thread also
/// ends. It is the same in every mode.
final class Monitor: @unchecked Sendable {
  /// What it has seen, complete once `finish` has returned.
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
    /// Of the monitor itself.
    var own: ResourceUsage
  }

  private let watched: any Watched
  private let recorders: [Recorder]
  private let opens: Instant
  private let closes: Instant
  private let timeout: Nanoseconds
  private let edges: WindowEdges?
  /// What the lanes share that are beside those that are measured, if there are any.
  private let bystanders: UnsafePointer<TrialState>?
  /// What lanes share that hold their connections to the end.
  private let held: [UnsafePointer<TrialState>]
  /// Whether the lanes that are measured have done all that they were asked for, which ends those that hold.
  private let hasDoneAll: () -> Bool
  private let (busyLanes, bystanderLanes): ([Range<Int>], [Range<Int>])
  private let tick: Nanoseconds
  private let isStopped = Atomic(false)
  private var thread: Thread?
  private var last = LatencyHistogram()
  /// What the monitor's thread has used itself so far, which is not the mode's.
  private let own = Mutex(ResourceUsage.zero)
  /// Even.
  private static let longestSeries = 128
  private let bystanderInterval: Nanoseconds
  private var seriesInterval: Nanoseconds

  /// - Parameters:
  ///   - expected: how long the window will be, as far as can be told.
  ///   - edges: told when the window opens and closes.
  ///   - servers: the processes that answer, where they are known.
  ///   - processes: how many have a monitor each.
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
    // Thousands at a time, all of the others wait meanwhile: no oftener than their time limits ask for.
    let limit = bystanders?.pointee.timeout ?? .zero
    bystanderInterval = Nanoseconds(max(limit.count / 10, 20_000_000, Self.looking(at: bystanderLanes, processes)))
  }

  /// A look at every lane takes some nanoseconds: between two there is time for those of all processes to stay well below
  /// a hundredth of a processor, as they come before whoever carries lanes.
  private static func looking(at lanes: [Range<Int>], _ processes: Int) -> UInt64 {
    UInt64(lanes.map(\.count).reduce(0, +) * processes) * 2_000
  }

  /// Begins. A window that opens at once has been announced by the caller.
  func start(opensAtOnce: Bool) throws(Errno) {
    if opensAtOnce { before = readUsage() }
    thread = try Thread(name: "monitor") {
      // Among as many threads as there are lanes, all of them busy, its turn would come too late.
      self.standstill.begin(isPreferred: ProcessControl.prefer())
      self.run()
    }
  }

  /// All lanes have finished: reads what is left to be read, and ends the thread.
  func finish() {
    let usage = readUsage()
    isStopped.store(true, ordering: .releasing)
    thread?.join()
    if before == nil { open() }
    if after == nil { end(usage) }
    sampleProcess()
    sampleSeries(at: min(MonotonicClock.now, closes))
  }

  /// What the process used within the window, without what the monitor used itself.
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

  /// When the counters were read: a monitor that finds no processor reads late.
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

  /// Waits for the window to open. Operations run out of time here as well.
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

  /// From the sample before, a tick on average. Samples at even intervals could be in step with the arrivals of a constant
  /// rate, and see the same each time.
  private func pause(before sample: UInt64) -> Nanoseconds {
    Nanoseconds(UInt64(Double(tick.count) * (0.5 + Randomness.uniform(opens.nanoseconds, sample))))
  }

  /// The window's end: ends every wait that would outlast it.
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

  /// Whether lanes that hold their connections need not do so any longer.
  private var heldAreThrough: Bool { !held.isEmpty && hasDoneAll() }

  private func wait(until instant: Instant, or isOver: () -> Bool = { false }) {
    // In pieces, so that the end of the trial is soon noticed.
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

  /// How many of the lanes hold an operation. The connections of those that are out of time are shut down.
  private func look(at ranges: [Range<Int>], timeout: Nanoseconds, _ now: Instant) -> Int {
    // Before the clock has run for so long nothing can be late.
    let isTimed = timeout > .zero && now.nanoseconds >= timeout.count
    let deadline = isTimed ? Instant(nanoseconds: now.nanoseconds - timeout.count) : nil
    return ranges.reduce(0) { held, range in
      held + watched.held(in: range, deadline: deadline) { lane, start in endOperation(of: lane, begunAt: start) }
    }
  }

  /// Shuts down the connection of the operation that a lane has in hand, if it still is the one that began then: of what is
  /// in hand nothing can be closed, and the operation is a timeout even if its answer has just come.
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

  /// Makes one point of two, and lets twice as much time pass between those to come: how long a trial of a number of
  /// operations takes is not known beforehand.
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

/// Whom to tell that the window has opened and closed.
public struct WindowEdges: Sendable {
  public var opened: @Sendable () -> Void
  /// Lanes that hold their connections do so until it returns.
  public var closed: @Sendable () -> Void
  /// Asked once all lanes have what they need: when they are to start. Nil where they are to start at once.
  public var started: (@Sendable () -> Instant)?

  public init(
    opened: @escaping @Sendable () -> Void, closed: @escaping @Sendable () -> Void,
    started: (@Sendable () -> Instant)? = nil
  ) {
    self.opened = opened
    self.closed = closed
    self.started = started
  }

  /// When the lanes are to start, once that has come.
  func start() -> Instant {
    guard let start = started?() else { return MonotonicClock.now }
    while MonotonicClock.now < start { sleepBlocking(until: start) }
    return start
  }
}
