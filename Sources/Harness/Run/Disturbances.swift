import Measurement
import Plan
import Records

/// What a machine may do to a trial before its numbers are not used.
struct DisturbanceBounds: Sendable {
  /// The most of one processor's time that other processes may use on the trial's processors.
  var foreign = RunRecord.usualForeignBound
  /// The most of the processors' time that a hypervisor may give to its other guests: others' load, too, and bounded by
  /// what is tolerated of that.
  var steal: Double { Validity.toleratedSteal * foreign / RunRecord.usualForeignBound }
  /// How long nothing may end though operations are in hand and nobody works; nil where that may be for other reasons.
  var quiet: Nanoseconds?

  init() {}

  /// - Parameter workload: what an operation waits for on purpose is no disturbance. A file's device, a connection that is
  ///   opened and a fault that was asked for may take any time.
  init(foreign: Double, doing workload: WorkloadSpec) {
    self.foreign = foreign
    guard workload.asked.file == nil, workload.faults == nil, !workload.asked.opensConnections else { return }
    quiet = Validity.toleratedQuiet + workload.leastDuration * 10
  }
}

/// What the machine did to a trial, as independent witnesses have it. Lateness that the mode itself causes is a result.
extension Validity {
  /// How much of a window may pass between its edge and the reading of the counters.
  static let toleratedEdgeLag = 0.02
  /// How much of the processors' time a hypervisor, or a control group's quota, may take unless more is asked for.
  static let toleratedSteal = 0.01
  /// How long a thread that beats every 20 ms or more often may stand still: some beats, and less than a tenth of the
  /// windows that are usual.
  static let toleratedGap = Nanoseconds.milliseconds(50)
  /// How long nothing may end though operations are in hand and nobody works: longer than TCP delays an acknowledgement
  /// (40 ms, tcp(7)).
  static let toleratedQuiet = Nanoseconds.milliseconds(80)
  /// How late, in the median, lanes and a witness may both start.
  static let toleratedLag: UInt64 = 1_000_000

  static func disturbances(of record: TrialRecord, _ bounds: DisturbanceBounds) -> [String] {
    [
      edges(record), stalled(record, bounds), pacer(record), steal(record, bounds), throttled(record),
      foreign(record, bounds),
    ].compactMap { $0 }
  }

  private static func edges(_ record: TrialRecord) -> String? {
    guard let wall = record.wall, wall > 0, record.operations.asked == nil else { return nil }
    for (name, usage) in [("client", record.client), ("server", record.server)] {
      guard let lag = usage?.edgeLag else { continue }
      if Double(max(lag.open, lag.close)) > toleratedEdgeLag * Double(wall) {
        return "late-edge: the \(name)'s counters were read \(micros(max(lag.open, lag.close))) after the window's edge"
      }
    }
    return nil
  }

  private static func stalled(_ record: TrialRecord, _ bounds: DisturbanceBounds) -> String? {
    // Between two beats lies a look at every lane.
    let tolerated = max(toleratedGap.count, UInt64(clamping: record.concurrency).multipliedSaturating(by: 10_000))
    for (name, usage) in [("client", record.client), ("server", record.server)] {
      if let gap = usage?.longestGap, gap > tolerated {
        return "stalled: the \(name) stood still for \(gap / 1_000_000) ms within the window"
      }
    }
    guard let quiet = record.longestQuiet, let most = bounds.quiet, quiet > most.count else { return nil }
    return "stalled: nothing ended for \(quiet / 1_000_000) ms within the window, though operations were in hand, and "
      + "neither client nor server used a processor"
  }

  /// Lanes that started late, beside a thread with a timer of its own that was late as well.
  private static func pacer(_ record: TrialRecord) -> String? {
    guard let lag = record.sendLag?.p50, lag > toleratedLag, let witness = record.pacerLag?.p50, witness > toleratedLag
    else { return nil }
    return
      "late-timers: half of the operations started over \(micros(lag)) late, and half of the sleeps of a thread beside "
      + "the mode ended over \(micros(witness)) late"
  }

  /// By what is tolerated unless more is asked for.
  package static func steal(_ record: TrialRecord) -> String? { steal(record, DisturbanceBounds()) }

  private static func steal(_ record: TrialRecord, _ bounds: DisturbanceBounds) -> String? {
    guard let steal = record.machine?.steal, let share = share(of: steal, record) else { return nil }
    // The kernel counts in ticks of 10 ms: one alone says nothing of a short window.
    guard steal > 20_000_000, share > bounds.steal else { return nil }
    return "steal: the hypervisor took \(micros(steal)) of the processors during the trial"
  }

  private static func throttled(_ record: TrialRecord) -> String? {
    guard let time = record.machine?.throttled, let share = share(of: time, record), share > toleratedSteal else {
      return nil
    }
    return "throttled: a quota of processor time (cpu.max) kept processes from running for \(micros(time)) in "
      + "\(record.machine?.throttledPeriods ?? 0) periods of the trial"
  }

  private static func foreign(_ record: TrialRecord, _ bounds: DisturbanceBounds) -> String? {
    guard let time = record.machine?.foreign, let span = span(record), Double(time) > bounds.foreign * span else {
      return nil
    }
    let share = Double(time) / span
    return
      "foreign-load: other processes used \(micros(time)) of the trial's processors, \(percent(share)) of one; at most "
      + "\(percent(bounds.foreign)) is tolerated"
  }

  /// Of the time of all the trial's processors; nil where it is not known how long that was.
  private static func share(of time: UInt64, _ record: TrialRecord) -> Double? {
    let cpus = Set((record.client?.cpus ?? []) + (record.server?.cpus ?? [])).count
    return span(record).map { Double(time) / $0 / Double(max(1, cpus)) }
  }

  /// How long the machine was watched, nanoseconds: the whole trial, connections opened and closed.
  private static func span(_ record: TrialRecord) -> Double? {
    guard let wall = record.wall, wall > 0 else { return nil }
    return Double(record.machine?.watched ?? [wall, record.connectWall ?? 0, record.closeWall ?? 0].saturatingSum)
  }
}
