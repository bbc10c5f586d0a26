import Measurement
import SystemCalls
import Workloads

extension TrialExecution {
  private var needsConnections: Bool { spec.workload.descriptorsPerLane > 0 }

  func outcome<L: TimedLane & ~Copyable>(
    _ lanes: LaneTable<L>, _ busy: LaneGroups, _ bystanders: LaneGroups?, _ monitor: Monitor, started start: Instant
  ) -> TrialOutcome {
    let (trial, recorders) = (busy.trial, busy.recorders)
    let (opens, closes) = (trial.pointee.opens, trial.pointee.closes)
    let lastEnd = recorders.compactMap(\.lastEnd).max()
    let ages = busy.unfinishedAges(lanes, in: lanes.arrangement.busyLanes)
    let ranOutOfTime =
      spec.duration == nil && (!ages.isEmpty || (spec.each == nil ? trial.pointee.leftSome : !busy.hasDoneAll))
    let end = spec.duration == nil && !ranOutOfTime ? lastEnd ?? opens : closes
    let firstDone = recorders.compactMap(\.firstEarlyEnd).min()?.since(start)
    let coldStart =
      spec.warmup == .zero ? nil : ColdStart(firstDone: firstDone, done: busy.sum(\.early), wall: spec.warmup)
    let isOpenLoop = trial.pointee.isOpenLoop
    let hasResponse = isOpenLoop || trial.pointee.isLimited
    return TrialOutcome(
      wall: end.since(opens), window: (opens, end), readings: monitor.readings, done: busy.sum(\.done),
      verified: busy.sum(\.verified), checksum: busy.sum(\.checksum),
      sentBytes: busy.sum(\.sentBytes), receivedBytes: busy.sum(\.receivedBytes), failuresByKind: busy.failuresByKind,
      unfinishedAges: ages, service: busy.merged(.service), response: hasResponse ? busy.merged(.response) : nil,
      queueing: trial.pointee.isLimited ? busy.merged(.queueing) : nil, lag: isOpenLoop ? busy.merged(.lag) : nil,
      scheduled: trial.pointee.scheduled, arrivals: busy.arrivals(lanes, in: lanes.arrangement.busyLanes),
      operations: trial.pointee.numbers, inFlight: monitor.inFlight,
      series: monitor.series, usage: monitor.usage, longestGap: monitor.standstill.longestGap,
      longestQuiet: monitor.standstill.longestQuiet, pacerLateness: monitor.standstill.lateness,
      threadsPeak: monitor.threadsPeak,
      descriptorsPeak: monitor.descriptorsPeak, busyLanes: laneCount,
      servedLanes: busy.servedCount(lanes, in: lanes.arrangement.busyLanes),
      connectionsOpened: needsConnections
        ? busy.sum(\.connections) + (bystanders?.sum(\.connections) ?? 0) : nil,
      reconnected: needsConnections ? busy.sum(\.reconnections) : nil,
      bystanders: bystanders.flatMap { outcome($0, lanes) }, coldStart: coldStart,
      replies: nil, lenientReads: spec.workload.isLenient ? busy.sum(\.lenientReads) : nil,
      ranOutOfTime: ranOutOfTime)
  }

  func outcome<L: TimedLane & ~Copyable>(_ bystanders: LaneGroups, _ lanes: LaneTable<L>) -> BystanderOutcome? {
    spec.bystanders.map {
      BystanderOutcome(
        count: bystanderCount, spec: $0, done: bystanders.sum(\.done), verified: bystanders.sum(\.verified),
        receivedBytes: bystanders.sum(\.receivedBytes), failuresByKind: bystanders.failuresByKind,
        unfinishedAges: bystanders.unfinishedAges(lanes, in: lanes.arrangement.bystanderLanes),
        arrivals: bystanders.arrivals(lanes, in: lanes.arrangement.bystanderLanes),
        served: $0.manner == .idle ? nil : bystanders.servedCount(lanes, in: lanes.arrangement.bystanderLanes),
        reconnected: needsConnections ? bystanders.sum(\.reconnections) : nil,
        service: bystanders.merged(.service), response: $0.manner == .paced ? bystanders.merged(.response) : nil,
        early: spec.warmup == .zero ? nil : bystanders.sum(\.early))
    }
  }
}
