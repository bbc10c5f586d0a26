import Plan
import Records

/// Whether a trial's numbers may be used. Each reason is a name, a colon and a finding.
package enum Validity {
  /// The tolerated relative difference between the sampled number in flight and Little's law.
  static let toleratedLittle = 0.1
  /// The load from which a client counts as saturated.
  static let saturation = 0.95
  /// An open loop with a smaller share done is saturated, whatever the cause.
  static let leastShareDone = 0.95

  /// - Parameters:
  ///   - faults: the faults that the server was asked for, if any.
  ///   - damagedSectors: the number of damaged sectors of a written data file; nil without one.
  ///   - bounds: the limits of disturbance.
  static func reasons(
    _ record: TrialRecord, ranOutOfTime: Bool, hasWarmup: Bool = false, faults: AskedFaults? = nil,
    damagedSectors: UInt64? = nil, bounds: DisturbanceBounds = DisturbanceBounds()
  ) -> [String] {
    var reasons = answers(record, ranOutOfTime: ranOutOfTime, hasWarmup: hasWarmup, faults)
    if let damagedSectors, damagedSectors > 0 {
      reasons.append("damaged-file: \(damagedSectors) sectors have wrong content")
    }
    let disturbances = disturbances(of: record, bounds)
    // If nothing moved for a while, rate and latency do not match either.
    let isStill = disturbances.contains { $0.hasPrefix("stalled") }
    reasons += [isStill ? nil : little(record), load(record), beyondRange(record)].compactMap { $0 }
    return reasons + disturbances
  }

  /// Whether an audit's counts may be used. Its times are affected by the counting tool.
  static func reasons(ofAudit record: TrialRecord, served: UInt64?, faults: AskedFaults? = nil) -> [String] {
    var reasons = answers(record, ranOutOfTime: false, hasWarmup: false, faults)
    let done = doneByServer(record)
    if let served, failures(record, faults).isEmpty,
      difference(served, done) > mostInHand(record).multipliedSaturating(by: 2)
    {
      reasons.append("server-count: the client counted \(done) operations, the server \(served)")
    }
    if record.audit?.client?.syscalls == nil { reasons.append("not-counted: the tool reported no counts") }
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
      reasons.append("out-of-time: the deadline ended the trial before all operations were done")
    }
    let failures = failures(record, faults)
    reasons += failures
    if let others = operations.non2xx { reasons.append("non-2xx: replies with status \(list(others))") }
    if done == 0 && failed == 0 { reasons.append("nothing-done: no operation ended within the window") }
    let others = (operations.non2xx ?? [:]).values.saturatingSum
    if let verified = operations.verified, [verified, others].saturatingSum != done {
      reasons.append("unverified: only \(verified) of \(done) answers had the expected content")
    }
    let ended = [done, failed].saturatingSum
    if let asked = operations.asked, !ranOutOfTime, ended != asked {
      reasons.append("count: \(asked) operations were planned, but \(ended) ended")
    }
    reasons += bystanders(record) + observer(record)
    if failures.isEmpty && !ranOutOfTime, let server = record.server {
      let slack = countSlack(record, hasWarmup: hasWarmup)
      let done = doneByServer(record)
      if let served = server.operationsDone, difference(served, done) > slack {
        reasons.append("server-count: the client counted \(done) operations, the server \(served)")
      }
      if let met = server.faults, difference(met, failed) > slack {
        reasons.append("server-count: the client counted \(failed) operations with faults, the server \(met)")
      }
    }
    return reasons
  }

  /// Failures that nothing asked for, and faults whose number does not match.
  private static func failures(_ record: TrialRecord, _ faults: AskedFaults?) -> [String] {
    let failed = record.operations.failed ?? [:]
    let unexplained = faults?.unexplained(failed) ?? failed
    let ended = [record.operations.done ?? 0, record.operations.failedInAll].saturatingSum
    return [
      unexplained.isEmpty ? nil : "failures: \(list(unexplained)) of \(ended) operations", faults?.reason(failed),
    ].compactMap { $0 }
  }

  /// Checks that the bystanders were present and worked as specified.
  private static func bystanders(_ record: TrialRecord) -> [String] {
    guard let (manner, lanes) = record.bystanders else { return [] }
    var reasons: [String] = []
    if lanes.operations.failedInAll > 0 {
      reasons.append("bystander-failures: \(list(lanes.operations.failed)) on \(lanes.count) \(manner) connections")
    }
    if manner == idle, let early = lanes.early, early < lanes.count {
      reasons.append(
        "bystanders-late: \(UInt64(clamping: lanes.count) - early) of \(lanes.count) idle connections had no answer "
          + "when the window opened")
    }
    return reasons
  }

  private static let idle = BystanderSpec.Manner.idle.rawValue

  /// Whether the busy lanes use the server. Bystanders with another workload exist because the busy lanes use none.
  private static func isAskedByAll(_ record: TrialRecord) -> Bool { record.bystanders?.lanes.workload == nil }

  /// What came back to the observer, whose operations are not the trial's.
  private static func observer(_ record: TrialRecord) -> [String] {
    guard let host = record.observer, let operations = host.operations else { return [] }
    let failed = operations.failed.map { "\(list($0)) of its operations failed" }
    let done = operations.done ?? 0
    let verified = operations.verified ?? done
    let unverified = verified == done ? nil : "only \(verified) of \(done) answers had the expected content"
    return [failed, unverified].compactMap { $0 }.map { "observer: on host '\(host.name)', \($0)" }
  }

  /// The clients' count, over all classes of lanes that use the server, and the observer.
  private static func doneByServer(_ record: TrialRecord) -> UInt64 {
    let busy = isAskedByAll(record) ? record.operations.done : 0
    return [
      busy ?? 0, record.bystanders?.lanes.operations.done ?? 0, record.observer?.operations?.done ?? 0,
    ].saturatingSum
  }

  /// The number of server operations that lanes may have in hand at an edge of the window. Idle lanes count only if
  /// they are late.
  private static func mostInHand(_ record: TrialRecord) -> UInt64 {
    let measured =
      isAskedByAll(record)
      ? UInt64(clamping: record.concurrency).multipliedSaturating(by: UInt64(clamping: record.pipeline ?? 1)) : 0
    let busy = [measured, record.observer == nil ? 0 : 1].saturatingSum
    guard let (manner, lanes) = record.bystanders else { return busy }
    let count = UInt64(clamping: lanes.count)
    guard manner == idle else { return [busy, count].saturatingSum }
    let late = lanes.early.map { count - min($0, count) } ?? lanes.operations.unfinished ?? 0
    return [busy, late].saturatingSum
  }

  /// The tolerated difference between client and server. At each edge of a window, an operation may be done on one side
  /// and not yet on the other. The server also works on until its counters are read.
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

  /// Little, "A proof for the queuing formula L = λW", 1961. The number in flight is sampled from the lanes,
  /// independently of the latencies. Failed operations were in flight, too, but have no latency, so a trial with
  /// failures is not checked.
  private static func little(_ record: TrialRecord) -> String? {
    guard record.operations.failedInAll == 0, let inFlight = record.inFlight, inFlight.samples >= 20,
      let rate = record.throughput,
      let latency = record.latency?.service.mean, record.operations.asked == nil,
      let wall = record.wall, Double(wall) >= 20 * latency
    else { return nil }
    // Operations that a serving mode never reached were in flight, too, for their part of the window; that is a result.
    // A client's operations that never end are not.
    let unended =
      record.isServing
      ? Double(record.operations.unfinished ?? 0) * Double(record.operations.unfinishedAge?.within ?? 0) : 0
    let expected = rate * latency / 1e9 + unended / Double(wall)
    // With few in flight, the gaps between operations and single samples matter.
    let tolerated =
      toleratedLittle * max(expected, inFlight.mean) + 3 * (inFlight.mean / Double(inFlight.samples)).squareRoot() + 0.1
    guard abs(inFlight.mean - expected) > tolerated else { return nil }
    let found = "little: \(rounded(inFlight.mean)) in flight, but rate × latency is \(rounded(expected))"
    let excess = inFlight.mean - expected
    guard !record.isServing, excess > 0, let unfinished = record.operations.unfinished,
      Double(unfinished) > excess / 2
    else { return found }
    let age = record.operations.unfinishedAge.map { ", the oldest after \($0.max / 1_000_000) ms" } ?? ""
    return found
      + "; \(unfinished) operations had no answer by the window's end\(age): the server leaves them waiting, as with "
      + "a full backlog; use fewer lanes, raise its backlog, or measure longer"
  }

  /// Whether an open loop offered more than the mode or its server could sustain, which is a result. Nil in a closed
  /// loop.
  static func isSaturated(_ record: TrialRecord) -> Bool? {
    guard let scheduled = record.arrivals.scheduled, scheduled > 0 else { return nil }
    let done = Double(record.operations.done ?? 0) / Double(scheduled)
    return done < leastShareDone || (done < 0.99 && (clientLoad(record) ?? 0) > saturation)
  }

  /// The client's CPU time as a share of its CPUs' time; of several hosts, that of the busiest.
  private static func clientLoad(_ record: TrialRecord) -> Double? {
    func load(_ usage: ProcessUsage?, _ wall: UInt64?) -> Double? {
      guard let wall, wall > 0, let cpus = usage?.cpus, !cpus.isEmpty, let cpu = usage?.totalCPU else { return nil }
      return Double(cpu) / (Double(wall) * Double(cpus.count))
    }
    guard let hosts = record.hosts else { return load(record.client, record.wall) }
    return hosts.filter { $0.role == .load }.compactMap { load($0.usage, $0.wall) }.max()
  }

  /// If the mode serves, an open loop with a saturated client measures only its client.
  private static func load(_ record: TrialRecord) -> String? {
    guard record.isServing, let scheduled = record.arrivals.scheduled, scheduled > 0, let load = clientLoad(record)
    else { return nil }
    let done = Double(record.operations.done ?? 0) / Double(scheduled)
    guard load > saturation, done < 0.99 else { return nil }
    return "client-saturated: \(percent(load)) of the client's CPUs used, \(percent(done)) of the schedule done"
  }

  /// A latency beyond the histogram's range is counted in its last slot, so percentiles there are unknown.
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
