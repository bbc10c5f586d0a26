import Measurement
import Plan
import Records
import Statistics

/// The results of a run, experiment by experiment.
///
/// It is a pure function of the run. Only valid trials count towards estimates and percentiles; others are counted with
/// their reasons. Audits are separate, beside the estimates of their point. Every histogram is decoded once.
public struct Summary: Sendable {
  /// In the order of the plan.
  public let experiments: [MeasuredExperiment]
  /// Grouped as in reports: an experiment's rates form one section if there are enough of them.
  let sections: [Section]
  /// The best setting of each varied number.
  let tunings: [Tuning]

  public init(_ run: Run) {
    struct Key: Hashable {
      var experiment: String
      var setting: Setting
    }
    let sweeps = SweptAxes(run.trials)
    var trials: [Key: [TrialRecord]] = [:]
    for trial in run.trials {
      let setting = sweeps.setting(of: trial)
      trials[Key(experiment: trial.experiment, setting: setting), default: []].append(trial)
    }
    experiments =
      trials
      .map { (setting: $0.setting, trials: $1.sorted { ($0.trial, $0.round) < ($1.trial, $1.round) }) }
      .sorted { a, b in
        (a.trials[0].trial, a.trials[0].experiment, a.setting) < (b.trials[0].trial, b.trials[0].experiment, b.setting)
      }
      .map { MeasuredExperiment($0.trials, $0.setting, run.record) }
    sections = Section.sections(of: experiments, run)
    tunings = Tuning.all(of: run)
  }

  /// One workload at all its points. Each rate of an open loop is an experiment of its own, with the rate in its name.
  /// So is each limit and each pool size, if an experiment has several.
  public struct MeasuredExperiment: Sendable {
    public let name: String
    /// The name in the plan, without the rate.
    let plannedName: String
    /// The rate of an open loop, and the other settings that vary in the plan.
    let setting: Setting
    /// The rate of an open loop, in operations per second.
    var rate: Double? { setting.rate }
    /// The settings that all its trials share, except for the pool size.
    let common: Setting
    /// The number of operations per trial, if it is fixed.
    let asked: UInt64?
    /// The bystanders' workload, if it differs.
    let ofBystanders: RecordedWorkload?
    /// Whether the rate is a step of a search, which goes beyond what can be sustained.
    public let isSearchStep: Bool
    /// The warm-up; nil if the run does not have it.
    let warmup: Nanoseconds?
    public let workload: RecordedWorkload
    var spec: WorkloadSpec? { workload.spec }
    /// Whether the modes under test were servers.
    public let isServing: Bool
    /// The side of the modes under test: `client` or `server`.
    var side: String { isServing ? "server" : "client" }
    /// The workload, its arrivals and its window in words.
    public let description: String
    /// The description with the kind of arrivals, without their rate.
    let withoutRate: String
    /// The description without a limit and a pool size.
    let withoutSettings: String
    /// The number of permits; nil without a limit.
    let limit: Int?
    /// The description without the CPU work.
    let withoutWork: String
    /// The minimum mean time of an operation in seconds, by its workload; nil if unknown.
    public let serviceTime: Double?
    /// By ascending concurrency, then by mode, then by variant.
    public let points: [Point]
  }

  /// One mode at one concurrency of an experiment: the results of all its trials.
  public struct Point: Sendable {
    public let mode: String
    public let variant: String?
    /// The number of lanes that was asked for.
    public let concurrency: Int
    /// The side of the mode: `client` or `server`.
    let side: String

    /// The number of lanes that did an operation within the window, in the valid trial that served the fewest; nil if
    /// not counted.
    public let lanesServed: Int?
    /// The connections of all lanes, in the trial with the most; nil if the operations use none.
    public let connectionsOpened: UInt64?
    /// The number of connections if none is ever replaced.
    let connectionsKept: UInt64
    /// The number of connections that replaced one that was closed while idle, in all valid trials.
    public let reconnected: UInt64
    /// The same number per done operation.
    let reconnectedShare: Double
    let keepsConnections: Bool
    /// Whether a valid trial left lanes unserved that had operations to do.
    public let leavesLanesUnserved: Bool
    /// Whether the latencies cover all operations, in every valid trial. Latencies of only some lanes are not ranked or
    /// compared with those of all.
    public let servesAll: Bool

    /// The valid trials.
    let valid: [TrialRecord]
    public let validTrials: Int
    public let invalidTrials: Int
    /// Why trials are invalid, with the number of trials for each reason; most frequent first. Reasons of one name are
    /// counted together, with the words of the first trial.
    public let invalidReasons: [Count]
    public let skippedTrials: Int
    /// Why the first skipped trial did not run.
    public let skipped: TrialRecord.Skipped?

    /// In operations per second.
    public let throughput: Estimate?
    /// The throughput divided by that of `blocking` at the same concurrency, round by round; absent for `blocking`
    /// itself.
    public let ratioToBlocking: Estimate?
    /// The seconds per trial, if trials have a fixed count of operations.
    public let wallSeconds: Estimate?
    /// Service times of all valid trials.
    public let latency: PooledLatency?
    /// Response times of all valid trials, if operations have intended starts or queue for a permit.
    public let response: PooledLatency?

    /// The time from intended to actual starts in all valid trials, if operations queue for a permit.
    public let queueing: PooledLatency?

