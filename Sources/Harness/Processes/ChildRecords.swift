import Measurement
import Modes
import Records
import SystemCalls
import Workloads

extension ProcessUsage {
  init(_ usage: ResourceUsage) {
    self.init()
    cpuTime = usage.cpuTime.count
    userTime = usage.userTime.count
    systemTime = usage.systemTime.count
    directCalls = usage.directCalls
    voluntarySwitches = usage.voluntarySwitches
    involuntarySwitches = usage.involuntarySwitches
  }
}

extension PartialRecord {
  init(_ outcome: TrialOutcome, asked: UInt64?) {
    let operations = TrialRecord.Operations(
      asked: asked, done: outcome.done, verified: outcome.verified, failuresByKind: outcome.failuresByKind,
      unfinishedAges: outcome.unfinishedAges, window: outcome.wall, arrivals: outcome.arrivals)
    let samples = outcome.inFlight
    var usage = ProcessUsage(outcome.usage)
    usage.threadsPeak = outcome.threadsPeak
    usage.descriptorsPeak = outcome.descriptorsPeak
    usage.longestGap = outcome.longestGap.count
    usage.memoryPeak = ProcFile.peakMemory
    self.init(
      operations: operations, checksum: Self.text(ofChecksum: outcome.checksum),
      bytes: TrialRecord.Bytes(sent: outcome.sentBytes, received: outcome.receivedBytes), wall: outcome.wall.count,
      latency: TrialRecord.Latency(
        service: LatencySummary(outcome.service), response: outcome.response.map { LatencySummary($0) },
        queueing: outcome.queueing.map { LatencySummary($0) }),
      inFlight: samples.count == 0
        ? nil
        : TrialRecord.InFlight(
          mean: Double(samples.sum) / Double(samples.count), max: samples.max, samples: samples.count),
      series: outcome.series.map { sample in
        let summary = LatencySummary(sample.service)
        return SeriesPoint(
          t: sample.at.count, done: summary.count, p50: summary.p50, p99: summary.p99, max: summary.max,
          threads: sample.threads, counts: summary.count > 0 ? CoarseHistogram(sample.service).encoded() : nil)
      },
      usage: usage, ranOutOfTime: outcome.ranOutOfTime)
    window = Window(
      opens: outcome.window.opens.nanoseconds, closes: outcome.window.closes.nanoseconds,
      openRead: outcome.readings.first.nanoseconds, closeRead: outcome.readings.last.nanoseconds)
    damagedSectors = outcome.damagedSectors
    sendLag = outcome.lag.map { LatencySummary($0) }
    pacerLag = TrialRecord.PacerLag(outcome.pacerLateness)
    longestQuiet = outcome.longestQuiet?.count
    lenientReads = outcome.lenientReads
    content = outcome.content.map { finding in
      switch finding {
      case .same(let digest): Self.text(ofChecksum: digest)
      case .different: TrialRecord.contentDiffers
      }
    }
    scheduled = outcome.scheduled
    lanesServed = outcome.servedLanes
    connectionsOpened = outcome.connectionsOpened
    reconnected = outcome.reconnected
    numbers = Numbers(from: outcome.operations.lowerBound, to: outcome.operations.upperBound)
    coldStart = outcome.coldStart.map {
      TrialRecord.ColdStart(firstDone: $0.firstDone?.count, done: $0.done, wall: $0.wall.count)
    }
    lanes = outcome.bystanders.map { bystanders in
      var busy = TrialRecord.LaneClass(count: outcome.busyLanes, operations: operations, latency: latency)
      busy.served = outcome.servedLanes
      busy.reconnected = outcome.reconnected
      return [
        TrialRecord.LaneClass.busy: busy,
        bystanders.spec.manner.rawValue: TrialRecord.LaneClass(bystanders, window: outcome.wall),
      ]
    }
  }
}

extension TrialRecord.PacerLag {
  /// Nil if there are too few values for a median.
  init?(_ lateness: [Nanoseconds]) {
    guard lateness.count >= 10 else { return nil }
    let sorted = lateness.map(\.count).sorted()
    self.init(p50: sorted[(sorted.count - 1) / 2], max: sorted[sorted.count - 1], samples: sorted.count)
  }
}

extension TrialRecord.LaneClass {
  init(_ bystanders: BystanderOutcome, window: Nanoseconds) {
    self.init(
      count: bystanders.count,
      operations: TrialRecord.Operations(
        asked: nil, done: bystanders.done, verified: bystanders.verified, failuresByKind: bystanders.failuresByKind,
        unfinishedAges: bystanders.unfinishedAges, window: window, arrivals: bystanders.arrivals),
      latency: bystanders.service.count == 0
        ? nil
        : TrialRecord.Latency(
          service: LatencySummary(bystanders.service), response: bystanders.response.map { LatencySummary($0) }),
      early: bystanders.early)
    served = bystanders.served
    reconnected = bystanders.reconnected
  }
}

extension TrialRecord.Operations {
  init(
    asked: UInt64?, done: UInt64, verified: UInt64, failuresByKind: [OutcomeKind: UInt64],
    unfinishedAges: [Nanoseconds],
    window: Nanoseconds, arrivals: ArrivalOutcome? = nil
  ) {
    self.init(asked: asked)
    self.done = done
    self.verified = verified
    unfinished = UInt64(unfinishedAges.count)
    let ages = unfinishedAges.map(\.count)
    if let least = ages.min(), let most = ages.max() {
      func mean(_ values: [UInt64]) -> UInt64 { UInt64(values.reduce(0.0) { $0 + Double($1) } / Double(values.count)) }
      unfinishedAge = TrialRecord.Ages(
        min: least, mean: mean(ages), max: most, within: mean(ages.map { Swift.min($0, window.count) }))
    }
    due = arrivals?.due
    unanswered = arrivals?.unanswered
    if let arrivals, arrivals.unanswered > 0 {
      unansweredAge = TrialRecord.Ages(
        min: arrivals.leastAge.count, mean: UInt64(arrivals.meanAge), max: arrivals.mostAge.count)
    }
    func counts(_ isStatus: Bool) -> [String: UInt64]? {
      let kinds = failuresByKind.filter { ($0.key.status != nil) == isStatus }
      guard !kinds.isEmpty else { return nil }
      return Dictionary(
        kinds.map { (isStatus ? String($0.key.status ?? 0) : $0.key.name, $0.value) }, uniquingKeysWith: +)
    }
    failed = counts(false)
    non2xx = counts(true)
  }
}
