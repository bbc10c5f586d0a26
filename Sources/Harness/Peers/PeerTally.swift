import Measurement
import Modes
import Plan
import Records
import Workloads

/// The results of a trial's rows. A built-in client counts while it runs; here the same values are derived afterwards,
/// by the same rules.
struct PeerTally {
  let spec: TrialSpec
  let start: Instant
  let schedule: PeerSchedule?
  /// When the peer said that it was done: nothing can have ended later.
  let said: Instant

  private let lanes: Int
  private let opens: Instant
  /// The window's end; nil for a fixed count, whose window ends with the last operation.
  private let ends: Instant?
  private(set) var breaches = PeerBreaches()

  /// The rows within the trial, by lane, and within a lane by start.
  private var byLane: [[PeerRow]] = []
  /// The operations that were taken and never started, by number.
  private var waiting: [UInt64] = []
  private var taken: UInt64 = 0

  init(_ spec: TrialSpec, schedule: PeerSchedule?, start: Instant, said: Instant) {
    self.spec = spec
    self.schedule = schedule
    self.start = start
    self.said = said
    lanes = spec.lanes
    opens = start + spec.warmup
    ends = spec.duration.map { start + spec.warmup + $0 }
  }

  private var isLimited: Bool { spec.limit != nil }

  /// - Parameter capacity: the number of rows that fit the file.
  mutating func take(_ rows: PeerRows, capacity: Int) {
    if rows.isLonger { breaches.note(.capacity, "the file of rows is longer than the harness made it") }
    if rows.rows.count >= capacity {
      breaches.note(.capacity, "all \(capacity) rows of the file are full; later operations are unknown")
    }
    byLane = Array(repeating: [], count: lanes)
    for row in rows.rows {
      guard isSound(row) else { continue }
      if row.start == 0 { waiting.append(row.operation) } else { byLane[Int(row.lane)].append(row) }
    }
    checkNumbers(rows.rows)
    for lane in byLane.indices { sort(lane) }
  }

  // MARK: What cannot be

  private mutating func isSound(_ row: PeerRow) -> Bool {
    func name(_ row: PeerRow) -> String { "operation \(row.operation)\(row.isOfWarmUp ? " of the warm-up" : "")" }
    func micros(_ span: Nanoseconds) -> String { Validity.micros(span.count) }
    guard row.lane < lanes else {
      breaches.note(.lanes, "\(name(row)) is of lane \(row.lane); there are \(lanes), from 0")
      return false
    }
    guard let outcome = RowOutcome(rawValue: row.outcome) else {
      breaches.note(.rows, "\(name(row)) has the outcome \(row.outcome), which the contract does not define")
      return false
    }
    guard (outcome == .unfinished) == (row.end == 0) else {
      breaches.note(
        .rows,
        outcome == .unfinished ? "\(name(row)) is unfinished but has an end" : "\(name(row)) has ended but has no end")
      return false
    }
    if schedule != nil && row.isOfWarmUp {
      breaches.note(.rows, "\(name(row)) has a number of the warm-up, which an open loop does not have")
      return false
    }
    if row.start == 0 {
      guard outcome == .unfinished else {
        breaches.note(.rows, "\(name(row)) has no start")
        return false
      }
      return true
    }
    let begun = Instant(nanoseconds: row.start)
    let ended = row.end == 0 ? begun : Instant(nanoseconds: row.end)
    if ended < begun {
      breaches.note(.times, "\(name(row)) ended \(micros(begun.since(ended))) before it began")
      return false
    }
    if ended > said {
      breaches.note(
        .times, "\(name(row)) ended \(micros(ended.since(said))) after the peer said that it was done")
      return false
    }
    let earliest = earliest(row)
    if begun < earliest {
      breaches.note(.early, "\(name(row)) began \(micros(earliest.since(begun))) before its time")
      return false
    }
    return true
  }

  /// The earliest allowed start of the operation.
  private func earliest(_ row: PeerRow) -> Instant {
    guard let schedule else { return row.isOfWarmUp ? start : opens }
    return row.operation < schedule.count ? start + Nanoseconds(schedule.offsets[Int(row.operation)]) : start
  }

  /// Each number from 0 on must occur once.
  private mutating func checkNumbers(_ rows: [PeerRow]) {
    _ = count(
      rows.lazy.filter(\.isOfWarmUp).map(\.operation), among: rows.count, below: .max, "of the warm-up ")
    let asked = schedule?.count ?? spec.operations
    taken = count(rows.lazy.filter { !$0.isOfWarmUp }.map(\.operation), among: rows.count, below: asked ?? .max, "")
    if spec.operations != nil, let asked, taken < asked {
      breaches.note(
        .missing, "\(asked) operations were planned, but rows exist only for the first \(taken)")
    }
  }

