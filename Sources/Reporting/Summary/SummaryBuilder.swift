import Measurement
import Plan
import Records
import Statistics

extension Summary.MeasuredExperiment {
  /// - Parameter trials: at least one, all of one experiment at one rate, in the order of the plan.
  init(_ trials: [TrialRecord], _ setting: Setting, _ run: RunRecord) {
    plannedName = trials[0].experiment
    self.setting = setting
    name = setting.name(of: plannedName)
    isSearchStep = setting.rate != nil && run.objectives[plannedName] != nil
    warmup = run.warmup(of: plannedName)
    workload = trials[0].recordedWorkload
    isServing = trials[0].isServing
    let told = trials.first { $0.lanes != nil } ?? trials[0]
    let words = WorkloadDescription(told)
    common = told.coordinates.setting.without(.pool)
    asked = told.operations.asked
    ofBystanders = told.bystanders?.lanes.workload
    description = words.text
    withoutRate = words.textWithoutRate
    withoutWork = words.textWithoutWork
    withoutSettings = WorkloadDescription(trials[0].withoutSettings).text
    limit = trials[0].limit
    serviceTime = words.serviceTime

    var byPoint: [Coordinates: [TrialRecord]] = [:]
    for trial in trials {
      byPoint[trial.coordinates.point, default: []].append(trial)
    }
    points = byPoint.keys.sorted().map { key in
      let baseline = byPoint[key.baseline] ?? byPoint[key.of(mode: "blocking", variant: nil)]
      return Summary.Point(key, byPoint[key] ?? [], baseline: key.mode == "blocking" ? [] : baseline ?? [])
    }
  }
}

extension Coordinates {
  /// The same point in the mode that the others are compared with.
  var baseline: Coordinates { of(mode: "blocking", variant: variant) }
}

