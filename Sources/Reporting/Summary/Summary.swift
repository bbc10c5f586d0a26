import Measurement
import Plan
import Records
import Statistics

/// What a run says, experiment by experiment.
///
/// A pure function of the run. Only valid trials count towards estimates and percentiles; the others are counted, and
/// why they are not valid is kept. Audits are no trials in this sense: they stand beside the estimates of their point. Every
/// histogram is decoded once.
public struct Summary: Sendable {
  /// In the order of the plan.
  public let experiments: [MeasuredExperiment]
  /// As reports show them: the rates of an experiment together, where there are enough of them.
  let sections: [Section]
  /// The best settings of whatever was varied.
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

  /// One workload, at all its points. In an open loop each rate is an experiment of its own, with the rate in its name; so
  /// is each limit, and each width of a pool, where an experiment has several.
  public struct MeasuredExperiment: Sendable {
    public let name: String
    /// As the plan has it, without the rate.
    let plannedName: String
    /// The rate of an open loop, and what else the plan has several of.
    let setting: Setting
    /// Of an open loop, in operations per second.
    var rate: Double? { setting.rate }
    /// What all its trials are told, but for the width of a pool.
    let common: Setting
    /// How many operations a trial does, where they are counted beforehand.
    let asked: UInt64?
    /// What bystanders do, where that is something else.
    let ofBystanders: RecordedWorkload?
    /// Whether the rate is a step of a search, which looks beyond what can be done.
    public let isSearchStep: Bool
    /// The warm-up that was asked for, where the run says.
    let warmup: Nanoseconds?
    public let workload: RecordedWorkload
    var spec: WorkloadSpec? { workload.spec }
    /// Whether the modes under test served, and did not ask.
    public let isServing: Bool
    /// On which side they were: `client` or `server`.
    var side: String { isServing ? "server" : "client" }
    /// The workload, its arrivals and its window in words.
    public let description: String
    /// As the description, with the kind of arrivals alone.
    let withoutRate: String
    /// As the description, without a limit and a width of a pool.
    let withoutSettings: String
    /// How many permits lanes queue for; nil where they do not.
    let limit: Int?
    /// As the description, without work for a processor.
    let withoutWork: String
    /// Seconds that an operation takes at least, on average, by what the workload asks for; nil where it does not say.
    public let serviceTime: Double?
    /// By ascending concurrency, then by mode, then by variant.
    public let points: [Point]
  }

  /// One mode at one concurrency of an experiment: what all its trials say together.
  public struct Point: Sendable {
    public let mode: String
    public let variant: String?
    /// The number of lanes that was asked for.
    public let concurrency: Int
    /// On which side the mode was: `client` or `server`.
    let side: String

    /// How many lanes had an operation done within the window, in the valid trial that served the fewest; nil where nobody
    /// counted.
    public let lanesServed: Int?
    /// Connections that lanes have had in a trial, at most; nil where its operations need none.
    public let connectionsOpened: UInt64?
    /// As many as there would be if none had been replaced.
    let connectionsKept: UInt64
    /// Connections that took the place of one that was closed while it was idle, of all valid trials together.
    public let reconnected: UInt64
    /// For each operation done.
    let reconnectedShare: Double
    let keepsConnections: Bool
    /// Whether a valid trial left lanes unserved, though there were operations for them.
    public let leavesLanesUnserved: Bool
    /// Whether the latencies are of all that there was to do, in every valid trial. Those of a part of the lanes are not
    /// ranked, compared or claimed against those of all.
    public let servesAll: Bool

    /// The valid trials.
    let valid: [TrialRecord]
    public let validTrials: Int
    public let invalidTrials: Int
    /// Why trials are not valid, with the number of trials each reason was given for; most frequent first. Reasons of
    /// one name are one, in the words of the first trial that it was given for.
    public let invalidReasons: [Count]
    public let skippedTrials: Int
    /// Why the first of the skipped trials was not carried out.
    public let skipped: TrialRecord.Skipped?

    /// Operations per second.
    public let throughput: Estimate?
    /// Throughput over that of `blocking` at the same concurrency, round by round; absent for `blocking` itself.
    public let ratioToBlocking: Estimate?
    /// Seconds that a trial took, where trials are a number of operations and not a duration.
    public let wallSeconds: Estimate?
    /// Service times of all valid trials.
    public let latency: PooledLatency?
    /// Response times of all valid trials, where operations have intended starts or queue on a limit.
    public let response: PooledLatency?

    /// From intended to actual starts of all valid trials' operations, where they queue on a limit.
    public let queueing: PooledLatency?

    /// In open loop: how late operations started that a lane waited for, of all valid trials: the wake-up lag.
    public let sendLag: PooledLatency?
    /// Medians over the valid trials of each trial's own percentiles.
    public let servicePercentiles: TrialPercentiles
    public let responsePercentiles: TrialPercentiles
    /// The mean response time of a trial, in nanoseconds.
    public let meanResponse: Estimate?
    /// In open loop: throughput over the rate of what was to start within the window.
    public let offeredShare: Estimate?

