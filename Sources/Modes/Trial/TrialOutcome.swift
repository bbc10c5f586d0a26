import Measurement
import Plan
import SystemCalls
import Workloads

/// The results of a trial within its window.
public struct TrialOutcome: Sendable {
  public var wall: Nanoseconds
  /// When the window opened and closed.
  public var window: (opens: Instant, closes: Instant)
  /// When the counters of the window's edges were read.
  public var readings: (first: Instant, last: Instant)
  public var done: UInt64
  public var verified: UInt64
  public var checksum: UInt64
  public var sentBytes: UInt64
  public var receivedBytes: UInt64
  /// Operations that were not verified, by kind.
  public var failuresByKind: [OutcomeKind: UInt64]
  /// The age of each operation in flight at window end.
  public var unfinishedAges: [Nanoseconds]
  public var service: LatencyHistogram
  /// Response times; nil without intended starts or a limit.
  public var response: LatencyHistogram?
  /// Times from the intended start to the actual one; nil without a limit.
  public var queueing: LatencyHistogram?
  /// How late operations started if only the harness delayed them; nil in a closed loop.
  public var lag: LatencyHistogram?
  /// The number of operations scheduled within the window; nil in a closed loop.
  public var scheduled: UInt64?
  /// The scheduled arrivals due in the window, and those that remained; nil in a closed loop.
  public var arrivals: ArrivalOutcome?
  /// The numbers of the operations that may have counted, without the warm-up.
  public var operations: Range<UInt64>
  public var inFlight: InFlightSamples
  public var series: [SeriesSample]
  public var usage: ResourceUsage
  /// The longest time in which the monitor's thread should have run and did not.
  public var longestGap: Nanoseconds
  /// The longest time in which no operation ended although some were in flight, and no process worked; nil if the
  /// servers are unknown.
  public var longestQuiet: Nanoseconds?
  /// How late the monitor's own sleeps ended; empty if its thread has no priority over the mode's.
  public var pacerLateness: [Nanoseconds]
  public var threadsPeak: Int?
  public var descriptorsPeak: Int?
  /// The number of measured lanes, and of those that completed at least one operation.
  public var busyLanes: Int
  public var servedLanes: Int
  /// Connections that all lanes have opened, from before the trial to its end; nil if operations need none.
  public var connectionsOpened: UInt64?
  /// Connections of the measured lanes that replaced one closed while idle.
  public var reconnected: UInt64?
  /// The results of the bystanders, if there are any.
  public var bystanders: BystanderOutcome?
  /// The results of the warm-up; nil if there was none.
  public var coldStart: ColdStart?
  public var replies: ReplyStore?
  /// The content of the replies; nil if it is known beforehand, if operations ask for different things, or if there were
  /// no replies.
  public var content: ReplyContents.Finding?
  /// The number of completed operations whose replies a strict parser would have refused; nil if parsing is strict.
  public var lenientReads: UInt64?
  /// The number of sectors that do not hold what was written there; nil if no data file was written.
  public var damagedSectors: UInt64?
  /// Whether the deadline ended a fixed-count trial.
  public var ranOutOfTime: Bool
}

/// The results of the bystanders within the window.
public struct BystanderOutcome: Sendable {
  /// The number of bystanders in this process.
  public var count: Int
  public var spec: BystanderSpec
  public var done: UInt64
  public var verified: UInt64
  public var receivedBytes: UInt64
  public var failuresByKind: [OutcomeKind: UInt64]
  public var unfinishedAges: [Nanoseconds]
  /// The arrivals due in the window, and those that remained; nil without intended starts.
  public var arrivals: ArrivalOutcome?
  /// The number of lanes that completed at least one operation; nil for idle ones, which do theirs beforehand.
  public var served: Int?
  /// Connections that replaced one closed while idle; nil if there are no connections.
  public var reconnected: UInt64?
  public var service: LatencyHistogram
  /// Response times; nil without intended starts.
  public var response: LatencyHistogram?
  /// Operations done before the window opened; nil without a warm-up.
  public var early: UInt64?
}

/// The results of the lanes before the window opened.
public struct ColdStart: Sendable, Equatable {
  /// Time from the start of the lanes to the end of the first operation; nil if none was done.
  public var firstDone: Nanoseconds?
  /// Operations done, with correct content or not.
  public var done: UInt64
  /// The length of the warm-up.
  public var wall: Nanoseconds
}

/// Samples of the operations in flight, at random instants within the window.
public struct InFlightSamples: Sendable, Equatable {
  public var count = 0
  public var sum = 0
  public var max = 0

  mutating func add(_ inFlight: Int) {
    count += 1
    sum += inFlight
    max = Swift.max(max, inFlight)
  }
}

/// The measurements between the previous sample and `at`.
public struct SeriesSample: Sendable {
  /// Time since the window opened.
  public var at: Nanoseconds
  public var service: LatencyHistogram
  public var threads: Int?
}