extension Summary.Point {
  /// - Parameter all: the trials and audits of the point.
  fileprivate init(_ key: Coordinates, _ all: [TrialRecord], baseline: [TrialRecord]) {
    mode = key.mode
    variant = key.variant
    concurrency = key.concurrency ?? 0
    side = all.contains(where: \.isServing) ? "server" : "client"

    let audits = all.filter { !$0.isTimed }
    audit = Summary.Audit(audits)
    auditReasons = Self.reasons(audits.filter { !$0.valid })
    let trials = all.filter(\.isTimed)
    let carriedOut = trials.filter { $0.skipped == nil }
    let valid = carriedOut.filter(\.valid)
    self.valid = valid
    validTrials = valid.count
    lanesServed = valid.compactMap(\.lanesServed).min()
    connectionsOpened = valid.compactMap(\.connectionsOpened).max()
    connectionsKept = valid.first?.connectionsKept ?? 0
    reconnected = valid.compactMap(\.reconnected).saturatingSum
    keepsConnections = valid.allSatisfy { $0.spec?.opensConnections != true }
    let ended = valid.compactMap(\.operations.done).saturatingSum
    reconnectedShare = ended > 0 ? Double(reconnected) / Double(ended) : 0
    leavesLanesUnserved = valid.contains(where: \.leavesLanesUnserved)
    servesAll = valid.allSatisfy(\.servesAll)
    invalidTrials = carriedOut.count - valid.count
    invalidReasons = Self.reasons(carriedOut.filter { !$0.valid })
    skippedTrials = trials.count - carriedOut.count
    skipped = trials.lazy.compactMap(\.skipped).first

    throughput = medianEstimate(of: valid.compactMap(\.throughput))
    ratioToBlocking = Self.ratio(of: valid, over: baseline.filter { $0.valid && $0.skipped == nil && $0.isTimed })
    let countsOperations = !valid.isEmpty && valid.allSatisfy { $0.operations.asked != nil }
    wallSeconds = countsOperations ? medianEstimate(of: valid.compactMap(\.wall).map { Double($0) / 1e9 }) : nil
    latency = Summary.PooledLatency(valid.compactMap(\.latency?.service))
    response = Summary.PooledLatency(
      valid.compactMap(\.latency?.response), missing: valid.map(\.operations.missing).saturatingSum)
    queueing = Summary.PooledLatency(valid.compactMap(\.latency?.queueing))
    sendLag = Summary.PooledLatency(valid.compactMap(\.sendLag))
    servicePercentiles = Summary.TrialPercentiles(valid.compactMap(\.latency?.service))
    responsePercentiles = Summary.TrialPercentiles(valid.compactMap(\.latency?.response))
    meanResponse = medianEstimate(of: valid.compactMap(\.latency?.response?.mean))
    offeredShare = medianEstimate(of: valid.compactMap(\.offeredShare))

    classes = Summary.MeasuredClass.classes(of: valid)
    hosts = Summary.MeasuredHost.hosts(of: valid)
    coldStart = Summary.ColdStart(valid)
    connections = Summary.Connections(valid)
    throughputDrift = Summary.Drift(valid.map(\.intervalThroughputs))
    medianDrift = Summary.Drift(valid.map(\.intervalMedians))
    lateWarmup = Summary.LateWarmup(valid)
    timeline = Summary.Timeline(valid)
    latencyOverTime = Summary.LatencyOverTime(valid)

    client = Summary.PerOperation(valid, \.client)
    server = Summary.PerOperation(valid, \.server)
    let inFlight = valid.compactMap(\.inFlight)
    self.inFlight = medianEstimate(of: inFlight.map(\.mean)).map {
      Summary.InFlight(mean: $0.median, max: inFlight.compactMap(\.max).max())
    }
    tested = Summary.PerOperation(valid, \.tested)
    let threadsPeaks = valid.compactMap(\.tested?.threadsPeak)
    threadsPeak = threadsPeaks.max()
    threads = medianEstimate(of: threadsPeaks.map { Double($0) })
    let memoryPeaks = valid.compactMap(\.tested?.memoryPeak)
    memoryPeak = memoryPeaks.max()
    memory = medianEstimate(of: memoryPeaks.map { Double($0) })

    unfinished = carriedOut.compactMap(\.operations.unfinished).saturatingSum
    oldestUnfinished = carriedOut.compactMap(\.operations.unfinishedAge?.max).max()
    due = carriedOut.compactMap(\.operations.due).saturatingSum
    unanswered = carriedOut.compactMap(\.operations.unanswered).saturatingSum
    missing = carriedOut.map(\.operations.missing).saturatingSum
    oldestUnanswered = carriedOut.compactMap(\.operations.unansweredAge?.max).max()
    failed = Self.counts(carriedOut.compactMap(\.operations.failed))
    failedAsAsked = Self.counts(carriedOut.filter(\.failsAsAsked).compactMap(\.operations.failed))
    failedOtherwise = Self.counts(carriedOut.filter { !$0.failsAsAsked }.compactMap(\.operations.failed))
    non2xx = Self.counts(carriedOut.compactMap(\.operations.non2xx))
    lenientReads = carriedOut.compactMap(\.lenientReads).saturatingSum
  }

  /// The ratio of throughputs in each round that has both, so that a disturbance of a whole round cancels out.
  private static func ratio(of trials: [TrialRecord], over baseline: [TrialRecord]) -> Estimate? {
    let byRound = Dictionary(baseline.compactMap { trial in trial.throughput.map { (trial.round, $0) } }) { first, _ in
      first
    }
    let pairs = trials.compactMap { trial -> (Double, Double)? in
      guard let throughput = trial.throughput, let other = byRound[trial.round], other > 0 else { return nil }
      return (throughput, other)
    }
    return ratioEstimate(pairs.map(\.0), over: pairs.map(\.1))
  }

  /// Counts reasons by name, the text before the colon, and keeps the words of the first.
  static func reasons(_ trials: [TrialRecord]) -> [Summary.Count] {
    func name(_ reason: String) -> String { TrialRecord.name(ofReason: reason) }
    var words: [String: String] = [:]
    for reason in trials.flatMap(\.reasons) where words[name(reason)] == nil { words[name(reason)] = reason }
    return counts(trials.map { Dictionary($0.reasons.map { (name($0), 1) }) { first, _ in first } })
      .map { Summary.Count(name: words[$0.name] ?? $0.name, count: $0.count) }
  }