    /// In an open loop: how late operations started whose lane was waiting for them, in all valid trials. This is the
    /// wake-up lag.
    public let sendLag: PooledLatency?
    /// Medians over the valid trials of each trial's own percentiles.
    public let servicePercentiles: TrialPercentiles
    public let responsePercentiles: TrialPercentiles
    /// The mean response time of a trial, in nanoseconds.
    public let meanResponse: Estimate?
    /// In an open loop: the throughput divided by the rate due within the window.
    public let offeredShare: Estimate?

    /// The classes of lanes, if there are several; all other values cover the busy lanes.
    public let classes: [MeasuredClass]
    /// The hosts with clients, if there are several; all other values cover the load hosts together.
    public let hosts: [MeasuredHost]

    public let coldStart: ColdStart?
    public let connections: Connections?
    /// The trends of the throughput and the median service time within the windows.
    public let throughputDrift: Drift?
    public let medianDrift: Drift?
    public let lateWarmup: LateWarmup?
    /// The course of one trial, if windows are long.
    public let timeline: Timeline?
    /// The distribution of latencies over time, if trials have recorded it.
    let latencyOverTime: LatencyOverTime?
    /// The counts of the point's audit.
    public let audit: Audit?
    /// Why the point's invalid audits are left out.
    public let auditReasons: [Count]

    public let client: PerOperation
    public let server: PerOperation
    /// The side of the mode under test.
    public let tested: PerOperation

    public let inFlight: InFlight?
    /// The peak threads of the mode under test.
    public let threadsPeak: Int?
    /// The peak per trial: the median over the valid trials.
    public let threads: Estimate?
    /// The peak memory of the mode under test, in bytes.
    public let memoryPeak: UInt64?
    /// The peak memory per trial of the mode under test, in bytes: the median over the valid trials.
    public let memory: Estimate?

    /// Operations in flight at their window's end, in all trials that ran.
    public let unfinished: UInt64
    /// How long the oldest unfinished operation had been in flight, in nanoseconds.
    public let oldestUnfinished: UInt64?
    /// In an open loop, over all trials that ran: operations due within the windows, those that had not ended with
    /// them, and the excess of due over ended ones.
    public let due: UInt64
    public let unanswered: UInt64
    public let missing: UInt64
    /// How long the oldest unanswered operation had been due, in nanoseconds.
    public let oldestUnanswered: UInt64?
    /// Failed operations by kind, in all trials that ran; most frequent first.
    public let failed: [Count]
    /// The failures that the server was asked for: all failures of trials that had no others.
    public let failedAsAsked: [Count]
    /// The failures of the other trials.
    public let failedOtherwise: [Count]
    /// Replies with a status other than 2xx, by status, in all trials that ran; most frequent first.
    public let non2xx: [Count]
    /// Replies that a strict reader would have refused, in all trials that ran.
    public let lenientReads: UInt64

    var coordinates: Coordinates { Coordinates(mode: mode, variant: variant, concurrency: concurrency) }

    /// The mode, with its variant if there is one: `epoll`, `epoll/inline`.
    public var name: String { coordinates.name }
  }

  /// Statistics over trials rather than operations: each is the median over the trials of a trial's own percentile.
  /// Absent if a valid trial has too few samples for its own. In nanoseconds.
  public struct TrialPercentiles: Sendable {
    public let p50: Estimate?
    public let p90: Estimate?
    public let p99: Estimate?
    public let p999: Estimate?
  }

  /// A number of occurrences.
  public struct Count: Sendable, Equatable {
    public let name: String
    public let count: UInt64
  }

  /// The resources that one side used per operation: medians over the valid trials.
  public struct PerOperation: Sendable {
    /// Microseconds of CPU time.
    public let cpu: Estimate?
    /// Its two parts; absent if a valid trial used too little CPU time to separate them.
    public let userCPU: Estimate?
    public let systemCPU: Estimate?
    /// System calls through the harness's own wrappers.
    public let directCalls: Estimate?
    /// Context switches, voluntary and involuntary.
    public let switches: Estimate?
  }

  /// Lanes that held an operation.
  public struct InFlight: Sendable {
    /// The median of the trials' means.
    public let mean: Double
    /// Absent if the lanes of several processes were sampled.
    public let max: Int?
  }

  /// The distribution over all trials together, from merged histograms and never from averaged percentiles.
  public struct PooledLatency: Sendable {
    public let histogram: LatencyHistogram
    /// The exact lowest and highest latency, in nanoseconds.
    public let minimum: UInt64
    public let maximum: UInt64
    /// The number of trials with an unreadable histogram, which is missing here.
    public let unreadable: Int
    /// The number of operations without a latency because they had not ended; they count as longer than all others.
    public var missing: UInt64 = 0

    /// In nanoseconds; nil if there are too few samples, or the percentile falls among the missing latencies.
    public func percentile(_ percentile: Double) -> UInt64? {
      histogram.percentileIsSupported(percentile, missing: missing) ? value(at: percentile) : nil
    }

    /// The percentile, however few the samples. It is clamped to the extremes, because a histogram's slot yields its
    /// highest value.
    func value(at percentile: Double) -> UInt64? {
      histogram.percentile(percentile, missing: missing).map { min(max($0, minimum), max(minimum, maximum)) }
    }
  }
}
