import Glibc
import Measurement
import Modes
import Plan
import Records
import Synchronization
import SystemCalls
import Workloads

/// The client of a trial, where that is a peer: told its plan, started, followed to its end, and what it has written down
/// taken in.
struct PeerTrial {
  let peer: Peer
  let spec: TrialSpec
  let processors: [Int]
  /// Ends of the own servers' control channels: the harness tells them the window's edges itself.
  let controls: [Int32]
  /// For the peer to say its next word.
  let patience: Nanoseconds
  /// Whether it writes rows.
  var records = true

  enum End {
    case ended(PartialRecord)
    /// Why there is no record.
    case failed(String)
  }

  /// For the peer to connect its lanes, and to come to its end.
  private static let settling = Nanoseconds.seconds(60)
  private static let ending = Nanoseconds.seconds(5)
  /// From the order to start until the start: the order has to reach all lanes.
  private var lead: Nanoseconds { .milliseconds(20) + .microseconds(UInt64(spec.lanes)) }

  /// - Parameters:
  ///   - started: told the process.
  ///   - idle: called again and again while the trial runs.
  func run(started: (ChildProcess) -> Void = { _ in }, idle: () -> Void) throws(HarnessFailure) -> End {
    guard let words = peer.manifest.drive else { return .failed("\(peer.manifest.id) has no client") }
    let files = try PeerFiles(spec, endpoint: spec.endpoints.first, records: records)
    defer { files.folder.remove() }
    let process = try PeerProcess(peer, words, on: processors)
    defer { process.end() }
    started(process.child)
    process.child.send(TrialRunner.json(files.plan))
    if case .failure(let failure) = try process.hear("ready", patience: Self.settling, idle: idle) {
      return .failed(failure.reason)
    }
    let edges = PeerEdges(of: [process.child.identifier], controls, processors: processors)
    if spec.warmup == .zero { edges.open() }
    let start = MonotonicClock.now + lead
    process.child.send("start \(start.nanoseconds)")
    let opens = start + spec.warmup
    let closes = spec.duration.map { opens + $0 }
    try edges.follow(opens: opens, closes: closes)
    let heard = try process.hear("done", patience: lead + patience, idle: idle)
    let said = MonotonicClock.now
    edges.finish()
    if case .failure(let failure) = heard { return .failed(failure.reason) }
    if let closes, said < closes {
      return .failed("it said 'done' \(Validity.micros(closes.since(said).count)) before the window's end")
    }
    process.end(patience: Self.ending)
    let rows: PeerRows
    do throws(Errno) {
      rows = try PeerRows(reading: files.rows, capacity: files.capacity)
    } catch {
      return .failed("its rows cannot be read: \(error)")
    }
    var tally = PeerTally(spec, schedule: files.schedule, start: start, said: said)
    tally.take(rows, capacity: files.capacity)
    var record = tally.record()
    record.breaches = records ? tally.breaches.reasons : nil
    edges.fill(&record, opens: opens, closes: closes)
    record.usage.cpus = processors
    return .ended(record)
  }
}
