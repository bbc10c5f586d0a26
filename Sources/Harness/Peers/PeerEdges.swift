import Glibc
import Measurement
import Records
import Synchronization
import SystemCalls

/// The edges of a window, which the harness keeps for a peer. At both edges it reads the resource usage of the peer's
/// processes, and notifies the built-in servers. A thread of the harness does this on time, like a client's monitor.
final class PeerEdges: @unchecked Sendable {
  private let controls: [Int32]
  private let processors: [Int]
  private let readings: Mutex<Readings>
  /// Used by the thread only, until it has ended.
  private var heart: Heartbeat?
  private var lateness: [Nanoseconds] = []
  private var thread: SystemCalls.Thread?
  private var endsInTime = false
  private let isStopped = Atomic(false)

  private struct Readings {
    var family: ProcessFamily
    var before: ProcessFamily.Reading?
    var first: ProcessFamily.Reading?
    var last: ProcessFamily.Reading?

    /// Reads slow values before the window opens, so that they do not delay it.
    mutating func prepare() {
      guard first == nil else { return }
      var reading = ProcessFamily.Reading(at: MonotonicClock.now)
      family.readDetails(into: &reading)
      before = reading
    }
  }

  /// The time between two beats. Enough beats are kept to determine the median lateness.
  private static let beat = Nanoseconds.milliseconds(10)
  private static let mostBeats = 4096

  /// The time before the window at which slow values are read; what takes less is read once more, later. The switches of
  /// 500 threads take up to 40 ms on a busy machine.
  private static let preparation = (longest: Nanoseconds.milliseconds(60), shortest: Nanoseconds.milliseconds(5))

  init(of processes: Set<pid_t>, _ controls: [Int32], processors: [Int]) {
    self.controls = controls
    self.processors = processors
    readings = Mutex(Readings(family: ProcessFamily(of: processes)))
  }

  /// Opens the window; later calls do nothing.
  func open() {
    readings.withLock { readings in
      guard readings.first == nil else { return }
      if readings.before == nil { readings.prepare() }
      var reading = readings.family.readTimes()
      ControlChannel.tell("open\n", over: controls)
      reading.take(detailsOf: readings.before)
      readings.first = reading
    }
  }

  private func prepare(for opens: Instant) {
    wait(until: Instant(nanoseconds: opens.nanoseconds - Self.preparation.longest.count))
    let begun = MonotonicClock.now
    readings.withLock { $0.prepare() }
    let needed = max(Self.preparation.shortest.count, 2 * MonotonicClock.now.since(begun).count)
    guard MonotonicClock.now.nanoseconds + needed < opens.nanoseconds else { return }
    wait(until: Instant(nanoseconds: opens.nanoseconds - needed))
    readings.withLock { $0.prepare() }
  }

  private func close() {
    readings.withLock { readings in
      guard readings.last == nil else { return }
      var reading = readings.family.readTimes()
      ControlChannel.tell("close\n", over: controls)
      readings.family.readNewMembers(into: &reading)
      readings.family.readDetails(into: &reading)
      readings.last = reading
    }
  }

  /// - Parameters:
  ///   - opens: may lie in the past if the window is already open.
  ///   - closes: nil if ``finish()`` closes the window.
  func follow(opens: Instant, closes: Instant?) throws(HarnessFailure) {
    endsInTime = closes != nil
    do throws(Errno) {
      thread = try Thread(name: "edges") { [self] in
        try? Affinity.set(processors)
        let isPreferred = ProcessControl.prefer()
        prepare(for: opens)
        wait(until: opens)
        if isStopped.load(ordering: .acquiring) { return }
        open()
        // Without priority, the peer's threads delay it, so that it is no witness of the machine.
        if isPreferred { heart = Heartbeat(isPreferred: true) }
        wait(until: closes ?? .distantFuture)
        if closes != nil, !isStopped.load(ordering: .acquiring) { close() }
      }
    } catch {
      throw HarnessFailure("cannot start a thread: \(error)")
    }
  }

  /// The peer has finished or failed: closes a window that is still open.
  func finish() {
    if !endsInTime {
      open()
      close()
    }
    isStopped.store(true, ordering: .releasing)
    thread?.join()
    thread = nil
    open()
    close()
  }

  private func wait(until end: Instant) {
    while case let now = MonotonicClock.now, now < end, !isStopped.load(ordering: .acquiring) {
      let due = min(end, now + Self.beat)
      var time = timespec(
        tv_sec: Int(due.nanoseconds / 1_000_000_000), tv_nsec: Int(due.nanoseconds % 1_000_000_000))
      SystemCall.sleep(until: &time)
      guard heart != nil else { continue }
      let woken = MonotonicClock.now
      heart?.beat(at: woken)
      if lateness.count < Self.mostBeats { lateness.append(woken.since(due)) }
    }
  }

  /// Writes the readings into a record; valid after the end.
  func fill(_ record: inout PartialRecord, opens: Instant, closes: Instant?) {
    let (first, last) = readings.withLock { ($0.first, $0.last) }
    guard let first, let last else { return }
    record.usage = last.since(first)
    record.usage.longestGap = heart?.longestGap.count
    record.pacerLag = TrialRecord.PacerLag(lateness)
    record.window = PartialRecord.Window(
      opens: opens.nanoseconds, closes: closes?.nanoseconds ?? opens.nanoseconds + record.wall,
      openRead: first.at.nanoseconds, closeRead: last.at.nanoseconds)
  }
}
