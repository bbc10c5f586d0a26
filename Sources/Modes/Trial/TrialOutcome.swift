import Measurement
import Plan
import SystemCalls
import Workloads

/// What a trial came to, within its window.
public struct TrialOutcome: Sendable {
  public var wall: Nanoseconds
  /// When the window opened, and when it closed.
  public var window: (opens: Instant, closes: Instant)
  /// When the counters of the window's edges were read.
  public var readings: (first: Instant, last: Instant)
  public var done: UInt64
  public var verified: UInt64
  public var checksum: UInt64
  public var sentBytes: UInt64
  public var receivedBytes: UInt64
  /// What was not verified, by kind.
  public var failuresByKind: [OutcomeKind: UInt64]
  /// How long each operation that was neither done nor failed had been under way.
  public var unfinishedAges: [Nanoseconds]
  public var service: LatencyHistogram
  /// Where operations have intended starts, or queue on a limit.
  public var response: LatencyHistogram?
  /// Where operations queue on a limit: from their intended start to their actual one.
  public var queueing: LatencyHistogram?
  /// In open loop: how late operations started that only the harness kept.
  public var lag: LatencyHistogram?
  /// In open loop: how many operations were to start within the window.
  public var scheduled: UInt64?
  /// In open loop: what of the schedule was due in the window, and what was left.
  public var arrivals: ArrivalOutcome?
  /// The numbers of the operations that may have counted: those that were taken, without a warm-up of their own.
  public var operations: Range<UInt64>
  public var inFlight: InFlightSamples
  public var series: [SeriesSample]
  public var usage: ResourceUsage
  /// The longest span in which the monitor's thread did not run, though it should have.
  public var longestGap: Nanoseconds
  /// The longest span in which nothing ended though operations were in hand, and nobody worked; nil where it is not known
  /// who answers.
  public var longestQuiet: Nanoseconds?
  /// How late the monitor's own sleeps ended; empty where its thread has no priority over the mode's.
  public var pacerLateness: [Nanoseconds]
  public var threadsPeak: Int?
  public var descriptorsPeak: Int?
  /// How many lanes were measured, and how many of them had at least one operation done.
  public var busyLanes: Int
  public var servedLanes: Int
  /// Connections that all lanes have had, from before the trial to its end; nil where its operations need none.
  public var connectionsOpened: UInt64?
  /// Of those of the lanes that are measured: how many took the place of one that was closed while it was idle.
  public var reconnected: UInt64?
  /// What the bystanders did, if there are any.
  public var bystanders: BystanderOutcome?
  /// What the warm-up came to; nil where there was none.
  public var coldStart: ColdStart?
  public var replies: ReplyStore?
  /// Where replies are read leniently: of those done, how many a strict reader would have refused.
  public var lenientReads: UInt64?
  /// Where a data file was written: sectors that do not hold what was written there.
  public var damagedSectors: UInt64?
  /// Whether the deadline ended a trial that was to do a number of operations.
  public var ranOutOfTime: Bool
}

/// What the lanes did that were beside those that are measured, within the window.
public struct BystanderOutcome: Sendable {
  /// How many lanes of this process they are.
  public var count: Int
  public var spec: BystanderSpec
  public var done: UInt64
  public var verified: UInt64
  public var receivedBytes: UInt64
  public var failuresByKind: [OutcomeKind: UInt64]
  public var unfinishedAges: [Nanoseconds]
  /// Where operations have intended starts: what of them was due in the window, and what was left.
  public var arrivals: ArrivalOutcome?
  /// How many of the lanes had at least one operation done; nil of idle ones, which are through with theirs beforehand.
  public var served: Int?
  /// Connections that took the place of one that was closed while it was idle; nil where there are none.
  public var reconnected: UInt64?
  public var service: LatencyHistogram
  /// Where operations have intended starts.
  public var response: LatencyHistogram?
  /// Operations that were done before the window opened; nil with no warm-up.
  public var early: UInt64?
}

/// What the lanes did before the window opened.
public struct ColdStart: Sendable, Equatable {
  /// From the start of the lanes to the end of the first operation; nil where none was done.
  public var firstDone: Nanoseconds?
  /// Operations that were done, whether or not with the content that was asked for.
  public var done: UInt64
  /// The length of the warm-up.
  public var wall: Nanoseconds
}

/// Operations that lanes held, at random instants within the window.
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

/// What happened between the sample before and `at`.
public struct SeriesSample: Sendable {
  /// From the window's opening.
  public var at: Nanoseconds
  public var service: LatencyHistogram
  public var threads: Int?
}
