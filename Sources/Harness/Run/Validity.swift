import Plan
import Records

/// Whether a trial's numbers may be used. Each reason is a name, a colon, and what was found.
package enum Validity {
  /// How far the number in flight may be from what Little's law makes of rate and latency.
  static let toleratedLittle = 0.1
  /// From which load on a client counts as saturated.
  static let saturation = 0.95
  /// An open loop of which less than this share is done is saturated, whoever is to blame.
  static let leastShareDone = 0.95

  /// - Parameters:
  ///   - faults: those that the server was asked for, if it was.
  ///   - damagedSectors: of a data file, where one was written.
  ///   - bounds: what the machine may do to it.
  static func reasons(
    _ record: TrialRecord, ranOutOfTime: Bool, hasWarmup: Bool = false, faults: AskedFaults? = nil,
    damagedSectors: UInt64? = nil, bounds: DisturbanceBounds = DisturbanceBounds()
  ) -> [String] {
    var reasons = answers(record, ranOutOfTime: ranOutOfTime, hasWarmup: hasWarmup, faults)
    if let damagedSectors, damagedSectors > 0 {
      reasons.append("damaged-file: \(damagedSectors) sectors do not hold what was written there")
    }
    let disturbances = disturbances(of: record, bounds)
    // Where nothing moved for a while, rate and latency do not belong together either.
    let isStill = disturbances.contains { $0.hasPrefix("stalled") }
    reasons += [isStill ? nil : little(record), load(record), beyondRange(record)].compactMap { $0 }
    return reasons + disturbances
  }

  /// Whether an audit's counts may be used. Its times are those of the tool that counts.
  static func reasons(ofAudit record: TrialRecord, served: UInt64?, faults: AskedFaults? = nil) -> [String] {
    var reasons = answers(record, ranOutOfTime: false, hasWarmup: false, faults)
    let done = doneByServer(record)
    if let served, failures(record, faults).isEmpty,
      difference(served, done) > mostInHand(record).multipliedSaturating(by: 2)
    {
      reasons.append("server-count: the client has \(done) operations done, the server \(served)")
    }
    if record.audit?.client?.syscalls == nil { reasons.append("not-counted: the tool has not told what it counted") }
    return reasons
  }

  // MARK: What came back

  private static func answers(
    _ record: TrialRecord, ranOutOfTime: Bool, hasWarmup: Bool, _ faults: AskedFaults?
  ) -> [String] {
    var reasons: [String] = []
    let operations = record.operations
    let done = operations.done ?? 0
    let failed = operations.failedInAll
    if ranOutOfTime {
      reasons.append("out-of-time: the trial's deadline came before all operations were done")
    }
    let failures = failures(record, faults)
    reasons += failures
    if let others = operations.non2xx { reasons.append("non-2xx: replies with status \(list(others))") }
    if done == 0 && failed == 0 { reasons.append("nothing-done: no operation ended within the window") }
    let others = (operations.non2xx ?? [:]).values.saturatingSum
    if let verified = operations.verified, [verified, others].saturatingSum != done {
      reasons.append("unverified: of \(done) answers \(verified) were what was asked for")
    }
    let ended = [done, failed].saturatingSum
    if let asked = operations.asked, !ranOutOfTime, ended != asked {
      reasons.append("count: \(asked) operations were asked for, and \(ended) ended")
    }
    reasons += bystanders(record)
    if failures.isEmpty && !ranOutOfTime, let server = record.server {
      let slack = countSlack(record, hasWarmup: hasWarmup)
      let done = doneByServer(record)
      if let served = server.operationsDone, difference(served, done) > slack {
        reasons.append("server-count: the client has \(done) operations done, the server \(served)")
      }
      if let met = server.faults, difference(met, failed) > slack {
        reasons.append("server-count: the client has \(failed) operations failed as asked, the server \(met)")
      }
    }
    return reasons
  }

  /// What failed though nothing asked it to, and faults of which not as many came as were asked for.
  private static func failures(_ record: TrialRecord, _ faults: AskedFaults?) -> [String] {
    let failed = record.operations.failed ?? [:]
    let unexplained = faults?.unexplained(failed) ?? failed
    let ended = [record.operations.done ?? 0, record.operations.failedInAll].saturatingSum
    return [
      unexplained.isEmpty ? nil : "failures: \(list(unexplained)) of \(ended) operations", faults?.reason(failed),
    ].compactMap { $0 }
  }

  /// Lanes that are to be beside those that are measured have to be there, and as they were described.
  private static func bystanders(_ record: TrialRecord) -> [String] {
    guard let (manner, lanes) = record.bystanders else { return [] }
    var reasons: [String] = []
    if lanes.operations.failedInAll > 0 {
      reasons.append("bystander-failures: \(list(lanes.operations.failed)) on \(lanes.count) \(manner) connections")
    }
    if manner == idle, let early = lanes.early, early < lanes.count {
      reasons.append(
        "bystanders-late: \(UInt64(clamping: lanes.count) - early) of \(lanes.count) idle connections had not done their operation "
          + "when the window opened")
    }
    return reasons
  }

  private static let idle = BystanderSpec.Manner.idle.rawValue

  /// Whether the busy lanes ask the server. Where bystanders do something else, they do it because those have none.
  private static func isAskedByAll(_ record: TrialRecord) -> Bool { record.bystanders?.lanes.workload == nil }

  /// As the client has counted it, of all classes of lanes that ask the server.
  private static func doneByServer(_ record: TrialRecord) -> UInt64 {
    let busy = isAskedByAll(record) ? record.operations.done : 0
    return [busy ?? 0, record.bystanders?.lanes.operations.done ?? 0].saturatingSum
  }

  /// How many operations of the server lanes may have in hand at an edge of the window. Of idle ones only those that are
  /// late.
  private static func mostInHand(_ record: TrialRecord) -> UInt64 {
    let busy =
      isAskedByAll(record)
      ? UInt64(clamping: record.concurrency).multipliedSaturating(by: UInt64(clamping: record.pipeline ?? 1)) : 0
    guard let (manner, lanes) = record.bystanders else { return busy }
    let count = UInt64(clamping: lanes.count)
    guard manner == idle else { return [busy, count].saturatingSum }
    let late = lanes.early.map { count - min($0, count) } ?? lanes.operations.unfinished ?? 0
    return [busy, late].saturatingSum
  }

  /// By how much client and server may differ. At each edge of a window an operation may be done at one end and not
  /// yet at the other, and the server goes on while its counters are read late.
  private static func countSlack(_ record: TrialRecord, hasWarmup: Bool) -> UInt64 {
    guard record.operations.asked == nil || hasWarmup || record.lanes != nil else { return 0 }
    let late = record.server?.edgeLag.map { (Double($0.open) + Double($0.close)) / 1e9 } ?? 0
    let throughput = record.throughput ?? 0
    let share = Double(doneByServer(record)) / Double(max(1, record.operations.done ?? 0))
    return [mostInHand(record).multipliedSaturating(by: 2), UInt64(saturating: 2 * late * throughput * share)]
      .saturatingSum
  }

  private static func difference(_ a: UInt64, _ b: UInt64) -> UInt64 { a > b ? a - b : b - a }

  // MARK: The harness

  /// Little, "A proof for the queuing formula L = λW", 1961. The number in flight is sampled from the lanes, and does not
  /// come from the latencies that it is compared with. What failed was in flight as well, and has no latency.
  private static func little(_ record: TrialRecord) -> String? {
    guard record.operations.failedInAll == 0, let inFlight = record.inFlight, inFlight.samples >= 20,
      let rate = record.throughput,
      let latency = record.latency?.service.mean, record.operations.asked == nil,
      let wall = record.wall, Double(wall) >= 20 * latency
    else { return nil }
    // Whom a mode that serves does not get to was in flight too, for as much of the window as it has seen: that is a result.
    // A client's operations that never end are none.
    let unended =
      record.isServing
      ? Double(record.operations.unfinished ?? 0) * Double(record.operations.unfinishedAge?.within ?? 0) : 0
    let expected = rate * latency / 1e9 + unended / Double(wall)
    // What lanes do between two operations, and a sample more or less, weigh where little is in flight.
    let tolerated =
      toleratedLittle * max(expected, inFlight.mean) + 3 * (inFlight.mean / Double(inFlight.samples)).squareRoot() + 0.1
    guard abs(inFlight.mean - expected) > tolerated else { return nil }
    let found = "little: \(rounded(inFlight.mean)) in flight, and rate × latency is \(rounded(expected))"
    let excess = inFlight.mean - expected
    guard !record.isServing, excess > 0, let unfinished = record.operations.unfinished,
      Double(unfinished) > excess / 2
    else { return found }
    let age = record.operations.unfinishedAge.map { ", the oldest after \($0.max / 1_000_000) ms" } ?? ""
    return found
      + "; \(unfinished) operations had no answer by the window's end\(age): the server leaves them waiting, as with a full "
      + "backlog; ask with fewer lanes (--concurrency), raise its backlog, or measure for longer (--duration)"
  }

  /// Whether an open loop offered more than could be done, which is a result: of the mode, or of the server that it asks.
  /// Nil in a closed loop.
  static func isSaturated(_ record: TrialRecord) -> Bool? {
    guard let scheduled = record.arrivals.scheduled, scheduled > 0 else { return nil }
    let done = Double(record.operations.done ?? 0) / Double(scheduled)
    return done < leastShareDone || (done < 0.99 && (clientLoad(record) ?? 0) > saturation)
  }

  /// The client's processor time as a share of what its processors have.
  private static func clientLoad(_ record: TrialRecord) -> Double? {
    guard let wall = record.wall, wall > 0, let client = record.client, let cpus = client.cpus, !cpus.isEmpty,
      let cpu = client.totalCPU
    else { return nil }
    return Double(cpu) / (Double(wall) * Double(cpus.count))
  }

  /// Where the mode serves, an open loop whose client has no processor left measures its client.
  private static func load(_ record: TrialRecord) -> String? {
    guard record.isServing, let scheduled = record.arrivals.scheduled, scheduled > 0, let load = clientLoad(record)
    else { return nil }
    let done = Double(record.operations.done ?? 0) / Double(scheduled)
    guard load > saturation, done < 0.99 else { return nil }
    return "client-saturated: \(percent(load)) of the client's processors used, \(percent(done)) of the schedule done"
  }

  /// A latency past the histogram's range is counted in its last slot, and no percentile tells how long it was.
  private static func beyondRange(_ record: TrialRecord) -> String? {
    let latencies = [record.latency, record.bystanders?.lanes.latency].compactMap { $0 }
    let counts = latencies.flatMap { [$0.service, $0.response, $0.queueing] }.compactMap { $0?.beyondRange }
    return counts.max().map { "beyond-histogram: \($0) latencies were longer than 1 h, the histogram's range" }
  }

  // MARK: Words

  private static func list(_ counts: [String: UInt64]?) -> String {
    (counts ?? [:]).sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
  }

  static func micros(_ nanoseconds: UInt64) -> String { "\(nanoseconds / 1000) µs" }
  static func percent(_ fraction: Double) -> String { "\(UInt64(saturating: (fraction * 100).rounded())) %" }
  private static func rounded(_ value: Double) -> String { "\((value * 10).rounded() / 10)" }
}