  /// Adds up the counts; the most frequent comes first.
  private static func counts(_ all: [[String: UInt64]]) -> [Summary.Count] {
    var totals: [String: UInt64] = [:]
    for (name, count) in all.joined() {
      totals[name] = [totals[name] ?? 0, count].saturatingSum
    }
    return totals.filter { $0.value > 0 }
      .sorted { $0.value == $1.value ? $0.key < $1.key : $0.value > $1.value }
      .map { Summary.Count(name: $0.key, count: $0.value) }
  }
}

extension Summary.PerOperation {
  init(_ trials: [TrialRecord], _ side: KeyPath<TrialRecord, ProcessUsage?>) {
    func perOperation(_ quantity: (ProcessUsage) -> Double?) -> Estimate? {
      medianEstimate(
        of: trials.compactMap { trial in
          guard let done = trial.operations.done, done > 0 else { return nil }
          return trial[keyPath: side].flatMap(quantity).map { $0 / Double(done) }
        })
    }
    cpu = perOperation { $0.totalCPU.map { Double($0) / 1000 } }
    let usages = trials.compactMap { $0[keyPath: side] }
    let isSplit = usages.allSatisfy { $0.totalCPU == nil || $0.splitCPU != nil }
    userCPU = isSplit ? perOperation { $0.splitCPU.map { Double($0.user) / 1000 } } : nil
    systemCPU = isSplit ? perOperation { $0.splitCPU.map { Double($0.system) / 1000 } } : nil
    directCalls = perOperation { $0.directCalls.map { Double($0) } }
    switches = perOperation { usage in
      guard let voluntary = usage.voluntarySwitches, let involuntary = usage.involuntarySwitches else { return nil }
      return Double(voluntary) + Double(involuntary)
    }
  }
}

extension Summary.TrialPercentiles {
  /// - Parameter summaries: one of each trial.
  init(_ summaries: [LatencySummary]) {
    func median(_ percentile: (LatencySummary) -> UInt64?) -> Estimate? {
      let values = summaries.compactMap(percentile).map { Double($0) }
      return values.count == summaries.count ? medianEstimate(of: values) : nil
    }
    p50 = median(\.p50)
    p90 = median(\.p90)
    p99 = median(\.p99)
    p999 = median(\.p999)
  }
}

extension TrialRecord {
  /// The throughput divided by the offered rate. That is the rate of the schedule within the window, which differs
  /// slightly from a Poisson process's nominal rate. For a fixed count of operations it is the nominal rate.
  fileprivate var offeredShare: Double? {
    guard let rate = arrivals.rate, rate > 0, let throughput else { return nil }
    guard operations.asked == nil, let scheduled = arrivals.scheduled, scheduled > 0, let wall, wall > 0 else {
      return throughput / rate
    }
    return throughput / (Double(scheduled) / (Double(wall) / 1e9))
  }
}

extension Summary.PooledLatency {
  /// Nil without latencies.
  /// - Parameter missing: the number of operations without a latency because they had not ended.
  init?(_ summaries: [LatencySummary], missing: UInt64 = 0) {
    var merged = LatencyHistogram()
    var minimum: UInt64?
    var maximum: UInt64?
    var unreadable = 0
    for summary in summaries {
      guard let histogram = try? LatencyHistogram(encoded: summary.histogram) else {
        unreadable += 1
        continue
      }
      merged.merge(histogram)
      if let lowest = summary.min ?? histogram.minimum { minimum = min(minimum ?? .max, lowest) }
      if let highest = summary.max ?? histogram.maximum { maximum = max(maximum ?? 0, highest) }
    }
    guard merged.count > 0 || unreadable > 0 else { return nil }
    self.init(
      histogram: merged, minimum: minimum ?? 0, maximum: maximum ?? 0, unreadable: unreadable, missing: missing)
  }
}