    /// Each class of lanes, where there is more than one; all other figures are of the busy ones.
    public let classes: [MeasuredClass]

    public let coldStart: ColdStart?
    public let connections: Connections?
    /// Trends of the throughput and of the median service time within the windows.
    public let throughputDrift: Drift?
    public let medianDrift: Drift?
    public let lateWarmup: LateWarmup?
    /// How a trial went over time, where the windows are long.
    public let timeline: Timeline?
    /// Where its latencies lay over time, where trials have recorded that.
    let latencyOverTime: LatencyOverTime?
    /// What was counted from outside, in a trial of its own.
    public let audit: Audit?
    /// Why the point's audits are left out that are not valid.
    public let auditReasons: [Count]

    public let client: PerOperation
    public let server: PerOperation
    /// Of the two, that which the mode was.
    public let tested: PerOperation

    public let inFlight: InFlight?
    /// Of the mode under test.
    public let threadsPeak: Int?
    /// Their peak in a trial: the median over the valid trials.
    public let threads: Estimate?
    /// Of the mode under test, in bytes.
    public let memoryPeak: UInt64?
    /// The peak of the mode under test in a trial, in bytes: the median over the valid trials.
    public let memory: Estimate?

    /// Operations that were neither done nor failed at their window's end, in all trials that were carried out.
    public let unfinished: UInt64
    /// How long the oldest of the unfinished operations had been under way, in nanoseconds.
    public let oldestUnfinished: UInt64?
    /// In open loop, of all trials that were carried out: how many operations were due within the windows, how many of them
    /// had not ended when those did, begun or not, and by how many more were due than ended.
    public let due: UInt64
    public let unanswered: UInt64
    public let missing: UInt64
    /// How long the oldest of the unanswered operations had been due, in nanoseconds.
    public let oldestUnanswered: UInt64?
    /// Failed operations by kind, in all trials that were carried out; most frequent first.
    public let failed: [Count]
    /// Those of them that the server was asked to fail: all, in trials where none failed but as asked.
    public let failedAsAsked: [Count]
    /// Those of the other trials.
    public let failedOtherwise: [Count]
    /// Replies by their status, where it is not 2xx, in all trials that were carried out; most frequent first.
    public let non2xx: [Count]
    /// Replies that a strict reader would have refused, in all trials that were carried out.
    public let lenientReads: UInt64

    var coordinates: Coordinates { Coordinates(mode: mode, variant: variant, concurrency: concurrency) }

    /// The mode, with its variant where it has one: `epoll`, `epoll/inline`.
    public var name: String { coordinates.name }
  }

  /// Statistics of trials, not of operations: each is the median over the trials of a trial's own percentile. Absent
  /// where a valid trial has too few samples for its own. In nanoseconds.
  public struct TrialPercentiles: Sendable {
    public let p50: Estimate?
    public let p90: Estimate?
    public let p99: Estimate?
    public let p999: Estimate?
  }

  /// How often something was seen.
  public struct Count: Sendable, Equatable {
    public let name: String
    public let count: UInt64
  }

  /// What one side used for an operation: medians over the valid trials.
  public struct PerOperation: Sendable {
    /// Microseconds of processor time.
    public let cpu: Estimate?
    /// Its two parts; absent where a valid trial used too little for them to be told apart.
    public let userCPU: Estimate?
    public let systemCPU: Estimate?
    /// System calls made through the harness's own wrappers.
    public let directCalls: Estimate?
    /// Context switches, voluntary and not.
    public let switches: Estimate?
  }

  /// Lanes that held an operation.
  public struct InFlight: Sendable {
    /// The median of the trials' means.
    public let mean: Double
    /// Absent where lanes of several processes were sampled.
    public let max: Int?
  }

  /// The distribution over all trials together: from merged histograms, never from averaged percentiles.
  public struct PooledLatency: Sendable {
    public let histogram: LatencyHistogram
    /// The lowest and the highest latency, exactly; in nanoseconds.
    public let minimum: UInt64
    public let maximum: UInt64
    /// Trials that have a histogram which cannot be read, and which is therefore missing here.
    public let unreadable: Int
    /// How many operations have no latency here because they had not ended: they count as longer than all others.
    public var missing: UInt64 = 0

    /// In nanoseconds; nil where there are too few samples to say, or where it lies among those that are missing.
    public func percentile(_ percentile: Double) -> UInt64? {
      histogram.percentileIsSupported(percentile, missing: missing) ? value(at: percentile) : nil
    }

    /// The same, of however few samples. Never beyond the extremes: a slot of a histogram answers with its highest value.
    func value(at percentile: Double) -> UInt64? {
      histogram.percentile(percentile, missing: missing).map { min(max($0, minimum), max(minimum, maximum)) }
    }
  }
}
