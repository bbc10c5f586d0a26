import Plan
import SystemCalls
import Workloads

/// A way to wait: it drives lanes through their steps, and is the only code that blocks, suspends or polls.
///
/// One event answers each step of a lane. A step that uses a connection may also be answered by `failed`:
///
/// | step | answer |
/// |:--|:--|
/// | `connect` | `connected`, or `reached` if the lane already has a connection there |
/// | `send` | `sent`, once all is sent; the bytes stay in place until then |
/// | `receive` | `received`, without bytes if the peer has finished; bytes that the lane leaves are presented again |
/// | `check` | `checked`, immediately, with the bytes that arrived unasked |
/// | `sleep` | `woke`, never early |
/// | `delay` | `woke`, or `received` without bytes once the peer has finished or the connection broke |
/// | `yield` | `woke`, after the other lanes have had their turn |
/// | `file` | `transferred`, with the result of the call |
/// | `compute` | `computed`, by the table's pool if it has one |
/// | `acquire`, `release` | `acquired` once there is a permit, first come, first served; `released` |
/// | `close`, `finishSending`, `abort` | `LaneTable.settle`: they wait for nothing |
/// | `finished` | none; the lane's connections are closed |
///
/// The clock is read immediately after the wait. Receive buffers belong to the mode, one per thread, and are not held
/// across a suspension. Connections are opened and closed through the table, because the monitor may shut one down at
/// any time. A mode never retries, counts or times anything: the lane does. Debug builds check the answers to client
/// lanes against this table (`CheckedLane`).
protocol Mode: ModeEntry {
  /// Whether the mode's sockets are in blocking mode.
  static var blocks: Bool { get }
  /// Whether several threads drive lanes, and therefore share their recorders.
  static var isMultithreaded: Bool { get }

  /// Drives lanes until all of them have finished.
  static func drive<L: Lane & ~Copyable>(_ lanes: LaneTable<L>) throws(Errno)
  /// Accepts connections and drives a lane for each, until the server is to stop.
  static func serve<L: Lane & ~Copyable>(_ acceptor: Acceptor<L>) throws(Errno)
}

/// What a trial needs from a mode. Here `Self` is known, so that loops are specialised for each workload.
protocol ModeEntry: SendableMetatype {
  /// What every layer knows of it: its name, how it looks in figures, what carries its lanes and what it can do.
  static var description: ModeDescription { get }
  /// Why the mode cannot run on this machine at all, with a remedy; nil if it can.
  static var unavailability: String? { get }
  /// Runs the client side of a trial.
  static func run(_ trial: TrialExecution) throws(TrialFailure) -> TrialOutcome
  /// The body of a server in this mode; nil if the mode cannot serve.
  static func server(_ kind: TargetServer.Kind, capacity: Int, processors: Int) -> TargetServer.Body?
}

extension ModeEntry {
  static var id: ModeID { description.id }
  static var unavailability: String? { nil }
}

extension Mode {
  static func run(_ trial: TrialExecution) throws(TrialFailure) -> TrialOutcome { try trial.run(Self.self) }

  static func server(_ kind: TargetServer.Kind, capacity: Int, processors: Int) -> TargetServer.Body? {
    TargetServer.body(of: Self.self, kind, capacity, processors)
  }
}