  /// Notes numbers that are repeated, missing or out of range.
  /// - Returns: the number of operations taken: all up to the highest.
  private mutating func count(
    _ numbers: some Sequence<UInt64>, among rows: Int, below bound: UInt64, _ kind: String
  ) -> UInt64 {
    // A higher number means that more numbers are missing than there are rows.
    let room = UInt64(rows + lanes)
    var seen = [Bool](repeating: false, count: rows + lanes)
    var (taken, distinct) = (UInt64(0), UInt64(0))
    for number in numbers {
      guard number < bound else {
        breaches.note(.range, "operation \(number) \(kind)was done, but there are only \(bound), numbered from 0")
        continue
      }
      taken = max(taken, number + 1)
      guard number < room else { continue }
      if seen[Int(number)] { breaches.note(.twice, "operation \(number) \(kind)has two rows") } else { distinct += 1 }
      seen[Int(number)] = true
    }
    let missing = taken - min(taken, distinct)
    // A lane that waits for an arrival or a permit at the window's end may have no row.
    let mayWait = spec.duration != nil && (schedule != nil || isLimited) && kind.isEmpty
    if missing > (mayWait ? UInt64(lanes) : 0) {
      let first = seen.firstIndex(of: false) ?? 0
      breaches.note(
        .missing, count: Int(clamping: missing),
        "operation \(first) \(kind)has no row, although number \(taken - 1) has one")
    } else if missing > 0 {
      waiting += seen.prefix(Int(taken)).enumerated().lazy.filter { !$0.element }.map { UInt64($0.offset) }
    }
    return taken
  }

  private mutating func sort(_ lane: Int) {
    let isSorted = zip(byLane[lane], byLane[lane].dropFirst()).allSatisfy { $0.start <= $1.start }
    if !isSorted { byLane[lane].sort { $0.start < $1.start } }
    for (row, next) in zip(byLane[lane], byLane[lane].dropFirst()) where row.end == 0 || next.start < row.end {
      breaches.note(
        .overlap, "lane \(lane) began operation \(next.operation) before it ended operation \(row.operation)")
    }
  }

  // MARK: What they come to

  /// The client's record as far as rows determine it; its resource usage is left out.
  func record() -> PartialRecord {
    let closes = closing
    var sums = Sums(opens: opens, closes: closes)
    var servedLanes = 0
    var firstEarly: Instant?
    for rows in byLane {
      var before = start
      var isServed = false
      for row in rows {
        let begun = Instant(nanoseconds: row.start)
        let intended = intended(row, after: before)
        if row.end > 0 { before = Instant(nanoseconds: row.end) }
        guard begun < closes || spec.duration == nil else { continue }
        guard row.end > 0, before < closes || spec.duration == nil else {
          sums.leave(row, since: isLimited ? intended : begun)
          continue
        }
        let kind = kind(of: row)
        let isComplete = kind == .verified || kind.status != nil
        guard counts(row, endingAt: before) else {
          if isComplete, before < opens {
            sums.early += 1
            firstEarly = min(firstEarly ?? before, before)
          }
          if before >= opens { sums.pass(row) }
          continue
        }
        sums.end(
          row, kind, checksum: kind == .verified ? Self.checksum(of: row.operation, doing: spec.workload) : nil,
          isComplete: isComplete)
        guard isComplete else { continue }
        isServed = true
        if schedule != nil || isLimited { sums.response.record(before.since(intended).count) }
        if isLimited { sums.queueing.record(begun.since(intended).count) }
      }
      if isServed { servedLanes += 1 }
      recordLag(of: rows, into: &sums, until: closes)
    }
    return record(sums, servedLanes: servedLanes, firstEarly: firstEarly, closes: closes)
  }

  /// The end of the window; for a fixed count, the end of the last operation.
  private var closing: Instant {
    if let ends { return ends }
    let last = byLane.joined().lazy.filter { !$0.isOfWarmUp }.map(\.end).max() ?? 0
    return max(opens, Instant(nanoseconds: last))
  }

  private func intended(_ row: PeerRow, after before: Instant) -> Instant {
    guard let schedule else { return min(before, Instant(nanoseconds: row.start)) }
    return row.operation < schedule.count ? start + Nanoseconds(schedule.offsets[Int(row.operation)]) : before
  }

  /// Whether an operation that ends then counts, by the rules of ``TrialState``.
  private func counts(_ row: PeerRow, endingAt end: Instant) -> Bool {
    guard end >= opens else { return false }
    guard spec.operations != nil else { return true }
    return !row.isOfWarmUp && row.operation >= (schedule?.warmUpCount ?? 0)
  }

