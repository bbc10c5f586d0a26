import SystemCalls
import Workloads

/// A way to wait: carries lanes through their steps, and is the only code that blocks, suspends or polls. It reads the
/// clock right after what it waited for.
protocol Mode: SendableMetatype {
  /// Whether its sockets are in blocking mode.
  static var blocks: Bool { get }
  /// How many threads carry lanes: more than one share their recorders.
  static var isMultithreaded: Bool { get }

  /// Carries lanes until all of them have finished.
  static func drive<L: Lane & ~Copyable>(_ lanes: LaneTable<L>) throws(Errno)
  /// Accepts connections and carries a lane for each, until the server is to stop.
  static func serve<L: Lane & ~Copyable>(_ door: Door<L>) throws(Errno)
}
