import Plan
import SystemCalls
import Workloads

/// A way to wait: carries lanes through their steps, and is the only code that blocks, suspends or polls.
///
/// Each step of a lane is answered by one event, and any that uses a connection may be answered by `failed`:
///
/// | step | is answered by |
/// |:--|:--|
/// | `connect` | `connected`; `reached` where the lane has a connection there already |
/// | `send` | `sent`, once all is sent; the bytes stay where they are until then |
/// | `receive` | `received`, with no bytes where the peer has finished; what the lane leaves is presented again |
/// | `check` | `checked`, at once, by what has arrived unasked |
/// | `sleep` | `woke`, never early |
/// | `delay` | `woke`, or `received` without bytes once the peer has finished or the connection broke |
/// | `yield` | `woke`, after others have had their turn |
/// | `file` | `transferred`, with what the call came to |
/// | `compute` | `computed`, by the pool of the table where it has one |
/// | `acquire`, `release` | `acquired` once there is a permit, first come, first served; `released` |
/// | `close`, `finishSending`, `abort` | `LaneTable.settle`: they wait for nothing |
/// | `finished` | nothing; the lane's connections are closed |
///
/// The clock is read right after what was waited for. A buffer that is received into belongs to the mode, one to a thread,
/// and is not held across a suspension. Connections are opened and closed through the table, as the monitor may shut one
/// down at any time. A mode never retries, counts or times anything: the lane does. Debug builds hold the answers of clients'
/// lanes against this table (`CheckedLane`).
protocol Mode: ModeEntry {
  /// Whether its sockets are in blocking mode.
  static var blocks: Bool { get }
  /// How many threads carry lanes: more than one share their recorders.
  static var isMultithreaded: Bool { get }

  /// Carries lanes until all of them have finished.
  static func drive<L: Lane & ~Copyable>(_ lanes: LaneTable<L>) throws(Errno)
  /// Accepts connections and carries a lane for each, until the server is to stop.
  static func serve<L: Lane & ~Copyable>(_ acceptor: Acceptor<L>) throws(Errno)
}

/// What a trial asks of a mode. Here its loops meet the workloads: `Self` is known, so that they are specialised for each.
protocol ModeEntry: SendableMetatype {
  static var id: ModeID { get }
  /// Why it cannot run on this machine at all, with a remedy; nil where it can.
  static var unavailability: String? { get }
  /// Carries out the client's side of a trial.
  static func run(_ trial: TrialExecution) throws(TrialFailure) -> TrialOutcome
  /// What serves in it; nil where it cannot.
  static func server(_ kind: TargetServer.Kind, capacity: Int, processors: Int) -> TargetServer.Body?
}

extension ModeEntry {
  static var unavailability: String? { nil }
}

extension Mode {
  static func run(_ trial: TrialExecution) throws(TrialFailure) -> TrialOutcome { try trial.run(Self.self) }

  static func server(_ kind: TargetServer.Kind, capacity: Int, processors: Int) -> TargetServer.Body? {
    TargetServer.body(of: Self.self, kind, capacity, processors)
  }
}