  private func kind(of row: PeerRow) -> OutcomeKind {
    let service = row.end - row.start
    let timeout = spec.workload.timeout.count
    if timeout > 0 && service >= timeout { return .timeout }
    switch RowOutcome(rawValue: row.outcome) {
    case .verified:
      if case .sleep(let sleep) = spec.workload, service < sleep.duration.count { return .wokeEarly }
      return .verified
    case .errno: return OutcomeKind(errno: row.detail)
    case .timeout: return .timeout
    case .wrongContent: return .wrongContent
    case .prematureEnd: return .prematureEnd
    case .status: return .status(Int(row.detail))
    // The built-in server's only malformed answers have a wrong first line.
    case .malformed: return .fault(.malformedStatusLine)
    case .unexpectedBytes: return .unexpectedBytes
    case .unfinished, nil: preconditionFailure("only what has ended has a kind")
    }
  }

  /// The contribution of a verified operation to the checksum.
  static func checksum(of operation: UInt64, doing workload: WorkloadSpec) -> UInt64 {
    switch workload {
    case .sleep: Checksum.ofSleep(operation)
    case .echo(let echo): Checksum.ofEcho(operation, size: echo.size.count)
    case .http(let http):
      Checksum.ofHTTP(operation, length: UInt64(http.size?.count ?? TrialSpec.greeting.utf8.count))
    default: preconditionFailure("the contract has no \(workload.kind)")
    }
  }

  /// Records how late the lane started operations that it had waited for.
  private func recordLag(of rows: [PeerRow], into sums: inout Sums, until closes: Instant) {
    guard schedule != nil, !isLimited else { return }
    var free = start
    for row in rows {
      let begun = Instant(nanoseconds: row.start)
      let intended = intended(row, after: free)
      if free <= intended, intended >= opens, begun < closes { sums.lag.record(begun.since(intended).count) }
      free = max(free, Instant(nanoseconds: row.end))
    }
  }

  /// The operations due in the window, and those of them that were left.
  private func arrivals(until closes: Instant) -> ArrivalOutcome? {
    guard let schedule else { return nil }
    let before = schedule.offsets.indices.partitionPoint { start + Nanoseconds(schedule.offsets[$0]) >= closes }
    let due = Int(schedule.warmUpCount)..<max(Int(schedule.warmUpCount), before)
    var outcome = ArrivalOutcome(due: UInt64(due.count))
    let unfinished = byLane.joined().lazy.filter {
      $0.end == 0 || Instant(nanoseconds: $0.end) >= closes && ends != nil
    }
    let left = unfinished.map(\.operation) + waiting + (taken..<max(taken, UInt64(due.upperBound)))
    for operation in left where due.contains(Int(clamping: operation)) {
      outcome.leave(for: closes.since(start + Nanoseconds(schedule.offsets[Int(operation)])))
    }
    return outcome
  }

  private func record(
    _ sums: Sums, servedLanes: Int, firstEarly: Instant?, closes: Instant
  ) -> PartialRecord {
    let wall = closes.since(opens)
    var record = PartialRecord(
      operations: TrialRecord.Operations(
        asked: spec.operations, done: sums.service.count, verified: sums.verified, failuresByKind: sums.kinds,
        unfinishedAges: sums.ages, window: wall, arrivals: arrivals(until: closes)),
      checksum: PartialRecord.text(ofChecksum: sums.checksum), bytes: bytes(of: sums.service.count), wall: wall.count,
      latency: TrialRecord.Latency(
        service: LatencySummary(sums.service),
        response: schedule != nil || isLimited ? LatencySummary(sums.response) : nil,
        queueing: isLimited ? LatencySummary(sums.queueing) : nil),
      inFlight: sums.inFlight, series: sums.series, usage: ProcessUsage(), ranOutOfTime: false)
    record.sendLag = schedule == nil ? nil : LatencySummary(sums.lag)
    record.scheduled = schedule.map { $0.count - $0.warmUpCount }
    record.lanesServed = servedLanes
    let first = spec.operations == nil ? 0 : schedule?.warmUpCount ?? 0
    record.numbers = PartialRecord.Numbers(from: first, to: max(first, taken))
    if spec.warmup > .zero {
      record.coldStart = TrialRecord.ColdStart(
        firstDone: firstEarly?.since(start).count, done: sums.early, wall: spec.warmup.count)
    }
    return record
  }

  /// Known only if the operations determine them; an HTTP client may send further fields.
  private func bytes(of done: UInt64) -> TrialRecord.Bytes? {
    switch spec.workload {
    case .sleep: return TrialRecord.Bytes(sent: 0, received: 0)
    case .echo(let echo):
      let total = done.multipliedSaturating(by: UInt64(echo.size.count))
      return TrialRecord.Bytes(sent: total, received: total)
    default: return nil
    }
  }
}

extension OutcomeKind {
  fileprivate init(errno number: UInt16) { self = .errno(.init(Int32(number))) }
}
