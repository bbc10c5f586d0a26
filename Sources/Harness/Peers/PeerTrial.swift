import Glibc
import Measurement
import Plan
import Records
import SystemCalls

/// A trial whose client is a peer: it gets its plan, is started and followed to its end, and its rows are read.
struct PeerTrial {
  let peer: Peer
  let spec: TrialSpec
  let processors: [Int]
  /// The control channels of the built-in servers. The harness itself signals the window's edges over them.
  let controls: [Int32]
  /// Modifies the plan.
  var tell: (@Sendable (inout PeerPlan) -> Void)?
  /// The time limit for the end, from the start for a fixed count, otherwise from the window's end.
  let patience: Nanoseconds

  enum End {
    case ended(PartialRecord)
    /// Why there is no record.
    case failed(String)
  }

  /// The time limit for each of these: connecting the lanes, writing the rows after the window's end, and exiting when
  /// told.
  private static let settling = Nanoseconds.seconds(60)
  static let writing = Nanoseconds.seconds(20)
  private static let ending = Nanoseconds.seconds(5)
  private static let stays =
    "peer-stays: it did not exit within \(ending) after the end of its standard input, and was killed"
  /// The time between the start order and the start: the order must reach all lanes.
  private var lead: Nanoseconds { .milliseconds(20) + .microseconds(UInt64(spec.lanes)) }

  /// - Parameters:
  ///   - started: told the process.
  ///   - isReady: asked before the start; where it says why not, the trial ends there.
  ///   - isDone: told once all operations are done.
  ///   - idle: called again and again while the trial runs.
  func run(
    started: (ChildProcess) -> Void = { _ in }, isReady: () throws(HarnessFailure) -> String? = { nil },
    isDone: () throws(HarnessFailure) -> Void = {}, idle: () -> Void
  ) throws(HarnessFailure) -> End {
    guard let words = peer.manifest.drive else { return .failed("\(peer.manifest.id) has no client") }
    let files = try PeerFiles(spec, endpoint: spec.endpoints.first)
    defer { files.folder.remove() }
    var told = files.plan
    tell?(&told)
    let process = try PeerProcess(peer, words, on: processors)
    defer { process.end() }
    started(process.child)
    process.child.send(TrialRunner.json(told))
    if case .failure(let failure) = try process.hear("ready", patience: Self.settling, idle: idle) {
      return .failed(failure.reason)
    }
    if let reason = try isReady() { return .failed(reason) }
    let edges = PeerEdges(of: [process.child.identifier], controls, processors: processors)
    if spec.warmup == .zero { edges.open() }
    let start = MonotonicClock.now + lead
    process.child.send("start \(start.nanoseconds)")
    let opens = start + spec.warmup
    let closes = spec.duration.map { opens + $0 }
    try edges.follow(opens: opens, closes: closes)
    let heard = try process.hear(
      "done", patience: lead + spec.warmup + (spec.duration ?? .zero) + patience, idle: idle)
    let said = MonotonicClock.now
    // All operations of an open loop may be done before the window ends.
    if case .success = heard, files.schedule != nil, let closes {
      while MonotonicClock.now < closes { Interruption.pause(milliseconds: 1) }
    }
    edges.finish()
    try isDone()
    if case .failure(let failure) = heard { return .failed(failure.reason) }
    if let closes, said < closes, files.schedule == nil {
      return .failed("it said 'done' \(Validity.micros(closes.since(said).count)) before the window's end")
    }
    let stays = process.end(patience: Self.ending) == nil
    let rows: PeerRows
    do throws(Errno) {
      rows = try PeerRows(reading: files.rows, capacity: files.capacity)
    } catch {
      return .failed("its rows are unreadable: \(error)")
    }
    var tally = PeerTally(spec, schedule: files.schedule, start: start, said: said)
    tally.take(rows, capacity: files.capacity)
    var record = tally.record()
    record.breaches = told.record ? tally.breaches.reasons + (stays ? [Self.stays] : []) : nil
    edges.fill(&record, opens: opens, closes: closes)
    record.usage.cpus = processors
    return .ended(record)
  }
}
